"""Truths about a recording of the playground: what its frames show is what the network does."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import erf

from dlviz.data import own
from dlviz.lessons.mlp_playground import experiment
from dlviz.lessons.mlp_playground.experiment import Config
from dlviz.recording import Recording, Tape, record
from tests.strategies import configs

NUMPY = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky": lambda z: np.where(z > 0, z, 0.01 * z),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}


def seen(scene: experiment.Scene, places: np.ndarray) -> np.ndarray:
    """The inputs of places, (N, I), in float64."""
    x, y = places.astype(float).T
    all_ = {"x": x, "y": y, "x2": x**2, "y2": y**2, "xy": x * y, "sin_x": np.sin(x), "sin_y": np.sin(y)}
    return np.stack([all_[name] for name in scene.inputs], axis=1)


def units_at(recording: Recording, step: int, places: np.ndarray) -> np.ndarray:
    """What every unit says at places, edge by edge, the outputs before squashing, (U, N)."""
    scene, frame = recording.scene, recording[step]
    inputs = scene.sizes[0]
    nodes = [*seen(scene, places).T, *(np.zeros(len(places)) for _ in frame.biases)]
    for unit, layer in enumerate(scene.layers):
        z = np.full(len(places), float(frame.biases[unit]))
        for (source, target), weight in zip(scene.edges, frame.weights):
            if target == inputs + unit:
                z += float(weight) * nodes[source]
        hidden = layer < len(scene.activations)
        nodes[inputs + unit] = NUMPY[scene.activations[layer]](z) if hidden else z
    return np.stack(nodes[inputs:])


def plane(scene: experiment.Scene) -> np.ndarray:
    return np.stack([axis.ravel() for axis in np.meshgrid(scene.x, scene.y)], axis=1)


def map_of(frame: experiment.Frame, unit: int) -> np.ndarray:
    """The numbers behind a map, (G, G)."""
    return (frame.maps[unit].astype(float) - 127) / 127 * frame.reach[unit]


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum(axis=0)


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"hidden": "3-2-4", "activations": "relu-leaky-gelu", "inputs": ("x2", "sin_y", "xy")},
        {"data": "three", "hidden": "5", "activations": "sigmoid"},
        {"data": "hills", "hidden": "8-8", "activations": "linear-tanh"},
        {"data": "xor", "loss": "hinge"},
        {"data": "iris", "loss": "squared", "hidden": ""},
        {"data": "moons", "loss": "squared", "inputs": ("x", "y", "y2", "sin_x")},
    ],
    ids=str,
)
def test_maps_losses_and_scores_follow_from_the_weights_shown(choices: dict[str, Any]) -> None:
    recording = record(experiment, Config(**choices, epochs=12))
    scene, frame = recording.scene, recording[-1]
    units, outputs = units_at(recording, -1, plane(scene)), scene.sizes[-1]
    z = units[-outputs:]
    squash = {
        "cross_entropy": softmax if outputs > 1 else lambda z: 2 / (1 + np.exp(-z)) - 1,
        "hinge": lambda z: z,
        "squared": np.tanh,
        "values": lambda z: z,
    }[scene.loss]
    units[-outputs:] = squash(z)
    for unit, expected in enumerate(units):
        assert frame.reach[unit] == pytest.approx(max(np.abs(expected).max(), 1), rel=1e-4)
        assert map_of(frame, unit).ravel() == pytest.approx(
            expected, abs=float(0.51 / 127 * frame.reach[unit])
        )

    for examples, target, loss, score, confusion in (
        (scene.train_x, scene.train_target, frame.loss, frame.accuracy, frame.confusion[0]),
        (scene.test_x, scene.test_target, frame.test_loss, frame.test_accuracy, frame.confusion[1]),
    ):
        z = units_at(recording, -1, examples)[-outputs:]  # (K, N)
        truth = target.astype(int)
        signs = np.where(np.arange(outputs)[:, None] == truth, 1, -1) if outputs > 1 else 2 * target[None] - 1
        if scene.loss == "cross_entropy":
            p = softmax(z) if outputs > 1 else softmax(np.stack([np.zeros(len(truth)), z[0]]))
            expected = -np.log(p[truth, np.arange(len(truth))])
        elif scene.loss == "hinge":
            expected = np.maximum(1 - signs * z, 0).sum(axis=0)
        else:
            expected = ((squash(z) - (signs if scene.classes else target)) ** 2).sum(axis=0) / 2
        assert loss == pytest.approx(expected.mean(), rel=1e-4)
        if scene.classes:
            said = z.argmax(axis=0) if outputs > 1 else (z[0] > 0).astype(int)
            assert score == pytest.approx((said == truth).mean())
            counts = np.zeros_like(confusion)
            np.add.at(counts, (truth, said), 1)
            assert np.array_equal(confusion, counts)
        else:
            assert score == pytest.approx(
                1 - ((z[0] - target) ** 2).sum() / ((target - target.mean()) ** 2).sum(), abs=1e-4
            )


def test_gradient_sizes_are_those_of_the_whole_training_set() -> None:
    # Plain descent with all examples at once and one rate: the step is the gradient.
    recording = record(experiment, Config(batch_size=512, learning_rate=0.5, epochs=10))
    weights, layers = recording.track("weights").astype(float), recording.scene.layers
    owner = layers[recording.scene.edges[:, 1] - recording.scene.sizes[0]]
    for step in (0, 5):
        moved = (weights[step] - weights[step + 1]) / 0.5
        expected = [np.linalg.norm(moved[owner == layer]) for layer in range(3)]
        assert recording[step].gradients == pytest.approx(expected, rel=1e-3)


def test_distributions_count_the_activations_of_the_training_examples() -> None:
    recording = record(experiment, Config(hidden="4-3", activations="relu", epochs=10))
    scene, frame = recording.scene, recording[-1]
    units = units_at(recording, -1, scene.train_x)
    for layer in range(3):
        own_units = units[scene.layers == layer].ravel()
        assert frame.spread[layer] == pytest.approx(max(np.abs(own_units).max(), 1), rel=1e-5)
        edges = np.linspace(-1, 1, 26) * frame.spread[layer]
        expected = np.histogram(own_units, edges)[0] / len(own_units)
        assert (
            np.abs(frame.activations[layer] - expected).sum() < 0.02
        )  # an example at a bin's edge may fall over it


def test_the_default_network_learns_the_circle_and_stands_still_before_the_first_update() -> None:
    recording = record(experiment, Config())
    assert recording[0].epoch == 0
    assert recording[-1].epoch == 300
    assert recording[0].test_accuracy < 0.75
    assert recording[-1].test_accuracy > 0.98


def test_xor_needs_a_hidden_layer() -> None:
    choices: dict[str, Any] = {"data": "xor", "optimizer": "adam", "learning_rate": 0.03, "epochs": 100}
    assert record(experiment, Config(**choices, hidden=""))[-1].test_accuracy < 0.75
    assert record(experiment, Config(**choices, hidden="8"))[-1].test_accuracy > 0.95


def test_linear_layers_collapse_to_one_line() -> None:
    recording = record(
        experiment, Config(data="gauss", noise=0.2, hidden="8-8-8", activations="linear", epochs=20)
    )
    frame, scene = recording[-1], recording.scene
    line, rest = np.eye(2), np.zeros(2)
    begin, node = 0, 0
    for n, m in zip(scene.sizes, scene.sizes[1:]):
        weight = frame.weights[begin : begin + n * m].reshape(m, n).astype(float)
        line, rest = weight @ line, weight @ rest + frame.biases[node : node + m]
        begin, node = begin + n * m, node + m
    side = plane(scene) @ line[0] + rest[0]
    clear = np.abs(np.tanh(side / 2)) > 1 / 127
    assert np.array_equal(map_of(frame, -1).ravel()[clear] > 0, side[clear] > 0)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_equal_first_weights_never_break_symmetry(activation: str) -> None:
    config = Config(
        hidden="4-3", initialisation="zeros", activations=activation, learning_rate=0.3, epochs=40
    )
    frame = record(experiment, config)[-1]
    assert len(np.unique(frame.maps[:4], axis=0)) == 1
    assert len(np.unique(frame.maps[4:7], axis=0)) == 1
    assert frame.test_accuracy < 0.8


def test_batch_normalisation_rescues_a_deep_saturated_network() -> None:
    choices: dict[str, Any] = {
        "data": "circle",
        "hidden": "8-8-8-8-8-8",
        "initialisation": "large",
        "epochs": 60,
    }
    alone = record(experiment, Config(**choices))
    helped = record(experiment, Config(**choices, batch_norm=True))
    assert helped[-1].test_accuracy > alone[-1].test_accuracy
    assert helped[-1].test_accuracy > 0.9


def test_switched_off_units_are_told_only_while_there_is_dropout() -> None:
    recording = record(experiment, Config(hidden="8-8", dropout=0.2, epochs=40))
    off = recording.track("dropped")
    assert not off[0].any()
    assert not off[:, -1].any()
    assert off[1:, :16].mean() == pytest.approx(0.2, abs=0.05)
    assert not record(experiment, Config(epochs=10)).track("dropped").any()


def test_a_run_that_explodes_says_so() -> None:
    recording = record(experiment, Config(data="hills", hidden="8-8", activations="relu", learning_rate=10.0))
    assert recording.ended == "diverged"
    assert all(np.isfinite(recording.track(name)).all() for name in ("loss", "weights", "reach"))


@pytest.mark.parametrize("points", ["", own.encode([[1, 2]], [0])])
def test_fewer_than_two_points_are_too_few(points: str) -> None:
    recording = record(experiment, Config(data="own", points=points))
    assert (len(recording), recording.ended) == (1, "few")


def test_recordings_stay_within_their_memory() -> None:
    for choices, most in (({}, 12e6), ({"hidden": "8-8-8-8-8-8", "data": "three"}, 40e6)):
        for epochs in (300, 2000):
            config = Config(**choices, epochs=epochs)
            tape = Tape("", experiment, config)
            tape.advance(1, float("inf"))
            assert tape.nbytes() < most * (1 if epochs == 300 or choices else 2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    configs(
        Config,
        points=st.sampled_from(["", own.encode([[1, 2], [-1, 0], [3, 3]], [0, 1, 2])]),
        examples=st.integers(20, 100),
        hidden=st.sampled_from(["", "1", "8", "4-2", "8-8-8-8-8-8"]),
        activations=st.sampled_from(["relu", "leaky", "gelu", "tanh", "sigmoid", "linear"]),
        changes=st.sampled_from(["", "0:b1.0=2", "1:learning_rate=10,2:dropout=0.8,2:batch_size=1"]),
    )
)
def test_any_config_has_frames_of_numbers_or_says_why_not(config: Config) -> None:
    tape = Tape("", experiment, config)
    tape.advance(3, float("inf"))
    recording = tape.recording()
    for field in fields(experiment.Frame):
        assert tape.ended == "few" or np.isfinite(recording.track(field.name)).all(), field.name
    assert len(recording) == 3 or tape.ended in ("few", "diverged")
    assert recording[0].maps.shape == (sum(recording.scene.sizes[1:]), 50, 50)
    assert len(recording.scene.edges) == len(recording[0].weights)
