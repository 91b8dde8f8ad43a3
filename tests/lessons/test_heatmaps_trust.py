"""Truths about what heat maps are worth: trials, places, likeness, and the pictures of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from scipy.stats import rankdata, spearmanr
from torch import nn

import dlviz
from dlviz.lessons.heatmaps import experiment, figures, trust
from dlviz.lessons.heatmaps.closeups import detail, outlines, places, running_mean, scores
from dlviz.lessons.heatmaps.experiment import DEAR, SCORES, Config
from dlviz.lessons.heatmaps.figures_wall import coarse, gaps, place_of, wall
from dlviz.lessons.heatmaps.methods import METHODS, Question
from dlviz.plots.mosaic import NOTHING
from dlviz.text import lesson_text

TEXT = lesson_text("heatmaps", "en")


class Linear(nn.Module):
    """A score that is a sum of weighted pixels, and its opposite."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.linspace(-1, 1, 64).view(8, 8)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        score = (X[:, 0] * self.weight).sum(dim=(1, 2))
        return torch.stack([score, -score], dim=1)


def linear() -> Question:
    X = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    return Question(Linear(), X, torch.tensor([0]), torch.zeros_like(X), 0, X)  # type: ignore[arg-type]


@cache
def judged() -> dlviz.Recording:
    return dlviz.record(experiment, Config(data="digits", epochs=1, filters=2, after="pictures"))


def test_the_hottest_pixels_go_first() -> None:
    question = linear()
    X, weight = question.X, question.network.weight
    maps = torch.stack([X[0, 0] * weight, torch.rand(8, 8)])
    curves = trust.removal_curves(question.network, X, question.baseline, question.target, maps)
    hot = (X[0, 0] * weight).flatten()
    for k, gone in enumerate(torch.linspace(0, 64, trust.POINTS).round().int().tolist()):
        rest = hot.sort(descending=True).values[gone:].sum()
        assert curves[0, 0, k].item() == pytest.approx(torch.sigmoid(2 * rest).item(), abs=1e-5)
        there = hot.sort(descending=True).values[:gone].sum()
        assert curves[0, 1, k].item() == pytest.approx(torch.sigmoid(2 * there).item(), abs=1e-5)
    assert torch.allclose(curves[:, 0, 0], curves[:, 1, -1])  # both are the whole picture
    assert curves[0, 0].mean() < curves[1, 0].mean()


def test_the_weights_of_a_linear_score_are_perfectly_faithful() -> None:
    question = linear()
    torch.manual_seed(0)
    assert trust.infidelity_of(question, 3 * question.network.weight[None, None]) < 1e-8
    assert trust.infidelity_of(question, torch.rand(1, 1, 8, 8)) > 1e-2


def test_what_does_not_ask_the_picture_is_not_sensitive() -> None:
    question = linear()
    torch.manual_seed(0)
    assert (
        trust.sensitivity_of(question, "saliency") == 0
    )  # the gradient of a linear score is the same everywhere
    assert trust.sensitivity_of(question, "input_x_gradient") > 0.001


def test_pointing_and_overlap_count_pixels() -> None:
    mask = torch.zeros(4, 4, dtype=torch.bool)
    mask[1:3, 1:3] = True
    on, off, half = (torch.zeros(4, 4) for _ in range(3))
    on[mask] = torch.tensor([4.0, 3, 2, 1])
    off[0] = torch.tensor([4.0, 3, 2, 1])
    half[1], half[1, 0] = torch.tensor([1.0, 4, 3, 2]), 1
    maps = torch.stack([on, off, half, torch.zeros(4, 4)])
    assert trust.pointing(maps, mask).tolist() == [1, 0, 1, 0]
    assert trust.overlap(maps, mask).tolist() == pytest.approx([1, 0, 2 / 6, 0])
    assert trust.share_inside(maps[:3], mask).tolist() == pytest.approx([1, 0, 0.7])


def test_likeness_is_spearmans_correlation_of_sizes() -> None:
    random = torch.Generator().manual_seed(1)
    a, b = (torch.randn(3, 6, 6, generator=random).mul(3).round() for _ in range(2))  # with equal ones
    found = trust.likeness(a, b)
    for one, other, like in zip(a, b, found):
        plain = spearmanr(one.abs().flatten(), other.abs().flatten()).statistic
        assert like.item() == pytest.approx(float(plain), abs=1e-5)
    assert trust.likeness(a, -2 * a).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_edges_ask_no_network_and_trained_maps_are_like_themselves() -> None:
    config = Config(data="digits", epochs=1, filters=2, after="layers")
    alike = dlviz.record(experiment, config).track("alike")
    first = config.trained() + 1
    assert np.isnan(alike[:first]).all()
    assert np.allclose(alike[first:, -1], 1, atol=1e-4)
    moving = np.ptp(alike[first:, :-1], axis=0)
    assert (moving > 0.05).all()


