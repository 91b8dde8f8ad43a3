"""Truths about drawn attention: a weight stands in its cell, a line is as wide as its weight, tokens stay text."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlviz.plots import attention, graph, theme
from dlviz.plots.film import Film

WEIGHTS = np.array([[[254, 0, 0], [0, 127, 127]], [[0, 254, 0], [255, 255, 255]]], np.uint8)  # (T, R, C)
BOX = (0.0, 0.0, 3.0, 2.0)


def film(drawn: graph.Drawn, **parts: Any) -> Film:
    data = [look for look, _ in drawn]
    figure = {"data": data, "layout": theme.layout(**graph.bare_axes([0, 3], [0, 2]))}
    return Film("attention", 2, figure, tuple(move for _, move in drawn), **parts)


def test_the_first_row_is_on_top_and_what_is_not_there_is_empty() -> None:
    drawn = film([attention.matrix(0, WEIGHTS, BOX)])
    first, last = (np.asarray(drawn.still(step).data[0].z) for step in (0, 1))
    assert np.array_equal(first, np.array([[0, 0.5, 0.5], [1, 0, 0]], np.float32))
    assert np.isnan(last[0]).all()
    rows, columns = attention.centres(BOX, 2, 3)
    assert rows.tolist() == [1.5, 0.5]
    assert columns.tolist() == [0.5, 1.5, 2.5]
    assert np.allclose(drawn.still(0).data[0].x, columns)


def test_a_line_is_as_wide_as_its_weight() -> None:
    looking, seen = np.array([[0.0, 0], [1, 0]]), np.array([[0.0, 1], [1, 1], [2, 1]])
    drawn = attention.lines(0, WEIGHTS, looking, seen)
    assert [look["line"]["width"] for look, _ in drawn] == list(attention.WIDTHS)
    shown = [
        [(int(e) // 3, int(e) % 3) for e in np.flatnonzero(~np.isnan(move.columns["y"][0][::3]))]
        for _, move in drawn
    ]
    assert shown == [[], [], [(1, 1), (1, 2)], [], [(0, 0)]]


def test_what_a_learner_writes_is_neither_markup_nor_a_placeholder() -> None:
    wicked = ["<a href='http://example.org'>x</a>", "{loss}", "<b>"]
    labels = attention.tokens([*wicked, ["a", "<i>"]], np.zeros((4, 2)), 2)
    drawn = film([attention.matrix(0, WEIGHTS, BOX)], labels=tuple(labels))
    said = [note.text for note in drawn.still(1).layout.annotations]
    assert "{loss}" in said
    assert not any("<" in text for text in said)
    assert isinstance(drawn.still(0), go.Figure)
