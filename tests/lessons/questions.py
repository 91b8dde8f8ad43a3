"""Questions about small trained networks, for the tests of heat maps."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

from dlviz.data.examples import load_examples
from dlviz.lessons.heatmaps import training
from dlviz.lessons.heatmaps.experiment import Config
from dlviz.lessons.heatmaps.methods import Question
from dlviz.lessons.heatmaps.pieces import baseline_of
from dlviz.models.convnet import Network
from dlviz.models.training import blank_network, load_weights

SMALL: dict[str, Any] = {"data": "digits", "epochs": 1, "filters": 4}


@cache
def trained(config: Config) -> Network:
    """The network after its training, this test's own."""
    network = blank_network(config, load_examples(config.data))
    load_weights(network, list(training.replay(config))[-1].weights)
    return network


def asked(config: Config, rows: list[int], target: int) -> Question:
    """A question about test pictures."""
    examples = load_examples(config.data)
    X = examples.test_images[rows]
    baseline = baseline_of(X, config.baseline)
    goal = torch.full((len(rows),), target)
    return Question(trained(config), X, goal, baseline, config.blocks - 1, examples.train_images[:5])
