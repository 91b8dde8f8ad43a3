"""Truths about the pictures of the lesson, and about what its presets promise."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import dlviz
from dlviz.lessons.seq2seq import experiment, figures
from dlviz.lessons.seq2seq.closeup_beam import best_path
from dlviz.lessons.seq2seq.decoding import NOTHING
from dlviz.lessons.seq2seq.experiment import Config
from dlviz.lessons.seq2seq.figures_alignment import BENT, alignment, bend, fitted, line_places
from dlviz.lessons.seq2seq.presets import PREDICTION, PRESETS
from dlviz.lessons.seq2seq.said import is_right, read, rows_of
from dlviz.plots import theme
from dlviz.text import lesson_text

TEXT = lesson_text("seq2seq", "en")
ATTENTION = theme.LIGHT["--dl-attention"], theme.LIGHT["--dl-attention-far"]


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def preset(name: str) -> dlviz.Recording:
    return recorded(PRESETS[name][0])


def test_a_click_on_a_cell_sets_that_row_and_a_second_one_leaves_it_alone() -> None:
    recording = recorded(Config())
    rows, columns = rows_of(recording), len(recording.scene.source)
    left, bottom, width, height = fitted(BENT, rows, columns)
    for row in range(rows):
        for column in range(columns):
            x = left + width * (column + 0.5) / columns
            y = bottom + height * (1 - (row + 0.5) / rows)
            name, value = figures.hit(recording, "bend", x, y)
            assert (name, value) == ("bend", f"{row}:" + "0," * column + "1")
            assert figures.one_place(value, row, column) == ""
    assert figures.hit(recording, "bend", left - 5, bottom) == ("", None)


@pytest.mark.parametrize("config", [Config(), PRESETS["crossing"][0]])
def test_a_click_on_a_token_that_was_written_chooses_its_row(config: Config) -> None:
    recording = recorded(config)
    for row, (x, y) in enumerate(line_places(recording, rows_of(recording))[1].tolist()):
        assert figures.hit(recording, "align", x, y) == ("row", str(row + 1))
        assert str(row + 1) in figures.rows_seen(config)["row"]


def test_a_click_on_a_test_pair_translates_it() -> None:
    recording = recorded(Config())
    sources = [source for source, _ in recording.scene.tested]
    assert [figures.hit(recording, "test", 10, 82 - 14 * k)[1] for k in range(len(sources))] == sources
    assert figures.hit(recording, "test", 10, 99) == ("", None)
    for source in sources:
        Config(sentence=source)


def test_the_best_path_of_the_tree_spells_what_the_beam_writes() -> None:
    recording = recorded(Config())
    tokens, most = recording.track("beam_tokens"), recording.track("written").shape[1]
    path = best_path(recording, most)
    for step in range(len(recording)):
        spelt = tokens[step][path[step]].tolist()
        written = [k for k in recording[step].beam_written.tolist() if k != NOTHING]
        assert spelt == written, step


def test_the_matrix_shows_the_recorded_weights_and_both_pictures_what_was_written() -> None:
    recording = recorded(Config())
    film = alignment(recording, TEXT)
    rows = rows_of(recording)
    (matrix,) = [move for move in film.moves if "z" in move.columns]
    shown = np.asarray(matrix.columns["z"][-1:])[0][::-1]
    plain = recording[-1].attention[:rows].astype(float) / 254
    assert np.allclose(shown[:5], plain[:5], atol=1e-6)
    assert np.isnan(shown[5:]).all()
    said = {label.at(-1) for label in film.labels}
    assert {"1", "2", "0", "3", "천", "이", "백", "삼"} <= said
    beside = bend(preset("bent"), TEXT, row="1")
    first = [label.at(-1) for label in beside.labels if label.at(-1) in ("1", "3")]
    assert sorted(first) == ["1", "3", "3", "3"]  # 1203 on the left, 3203 on the right


def test_weights_of_a_row_are_those_set_by_hand_or_those_of_the_last_step() -> None:
    recording = preset("bent")
    assert figures.present_row(recording, "1") == [0, 0, 0, 1]
    assert figures.present_row(recording, "2") == pytest.approx(recording[-1].attention[1] / 254, abs=0.006)
    assert figures.present_row(recording, "7") == [0, 0, 0, 0]


def test_the_marks_stand_where_it_first_looks_right_and_since_when_it_reads_right() -> None:
    recording = recorded(Config())
    (looks, _), (right, _) = figures.marks(recording, TEXT)
    assert recording[looks].there == 1
    assert (recording.track("there")[:looks] < 1).all()
    assert is_right(recording, "written")[right:].all()
    assert not is_right(recording, "written")[right - 1]
    assert figures.marks(recording[:2], TEXT) == []


def test_a_learners_sentence_is_never_markup() -> None:
    recording = recorded(Config(updates=20))
    wicked = dlviz.Recording(
        experiment.Frame,
        recording.config.model_copy(update={"sentence": "<b>{update}</b>"}),
        recording.scene,
        {name: recording.track(name) for name in experiment.Frame.__annotations__},
        None,
    )
    line = figures.numbers(wicked, TEXT).labels[1].at(0)
    assert "&lt;b&gt;" in line


def test_without_attention_there_is_nothing_to_bend_and_all_pictures_are_drawn() -> None:
    config = Config(attention="none", updates=20, bend="0:1")
    assert figures.pictures_of(config) == ("beam", "states", "tests")
    recording = recorded(config)
    assert not recording.track("attention")[recording.track("attention") != 255].any()
    for picture in figures.pictures_of(config):
        assert figures.stage(recording, {}, TEXT, picture=picture)


def test_the_promises_of_the_numerals_are_kept() -> None:
    recording = preset("numeral")
    (looks, _), _ = figures.marks(recording, TEXT)
    assert recording[looks].update < 100
    first = recording[0].attention[:1] / 254
    assert first.max() < 0.5  # at first all letters alike
    before, after = (
        read(recording, getattr(preset("bent")[-1], name)) for name in ("written", "bent_written")
    )
    assert (before, after) == ("1203", "3203")
    long = preset("long")
    assert read(long, long[-1].written) == "378645" != read(long, long[-1].plain_written)


def test_the_promises_of_the_other_tasks_are_kept() -> None:
    date = preset("date")
    assert is_right(date, "written")[-1]
    assert date[-1].exact[0] > 0.93
    crossing = preset("crossing")
    looks = crossing[-1].attention[: len(crossing.scene.truth)].argmax(1)
    assert crossing.scene.truth[-1] == "yesterday"
    assert looks[-1] == 1
    assert looks[3] == looks[1] == 2  # verb and object are read from the object
    mirror = preset("mirror")
    ends = mirror[-1].written.tolist().index(0)
    assert mirror[-1].attention[:ends].argmax(1).tolist() == list(reversed(range(8)))
    shares = mirror[-1].by_length[1]
    assert shares[:2].mean() > 0.8
    assert shares[-3:].mean() < 0.2
    months = preset("months")
    assert is_right(months, "written")[-1]
    assert months[-1].exact[0] > 0.93


def test_a_beam_sometimes_finds_what_greedy_decoding_misses() -> None:
    found = 0
    for name in ("numeral", "long", "date", "mirror", "months"):
        recording = preset(name)
        found += int((is_right(recording, "beam_written") & ~is_right(recording, "written")).sum())
    assert found


def test_the_prediction_has_one_answer() -> None:
    recording = recorded(PREDICTION)
    with_attention, without = recording[-1].by_length[:, -1]
    assert without < 0.1 < 0.6 < with_attention
    assert f"{100 * without:.0f} %" in str(figures.result(recording, TEXT))
    assert figures.result(recording[:5], TEXT) is None


@pytest.mark.parametrize("config", [Config(), PRESETS["crossing"][0]])
def test_a_written_token_is_chosen_in_passing_and_its_lines_alone_stand_out(config: Config) -> None:
    recording = recorded(config)
    film = alignment(recording, TEXT, row="2")
    assert film.peek is not None
    for row, spot in enumerate(film.peek["spots"]):
        x0, y0, x1, y1 = spot["box"]
        assert figures.hit(recording, "align", (x0 + x1) / 2, (y0 + y1) / 2) == ("row", str(row + 1))
        assert spot["chosen"] == (row == 1)
    looks = recording[-1].attention[1].astype(float) / 254
    lines = [
        trace for trace in film.still(-1).data if trace.type == "scatter" and trace.line.color in ATTENTION
    ]
    own, rest = ([trace for trace in lines if trace.line.color == color] for color in ATTENTION)
    shown = [int(np.isfinite(np.asarray(trace.y, float)).sum()) // 2 for trace in own]
    assert sum(shown) == (looks >= 0.05).sum()
    weights = recording[-1].attention[: rows_of(recording)].astype(float) / 254
    others = np.delete(weights, 1, axis=0)
    assert (
        sum(int(np.isfinite(np.asarray(trace.y, float)).sum()) // 2 for trace in rest)
        == ((others >= 0.05) & (others <= 1)).sum()
    )
