"""Truths about the network and its recording: plain passes, counts, recorded weights, gradients."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dlviz
from dlviz.data.examples import load_examples
from dlviz.lessons.cnn import experiment, training
from dlviz.lessons.cnn.experiment import Config
from dlviz.lessons.cnn.presets import PRESETS, UNITS
from dlviz.lessons.cnn.reading import parts_of
from dlviz.library import Library
from dlviz.models.convnet import Network, widths_of
from dlviz.models.plane import principal_plane
from dlviz.models.recipe import parameters
from dlviz.models.training import blank_network, learn, new_network
from dlviz.recording import Tape

SOME = (
    Config(epochs=1),
    Config(epochs=1, head="average", pooling="average", blocks=3, filters=3),
    Config(data="faces", epochs=1, kernel_size="5", pooling="none", batch_norm=False, filters=4),
    Config(data="shapes", epochs=1, blocks=2, filters=2, kernel_size="7", batch_size=256, example=9),
)
some = pytest.mark.parametrize("config", SOME, ids=["digits", "average", "faces", "shapes"])


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def by_hand(config: Config, weights: np.ndarray, X: torch.Tensor) -> tuple[list[torch.Tensor], torch.Tensor]:
    """The same network by torch's functions alone: maps and logits."""
    parts = {name: torch.from_numpy(np.array(p[0])) for name, p in parts_of(config, weights[None]).items()}
    maps = []
    for block in range(config.blocks):
        if block and config.pooling != "none":
            X = {"max": nn.functional.max_pool2d, "average": nn.functional.avg_pool2d}[config.pooling](X, 2)
        bias = parts.get(f"convolutions.{block}.bias")
        X = nn.functional.conv2d(X, parts[f"convolutions.{block}.weight"], bias, padding="same")
        if config.batch_norm:
            own = {
                name: parts[f"norms.{block}.{name}"]
                for name in ("running_mean", "running_var", "weight", "bias")
            }
            X = nn.functional.batch_norm(X, **own)
        X = nn.functional.relu(X)
        maps.append(X)
    seen = nn.functional.adaptive_avg_pool2d(X, 1).flatten(1) if config.head == "average" else X.flatten(1)
    return maps, nn.functional.linear(seen, parts["head.weight"], parts["head.bias"])


