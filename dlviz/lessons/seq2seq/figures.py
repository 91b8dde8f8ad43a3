"""The pictures of the lesson: where the decoder looks, accuracy by length, progress, a close-up by choice, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.seq2seq.bending import bent, rows_of
from dlviz.lessons.seq2seq.closeup_beam import tree
from dlviz.lessons.seq2seq.closeups import states, step_in_detail, test_at, tests
from dlviz.lessons.seq2seq.figures_alignment import (
    alignment,
    bend,
    bent_at,
    drawn_lines,
    layout,
    line_places,
    row_at,
)
from dlviz.lessons.seq2seq.said import is_right, longest, meant, read
from dlviz.lessons.seq2seq.said import rows_of as shown_rows
from dlviz.plots import attention, curves, theme, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

ACTIONS = ("align", "bend", "test")  # of clicks
WITH, WITHOUT = "--dl-attention", "--dl-model"


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    looks = ("sum", "bend") if config.attention != "none" else ()
    return (*looks, "beam", "states", "tests")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; a row is chosen beside it."""
    return {"picture": pictures_of(config)}


def rows_seen(config: Any) -> dict[str, tuple[str, ...]]:
    """The steps of the decoder that there may be: "1", "2", ..."""
    return {"row": tuple(str(k) for k in range(1, longest(config) + 1))}


