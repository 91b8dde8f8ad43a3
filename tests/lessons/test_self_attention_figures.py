"""The pictures of the lesson show the recorded numbers, and a click chooses what it hits."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from dlviz.lessons.self_attention import experiment, figures, figures_heads
from dlviz.lessons.self_attention.experiment import Config
from dlviz.lessons.self_attention.figures_hand import dragged
from dlviz.lessons.self_attention.figures_sum import PARTS
from dlviz.lessons.self_attention.reading import doings, levels, units_of
from dlviz.plots import attention
from dlviz.plots.film import Film
from dlviz.recording import Recording, record
from dlviz.text import lesson_text

TEXT = lesson_text("self_attention", "en")
SHORT: dict[str, Any] = {"task": "reverse", "sequence": "3141", "updates": 20}


@cache
def recorded(**more: Any) -> Recording:
    return record(experiment, Config(**{**SHORT, **more}))


def said(film: Film, step: int) -> list[str]:
    return [label.at(step) for label in film.labels]


def test_the_sum_shows_the_recorded_numbers() -> None:
    recording = recorded(causal=True)
    film, frame = figures.sum_of(recording, TEXT, unit="1.2", token="3"), recording[-1]
    shown = said(film, len(recording) - 1)
    for k in range(4):
        score, weight = frame.scores[0, 1, 2, k], frame.weights[0, 1, 2, k]
        dot = frame.query[0, 1, 2] @ frame.key[0, 1, k]
        assert {f"{x:.2f}".replace("-", "−") for x in (dot, score)} <= set(shown)
        assert f"<b>{weight:.2f}</b>" in shown
    assert "−∞" in shown  # the fourth token is hidden from the third
    strips = [move.columns["z"][-1] for move in film.moves if "z" in move.columns]  # type: ignore[index]
    mixed = frame.mixed[0, 1, 2]
    most = np.abs(frame.value[0, 1]).max()
    assert any(s.shape == (1, 16) and np.allclose(s[0], mixed / most, atol=0.005) for s in strips)
    both = (frame.stream[0] + frame.joined[0])[2]
    assert any(s.shape == (1, 32) and np.corrcoef(s[0], both)[0, 1] > 0.999 for s in strips)


def test_by_hand_the_sum_grows_with_the_stages() -> None:
    recording = record(experiment, Config(task="hand"))
    film = figures.sum_of(recording, TEXT, token="2")
    counts = [sum(bool(word) for word in said(film, step)) for step in range(len(recording))]
    assert counts == sorted(counts)
    assert (
        counts[0]
        < counts[1]
        < counts[2]
        < counts[3]
        < counts[4]
        < counts[5]
        < counts[6]
        < counts[7]
        < counts[8]
    )
    weight = recording[-1].weights[0, 0, 1]
    assert all(f"<b>{w:.2f}</b>" in said(film, 8) for w in weight)
    assert not any(f"<b>{w:.2f}</b>" in said(film, 4) for w in weight)


@pytest.mark.parametrize(("layers", "heads"), [(1, "1"), (2, "2"), (3, "1"), (4, "8")])
def test_a_click_on_a_cell_chooses_its_head_and_row(layers: int, heads: str) -> None:
    scene = experiment.scene(Config(**{**SHORT, "layers": layers, "heads": heads}))
    at = figures_heads.board(scene)
    assert len(at.boxes) == layers * int(heads)
    for (layer, head), box in at.boxes.items():
        rows, columns = attention.centres(box, 4, 4)
        for row in range(4):
            found = figures.hit(scene, "heads", float(columns[row - 1]), float(rows[row]))
            assert found == {"unit": f"{layer + 1}.{head + 1}", "token": str(row + 1)}
        assert box[0] >= 0
        assert box[0] + box[2] <= figures_heads.WIDE + 1e-6
        assert box[1] >= 0
        assert box[1] + box[3] <= figures_heads.HIGH + 1e-6
    assert figures.hit(scene, "heads", -5.0, 1.0) == {}
    assert figures.hit(scene, "line", 2.2, 0.0) == {"token": "3"}


def test_what_a_head_does_is_said_only_where_its_weights_say_so() -> None:
    recording = recorded(updates=100)
    told = doings(recording, TEXT)
    assert told[0][0] == TEXT("role.spread")
    scene, shares = recording.scene, recording[-1].shares
    mirror = shares[0, scene.roles.index("mirror")]
    assert mirror > 0.8
    assert told[0][-1] == f"<b>{TEXT('role.mirror', share=f'{100 * mirror:.0f}')}</b>"


def test_the_mask_is_nothing_and_not_zero() -> None:
    codes = levels(recorded(causal=True), 0, 0)
    upper = ~np.tril(np.ones((4, 4), bool))
    assert (codes[:, upper] == 255).all()
    assert (codes[:, ~upper] <= 254).all()
    weights = recorded(causal=True).track("weights")[:, 0, 0]
    assert np.allclose(codes[:, ~upper] / 254, weights[:, ~upper], atol=0.003)


def test_an_arc_is_there_as_wide_as_its_weight() -> None:
    weights = np.array([[0, 20, 60, 120, 200, 254, 255]], np.uint8)
    places = np.arange(7.0)
    drawn = attention.arcs(0, weights, np.zeros(7), places, 1.0)
    there = [np.isfinite(move.columns["y"][0].reshape(7, -1)).any(1) for _, move in drawn]
    widths = [next((k for k, shown in enumerate(there, 1) if shown[e]), 0) for e in range(7)]
    assert widths == [0, 1, 2, 3, 4, 5, 0]


def test_weights_are_written_above_what_is_looked_at() -> None:
    recording = recorded(updates=100)
    film, weights = figures.arcs(recording, TEXT, token="1"), recording[-1].weights[-1, 0, 0]
    assert weights.max() > 0.5
    shown = [label.at(-1) for label in film.labels if label.color == "--dl-attention" and label.y == 0]
    assert [word for word in shown if word] == [
        f"{100 * w:.0f} %" for w in weights if w >= attention.BOUNDS[1]
    ]


def test_answers_are_marked_right_and_wrong() -> None:
    recording = recorded(updates=100)
    film = figures.arcs(recording, TEXT, token="1")
    for step in (0, len(recording) - 1):
        given = recording[step].probabilities.argmax(1)
        right = int((given == recording.scene.targets).sum())
        assert sum("✓" in word for word in said(film, step)) == right
        assert sum("✗" in word for word in said(film, step)) == 4 - right


def test_the_first_token_is_the_one_that_looks_farthest() -> None:
    assert figures.chosen_of(Config())["token"][0] == "8"
    assert units_of(Config(heads="2"))[0] == "2.1"


def test_a_hand_on_the_plane_takes_a_token_along_or_puts_the_taken_one_there() -> None:
    config = Config(task="hand")
    second, far = [config.x2 + 0.1, config.y2], [2.0, -9.0]
    assert dragged(config, "1", np.array([second])) == ("2", {})  # a press takes it
    assert dragged(config, "1", np.array([far])) == ("1", {"x1": 2.0, "y1": -3.0})  # held inside the domain
    assert dragged(config, "1", np.array([second, far])) == ("2", {"x2": 2.0, "y2": -3.0})
    # once begun it keeps what it holds, though another token is nearer
    assert dragged(config, "3", np.array([second, [0, 0], [0.123, 1]])) == ("3", {"x3": 0.12, "y3": 1.0})
    assert dragged(config, "1", np.array([[config.x1, config.y1 + 0.1]]))[0] == "1"


def test_the_sum_grows_from_left_to_right() -> None:
    recording = recorded(causal=True)
    films = [figures.sum_of(recording, TEXT, unit="1.2", token="3", part=part) for part in PARTS]
    counts = {part: sum(map(bool, said(film, -1))) for part, film in zip(PARTS, films)}
    assert counts["dots"] < counts["scale"] < counts["softmax"] <= counts["mixed"] <= counts["all"]
    there = {
        part: sum(np.isfinite(move.columns["z"][-1]).all() for move in film.moves if "z" in move.columns)
        for part, film in zip(PARTS, films)
    }
    # query and keys; then values, products, their sum; then the token, what is added, and both
    assert [there[part] for part in ("dots", "softmax", "mixed", "all")] == [2, 2, 5, 8]
    scene = recording.scene
    assert figures.hit(scene, "sum", 30.0, 40.0) == {"part": "dots"}
    assert figures.hit(scene, "sum", 60.0, 40.0) == {"part": "softmax"}
    assert figures.hit(scene, "sum", 95.0, 12.0) == {"part": "mixed"}
    assert figures.hit(scene, "sum", 95.0, 3.0) == {"part": "all"}


def test_tokens_are_chosen_by_what_they_are() -> None:
    assert list(figures.names_of(recorded().scene).values()) == ["1 · 3", "2 · 1", "3 · 4", "4 · 1"]
