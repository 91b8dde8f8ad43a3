"""What the pictures of the recurrent lesson show is what was recorded, and what presets promise happens."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from dlviz.lessons.rnn import figures
from dlviz.lessons.rnn.experiment import Config
from dlviz.lessons.rnn.figures_network import columns_of
from dlviz.lessons.rnn.presets import PRESETS, VIEWS
from dlviz.lessons.rnn.reading import cell_inside, write
from dlviz.plots.wire import digest
from dlviz.text import lesson_text
from tests.lessons.test_rnn import CELLS, SHORT, recorded

TEXT = lesson_text("rnn", "en")


def label_texts(film: Any, step: int) -> list[str]:
    return [label.at(step) for label in film.labels]


def test_the_bars_of_every_position_name_the_most_probable_words() -> None:
    recording = recorded()
    said = label_texts(figures.unrolled(recording, TEXT, position=1), -1)
    assert "<b>goodbye</b>" in said
    best = f"{100 * recording[-1].outputs[1].max():.0f}"
    assert best in said
    drawn = figures.unrolled(recording, TEXT, position=1).still(-1)
    right = next(trace for trace in drawn.data if trace.name == TEXT("legend.right"))
    lengths = np.asarray(right.x).reshape(6, 3)
    assert np.allclose(lengths[:, 0], 0.92 * recording[-1].outputs.max(1), atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_holds_with_the_numbers_that_stand_in_it(cell: str) -> None:
    recording = recorded(cell=cell, **SHORT)
    film = figures.cell(recording, TEXT, position=2, unit="1.3")
    values = {name: float(column[-1]) for name, column in film.labels[-1].values.items()}
    if cell == "rnn":
        assert np.tanh(values["x"] + values["w"]) == pytest.approx(values["h"], abs=1e-5)
    elif cell == "gru":
        z = values["update"]
        assert (1 - z) * values["candidate"] + z * values["before"] == pytest.approx(values["h"], abs=1e-5)
    else:
        c = values["forget"] * values["c_before"] + values["input"] * values["candidate"]
        assert c == pytest.approx(values["c"], abs=1e-5)
        assert values["output"] * np.tanh(c) == pytest.approx(values["h"], abs=1e-5)
    assert values["h"] == pytest.approx(recording[-1].hidden[0, 2, 2], abs=1e-5)
    for panel in ("h",):
        shown = cell_inside(recording, 2, 0).hidden[-1]
        bars = [trace for trace in film.still(-1).data if trace.name == TEXT(f"gate.{panel}")]
        assert np.allclose(np.asarray(bars[-1].x), shown / 2, atol=1e-5)


def test_clicks_choose_what_was_hit() -> None:
    recording = recorded()
    view = {"position": "1", "unit": "1.1"}
    assert figures.hit(recording, "position", view, 4.2, 1.0, 5) == ("position", "4")
    assert figures.hit(recording, "position", view, -0.9, 1.0, 5) == ("", "")
    place = recording.track("points")[30, 3]
    assert figures.hit(recording, "point", view, *place, 30) == ("position", "2")
    assert figures.hit(recording, "point", view, 50, 50, 30) == ("", "")
    assert figures.hit(recording, "unit", view, 0.5, 7.5, 5) == ("unit", "1.1")
    assert figures.hit(recording, "unit", view, 0.5, 0.2, 5) == ("unit", "1.8")
    long = recorded(text="wood", **SHORT)
    assert columns_of(long, 20) == range(14, 26)
    assert figures.hit(long, "position", {"position": "20"}, 3.0, 1.0, 5) == ("position", "17")


def test_a_stroke_is_the_stretch_that_it_covers() -> None:
    recording = recorded()
    assert figures.brushed(recording, np.array([[0.8, -2], [3.3, -4]])) == "1-3"
    assert figures.brushed(recording, np.array([[-9, 0], [99, 0]])) == "0-6"
    options = figures.Stretches()
    assert all(text in options for text in ("", "0-0", "3-12"))
    assert not any(text in options for text in ("5-2", "0-99", "<b>", "1-", "١-٢", 3))


@pytest.mark.parametrize("task", ["text", "brackets", "spelling", "reverse", "series"])
@pytest.mark.parametrize("layers", [1, 2])
def test_every_picture_of_every_task_can_be_seen_anywhere(task: str, layers: int) -> None:
    recording = recorded(task=task, layers=layers, **SHORT)
    count = len(recording.scene.inputs)
    for picture in figures.pictures_of(recording.config):
        for position, unit in (("0", "1.1"), (str(count - 1), f"{layers}.2"), ("59", "1.2")):
            films = figures.stage(
                recording, {}, TEXT, picture=picture, position=position, unit=unit, stretch="1-50"
            )
            assert len({film.name for film in films}) == 5
            for film in films[:4]:
                assert np.size(film.still(-1).data) > 0


def test_pictures_that_show_other_numbers_have_other_heads() -> None:
    # a browser that has a head keeps the rows that came with it
    recording = recorded(layers=2, **SHORT)
    usual = {"position": "1", "unit": "1.1", "stretch": "", "temperature": "0.7", "threshold": "0.5"}
    changes = {"position": "4", "unit": "2.1", "stretch": "2-3", "temperature": "0", "threshold": "0.3"}
    for picture in figures.pictures_of(recording.config):
        before = figures.stage(recording, {}, TEXT, picture=picture, **usual)
        for name, option in changes.items():
            after = figures.stage(recording, {}, TEXT, picture=picture, **{**usual, name: option})
            for one, other in zip(before, after, strict=True):
                if digest(one) == digest(other):
                    assert one.to_csv() == other.to_csv(), (picture, name, one.name)
                    assert [one.labels[k].at(-1) for k in range(len(one.labels))] == [
                        label.at(-1) for label in other.labels
                    ], (picture, name, one.name)


def test_what_a_learner_wrote_is_never_markup() -> None:
    evil = '<a href="http://x">x</a> {loss} <script>y</script> & {a'
    recording = recorded(text="own", own=evil, split="word", **SHORT)
    for picture in figures.pictures_of(recording.config):
        for film in figures.stage(recording, {}, TEXT, picture=picture):
            said = " ".join(label_texts(film, -1)) + (repr(film.figure) if film.figure else "")
            assert not re.search(r"<(?!/?(b|i|sub|sup|br)\b|extra|/extra)", said.replace("<b>", "")), (
                film.name
            )


def test_what_presets_promise_comes_true() -> None:
    for name, options in VIEWS.items():
        views = figures.seen(PRESETS[name][0])
        assert all(option in views[view] for view, option in options.items())
    for name in ("two", "factory", "boat", "spelling"):
        recording = recorded(**_chosen(PRESETS[name][0]))
        assert recording[-1].accuracy == 1.0, name
    boat = recorded(text="boat")
    said = [boat.scene.answers[k] for k in boat[-1].outputs.argmax(1)]
    read = [boat.scene.tokens[int(k)] for k in boat.scene.inputs]
    after = [said[k] for k in range(1, len(read)) if (read[k - 1], read[k]) == ("merrily", ",")]
    assert after == ["merrily", "merrily", "merrily", "life"]
    factory = recorded(text="factory")
    answers = factory[-1].outputs.argmax(1)
    same = [k for k in range(10) if factory.scene.inputs[k] == factory.scene.inputs[2]]
    assert len(same) == 2
    assert answers[same[0]] != answers[same[1]]
    assert factory.scene.inputs[same[0] - 2] != factory.scene.inputs[same[1] - 2]
    assert factory.scene.inputs[same[0] - 1] == factory.scene.inputs[same[1] - 1]
    three = recorded(task="spelling", example=3)
    assert "".join(three.scene.answers[k] for k in three[-1].outputs.argmax(1)) == "three"
    wood = recorded(text="wood")
    made, scene = write(wood, 0, 0.7), wood.scene
    fit = (made.tokens[:, :12] == scene.targets[:12]).mean(1)
    assert fit[-1] == 1.0
    assert fit[0] < 0.3


def _chosen(config: Config) -> dict[str, Any]:
    return {
        name: value for name, value in config.model_dump().items() if value != Config().model_dump()[name]
    }


def test_the_prediction_is_answered_by_the_recording() -> None:
    recording = recorded(task="series", series="GOOG")
    told = figures.result(recording, TEXT)
    assert told is not None
    network, today, linear = (float(number) for number in re.findall(r"\d+\.\d+", told))
    assert network > today
    assert network > linear
    assert figures.result(recording[:5], TEXT) is None


def test_positions_are_chosen_by_what_is_read_there() -> None:
    recording = recorded()
    named = figures.names_of(recording)
    assert list(named.values())[:3] == ["1 · You", "2 · say", "3 · goodbye"]
    assert set(named) == set(figures.seen(recording.config)["position"])


def test_every_column_is_chosen_in_passing_while_none_moves_by_it() -> None:
    recording = recorded()
    view = {"position": "1"}
    spots = figures.unrolled(recording, TEXT, position=1).peek["spots"]
    assert [spot["chosen"] for spot in spots] == [k == 1 for k in range(len(recording.scene.inputs))]
    for k, spot in enumerate(spots):
        x0, y0, x1, y1 = spot["box"]
        assert figures.hit(recording, "position", view, (x0 + x1) / 2, (y0 + y1) / 2, 0) == (
            "position",
            str(k),
        )
    long = recorded(**{**SHORT, "text": "boat"})
    assert len(columns_of(long, 9)) < len(long.scene.inputs)
    assert figures.unrolled(long, TEXT, position=9).peek == {"spots": []}
