"""Truths about the pictures of the CNN lesson, and about what its presets promise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

import dlviz
from dlviz.data import sketch
from dlviz.data.examples import load_examples
from dlviz.lessons.cnn import experiment, figures, tiles
from dlviz.lessons.cnn.closeup_layer import maps_of_unit
from dlviz.lessons.cnn.closeup_sketch import since_when
from dlviz.lessons.cnn.closeup_unit import peaks_of, pooled, windows_of
from dlviz.lessons.cnn.closeups import confusion, counted, misread
from dlviz.lessons.cnn.experiment import Config
from dlviz.lessons.cnn.figures_network import board, network
from dlviz.lessons.cnn.reading import PAD, answers, field_of, on_pad, parts_of
from dlviz.models.convnet import Network
from dlviz.models.training import blank_network, load_weights
from dlviz.plots import pictures
from dlviz.text import lesson_text

TEXT = lesson_text("cnn", "en")


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def test_a_tile_shows_the_map_of_its_unit() -> None:
    recording = recorded(Config())
    film = network(recording, TEXT, scale="unit")
    shown = next(move for move in film.moves if "z" in move.columns).columns["z"][-1:][
        0
    ]  # first column of tiles
    plain = tiles.maps_of(recording, 0)[-1, 0] / 254
    top = shown[-8:][::-1]  # rows upwards
    assert np.allclose(top, plain, atol=4 / 254)


def test_one_colour_scale_for_a_layer_tells_weak_units_from_strong_ones() -> None:
    recording = recorded(Config())
    reach = recording.track("reach")
    own, layer, whole = (tiles.most_of(recording, reach, 0, scale) for scale in ("unit", "layer", "network"))
    assert np.array_equal(own, reach[:, :8])
    assert np.array_equal(layer[:, 3], reach[:, :8].max(1))
    assert np.array_equal(whole[:, 3], reach.max(1))


@pytest.mark.parametrize("pooling", ["max", "average", "none"])
def test_the_sum_of_a_unit_is_torchs_convolution(pooling: str) -> None:
    config = Config(epochs=1, pooling=pooling, batch_norm=False)  # type: ignore[arg-type]
    recording = recorded(config)
    parts = parts_of(config, recording.track("weights"))
    for block, k in ((0, 3), (1, 5)):
        peak = peaks_of(recording, block, k)
        total = (windows_of(recording, block, peak) * parts[f"convolutions.{block}.weight"][:, k]).sum(
            (1, 2, 3)
        )
        normed = total + parts[f"convolutions.{block}.bias"][:, k]
        highest = recording.track("reach")[:, tiles.units_of(recording, block)][:, k]
        assert np.allclose(np.maximum(normed, 0), highest, atol=0.03 * max(1, highest.max()))


@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_map_is_made_of_the_maps_below_as_torch_makes_it(batch_norm: bool) -> None:
    config = Config(data="shapes", epochs=1, filters=3, blocks=3, batch_norm=batch_norm)
    recording = recorded(config)
    network = blank_network(config, load_examples("shapes"))
    for step in (0, -1):
        load_weights(network, recording[step].weights.copy())
        for block, k in ((0, 2), (1, 4), (2, 0)):
            below, weight, filtered, normed = maps_of_unit(recording, block, k)
            convolution = network.convolutions[block]
            plain = torch.nn.functional.conv2d(
                torch.from_numpy(below[step][:, None].copy()),
                convolution.weight[k][:, None].detach(),
                padding=1,
            )
            own = torch.diagonal(plain, dim1=0, dim2=1).permute(2, 0, 1)  # channel c with its own filter
            assert np.allclose(filtered[step], own, atol=1e-4)
            assert np.array_equal(weight[step], convolution.weight[k].detach())
            reach = float(recording[step].reach[tiles.units_of(recording, block).start + k])
            shown = reach * tiles.maps_of(recording, block)[step, k] / 254
            assert np.abs(np.maximum(normed[step], 0) - shown).max() <= reach / 50 + 1e-5  # recorded as bytes


def test_pooling_of_recorded_maps_is_torchs() -> None:
    maps = np.random.default_rng(0).random((2, 3, 5, 5)).astype(np.float32)
    plain = torch.from_numpy(maps)
    assert np.allclose(pooled(maps, "max"), nn.functional.max_pool2d(plain, 2))
    assert np.allclose(pooled(maps, "average"), nn.functional.avg_pool2d(plain, 2))


@pytest.mark.parametrize("pooling", ["max", "average", "none"])
@pytest.mark.parametrize("kernel", ["3", "5"])
def test_a_receptive_field_is_what_a_gradient_reaches(pooling: str, kernel: str) -> None:
    config = Config(data="shapes", pooling=pooling, kernel_size=kernel, batch_norm=False)  # type: ignore[arg-type]
    network = Network(config, 3, 32, 4, torch.Generator())
    for part in network.parameters():
        nn.init.ones_(part)
    for block in range(3):
        picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0), requires_grad=True)
        maps = network.inside(picture).maps[block]
        at = maps.shape[-1] // 2
        (slope,) = torch.autograd.grad(maps[0, 0, at, at], picture)
        reached = slope[0].abs().sum((0, 1)).nonzero().flatten()
        side, jump, first = field_of(config, block)
        centre = at * jump + first
        if pooling != "max":  # of a square of four only the largest is reached
            assert (reached[0].item(), reached[-1].item()) == (
                max(0, centre - (side - 1) / 2),
                min(31, centre + (side - 1) / 2),
            )
        assert reached[0] >= centre - (side - 1) / 2
        assert reached[-1] <= centre + (side - 1) / 2


def test_the_card_of_a_unit_is_that_of_the_tile_below_the_pointer() -> None:
    recording = recorded(Config(data="shapes", filters=3, epochs=1))
    scene, film = recording.scene, network(recording, TEXT)
    assert film.peek is not None
    at = board(scene)
    for block, width in enumerate(scene.widths):
        for k in range(width):
            left, bottom = tiles.place_of(at, block, k)
            unit = sum(scene.widths[:block]) + k
            for trace, units in film.peek["units"].items():
                ends = film.figure["data"][int(trace)]["x"]  # type: ignore[index]
                if ends[0] <= left + 0.4 <= ends[-1]:
                    below = [bottom - tiles.place_of(at, block, other)[1] for other in range(width)]
                    column = [n for n in range(width) if tiles.place_of(at, block, n)[0] == left]
                    assert units[sum(below[n] > 0.5 for n in column)] == unit
            assert film.peek["titles"][unit] == TEXT("unit.name", block=block + 1, k=k + 1)
            assert tuple(film.peek["fields"][unit][1:]) == field_of(recording.config, block)
    move = film.moves[-1]
    numbers, places = (move.columns[axis][-1].reshape(-1, 10) for axis in "xy")
    assert np.array_equal(numbers[:, 1:], recording[-1].strongest)
    assert np.array_equal(places[:, 1:], recording[-1].peaks)
    atlas = film.peek["atlas"].reshape(-1, *film.peek["size"])
    assert len(atlas) == numbers[0, 0] + 1 == len(scene.train_pictures) + 1
    last = tiles.maps_of(recording, 2)[-1]
    assert places[-1, 0] == last[-1].argmax()


def test_the_confusion_matrix_is_scikit_learns() -> None:
    from sklearn.metrics import confusion_matrix

    recording = recorded(Config())
    truth, given = recording.scene.test_labels, recording.track("answers")
    counts = counted(truth, given, 10)
    for step in (0, 40, -1):
        assert np.array_equal(counts[step], confusion_matrix(truth, given[step], labels=range(10)))


def test_misread_pictures_are_misread_and_can_be_clicked() -> None:
    recording = recorded(Config())
    film, wrong = confusion(recording, TEXT), misread(recording)
    step = 20
    assert (recording[step].answers[wrong[step]] != recording.scene.test_labels[wrong[step]]).all()
    assert figures.hit(recording, film.click or "", 0.4, 1.6, step) == {"example": wrong[step][0]}
    assert figures.hit(recording, film.click or "", 1.4, 0.6, step) == {"example": wrong[step][4]}
    assert figures.hit(recording, film.click or "", 9.0, 9.0, step) == {}


def test_a_click_on_a_point_chooses_its_picture() -> None:
    recording = recorded(Config())
    x, y = recording[30].points[17].tolist()
    number = figures.hit(recording, "point", x, y, 30)["example"]
    assert np.linalg.norm(recording[30].points[number] - [x, y]) < 1e-6
    assert figures.hit(recording, "point", 50.0, 0.0, 30) == {}


def test_a_sketch_is_read_as_the_network_of_each_step_reads_it() -> None:
    """A digit of the test set, drawn spot by spot, is read as the recorded network read that digit."""
    recording, examples = recorded(Config()), load_examples("digits")
    found = [k for k, p in enumerate(examples.test_images[:200, 0]) if (p[:, :4] * 16 % 1 == 0).all()]
    agreed = 0
    for k in found[:20]:
        counts = (16 * examples.test_images[k, 0]).long()
        order = torch.arange(16).view(4, 4).repeat(8, 8)
        ink = order < counts.repeat_interleave(4, 0).repeat_interleave(4, 1)
        said = answers(recording.config, recording.track("weights")[-1:], sketch.encode(ink))[0].argmax()
        agreed += said == recording[-1].answers[k]
    assert agreed >= 17  # some are not as high as the picture to the last spot, and are stretched


def test_since_when_an_answer_stands() -> None:
    assert since_when(np.array([3, 3, 7, 7, 3, 3])).tolist() == [0, 0, 2, 2, 4, 4]


def test_only_points_on_the_pad_are_ink() -> None:
    points = np.array([[PAD + 4, -10.0], [40.0, 0.5], [PAD + 31, -1.0]])
    assert on_pad(points).tolist() == [[4, 10], [31, 1]]


def test_colours_of_a_palette_are_near_those_of_the_pictures() -> None:
    photographs = (255 * load_examples("shapes").test_images[:30]).byte().numpy()
    levels, look = pictures.coded(photographs)
    table = np.array([[int(v) for v in color[4:-1].split(",")] for _, color in look["colorscale"]])
    shown = table[levels].transpose(0, 3, 1, 2)
    assert np.abs(shown.astype(int) - photographs).mean() < 8
    assert levels.max() < 254


def test_pictures_lie_on_a_sheet_row_by_row() -> None:
    levels = np.arange(5, dtype=np.uint8)[:, None, None].repeat(2, 1).repeat(2, 2)
    (shown,) = pictures.Sheet(levels, np.array([[4, 3, -1, 1]]), 2, 1)[:]
    assert shown[::-1].tolist() == [
        [4, 4, 255, 3, 3],
        [4, 4, 255, 3, 3],
        [255] * 5,
        [255, 255, 255, 1, 1],
        [255, 255, 255, 1, 1],
    ]
