"""Truths about back-propagation: every gradient that is shown, computed again by other routes."""

from __future__ import annotations

import math
from itertools import product
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import Tensor
from torch.nn import functional

from dlviz.lessons.backprop import experiment
from dlviz.lessons.backprop.experiment import APPLY, BACKWARD, REPEAT, Config
from dlviz.lessons.backprop.graphs import GraphName
from dlviz.lessons.backprop.operations import Activation, Elementary, Loss, forward, local_derivatives
from dlviz.lessons.backprop.presets import PRESETS
from dlviz.recording import Recording, record
from tests.strategies import configs

GRAPHS, ACTIVATIONS, LOSSES = get_args(GraphName), get_args(Activation), get_args(Loss)
KINDS = [
    Config(graph=graph, activation=activation, loss=loss, steps=12, start="own", learning_rate=0.1)
    for graph, activation, loss in product(GRAPHS, ACTIVATIONS, LOSSES)
    if (graph in ("neuron", "network")) or (activation, loss) == ("sigmoid", "squared_error")
]


def learnt(**choices: object) -> Recording:
    return record(experiment, Config(**choices))


def same(shown: float, expected: float) -> bool:
    return math.isclose(shown, expected, rel_tol=2e-5, abs_tol=2e-6)


def torch_loss(config: Config, weights: Tensor, example: int) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of one pair as PyTorch has it, with the tensors between by the names of their nodes."""
    inputs, targets = experiment.pairs_of(config)
    x, d = inputs[example], targets[example]
    act = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "linear": lambda z: z}[
        config.activation
    ]
    inside: dict[str, Tensor] = {}
    if config.graph == "chain":
        calls = {
            "square": lambda u: u.pow(2),
            "double": lambda u: u + u,
            "plus_one": lambda u: u + 1,
            **{name: getattr(torch, name) for name in ("sin", "exp", "log", "sigmoid", "tanh", "relu")},
        }
        u = weights[0]
        for name, function in zip("aby", (config.f, config.g, config.h)):
            u = inside[name] = calls[function](u)
        return functional.mse_loss(u, d[0]) / 2, inside
    if config.graph == "softmax":
        z = functional.linear(x, weights.reshape(3, 2))
        inside |= dict(zip(("z₁", "z₂", "z₃"), z))
        return functional.cross_entropy(torch.stack([inside[k] for k in inside]), d.argmax()), inside
    if config.graph == "neuron":
        z = functional.linear(x, weights[:2], weights[2])
    else:
        layer = weights[:6].reshape(2, 3)
        hidden = functional.linear(x, layer[:, :2], layer[:, 2])
        inside["z₁"], inside["z₂"] = hidden
        h = inside["h₁"], inside["h₂"] = act(inside["z₁"]), act(inside["z₂"])
        z = functional.linear(torch.stack(h), weights[6:8], weights[8])
    inside["z" if config.graph == "neuron" else "z₃"] = z
    if config.loss == "cross_entropy":
        return functional.binary_cross_entropy_with_logits(z, d[0]), inside
    return functional.mse_loss(act(z), d[0]) / 2, inside


@pytest.mark.parametrize("config", KINDS, ids=lambda c: f"{c.graph}-{c.activation}-{c.loss}")
def test_every_gradient_equals_that_of_torch_autograd(config: Config) -> None:
    recording = record(experiment, config)
    made = [t for t in range(len(recording)) if recording[t].stage in (APPLY, REPEAT)]
    assert len(made) == config.steps
    for t in made:
        frame = recording[t]
        weights = torch.tensor(recording[t - 1].weights).double().requires_grad_()
        loss, inside = torch_loss(config, weights, int(frame.example))
        for tensor in inside.values():
            tensor.retain_grad()
        loss.backward()
        np.testing.assert_allclose(frame.weight_gradients, weights.grad, rtol=2e-5, atol=2e-6)
        assert same(frame.values[recording.scene.names.index("L")], loss.item())
        for name, tensor in inside.items():
            v = recording.scene.names.index(name)
            assert same(frame.values[v], tensor.item()), name
            assert same(frame.gradients[v], 0.0 if tensor.grad is None else tensor.grad.item()), name
        # w ← w - η ∂L/∂w
        after = weights - config.learning_rate * weights.grad
        np.testing.assert_allclose(frame.weights, after.detach(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("config", KINDS, ids=lambda c: f"{c.graph}-{c.activation}-{c.loss}")
def test_every_gradient_equals_central_differences(config: Config) -> None:
    frames = list(experiment.run(config))
    for before, frame in zip(frames, frames[1:]):
        if frame.stage not in (APPLY, REPEAT):
            continue
        weights = torch.tensor(before.weights).double()
        for k in range(len(weights)):
            e = torch.zeros_like(weights)
            e[k] = 1e-5
            up, down = (torch_loss(config, weights + s * e, int(frame.example))[0].item() for s in (1, -1))
            assert frame.weight_gradients[k] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-5)


SMOOTH_AT = (-1.7, -0.3, 0.4, 2.1)


@pytest.mark.parametrize("operation", [*get_args(Elementary), "linear"])
def test_local_derivatives_of_one_input_equal_central_differences(operation: str) -> None:
    for u in SMOOTH_AT if operation != "log" else (0.3, 2.0):
        x = torch.tensor(u).double()
        ((local,),) = [local_derivatives(operation, [x], [], forward(operation, [x], []))]
        up, down = (forward(operation, [x + s * 1e-6], []) for s in (1, -1))
        assert local.item() == pytest.approx(((up - down) / 2e-6).item(), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("operation", "count"),
    [("softmax", 3), ("squared_error", 2), ("cross_entropy", 2), ("cross_entropy_of_classes", 6), ("sum", 3)],
)
def test_local_derivatives_of_several_inputs_equal_autograd(operation: str, count: int) -> None:
    inputs = [torch.tensor(u).double().requires_grad_() for u in (0.3, 0.6, 0.1, 0.2, 0.7, 0.1)[:count]]
    weights = [torch.tensor(w).double() for w in (0.5, -2.0, 3.0)] if operation == "sum" else []
    output = forward(operation, inputs, weights)
    expected = torch.autograd.grad(output, inputs)
    shown = local_derivatives(operation, inputs, weights, output)
    torch.testing.assert_close(torch.stack(shown), torch.stack(expected))


def test_local_derivatives_multiply_along_the_chain() -> None:
    recording = learnt(graph="chain", f="sin", g="double", h="tanh")
    for t in np.flatnonzero(np.isin(recording.track("stage"), (APPLY, REPEAT))):
        frame, scene = recording[int(t)], recording.scene
        product_so_far = 1.0
        for v in reversed([scene.names.index(name) for name in "abyL"]):
            edge = int(np.flatnonzero(scene.edges[:, 1] == v)[0])
            product_so_far *= float(frame.local[edge])
            assert same(frame.passed[edge], product_so_far)
            assert same(frame.gradients[scene.edges[edge, 0]], product_so_far)


def test_what_is_passed_on_to_a_node_adds_up_to_its_gradient() -> None:
    recording = learnt(graph="softmax")
    frame, scene = recording[-1], recording.scene
    for u, name in enumerate(scene.names):
        if name != "L":
            assert same(frame.gradients[u], frame.passed[scene.edges[:, 0] == u].sum())


def test_softmax_with_cross_entropy_passes_back_p_minus_d() -> None:
    for target in "123":
        recording = learnt(graph="softmax", target_class=target, x1=0.5, x2=2.0)
        names = recording.scene.names
        z, p, d = ([names.index(f"{letter}{k}") for k in "₁₂₃"] for letter in "zpd")
        for t in np.flatnonzero(recording.track("stage") == REPEAT):
            frame = recording[int(t)]
            assert frame.values[p].sum() == pytest.approx(1, abs=1e-6)
            np.testing.assert_allclose(frame.gradients[z], frame.values[p] - frame.values[d], atol=1e-6)


def test_a_sigmoid_with_cross_entropy_passes_back_y_minus_d_and_with_squared_error_less() -> None:
    for loss in LOSSES:
        recording = record(experiment, PRESETS["rescued" if loss == "cross_entropy" else "saturated"][0])
        names = recording.scene.names
        frame = recording[int(np.flatnonzero(recording.track("stage") == APPLY)[0])]
        y, d = (float(frame.values[names.index(name)]) for name in "yd")
        expected = (y - d) * (1 if loss == "cross_entropy" else y * (1 - y))
        assert frame.gradients[names.index("z")] == pytest.approx(expected, rel=1e-5)


def test_squared_error_learns_slower_than_cross_entropy_from_a_saturated_sigmoid() -> None:
    slow, fast = (
        record(experiment, PRESETS[name][0]).track("outputs")[:, 0, 0] for name in ("saturated", "rescued")
    )
    assert slow[0] == fast[0] < 0.03
    above = [int(np.argmax(y > 0.5)) or len(y) for y in (slow, fast)]
    assert above[1] < above[0] / 3


def test_a_dead_relu_passes_exactly_nothing_back() -> None:
    recording = record(experiment, PRESETS["dead"][0])
    scene, frame = recording.scene, recording[-1]
    z, y = scene.names.index("z"), scene.names.index("y")
    assert frame.values[z] < 0 < abs(frame.gradients[y])
    assert frame.gradients[z] == 0
    assert not frame.weight_gradients.any()
    assert (recording.track("weights") == recording[0].weights).all()


def test_no_three_sigmoids_pass_on_more_than_a_sixty_fourth() -> None:
    recording = record(experiment, PRESETS["vanish"][0])
    gradients, names = recording.track("gradients"), recording.scene.names
    last = recording.track("stage") == REPEAT
    x, y = np.abs(gradients[last][:, names.index("x")]), np.abs(gradients[last][:, names.index("y")])
    assert (x <= y / 64 + 1e-9).all()
    assert (x > 0).all()


def is_xor(recording: Recording) -> bool:
    return bool(((recording[-1].outputs[:, 0] > 0.5) == [False, True, True, False]).all())


def test_xor_is_learnt_from_the_default_seed() -> None:
    recording = learnt()
    assert not is_xor(recording[:1])
    assert is_xor(recording)
    assert np.abs(recording[-1].outputs[:, 0] - [0, 1, 1, 0]).max() < 0.1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loss", LOSSES)
def test_a_linear_network_never_learns_xor(loss: str, seed: int) -> None:
    recording = learnt(activation="linear", loss=loss, learning_rate=0.05, steps=300, seed=seed)
    outputs = recording.track("outputs")[..., 0]  # (T, 4)
    assert not ((outputs > 0.5) == [False, True, True, False]).all(1).any()
    # no line does: f(0,0) + f(1,1) = f(0,1) + f(1,0) for the sum before the output
    sums = np.log(outputs / (1 - outputs)) if loss == "cross_entropy" else outputs
    np.testing.assert_allclose(sums[:, 0] + sums[:, 3], sums[:, 1] + sums[:, 2], atol=1e-3)


def test_equal_weights_stay_twins() -> None:
    weights = record(experiment, PRESETS["twins"][0]).track("weights")
    np.testing.assert_array_equal(weights[:, :3], weights[:, 3:6])
    assert np.ptp(weights[:, 0]) > 0.1


def test_a_walk_visits_every_node_forward_then_backward_and_tells_numbers_only_where_it_has_been() -> None:
    recording = learnt(walked=3, steps=5)
    walk = recording[2:18]
    nodes = walk.track("node").tolist()
    forth, back = nodes[1:8], nodes[8:15]
    assert back == forth[::-1]
    assert walk.track("stage").tolist() == [3, 4, 4, 4, 4, 4, 4, 5, 6, 6, 6, 6, 6, 6, 6, 7]
    for frame in walk:
        seen = np.isfinite(frame.values)
        assert seen[frame.node] or frame.node < 0
        if frame.stage == BACKWARD:
            assert np.isfinite(frame.gradients[frame.node])
            at = nodes.index(frame.node, 8)
            later = nodes[at + 1 : 15]
            assert np.isnan(frame.local[np.isin(recording.scene.edges[:, 1], later)]).all()
        elif frame.stage < BACKWARD:
            assert np.isnan(frame.gradients).all()
    assert recording.track("example")[[2, 18, 34]].tolist() == [0, 1, 2]
    assert recording.track("update")[-1] == 5


def test_the_loss_shown_is_the_mean_over_all_pairs() -> None:
    config = Config(steps=20)
    for frame in record(experiment, config)[::3]:
        weights = torch.tensor(frame.weights).double()
        losses = [torch_loss(config, weights, m)[0].item() for m in range(4)]
        assert frame.loss == pytest.approx(np.mean(losses), rel=1e-5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configs(Config))
def test_any_config_runs_to_its_length_or_says_why_not(config: Config) -> None:
    config = Config(**{**config.model_dump(), "steps": min(config.steps, 6)})
    recording = record(experiment, config)
    if recording.ended is None:
        assert len(recording) == config.length()
    else:
        assert recording.ended in ("undefined", "diverged", "settled")
        assert recording.ended != "undefined" or len(recording) == 1
    assert np.isfinite(recording.track("weights")).all()
    assert np.isfinite(recording.track("loss")[1:]).all()


def test_a_chain_without_a_value_and_one_that_explodes_say_so() -> None:
    recording = learnt(graph="chain", f="log", x1=-1.0)
    assert (len(recording), recording.ended) == (1, "undefined")
    recording = learnt(graph="chain", f="square", g="square", h="square", x1=2.0, learning_rate=1.0)
    assert recording.ended == "diverged"
    assert np.isfinite(recording.track("weights")).all()
