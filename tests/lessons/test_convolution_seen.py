"""Truths of what filters are good for, of the presets' promises, and of the pictures."""

from __future__ import annotations

import gzip
from typing import Any

import numpy as np
import pytest
import torch

from dlviz.lessons.convolution import cortex, experiment, figures, keypoints
from dlviz.lessons.convolution.boards import plan_of
from dlviz.lessons.convolution.experiment import CONVOLVE, POOL, Config, image_of
from dlviz.lessons.convolution.presets import PREDICTION, PRESETS
from dlviz.plots.film import Film
from dlviz.plots.wire import message
from dlviz.recording import Recording, record
from dlviz.text import LANGUAGES, lesson_text
from tests.lessons.test_convolution import values

TEXT = lesson_text("convolution", "en")


def taken(name: str) -> Recording:
    """The recording of a preset."""
    return record(experiment, PRESETS[name][0])


def film(config: Config, name: str, **view: Any) -> tuple[Recording, Film]:
    recording, picture = record(experiment, config), view.pop("picture", "whole")
    others = {
        key: record(module, own)
        for key, (module, own) in figures.beside(config, picture, view.get("change", "shift")).items()
    }
    shown = figures.stage(recording, others, TEXT, picture=picture, **view)
    return recording, next(one for one in shown if one.name == name)


def test_each_cell_of_the_cortex_answers_most_to_its_own_angle_and_hardly_to_a_right_angle() -> None:
    recording = record(cortex, cortex.Config(angle=60))
    angles, responses = recording.track("angle"), recording.track("responses")
    for n, liked in enumerate(recording.scene.angles):
        best = angles[responses[:, n].argmax()] % 180
        assert min(abs(best - liked), 180 - abs(best - liked)) <= cortex.EVERY
        across = np.abs(angles - (liked + 90) % 180).argmin()
        assert responses[across, n] < 0.1
        assert responses[:, n].max() == pytest.approx(1, abs=0.02)


def test_the_corners_of_a_square_are_its_corners() -> None:
    image = torch.zeros(64, 64)
    image[20:44, 14:50] = 1
    found = keypoints.corners_of(image, 12)
    found = found[~found.isnan().any(1)]
    true = torch.tensor([[14, 20], [49, 20], [14, 43], [49, 43]]).float()
    assert len(found) == 4
    assert torch.cdist(true, found).amin(1).max() <= 2


@pytest.mark.parametrize("change", keypoints.CHANGES)
def test_a_place_is_taken_to_where_the_change_shows_it(change: str) -> None:
    whole = torch.zeros(1, 1, 96, 96)
    whole[0, 0, 16 + 24, 16 + 40] = 1  # column 40, row 24 of the middle
    for amount in (0.0, 0.3, 0.7) if change in ("dim", "brighten") else (0.0, 4.0, 9.0):
        image = keypoints.changed(whole, change, amount)
        row, column = divmod(int(image.argmax()), keypoints.SIDE)
        place = keypoints.taken(torch.tensor([[40.0, 24.0]]), change, amount)[0]
        assert (place - torch.tensor([column, row])).abs().max() <= 1


@pytest.mark.parametrize("change", keypoints.CHANGES)
@pytest.mark.parametrize("image", ["flower", "china", "letter"])
def test_corners_and_edges_stay_where_raw_pixels_do_not(image: Any, change: Any) -> None:
    recording = record(keypoints, keypoints.Config(image=image, change=change))
    found, edges, same = (recording.track(name) for name in ("found_share", "edge_share", "same_share"))
    assert found[0] == edges[0] == same[0] == 1
    assert found[5:].min() > 0.6
    assert edges.min() > 0.6
    assert same[-1] < 0.6
    assert (np.minimum(found, edges)[8:] > same[8:]).all()


def test_edges_found_again_are_those_of_another_librarys_sobel() -> None:
    """Shifted by whole pixels, an edge is found again where scikit-image's filter is steep one pixel around."""
    from skimage.filters import sobel_h, sobel_v

    recording = record(keypoints, keypoints.Config(image="china"))
    edge = keypoints.BORDER

    def steep(image: np.ndarray) -> np.ndarray:
        size = np.hypot(sobel_h(image), sobel_v(image))
        size[:edge] = size[-edge:] = size[:, :edge] = size[:, -edge:] = 0
        return size > keypoints.STEEP * size.max()

    before = steep(recording[0].image)
    for step in (4, 12, 40):  # 1, 3 and 10 pixels
        after, amount = steep(recording[step].image), round(recording[step].amount)
        assert np.array_equal(recording[step].edges, after)
        rows, columns = np.nonzero(before[:, : -edge - amount])
        around = [after[rows + r, columns + amount + c] for r in (-1, 0, 1) for c in (-1, 0, 1)]
        assert recording[step].edge_share == pytest.approx(np.any(around, axis=0).mean(), abs=1e-6)


