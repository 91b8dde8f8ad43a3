"""Truths about the end of back-propagation: it repeats until nothing changes, and no sooner."""

from __future__ import annotations

import numpy as np
import torch

from dlviz.lessons.backprop import experiment
from dlviz.lessons.backprop.experiment import APPLY, REPEAT, Config
from dlviz.lessons.backprop.presets import PRESETS
from dlviz.recording import record
from tests.lessons.test_backprop import torch_loss


def test_a_run_ends_when_twelve_updates_in_a_row_have_changed_nothing() -> None:
    recording = record(experiment, PRESETS["dead"][0])
    assert (recording.ended, recording.track("update")[-1]) == ("settled", 12)
    config = Config(graph="neuron", activation="linear", loss="squared_error", start="own", steps=400)
    recording = record(experiment, config)
    assert recording.ended == "settled"
    made = np.isin(recording.track("stage"), (APPLY, REPEAT))
    sizes = config.learning_rate * np.abs(recording.track("weight_gradients")[made]).max(1)  # (U,)
    assert (sizes[-12:] < 1e-6).all()
    assert sizes[-13] >= 1e-6
    # what would have come after it changes nothing that can be seen
    weights = torch.tensor(recording[0].weights).double()
    for _ in range(400):
        weights = weights.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(torch_loss(config, weights, 0)[0], weights)
        weights = weights - config.learning_rate * gradient
    np.testing.assert_allclose(recording[-1].weights, weights.detach(), atol=1e-5)


def test_a_network_that_still_learns_is_not_called_settled() -> None:
    for config in (Config(), *(config for name, (config, _) in PRESETS.items() if name != "dead")):
        assert record(experiment, config).ended is None
