"""What the presets of the CNN lesson promise: of this machine's network, of one a millionth away, of other seeds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

import dlviz
from dlviz.data.examples import Examples
from dlviz.lessons.cnn import experiment, tiles, training
from dlviz.lessons.cnn.experiment import Config
from dlviz.lessons.cnn.presets import PREDICTION, PRESETS, UNITS
from dlviz.lessons.cnn.reading import parts_of
from dlviz.models.convnet import Network

PLACES = np.stack(np.meshgrid(*[np.linspace(-1, 1, 7)] * 2), axis=-1).reshape(-1, 2)  # of a filter's weights
others = pytest.mark.parametrize(("seed", "nudge"), [(None, 0.0), (None, 1e-6), (2, 0.0)])


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def learnt(config: Config, nudge: float, seed: int | None = None) -> list[training.Moment]:
    """A training whose first weights are moved a little, as processors do that round otherwise; or of another seed."""
    plain = training.new_network

    def nudged(config: Any, examples: Examples) -> Network:
        network, random = plain(config, examples), torch.Generator().manual_seed(2)
        with torch.no_grad():
            for part in network.parameters():
                part += nudge * torch.randn(part.shape, generator=random)
        return network

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "new_network", nudged)
        return list(training.moments(config if seed is None else config.changed(seed=seed)))


def first_above(moments: list[training.Moment], share: float) -> float:
    return next((moment.update for moment in moments if moment.test_accuracy[0] >= share), np.inf)


def roughness(filters: np.ndarray) -> float:
    """How much neighbouring weights differ: about 1 for noise, small for bands."""
    steps = np.diff(filters, axis=-1) ** 2, np.diff(filters, axis=-2) ** 2
    return float((steps[0].mean() + steps[1].mean()) / 4 / filters.var())


def banded(weights: np.ndarray) -> float:
    """How much of the variance of a filter (C, 7, 7) bands of one direction make, that of the best of twelve."""
    channels = weights.reshape(len(weights), -1).T  # (49, C)
    total = ((channels - channels.mean(0)) ** 2).sum()
    shares = []
    for angle in np.linspace(0, np.pi, 12, endpoint=False):
        along = PLACES @ [np.cos(angle), np.sin(angle)]
        bands = np.stack([along**k for k in range(5)], axis=1)
        rest = channels - bands @ np.linalg.lstsq(bands, channels, rcond=None)[0]
        shares.append(1 - (rest**2).sum() / total)
    return float(max(shares))


@others
def test_dots_of_large_filters_become_bands_of_orange_and_blue(seed: int | None, nudge: float) -> None:
    config = PRESETS["edges"][0]
    moments = learnt(config, nudge, seed)
    ends = np.stack([moments[0].weights, moments[-1].weights])
    before, after = parts_of(config, ends)["convolutions.0.weight"]  # (8, 3, 7, 7) each
    assert roughness(before) > 0.85
    assert roughness(after) < 0.5
    assert max(map(banded, before)) < 0.35
    assert np.median([banded(one) for one in after]) > 0.5
    if seed is None:  # the unit that the preset shows
        chosen = after[int(UNITS["edges"]["unit"].partition(".")[2]) - 1]
        assert banded(chosen) > 0.65
        assert 0.5 < chosen.max() / -chosen.min() < 2


@others
def test_without_batch_normalisation_the_accuracy_lags_behind(seed: int | None, nudge: float) -> None:
    bare, usual = (learnt(config, nudge, seed) for config in (PRESETS["bare"][0], Config()))
    assert first_above(usual, 0.9) < np.inf
    assert first_above(bare, 0.9) > 1.4 * first_above(usual, 0.9)
    same = first_above(usual, 0.9)
    there = next(moment for moment in bare if moment.update >= same)
    assert there.test_accuracy[0] < 0.85


def test_the_presets_show_what_they_promise() -> None:
    parts, unit = recorded(PRESETS["parts"][0]), UNITS["parts"]["unit"]
    block, k = (int(part) - 1 for part in unit.split("."))
    labels = parts.scene.train_labels[parts[-1].strongest]  # (U, 9)
    assert (labels[tiles.units_of(parts, block).start + k] == 3).sum() >= 8  # stars
    assert np.median([np.bincount(row).max() for row in labels[:8]]) <= 5

    shortcut = recorded(PRESETS["shortcut"][0])
    marked, clean = shortcut[-1].test_accuracy
    ends = shortcut.scene.tests
    given, truth = (part[ends[0] :] for part in (shortcut[-1].answers, shortcut.scene.test_labels))
    assert marked > 0.88
    assert clean < 0.72
    assert (given[truth == 3] == 3).mean() < 0.1

    average = recorded(PRESETS["average"][0])
    assert average.scene.parameters < 0.55 * parts.scene.parameters
    assert average[-1].test_accuracy[0] > 0.88

    apart = recorded(PRESETS["apart"][0])
    truth = apart.scene.test_labels[: apart.scene.shown]

    def spread(points: np.ndarray) -> float:
        """Of the variance of all, how much remains within the classes."""
        within = sum(points[truth == c].var(0).sum() * (truth == c).sum() for c in range(10)) / len(truth)
        return float(within / points.var(0).sum())

    assert spread(apart[-1].points) < 0.8 * spread(apart[0].points)
    assert recorded(PREDICTION)[-1].test_accuracy[0] > 0.85