def test_the_presets_keep_their_promises() -> None:
    edges = values(taken("edges"))
    stem = edges[8, :8]
    assert stem.max() > 3 > -3 > stem.min()
    assert stem.argmax() < stem.argmin()
    assert np.allclose(values(taken("ramp")), 0.5)
    dark, fair = (
        values(record(experiment, PRESETS["border"][0].changed(padding=name))) for name in ("zero", "reflect")
    )
    assert (dark[0] < 0.8 * fair[0]).all()
    assert np.allclose(dark[2:-2, 2:-2], fair[2:-2, 2:-2])
    assert set(values(taken("holes")).round(4).flatten().tolist()) == {4.0, -4.0}
    single = values(record(experiment, PRESETS["holes"][0].changed(dilation=1)))
    assert len(np.unique(single)) > 2 or np.abs(single).max() < 4
    bent = values(taken("curve"))
    row, column = divmod(int(bent.argmax()), 24)
    assert 3 <= row <= 6
    assert 13 <= column <= 16  # the upper right of the bow
    assert bent[14:21, 12:19].max() > 0.7 * bent.max()  # the leg
    assert bent[8:20, :5].max() < 0.05 * bent.max()  # left of the stem
    pooled = taken("pool")
    assert (pooled.scene.pooled_rows, pooled.scene.rows) == (8, 16)
    assert values(pooled, POOL).min() >= 0
    share = taken("share")
    assert share.scene.needed[0] == 456
    assert share.scene.needed[2] > 1_800_000
    keyed = record(keypoints, keypoints.Config(image="letter", change="turn"))
    assert (keyed.track("found_share") == 1).all()
    assert (keyed.track("edge_share") == 1).all()
    assert keyed.track("same_share")[-1] < 0.5


def test_red_minus_green_is_positive_on_the_flower_alone() -> None:
    recording = taken("opponent")
    red, green, _ = image_of(recording.config)[:, 1:-1, 1:-1]
    answer = values(recording)
    assert answer[11, 11] > 0.1
    assert np.median(answer[((green - red) > 0.05).numpy()]) < 0
    assert answer[((red - green) > 0.2).numpy()].min() > 0


def test_the_predicted_letter_moves_to_the_right_and_no_preset_gives_it_away() -> None:
    recording = record(experiment, PREDICTION)
    assert np.allclose(values(recording)[:, 1:], recording.scene.image[0, 1:-1, 1:-2], atol=1e-6)
    told = figures.moved_by(recording, TEXT)
    assert told is not None
    assert "+1.0" in told
    assert figures.moved_by(recording[:50], TEXT) is None
    assert all(config.kernel != "own" for config, _ in PRESETS.values())


def test_the_output_grows_by_one_cell_a_step_and_ends_as_the_whole_result() -> None:
    config = Config(image="letter", pixels=10, pooling="max", relu=True)
    recording, hero = film(config, "sliding")
    maps = [move for move in hero.moves if "z" in move.columns]
    output, pooled = maps[0].columns["z"], maps[1].columns["z"]
    cells = recording.scene.rows * recording.scene.columns
    for step in (0, 7, cells - 1):
        assert np.isfinite(output[step]).sum() == step + 1
        assert np.isfinite(pooled[step]).sum() == 0
    assert np.isfinite(pooled[len(recording) - 1]).all()
    close = (output.high - output.low) / 254
    assert np.abs(output[cells - 1] - values(recording)).max() <= close
    assert np.abs(pooled[len(recording) - 1] - values(recording, POOL)).max() <= close


def test_the_window_lies_where_its_numbers_come_from() -> None:
    config = Config(image="flower", pixels=12, stride=2, dilation=2, padding="zero", padding_size=2)
    recording, _ = film(config, "sliding")
    scene, plan = recording.scene, plan_of(recording.scene)
    for frame in (recording[0], recording[9], recording[-1]):
        x, y = plan.inputs[0].boxes(frame.row * 2, frame.column * 2, 5, 5)
        cells = [
            plan.inputs[0].at(px, py)
            for py in np.linspace(y[0], y[2], 6)[:-1:2] - 0.1
            for px in np.linspace(x[0], x[1], 6)[:-1:2] + 0.1
        ]
        seen = [scene.image[0][cell] for cell in cells if cell]
        assert np.allclose(seen, frame.window[0].flatten())


def test_a_click_finds_the_pixel_that_lies_there_and_none_in_the_padding() -> None:
    recording = record(experiment, Config(image="letter", pixels=10, padding="zero", padding_size=2))
    board = plan_of(recording.scene).inputs[0]
    assert figures.pixel_at(recording.scene, float(board.x()[5]), float(board.y()[2])) == "0.3"
    assert figures.pixel_at(recording.scene, float(board.x()[0]), float(board.y()[5])) is None
    assert figures.pixel_at(recording.scene, -5.0, 500.0) is None