def test_a_ranking_is_the_mean_of_the_pictures_so_far() -> None:
    recording = judged()
    first = recording.scene.trained + 1
    table = recording.track("scores")
    assert len(recording) == first + 50
    mean = running_mean(table, first)
    assert np.isnan(mean[:first]).all()
    for step in (first, first + 7, len(recording) - 1):
        assert np.allclose(mean[step, :, :2], table[first : step + 1, :, :2].mean(0), atol=1e-5)
        dear = table[first : step + 1 : DEAR, :, 2:4]  # measured of every fifth picture
        assert np.allclose(mean[step, :, 2:4], dear.mean(0), atol=1e-5)
    assert np.isfinite(table[first:, :, 2:4]).any(axis=(1, 2)).sum() == 50 // DEAR
    told = next(label for label in scores(recording, TEXT, mean=True).labels if "n" in label.values)
    assert told.at(first - 1) == ""
    assert "8" in told.at(first + 7)
    assert recording.track("picture")[first:].tolist() == list(range(50))


def test_places_are_those_of_ranked_data() -> None:
    table = np.round(np.random.RandomState(0).rand(2, 9, len(SCORES)), 1).astype(np.float32)
    table[0, 3] = np.nan
    found = places(table)
    signs = {"insertion": -1, "pointing": -1, "overlap": -1}
    for j, name in enumerate(SCORES):
        plain = rankdata(signs.get(name, 1) * table[1, :, j])
        assert np.allclose(found[1, :, j], plain)
    assert np.isnan(found[0, 3]).all()
    assert np.nanmax(found[0]) <= 8


def test_each_map_lies_on_its_own_tile_and_a_click_finds_it() -> None:
    recording = judged()
    scene, film = recording.scene, wall(recording, TEXT)
    move = next(m for m in film.moves if getattr(m.columns.get("z"), "low", 0) == -1)
    sheet = move.columns["z"].codes[-1]
    side = scene.pictures.shape[-1]
    beside, below = gaps(side)
    for k, method in enumerate(METHODS):
        left, bottom = place_of(scene, k + 1)
        row, column = round(bottom * side), round(left * side)
        tile = sheet[row : row + side, column : column + side][::-1]
        assert np.array_equal(tile, coarse(recording[-1].maps[k])), method
        assert figures.method_at(scene, left + 0.5, bottom + 0.5) == method
    left, bottom = place_of(scene, 0)
    first = sheet[round(bottom * side) :, :side]
    assert (first == NOTHING).all()
    assert figures.method_at(scene, left + 0.5, bottom + 0.5) is None
    assert beside > 0 < below


def test_zero_stays_zero_and_nothing_stays_nothing() -> None:
    levels = np.arange(256, dtype=np.uint8)
    few = coarse(levels)
    assert few[127] == 127
    assert few[255] == NOTHING
    assert (np.abs(few[:255].astype(int) - levels[:255]) <= 2).all()
    assert few[0] == 0 and few[254] == 254  # noqa: PT018


def test_an_outline_is_as_long_as_the_border_of_its_pixels() -> None:
    mask = np.zeros((2, 8, 8), bool)
    mask[0, 2:5, 3:7] = True
    path = outlines(mask)
    ends = path[0][~np.isnan(path[0, :, 0])].reshape(-1, 2, 2)
    assert len(ends) == 2 * (3 + 4)
    assert ends[..., 0].min() == pytest.approx(3 / 8)
    assert ends[..., 1].max() == pytest.approx(1 - 2 / 8)
    assert np.isnan(path[1]).all()


def test_tables_and_close_ups_show_recorded_numbers() -> None:
    recording = judged()
    film = scores(recording, TEXT)
    shown = [label for label in film.labels if "v" in label.values]
    assert np.array_equal(shown[0].values["v"], recording.track("scores")[:, 0, 0])
    told = [
        label for label in detail(recording, TEXT, method="grad_cam", strength="map").labels if label.strings
    ]
    empty = [label == TEXT("live.blank") for label in told[-1].strings]
    assert empty == (recording.track("reach")[:, list(METHODS).index("grad_cam")] == 0).tolist()
    close = detail(recording, TEXT, method="occlusion", strength="map")
    k = list(METHODS).index("occlusion")
    curves = [move.columns["y"] for move in close.moves if move.columns.get("y") is not None][1:]
    assert np.array_equal(curves[0], recording.track("curves")[:, k, 0])
    assert np.array_equal(curves[1], recording.track("curves")[:, k, 1])
