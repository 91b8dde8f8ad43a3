"""Truths about the pictures of the playground: what they draw, write and promise is what was recorded."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from dlviz.lessons.mlp_playground import closeups, experiment, figures, figures_network, figures_plane, sweep
from dlviz.lessons.mlp_playground.experiment import Config
from dlviz.lessons.mlp_playground.presets import OUTLIER, OVERFIT, PREDICTION, PRESETS
from dlviz.plots import mosaic
from dlviz.plots import network as drawing
from dlviz.plots.film import Film
from dlviz.recording import Recording, record
from dlviz.text import lesson_text

TEXT = lesson_text("mlp_playground", "en")
SMALL = Config(hidden="3-2", epochs=12, examples=60)


@cache
def recorded(config: Config) -> Recording:
    return record(experiment, config)


def film(config: Config, name: str, **view: Any) -> Film:
    view = {"picture": figures.pictures_of(config)[0], **view}
    return next(f for f in figures.stage(recorded(config), {}, TEXT, **view) if f.name == name)


def values_of(recording: Recording, step: int, number: int) -> np.ndarray:
    """What a unit says at every place, from its map."""
    return (recording[step].maps[number].astype(float) - 127) / 127 * recording[step].reach[number]


@pytest.mark.parametrize("config", [SMALL, SMALL.changed(hidden=""), SMALL.changed(data="three")], ids=str)
def test_every_tile_holds_the_map_of_its_unit(config: Config) -> None:
    recording, network = recorded(config), film(config, "network")
    layers = drawing.places(list(recording.scene.sizes))
    columns = [m for m in network.moves if "z" in m.columns]
    first = 0
    for layer, move in zip(layers[1:], columns, strict=True):
        shown, heights = move.columns["z"][-1], network.figure["data"][move.trace]["y"]  # type: ignore[index]
        for k, (_, height) in enumerate(layer):
            inside = np.abs(heights - height) < drawing.TILE / 2
            expected = recording[-1].maps[first + k] / 127 - 1
            assert np.abs(shown[inside] - expected).max() < 2.1 * mosaic.SHADES / 254
        assert np.isnan(
            shown[[not (np.abs(layer[:, 1] - h) < drawing.TILE / 2).any() for h in heights]]
        ).all()
        first += len(layer)


def test_a_wire_is_as_wide_as_its_weight_is_large_and_dashed_where_it_is_negative() -> None:
    recording, network = recorded(SMALL), film(SMALL, "network")
    told = {}
    for move in network.moves[:10]:
        line = network.figure["data"][move.trace]["line"]  # type: ignore[index]
        for e in np.flatnonzero(np.isfinite(move.columns["y"][-1].reshape(-1, 3)[:, 0])):
            told[int(e)] = line["dash"], line["width"]
    for e, weight in enumerate(recording[-1].weights.tolist()):
        level = sum(abs(weight) >= bound for bound in drawing.BOUNDS) - 1
        expected = ("solid" if weight > 0 else "dash", drawing.WIDTHS[level]) if level >= 0 else None
        assert told.get(e) == expected


def test_units_that_dropout_switched_off_are_pale_and_crossed() -> None:
    config = SMALL.changed(hidden="8-8", dropout=0.5)
    recording, network = recorded(config), film(config, "network")
    off = recording[-1].dropped
    assert 0 < off.sum() < 16
    crosses = network.moves[-1].columns["y"][-1]
    assert (np.isfinite(crosses) == off).all()
    column = next(m for m in network.moves if "z" in m.columns).columns["z"][-1]
    heights = [np.nanmax(np.abs(column[k * 60 : k * 60 + 50])) for k in range(8)][::-1]  # a tile is 50 rows
    assert all((height < 0.25) == dropped for height, dropped in zip(heights, off[:8], strict=True))


def test_a_click_on_a_wire_names_the_weight_that_a_change_then_sets() -> None:
    scene = recorded(SMALL).scene
    ends = figures_network.wires_of(scene, drawing.places(list(scene.sizes)))
    for e in (1, 5, len(ends) - 1):
        x, y = (0.55 * ends[e, 0] + 0.45 * ends[e, 1]).tolist()
        hit = figures.clicked(scene, x, y)
        assert hit is not None
        name = figures_network.weights_of(scene)[e]
        changed = recorded(SMALL.changed(changes=f"4:{name}=7.5"))
        assert np.flatnonzero(changed[4].weights == 7.5).tolist() == [e]
        nearest = np.abs(np.linspace(ends[:, 0], ends[:, 1], 200) - [x, y])
        assert np.linalg.norm(nearest, axis=-1).min(0)[figures_network.weights_of(scene).index(hit[1])] < 0.5
    assert set(figures_network.weights_of(scene)) < set(figures_network.weights_named(SMALL))


def test_a_click_on_a_tile_chooses_its_unit() -> None:
    scene = recorded(SMALL).scene
    layers = drawing.places(list(scene.sizes))
    hits = [figures.clicked(scene, *place) for layer in layers for place in layer.tolist()]
    assert hits == [None, None, *(("unit", unit) for unit in ("1.1", "1.2", "1.3", "2.1", "2.2", "out"))]
    assert figures.clicked(scene, -50, -50) is None


@pytest.mark.parametrize("unit", ["1.2", "2.1", "out"])
def test_the_formula_works_out_what_the_map_of_the_unit_shows(unit: str) -> None:
    recording = recorded(SMALL)
    line = film(SMALL, "numbers", unit=unit).labels[1].at(-1).replace("−", "-")
    weights = [float(w) for w in re.findall(r"([+-][0-9.]+)·", line)]
    (bias,) = (float(b) for b in re.findall(r" ([+-][0-9.]+) \)", line))
    number = {"out": 5}.get(unit) or figures_network.number_of(recording.scene, unit)
    before = [0, 1, 2] if unit[0] == "2" else [3, 4]
    x, y = np.meshgrid(recording.scene.x, recording.scene.y)
    seen = [x, y] if unit[0] == "1" else [values_of(recording, -1, k) for k in before]
    z = sum(w * s for w, s in zip(weights, seen, strict=True)) + bias
    expected = np.tanh(z / 2) if unit == "out" else np.tanh(z)  # 2σ(z) - 1
    assert np.abs(values_of(recording, -1, number) - expected).max() < 0.08  # two digits of each weight


def test_the_best_step_so_far_is_the_first_smallest() -> None:
    values = np.array([3, 2, np.nan, 2, 1.5, 4, 1.5, 1], float)
    expected = [int(np.nanargmin(values[: t + 1])) for t in range(len(values))]
    assert figures.best_so_far(values).tolist() == expected


def test_of_three_classes_the_largest_output_has_the_colour() -> None:
    config = SMALL.changed(data="three")
    recording, shown = recorded(config), film(config, "surface")
    codes = shown.moves[0].columns["z"][-1]
    assert (codes // 84 == recording[-1].maps[-3:].argmax(0)).all()


def test_the_bent_plane_is_what_two_units_say_and_its_line_is_the_boundary_of_the_output() -> None:
    config = Config(epochs=60)
    recording, shown = recorded(config), film(config, "warp")
    scene, last = recording.scene, recording[-1]
    ends = shown.moves[-1].columns
    (x0, x1), (y0, y1) = ends["x"][-1], ends["y"][-1]
    w, b = last.weights[-2:], last.biases[-1]
    assert np.allclose([w @ [x0, y0] + b, w @ [x1, y1] + b], 0, atol=1e-4 * np.abs(w).max() * 30)
    right = 0
    for k, move in enumerate(shown.moves[2:4]):
        said = w[0] * move.columns["x"][-1] + w[1] * move.columns["y"][-1] + b
        right += int(((said > 0) == (k == 1)).sum())
    assert right / len(scene.train_x) == pytest.approx(
        last.accuracy, abs=0.03
    )  # a place is half a cell off at most


def test_units_that_say_the_same_everywhere_are_counted_as_dead() -> None:
    assert (closeups.silent(recorded(SMALL.changed(initialisation="zeros")))[-1] == [3, 2]).all()
    assert (closeups.silent(recorded(SMALL))[-1] == 0).all()


def test_the_confusion_matrix_writes_the_counts() -> None:
    recording, shown = recorded(SMALL), film(SMALL, "confusion", picture="confusion")
    written = [int(label.at(-1)[3:-4]) for label in shown.labels if "n" in label.values]
    assert written == recording[-1].confusion.reshape(-1).tolist()
    assert sum(written) == 60


def test_the_sweep_shows_the_state_and_the_accuracy_of_each_network_and_a_click_takes_it() -> None:
    config = Config(data="xor", epochs=30, hidden="4")
    found = record(sweep, figures.sweep_config(sweep.Config, config))
    recording = recorded(config)
    shown = next(
        f for f in figures.stage(recording, {"sweep": found}, TEXT, picture="sweep") if f.name == "sweep"
    )
    state, marks = found[-1].state.reshape(-1), shown.moves[-3:]
    for code, move in zip((sweep.CONVERGED, sweep.LEARNING, sweep.EXPLODED), marks, strict=True):
        assert (np.isfinite(move.columns["y"][-1]) == (state == code)).all()
    told = [label.at(-1) for label in shown.labels if "a" in label.values]
    assert told == [f"{100 * a:.0f} %" if np.isfinite(a) else "" for a in found[-1].accuracy.reshape(-1)]
    chosen = figures.cell_at(config, 2 * 3.6, 1)
    assert (chosen.learning_rate, chosen.hidden) == (sweep.RATES[1], str(sweep.WIDTHS[2]))
    assert figures.cell_at(config, -5, 1) == config


def test_changes_are_marked_where_they_are_made_and_told_as_they_were_before() -> None:
    config = SMALL.changed(changes="3:learning_rate=0.5,5:w1.0.1=2")
    recording = recorded(config)
    assert [step for step, _ in figures.marks(recording, TEXT)] == [3, 5]
    assert [why for _, why in figures.marks(recording, TEXT)] == ["Learning rate η = 0.5", "y → h1.1 = 2"]
    _, options, now = figures.changeable(recording, TEXT, 2, "w1.0.1")
    assert next(iter(options)) == "w1.0.1"
    assert now("learning_rate") == config.learning_rate
    assert figures.changeable(recording, TEXT, 4, "")[2]("learning_rate") == 0.5
    assert now("w1.0.1") == recording[2].weights[1]


# The promises.


def test_a_perceptron_never_parts_xor_and_one_hidden_layer_does() -> None:
    perceptron, xor = recorded(PRESETS["perceptron"][0]), recorded(PRESETS["xor"][0])
    assert perceptron.track("accuracy")[-100:].max() < 0.75
    assert min(xor[-1].accuracy, xor[-1].test_accuracy) > 0.95


def test_linear_layers_have_a_straight_boundary() -> None:
    recording = recorded(PRESETS["linear"][0])
    x, y = np.meshgrid(recording.scene.x, recording.scene.y)
    plane = np.stack([x, y, np.ones_like(x)], axis=-1).reshape(-1, 3)
    for number in range(12):
        said = values_of(recording, -1, number).reshape(-1)
        rest = said - plane @ np.linalg.lstsq(plane, said, rcond=None)[0]
        assert np.abs(rest).max() < 0.02 * recording[-1].reach[number]
    assert recording[-1].accuracy < 0.75


def test_the_large_network_over_fits_and_each_repair_keeps_the_test_loss_low() -> None:
    over, test = recorded(OVERFIT), recorded(OVERFIT).track("test_loss")
    assert over[-1].loss < 0.2 * over[0].loss
    assert 6.5 < test[-1] / test.min() < 8
    for repair in ("decay", "dropout", "stopping"):
        assert recorded(PRESETS[repair][0]).track("test_loss")[-1] < 0.2 * test[-1], repair
    assert recorded(PRESETS["stopping"][0])[-1].test_loss == pytest.approx(test.min())


def test_one_outlier_bends_the_boundary_and_decay_unbends_it() -> None:
    config = PRESETS["outlier"][0]
    for decay, blue in ((0.0, True), (0.03, False)):
        recording = recorded(config.changed(weight_decay=decay))
        scene = recording.scene
        row, column = (
            np.abs(axis - place).argmin() for axis, place in zip((scene.y, scene.x), OUTLIER[::-1])
        )
        assert (values_of(recording, -1, len(scene.layers) - 1)[row, column] < 0) == blue
        x, y = np.meshgrid(scene.x, scene.y)
        corner = (recording[-1].maps[-1] < 127)[x + y > 3].mean()
        assert (corner > 0.15) == blue


def test_all_zero_weights_stay_alike() -> None:
    recording = recorded(PRESETS["zeros"][0])
    assert np.abs(recording.track("weights")).max() == 0
    assert np.abs(recording.track("gradients")).max() == 0
    assert np.abs(recording.track("loss") - np.log(2)).max() < 0.001


@pytest.mark.parametrize("nudge", [0.0, 1e-6, 3e-6])
def test_batch_normalisation_rescues_the_deep_network(nudge: float) -> None:
    """Whatever the last bits are: they decide much of what the deep one still learns."""
    deep, rescued = (
        recorded(config.changed(learning_rate=config.learning_rate * (1 + nudge)))
        for config in (PRESETS["deep"][0], PRESETS["rescued"][0].changed(epochs=40))
    )
    assert 0.5 < deep[-1].accuracy < 0.75
    first, last = deep.track("gradients")[:, [0, -1]].T
    assert np.median(first[len(deep) // 2 :]) < 1e-3 * first[0]
    stuck = [frame.activations[:6, [0, -1]].sum(1).mean() for frame in (deep[-1], rescued[-1])]
    assert stuck[0] > 0.85
    assert stuck[1] < 0.2
    assert rescued[10].accuracy > 0.95
    first, last = rescued.track("gradients")[:, [0, -1]].T
    assert (first[20:] > 0.1 * last[20:]).mean() > 0.9


def test_the_prediction_is_no_preset_and_a_perceptron_of_squares_parts_the_circle() -> None:
    assert PREDICTION not in [config for config, _ in PRESETS.values()]
    recording = recorded(PREDICTION)
    assert PREDICTION.hidden == ""
    assert recording[-1].test_accuracy > 0.97
    assert figures.result(recording[:20], TEXT) is None
    assert "100" in str(figures.result(recording, TEXT))
    assert figures_plane.class_name(TEXT, "1") == "class 1"