def test_a_click_on_the_output_finds_the_step_that_makes_the_number() -> None:
    recording = record(experiment, Config(image="letter", pixels=9, pooling="max"))
    plan = plan_of(recording.scene)
    assert plan.pooled is not None
    for step in (0, 11, 48, 49, 57):
        frame = recording[step]
        board = plan.output if frame.stage == CONVOLVE else plan.pooled
        place = float(board.x()[frame.column]), float(board.y()[frame.row])
        assert figures.step_at(recording.scene, *place) == step
    assert figures.step_at(recording.scene, -5.0, 500.0) is None


def test_the_way_back_shows_the_turned_kernel() -> None:
    config = Config(image="letter", pixels=10, kernel="own", weights="1,2,3;4,5,6;7,8,9")
    _, back = film(config, "back", pixel="4.4")
    assert back.figure is not None
    shown = back.figure["data"][0]["z"]
    assert np.allclose(shown[2:5, 2:5], [[9, 8, 7], [6, 5, 4], [3, 2, 1]])
    assert np.isfinite(shown).sum() == 9


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("picture", figures.PICTURES)
def test_every_third_picture_is_there_with_what_it_needs(picture: str, lang: Any) -> None:
    for config in (
        Config(image="digit"),
        Config(image="letter", pixels=9, channels="rgb", pooling="average"),
    ):
        for change in keypoints.CHANGES if picture == "keypoints" else ("shift",):
            recording, third = film(config, picture, picture=picture, change=change)
            assert third.length == len(recording)
            assert third.figure is not None
            assert third.figure["data"]
            assert third.still(-1).data


def test_the_weights_so_far_end_at_the_totals() -> None:
    recording, counted = film(
        Config(channels="rgb", size=5, pixels=12, pooling="max"), "weights", picture="weights"
    )
    last = [move.columns["y"][len(recording) - 1] for move in counted.moves]
    assert np.allclose(last, recording.scene.needed, rtol=1e-5)


def test_the_largest_run_is_still_a_small_film() -> None:
    config = Config(pixels=32, padding="zero", padding_size=6, size=1, pooling="max", pool_stride=1)
    recording = record(experiment, config)
    assert len(recording) == 44 * 44 + 43 * 43
    sent = message({}, figures.stage(recording, {}, TEXT, picture="whole"))
    assert len(gzip.compress(sent, 4)) < 1_500_000
    assert (recording.track("stage") == CONVOLVE).sum() == 44 * 44


def test_a_pointer_on_a_cell_asks_for_the_step_that_makes_it() -> None:
    recording, hero = film(Config(image="letter", pixels=9, pooling="max"), "sliding")
    assert hero.peek is not None
    assert hero.peek["stays"] == [1, 2, 3, 4]  # the output, what is pooled, and the dots on both
    for board in hero.peek["cells"]:
        for row, column in ((0, 0), (2, 1)):
            x = board["left"] + board["side"] * (column + 0.5)
            y = board["top"] - board["side"] * (row + 0.5)
            step = board["first"] + row * board["columns"] + column
            assert figures.step_at(recording.scene, x, y) == step
            assert (recording[step].row, recording[step].column) == (row, column)


def test_dots_lie_on_the_cells_that_are_not_there_yet_and_on_no_others() -> None:
    recording, hero = film(Config(image="letter", pixels=8, pooling="average"), "sliding")
    plan = plan_of(recording.scene)
    for step in (0, 5, 6, 35, 36, len(recording) - 1):
        for k, (board, first) in enumerate(plan.growing):
            trace = len(plan.inputs) + 2 * k + 1
            x = next(move for move in hero.moves if move.trace == trace).columns["x"][step].reshape(-1, 3)
            made = np.clip(step + 1 - first, 0, board.rows * board.columns)
            waits = (np.arange(board.rows * board.columns) >= made).reshape(board.rows, board.columns)
            dotted = (board.x()[None] > x[:, :1]) & (board.x()[None] < x[:, 1:2])
            assert np.array_equal(dotted, waits)


def test_while_it_is_pooled_a_square_takes_the_place_of_the_window() -> None:
    recording, hero = film(Config(image="letter", pixels=9, pooling="max", relu=True), "sliding")
    frame, step = recording[-1], len(recording) - 1
    said = [label.at(step) for label in hero.labels if label.at(step)]
    assert all(f"{number:.2f}" in said for number in [*frame.patch.flatten(), frame.value])
    assert "Max →" in said
    assert not any(sign in text for text in said for sign in ("×</b>", "window", "kernel", "Σ"))
    before = [label.at(3) for label in hero.labels if label.at(3)]
    assert "Max →" not in before
    assert sum(text == "<b>×</b>" for text in before) == 1
