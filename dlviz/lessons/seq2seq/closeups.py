"""Close-ups: the sum of one step, the hidden states of both sides, and test pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.seq2seq.figures_alignment import RIGHT, WRONG, head, layout
from dlviz.lessons.seq2seq.said import meant, names, read, rows_of, tidied
from dlviz.plots import attention, mosaic, theme, tokens
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

NUMBERED = 9  # source tokens up to which each bar bears its number
REACH = 6.0  # of the scores that are drawn; the numbers tell of larger ones


def step_in_detail(recording: Recording, text: Text, *, row: str) -> Film:
    """One step of the decoder: scores, weights, and the most probable tokens."""
    at, source = min(int(row), rows_of(recording)) - 1, recording.scene.source
    there = recording.track("attention")[:, at, 0] <= attention.HIGHEST  # (T,): written before the end
    shown = np.where(there, 1.0, np.nan).astype(np.float32)[:, None]
    scores = recording.track("scores")[:, at] * shown  # (T, S)
    weights = recording.track("attention")[:, at] / np.float32(attention.HIGHEST) * shown
    places = np.arange(len(source), dtype=np.float32)
    bar: dict[str, Any] = {"type": "bar", "x": places, "y": [], "hoverinfo": "y", "width": 0.7}
    data: list[dict[str, Any]] = [
        {**bar, "name": text("legend.scores"), "marker": {"color": "--dl-model"}},
        {**bar, "name": text("legend.weights"), "marker": {"color": "--dl-attention"}, "yaxis": "y2"},
    ]
    moves = [Move(0, {"y": scores}), Move(1, {"y": weights})]
    best, chances = recording.track("best")[:, at], recording.track("chances")[:, at] * shown
    right_places = np.stack([np.zeros(best.shape[1]), -np.arange(best.shape[1])], axis=1)
    truth = meant(recording)
    right = best == (truth[at] if truth is not None else -2)
    names_of = (text("legend.right"), text("legend.other"))
    for look, move in tokens.bars(2, right_places, chances, right, length=1.0, thick=0.66, names=names_of):
        data.append({**look, "xaxis": "x3", "yaxis": "y3"})
        moves.append(move)
    beside = right_places - [0.04, 0]
    numbers = np.where(there[:, None] & (chances > 0), best, -1)
    labels = attention.tokens(
        names(recording, numbers), beside, len(recording), xref="x3", yref="y3", xanchor="right", size=13
    )
    for k in range(best.shape[1]):
        place: dict[str, Any] = {"x": 1.03, "y": -k, "xref": "x3", "yref": "y3", "yanchor": "middle"}
        values = {"p": 100 * np.where(chances[:, k] > 0, chances[:, k], np.nan)}
        labels.append(Label("{p:d} %", values, **place, size=11, color="--dl-muted", shy=True))
    heads = (("score", 0.27, 1.0), ("weight", 0.27, 0.5), ("next", 0.83, 1.0))
    for name, x, y in heads:
        label = text(f"formula.{recording.config.attention}") if name == "score" else text(f"formula.{name}")
        labels.append(Label(label, x=x, y=y, xanchor="center", yanchor="bottom", size=12))
    if len(source) <= NUMBERED:
        for values_of, axis, form in ((scores, "y", "{v:+.1f}"), (weights, "y2", "{v:.2f}")):
            for k in range(len(source)):
                place = {
                    "x": k,
                    "y": 5.9 if axis == "y" else 1.02,
                    "xref": "x",
                    "yref": axis,
                    "xanchor": "center",
                }
                labels.append(
                    Label(form, {"v": values_of[:, k]}, **place, size=11, color="--dl-muted", shy=True)
                )
    ticks = tokens.ticks(source)
    axes = {
        "xaxis": theme.axis(
            **ticks, domain=[0.05, 0.54], anchor="y2", showgrid=False, range=[-0.6, len(source) - 0.4]
        ),
        "yaxis": theme.axis(domain=[0.6, 0.98], range=[-REACH, REACH], nticks=3, zeroline=True, anchor="x"),
        "yaxis2": theme.axis(domain=[0.0, 0.48], range=[0, 1.1], tickvals=[0, 0.5, 1], anchor="x"),
        "xaxis3": theme.axis(domain=[0.68, 0.93], range=[0, 1.02], anchor="y3", visible=False),
        "yaxis3": theme.axis(domain=[0, 0.96], range=[0.6 - best.shape[1], 0.6], anchor="x3", visible=False),
    }
    margin = {"l": 26, "r": 8, "t": 22, "b": 24}
    figure = {
        "data": data,
        "layout": theme.layout(
            **axes, margin=margin, barmode="overlay", dragmode=False, meta={"letters": 0.8}
        ),
    }
    title, alt = text("picture.sum", row=at + 1), text("alt.sum", row=at + 1)
    return Film("closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def states(recording: Recording, text: Text) -> Film:
    """The hidden states of the encoder, a column for each token that is read, and of the decoder."""
    rows, length = rows_of(recording), len(recording)
    read_, written = recording.track("encoder"), recording.track("decoder")[:, :rows]  # (T, S, H), (T, R, H)
    total = read_.shape[1] + rows + 1.5
    data: list[Any] = []
    moves: list[Move] = []
    labels: list[Label] = []
    left, bottom, high = 0.0, 12.0, 76.0
    for part, names_of, name in (
        (read_, list(recording.scene.source), "encoder"),
        (written, names(recording, recording.track("written")[:, :rows]), "decoder"),
    ):
        count, units = part.shape[1:]
        wide = 100 * count / total
        cells = part.transpose(0, 2, 1)[:, ::-1]  # (T, H, n)
        quiet = {"colorscale": theme.SIGNED, "zmin": -1.0, "zmax": 1.0}
        moves.append(Move(len(data), {"z": Levels(cells, -1.0, 1.0)}))
        data.append(mosaic.bitmap((left, bottom, wide, high), (units, count), **quiet))
        _, across = attention.centres((left, bottom, wide, high), 1, count)
        places = np.stack([across, np.full(count, bottom - 5)], axis=1)
        labels += attention.tokens(names_of, places, length, size=14 if total < 18 else 10)
        labels.append(head(text(f"legend.{name}", units=units), left + wide / 2, bottom + high + 5))
        left += wide + 100 * 1.5 / total
    figure = {"data": data, "layout": layout([-1, 101], [0, 98])}
    title, alt = text("picture.states"), text("alt.states")
    return Film("closeup", length, figure, tuple(moves), tuple(labels), title=title, alt=alt)


def tests(recording: Recording, text: Text) -> Film:
    """Pairs that were never learnt: the source, what is meant, and what both networks write at this step."""
    scene, answers = recording.scene, recording.track("answers")  # (T, 2, N, O)
    length, count = len(recording), len(scene.tested)
    labels: list[Label] = []
    columns = {"source": 1.0, "meant": 42.0, "with": 62.0, "without": 82.0}
    if max(len(source) + len(target) for source, target in scene.tested) > 34:
        columns = {"source": 1.0, "meant": 30.0, "with": 53.0, "without": 77.0}
    usual: dict[str, Any] = {"xanchor": "left", "yanchor": "middle", "size": 12}
    for name, x in columns.items():
        labels.append(head(text(f"legend.{name}"), x, 94, xanchor="left"))
    for k, (source, target) in enumerate(scene.tested):
        y = 82 - 14 * k
        for part, name in ((source, "source"), (target, "meant")):
            cut = tokens.shown(part, 24)
            place: dict[str, Any] = {"x": columns[name], "y": y, "xref": "x", "yref": "y"}
            labels.append(Label(strings=[cut] * length, **place, **usual))
        goal = tidied(recording.config, target)
        for which, name in enumerate(("with", "without")):
            lines = [read(recording, row) for row in answers[:, which, k]]
            place = {"x": columns[name], "y": y, "xref": "x", "yref": "y"}
            good = ["✓ " + tokens.shown(line, 20) if line == goal else "" for line in lines]
            bad = ["" if line == goal else tokens.shown(line, 22) for line in lines]
            labels.append(Label(strings=good, **place, **usual, color=RIGHT))
            labels.append(Label(strings=bad, **place, **usual, color=WRONG))
    rules = np.array([[0, 100, np.nan]] * (count + 1), np.float32).ravel()
    heights = np.repeat(89 - 14 * np.arange(count + 1), 3).astype(np.float32)
    line = {"color": "--dl-grid", "width": 1}
    data: list[Any] = [
        {"type": "scatter", "mode": "lines", "x": rules, "y": heights, "line": line, "hoverinfo": "skip"}
    ]
    figure = {"data": data, "layout": layout([0, 101], [0, 100])}
    title, alt = text("picture.tests"), text("alt.tests")
    return Film("closeup", length, figure, labels=tuple(labels), title=title, alt=alt, click="test")


def test_at(recording: Recording, y: float) -> str | None:
    """The source of the test pair that was hit."""
    row = int((89 - y) // 14)
    return recording.scene.tested[row][0] if 0 <= row < len(recording.scene.tested) else None
