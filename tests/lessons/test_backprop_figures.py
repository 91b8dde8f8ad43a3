"""Truths about the pictures of back-propagation: what they write and how wide they draw is what was recorded."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dlviz.lessons.backprop import experiment, figures
from dlviz.lessons.backprop.experiment import APPLY, BACKWARD, DESIGN, FORWARD, REPEAT, Config
from dlviz.lessons.backprop.formula import n
from dlviz.lessons.backprop.presets import ANSWERS, PREDICTION, PRESETS, begun, editable, true_class
from dlviz.plots import graph as drawing
from dlviz.recording import record
from dlviz.text import lesson_text

TEXT = lesson_text("backprop", "en")


def lines_of(config: Config) -> tuple[experiment.Frame, list[tuple[str, str]]]:
    recording = record(experiment, config)
    one, two = figures.words(recording, TEXT).labels
    return recording, [(one.at(t), two.at(t)) for t in range(len(recording))]


def bold(line: str) -> str:
    """The last bold part of a line."""
    return re.findall(r"<b>(.*?)</b>", line)[-1]


@pytest.mark.parametrize("config", [Config(steps=3), *(c for c, _ in PRESETS.values())], ids=str)
def test_the_formula_ends_on_the_number_recorded(config: Config) -> None:
    recording, lines = lines_of(config.changed(steps=min(config.steps, 8)))
    scene = recording.scene
    for t, (told, formula) in enumerate(lines):
        frame = recording[t]
        if frame.stage == FORWARD:
            assert bold(formula) == n(frame.values[frame.node])
        elif frame.stage == BACKWARD and scene.operations[frame.node] not in ("sum", "softmax"):
            edge = int(np.flatnonzero(scene.edges[:, 1] == frame.node)[0])
            assert n(frame.passed[edge]) in bold(formula)
            if "classes" not in scene.operations[frame.node]:
                assert bold(told) == n(frame.passed[edge])
        elif frame.stage in (APPLY, REPEAT):
            most = int(np.argmax(np.abs(frame.weight_gradients)))
            assert bold(formula) == n(frame.weights[most])
            assert formula.startswith(scene.parameters[most])


def test_one_of_the_eight_steps_is_lit_at_a_time_and_all_are_in_the_end() -> None:
    recording = record(experiment, Config(steps=3))
    film = figures.graph(recording, TEXT)
    heights = film.moves[-1].columns["y"]  # (T, 8)
    assert (np.isfinite(heights[:]).sum(1) == 1).all()
    assert np.isfinite(heights[:]).any(0).all()


def test_edges_are_wide_where_the_gradient_is_large_and_dashed_where_it_is_negative() -> None:
    ends = np.array([[[0, 0], [1, k]] for k in range(5)], np.float32)
    sizes = np.array([[0.7, -0.7, 0.03, 0.0, np.nan]], np.float32)
    shown = {}
    for look, move in drawing.flows(0, ("plus", "minus"), ends, sizes):
        for e in np.flatnonzero(np.isfinite(move.columns["y"][0].reshape(5, 3)[:, 0])):
            shown[int(e)] = look["name"], look["line"]["dash"], look["line"]["width"]
    wide, narrow = drawing.WIDTHS[4], drawing.WIDTHS[1]
    assert shown == {0: ("plus", "solid", wide), 1: ("minus", "dash", wide), 2: ("plus", "solid", narrow)}


def test_nothing_is_drawn_on_the_edges_before_a_dead_relu() -> None:
    recording = record(experiment, PRESETS["dead"][0])
    film, scene = figures.graph(recording, TEXT), recording.scene
    flows = [move for move in film.moves if 2 <= move.trace < 12]
    drawn = sum(np.isfinite(move.columns["y"][-1].reshape(-1, 3)[:, 0]) for move in flows)
    reached = [scene.names[v] for v in scene.edges[np.flatnonzero(drawn), 1]]
    assert reached == ["L"]


def test_weights_are_told_from_the_second_step_on() -> None:
    recording = record(experiment, Config(steps=2))
    film = figures.graph(recording, TEXT)
    weights = [label for label in film.labels if "w" in label.values]
    assert len(weights) == 9
    assert recording[0].stage == DESIGN
    assert [label.at(0) for label in weights] == [""] * 9
    assert weights[0].at(1) == f"<b>{recording[1].weights[0]:.2f}</b>".replace("-", "−")


def test_the_gradient_curves_are_means_over_the_four_pairs() -> None:
    recording = record(experiment, Config(steps=12))
    film = figures.stage(recording, {}, TEXT, picture="gradients")[2]
    made = np.flatnonzero(np.isin(recording.track("stage"), (APPLY, REPEAT)))
    expected = recording.track("weight_gradients")[made[-4:]].mean(0)
    shown = [move.columns["y"][-1] for move in film.moves]
    np.testing.assert_allclose(shown, expected, rtol=1e-5, atol=1e-7)
    assert np.isnan(film.moves[0].columns["y"][made[2]])


def test_the_saturated_and_the_rescued_neuron_keep_their_promises() -> None:
    for name, bound, update in (("saturated", 0.1, 18), ("rescued", 0.5, 2)):
        recording = record(experiment, PRESETS[name][0])
        above = recording.track("outputs")[:, 0, 0] > bound
        assert recording.track("update")[above.argmax()] == update
        assert f"{bound}" in TEXT(f"preset.{name}.promise")


def test_the_prediction_is_answered_by_the_first_update_and_by_no_preset() -> None:
    assert PREDICTION not in [config for config, _ in PRESETS.values()]
    recording = record(experiment, PREDICTION)
    assert figures.first_gradient(recording[:3], TEXT) is None
    frame, names = recording[int(np.flatnonzero(recording.track("stage") == APPLY)[0])], recording.scene.names
    gradient = float(frame.gradients[names.index("z")])
    assert "small" in ANSWERS
    assert 0 < abs(gradient) < 0.1
    assert float(frame.values[names.index("y")]) == pytest.approx(0.98, abs=0.005)
    assert n(gradient) in str(figures.first_gradient(recording, TEXT))


def test_one_weight_of_a_random_start_can_be_chosen_and_the_others_stay() -> None:
    config = Config()
    first = record(experiment, config).track("weights")[0]
    chosen = config.changed(**{**begun(config, first.tolist(), "w4"), "w4": 2.0})
    then = record(experiment, chosen).track("weights")[0]
    expected = first.copy()
    expected[3] = 2.0
    np.testing.assert_allclose(then, expected, rtol=1e-3)


@pytest.mark.parametrize("graph", ["chain", "neuron", "network", "softmax"])
def test_what_can_be_edited_in_the_graph_is_what_its_labels_say(graph: str) -> None:
    config = Config(graph=graph)
    film = figures.graph(record(experiment, config), TEXT)
    assert {label.edit for label in film.labels} - {""} == set(editable(config))


def test_the_class_whose_target_is_set_to_one_is_the_true_one() -> None:
    for k in "123":
        choice = true_class(f"d{k}", 1.0)
        scene = experiment.scene(Config(graph="softmax", **choice))
        assert scene.targets[0].tolist() == [float(k == name) for name in "123"]
    assert true_class("d1", 0.0) == {}
    assert true_class("w1", 1.0) is None