@some
def test_feature_maps_are_those_of_the_plain_forward_pass(config: Config) -> None:
    recording, examples = recorded(config), load_examples(config.data)
    for step in (0, len(recording) // 2, -1):
        frame = recording[step]
        maps, logits = by_hand(config, frame.weights, examples.test_images[recording.scene.picture, None])
        plain = torch.cat([part[0].flatten() for part in maps])
        sides = np.repeat(recording.scene.sides, recording.scene.widths)
        reach = np.repeat(frame.reach, sides**2)
        assert np.allclose(plain, reach * frame.maps / 254, atol=float(frame.reach.max()) / 500)
        assert np.allclose(logits.softmax(1)[0], frame.probabilities, atol=1e-5)


@some
def test_gradients_are_those_of_a_small_change(config: Config) -> None:
    """Of the last block, whose maps reach the loss through the head alone: by central differences."""
    recording, examples = recorded(config), load_examples(config.data)
    frame, scene = recording[-1], recording.scene
    at = scene.picture
    maps, _ = by_hand(config, frame.weights, examples.test_images[at, None])
    parts = {
        name: torch.from_numpy(np.array(p[0])) for name, p in parts_of(config, frame.weights[None]).items()
    }
    side, units = scene.sides[-1], scene.widths[-1]
    levels = frame.slopes[-units * side**2 :].reshape(units, side, side).astype(float)
    slopes = frame.slope_reach[-units:, None, None] * (levels - 127) / 127

    def loss(last: torch.Tensor) -> float:
        seen = last.mean((1, 2)) if config.head == "average" else last.flatten()
        logits = parts["head.weight"].double() @ seen + parts["head.bias"].double()
        return nn.functional.cross_entropy(logits[None], examples.test_labels[at, None]).item()

    last = maps[-1][0].double()
    for unit, row, column in ((0, 0, 0), (units - 1, side - 1, 0), (units // 2, side // 2, side // 2)):
        change = torch.zeros_like(last)
        change[unit, row, column] = 1e-4
        slope = (loss(last + change) - loss(last - change)) / 2e-4
        assert slope == pytest.approx(
            slopes[unit, row, column], abs=float(frame.slope_reach[-units:].max()) / 120 + 1e-9
        )


@some
def test_recorded_weights_give_the_recorded_accuracy(config: Config) -> None:
    recording, examples = recorded(config), load_examples(config.data)
    for step in (0, -1):
        frame = recording[step]
        _, logits = by_hand(config, frame.weights, examples.test_images)
        assert (logits.argmax(1).numpy() == frame.answers).mean() > 0.99  # ties may fall otherwise
        right = (frame.answers == recording.scene.test_labels)[: recording.scene.tests[0]]
        assert right.mean() == pytest.approx(float(frame.test_accuracy[0]), abs=1e-6)
        _, logits = by_hand(config, frame.weights, examples.train_images[: examples.looked])
        labels = examples.train_labels[: examples.looked]
        assert nn.functional.cross_entropy(logits, labels).item() == pytest.approx(frame.loss, rel=1e-4)


@pytest.mark.parametrize("data", ["digits", "faces", "shapes", "shortcut"])
@pytest.mark.parametrize("head", ["flatten", "average"])
@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_the_number_of_parameters_is_torchs(data: Any, head: Any, blocks: int) -> None:
    for more in ({}, {"batch_norm": False, "pooling": "none"}, {"kernel_size": "5", "filters": 3}):
        config = Config(data=data, head=head, blocks=blocks, **more)
        network = blank_network(config, load_examples(data))
        assert parameters(config) == sum(part.numel() for part in network.parameters())


def test_the_default_network_reads_97_of_100_digits_whatever_the_seed() -> None:
    for seed in range(3):
        assert recorded(Config(seed=seed))[-1].test_accuracy[0] >= 0.97


def test_another_picture_is_seen_by_the_same_network() -> None:
    one, other = recorded(Config(epochs=1)), recorded(Config(epochs=1, example=7))
    for name in ("weights", "loss", "answers", "points", "strongest"):
        assert np.array_equal(one.track(name), other.track(name)), name
    assert not np.array_equal(one.track("maps"), other.track("maps"))


def test_what_is_replayed_is_what_was_learnt() -> None:
    config = Config(epochs=1, dropout=0.5, seed=3)
    first = dlviz.record(experiment, config)
    training.KEPT.clear()
    torch.rand(7)  # the process' own stream has moved on
    second = dlviz.record(experiment, config)
    assert all(
        np.array_equal(first.track(name), second.track(name)) for name in ("weights", "maps", "points")
    )


def test_another_seed_is_another_training() -> None:
    assert not np.array_equal(
        recorded(Config(epochs=1))[-1].weights, recorded(Config(epochs=1, seed=9))[-1].weights
    )


def test_a_training_shared_by_two_tapes_is_that_of_one_alone() -> None:
    config = Config(epochs=2, dropout=0.3, seed=4)
    alone = dlviz.record(experiment, config)
    training.KEPT.clear()
    one, other = (Tape("", experiment, part) for part in (config, config.changed(example=9)))
    for until in range(5, config.length() + 6, 6):
        one.advance(until, float("inf"))
        other.advance(until + 3, float("inf"))
    assert one.done
    assert np.array_equal(one.recording().track("weights"), alone.track("weights"))


def test_the_strongest_pictures_are_those_with_the_largest_answers() -> None:
    recording, examples = recorded(SOME[0]), load_examples("digits")
    maps, _ = by_hand(SOME[0], recording[-1].weights, examples.train_images)
    answers = torch.cat([part.flatten(2).amax(2) for part in maps], dim=1)  # (N, U)
    best = answers.sort(dim=0, descending=True).values[:9].T
    chosen = answers.gather(0, torch.from_numpy(recording[-1].strongest.T.astype(np.int64))).T
    assert torch.allclose(chosen, best, atol=1e-4)


def test_the_plane_is_that_of_the_principal_components() -> None:
    features = torch.randn(40, 7, generator=torch.Generator().manual_seed(0)) * torch.arange(1, 8)
    plane = principal_plane(features, None)
    u, s, _ = np.linalg.svd((features - features.mean(0)).numpy(), full_matrices=False)
    plain = u[:, :2] * s[:2]
    plain /= np.sqrt((plain**2).mean())
    assert np.allclose(np.abs(plane), np.abs(plain), atol=1e-4)
    turned = principal_plane(features, plane[:, ::-1] * [1, -1])  # the same, turned by a quarter
    assert np.allclose(turned, plane[:, ::-1] * [1, -1], atol=1e-4)


def test_dropout_keeps_the_mean_and_is_absent_at_rest() -> None:
    network = Network(Config(dropout=0.5), 1, 8, 10, torch.Generator().manual_seed(0))
    features = torch.ones(200, 256)
    dropped = network.train().dropped(features)
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert dropped.mean().item() == pytest.approx(1, abs=0.03)
    assert network.eval().dropped(features) is features


def test_who_diverges_says_so() -> None:
    wild = Config(optimizer="sgd", learning_rate=1, weight_decay=2, schedule="constant", batch_norm=False)
    recording = dlviz.record(experiment, wild)
    assert recording.ended == "diverged"
    assert len(recording) < wild.length()
    assert np.isfinite(recording.track("loss")).all()


def test_who_trains_again_trains_truly(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = training.moments

    def counted(config: Any) -> Any:
        made.append(config.seed)
        return real(config)

    monkeypatch.setattr(training, "moments", counted)
    training.KEPT.clear()
    library = Library(2**20)
    config = experiment.Config(epochs=1, seed=77)
    first = library.tape(experiment, config)
    library.advance(first, 2, 5)
    library.advance(library.tape(experiment, config.changed(example=3)), 2, 5)
    assert made == [77]  # another picture replays
    library.advance(library.again(experiment, config, first.name), 2, 5)
    assert made == [77, 77]


def test_the_unit_for_stars_does_not_hang_on_the_last_bit() -> None:
    """Another processor rounds differently: from numbers a millionth away the preset's unit still learns stars."""
    config, unit = PRESETS["parts"][0], UNITS["parts"]["unit"]
    examples = load_examples("shapes")
    network = new_network(config, examples)
    nudge = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for part in network.parameters():
            part += 1e-6 * torch.randn(part.shape, generator=nudge)
    for _ in learn(config, network, examples):
        pass
    block, k = (int(part) - 1 for part in unit.split("."))
    with torch.inference_mode():
        strongest, _ = training.strongest_of(network.eval().inside(examples.train_images[: examples.looked]))
    labels = examples.train_labels[strongest[sum(widths_of(config)[:block]) + k]]
    assert (labels == 3).sum() >= 8