def stage(
    recording: Recording, others: Mapping[str, Recording], text: Text, *, picture: str, row: str = "1"
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        row: which step of the decoder is chosen.
    """
    fourth = {
        "sum": lambda: step_in_detail(recording, text, row=row),
        "bend": lambda: bend(recording, text, row=row),
        "beam": lambda: tree(recording, text),
        "states": lambda: states(recording, text),
        "tests": lambda: tests(recording, text),
    }[picture]()
    return [
        alignment(recording, text, row=row),
        by_length(recording, text),
        progress(recording, text),
        fourth,
        numbers(recording, text),
    ]


def hit(recording: Recording, action: str, x: float, y: float) -> tuple[str, Any]:
    """What a click chooses: ("row", "2"), ("bend", "1:0,1"), ("sentence", ...), or ("", None).

    Args:
        recording: what was shown.
        action: of the film that was clicked.
        x, y: where.
    """
    if action == "align":
        row = row_at(recording, x, y)
        return ("row", str(row + 1)) if row is not None else ("", None)
    if action == "bend":
        cell = bent_at(recording, x, y)
        return ("bend", one_place(recording.config.bend, *cell)) if cell else ("", None)
    source = test_at(recording, y)
    return ("sentence", source) if source else ("", None)


def one_place(bends: str, row: int, column: int) -> str:
    """The text with a row that looks at one token alone; a second time the row is left alone again."""
    alone = [0.0] * column + [1.0]
    return bent(bends, row, None if rows_of(bends).get(row) == alone else alone)


def present_row(recording: Recording, row: str) -> list[float]:
    """The weights of a row: as set by hand, else those that the last step found."""
    at, columns = int(row) - 1, len(recording.scene.source)
    given = rows_of(recording.config.bend).get(at)
    if given is not None:
        return (given + [0.0] * columns)[:columns]
    found = recording.track("attention")[-1, at].astype(np.float32)
    return np.where(found <= attention.HIGHEST, found / attention.HIGHEST, 0).round(2).tolist()


def by_length(recording: Recording, text: Text) -> Film:
    """The share of test pairs without a mistake in each group of lengths, with attention and without."""
    scene, shares = recording.scene, recording.track("by_length")  # (T, 2, G)
    places = np.arange(len(scene.spans), dtype=np.float32)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for k, (name, color, dash, symbol) in enumerate(
        (("with", WITH, "solid", "circle"), ("without", WITHOUT, "dash", "diamond"))
    ):
        look: dict[str, Any] = {"type": "scatter", "mode": "lines+markers", "name": text(f"legend.{name}")}
        look |= {"line": {"color": color, "width": 2.6, "dash": dash}, "x": places, "y": []}
        look |= {"marker": {"color": color, "size": 9, "symbol": symbol}}
        hover = f"{text(f'legend.{name}')} %{{y:.0%}}<extra></extra>"
        data.append({**look, "hovertemplate": hover})
        moves.append(Move(k, {"y": shares[:, k]}))
    spans = [str(low) if low == high else f"{low}–{high}" for low, high in scene.spans]
    x = theme.axis(
        text("axis.length"),
        tickvals=places,
        ticktext=spans,
        range=[-0.4, len(places) - 0.6],
        showgrid=False,
        tickangle=0,
    )
    y = theme.axis(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.5, 1])
    figure = {
        "data": data,
        "layout": theme.layout(xaxis=x, yaxis=y, margin={"l": 44, "r": 10, "t": 26, "b": 40}),
    }
    labels = [
        Label(f"● {text('legend.with')}", x=0.0, y=1.04, yanchor="bottom", color=WITH, size=12),
        Label(
            f"◆ {text('legend.without')}",
            x=1.0,
            y=1.04,
            xanchor="right",
            yanchor="bottom",
            color=WITHOUT,
            size=12,
        ),
    ]
    title, alt = text("picture.by_length"), text("alt.by_length")
    return Film("by_length", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def progress(recording: Recording, text: Text) -> Film:
    """Over the updates: exact translations of both networks, how often attention is right, and the losses."""
    updates = recording.track("update").astype(np.float32)
    exact, loss = recording.track("exact"), recording.track("loss")  # (T, 2) each
    looks = recording.track("looks")
    looks = np.where(looks < 0, np.nan, looks).astype(np.float32)
    lines = [
        ("exact_with", WITH, "y", exact[:, 0], "solid", 2.6),
        ("exact_without", WITHOUT, "y", exact[:, 1], "dash", 2.6),
        ("looks", "--dl-prediction", "y", looks, "dot", 2.4),
        ("loss_with", "--dl-gradient", "y2", loss[:, 0], "solid", 1.2),
        ("loss_without", "--dl-gradient", "y2", loss[:, 1], "dash", 1.2),
    ]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for name, color, axis, values, dash, width in lines:
        look, move = curves.curve(len(data), text(f"legend.{name}"), color, values, dash=dash, width=width)
        data.append({**look, "yaxis": axis})
        moves.append(Move(move.trace, {**move.columns, "x": updates}, "grow"))
    most = max(1.5, 1.1 * float(loss[0].max()))
    x = theme.axis(text("axis.updates"), range=[0, recording.config.updates], nticks=6)
    y = theme.axis(range=[-0.03, 1.05], tickformat=".0%", tickvals=[0, 0.5, 1])
    y2 = theme.axis(range=[-0.03 * most, 1.05 * most], dtick=1, side="right", overlaying="y", showgrid=False)
    place: dict[str, Any] = {"y": 1.04, "yanchor": "bottom", "size": 12}
    labels = [
        Label(text("legend.exact"), x=0.0, **place),
        Label(text("legend.loss"), x=1.0, xanchor="right", color="--dl-gradient", **place),
    ]
    if recording.scene.places.any():
        name = f"⋯ {text('legend.looks')}"
        labels.append(Label(name, x=0.5, xanchor="center", color="--dl-prediction", **place))
    layout_ = theme.layout(xaxis=x, yaxis=y, yaxis2=y2, margin={"l": 44, "r": 36, "t": 26, "b": 40})
    figure = {"data": data, "layout": layout_}
    title, alt = text("picture.progress"), text("alt.progress")
    return Film("progress", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def numbers(recording: Recording, text: Text) -> Film:
    """Two lines of live numbers: how well both do, and what they make of the sentence."""
    exact, loss = 100 * recording.track("exact"), recording.track("loss")
    values = {
        "update": recording.track("update").astype(np.float32),
        "loss": loss[:, 0],
        "plain_loss": loss[:, 1],
        "exact": exact[:, 0],
        "plain": exact[:, 1],
        "parameters": np.full(len(recording), recording.scene.parameters[0], np.float32),
    }
    source = tokens.shown(recording.config.sentence, 60)
    known = meant(recording) is not None
    written = {}
    for field in ("written", "plain_written"):
        signs = [("✓" if ok else "✗") if known else "" for ok in is_right(recording, field)]
        lines = [tokens.shown(read(recording, row), 60) for row in recording.track(field)]
        written[field] = [f"<b>{line}</b> {sign}".strip() for line, sign in zip(lines, signs)]
    said = [
        text("live.written", source=source, first=first, plain=plain)
        for first, plain in zip(written["written"], written["plain_written"])
    ]
    told = (Label(text("live.numbers"), values), Label(strings=said))
    return Film("numbers", len(recording), None, labels=told)


def marks(recording: Recording, text: Text) -> list[tuple[int, str]]:
    """Steps of the time bar that stand out: attention lies right for the first time; since when the answer is right."""
    found = []
    there = np.flatnonzero(recording.track("there") == 1)
    if len(there):
        found.append((int(there[0]), text("mark.looks")))
    right = is_right(recording, "written")
    if right[-1]:
        wrong = np.flatnonzero(~right)
        since = int(wrong[-1]) + 1 if len(wrong) else 0
        found.append((since, text("mark.right")))
    return found


def result(recording: Recording, text: Text) -> str | None:
    """The accuracies of the longest sources in words, once the training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    shares = (100 * recording.track("by_length")[-1, :, -1]).tolist()
    low, high = recording.scene.spans[-1]
    span = str(low) if low == high else f"{low}–{high}"
    return text("predict.result", span=span, first=f"{shares[0]:.0f}", plain=f"{shares[1]:.0f}")


def miniature(recording: Recording, text: Text) -> Film:
    """The lines between both sides, small and with the tokens alone."""
    rows = shown_rows(recording)
    drawn = drawn_lines(recording, recording.track("attention")[:, :rows])
    data, moves = [look for look, _ in drawn], tuple(move for _, move in drawn)
    labels = attention.tokens(recording.scene.source, line_places(recording, rows)[0], len(recording))
    figure = {"data": data, "layout": {**layout([10, 88], [0, 96]), "hovermode": False}}
    return Film("miniature", len(recording), figure, moves, tuple(labels), alt=text("sentence"))
