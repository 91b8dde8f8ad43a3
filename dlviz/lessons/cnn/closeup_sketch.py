"""A drawn digit, and how the network of every step reads it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn.reading import PAD, answers, pad_of
from dlviz.plots import mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

NAMED = 0.06  # probability from which on a curve has its name at its end


def sketch(recording: Recording, text: Text, *, drawing: str) -> Film:
    """A pad to draw on, what the network sees of it, and how the network of each step reads it."""
    ink, seen = pad_of(drawing)
    length, side = len(recording), len(ink)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    quiet: dict[str, Any] = {"colorscale": pictures.INK, "zmin": 0.0, "zmax": 1.0}
    pad = mosaic.bitmap((PAD, -side, side, side), (side, side), **quiet, z=ink[::-1].copy())
    small = mosaic.bitmap((0, 0, 1, 1), seen.shape, **quiet, z=seen[::-1].copy(), xaxis="x2", yaxis="y2")
    data += [pad, small]
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], np.float32)
    edge = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "line": {"color": "--dl-muted", "width": 1},
    }
    data.append({**edge, "name": "pad", "x": PAD + side * frame[:, 0], "y": -side * frame[:, 1]})
    data.append({**edge, "name": "seen", "x": frame[:, 0], "y": frame[:, 1], "xaxis": "x2", "yaxis": "y2"})
    over: dict[str, Any] = {"xanchor": "center", "yanchor": "bottom", "size": 12}
    labels = [
        Label(f"<b>{text('legend.pad')}</b>", x=PAD + side / 2, xref="x", y=0.5, yref="y", **over),
        Label(f"<b>{text('legend.seen')}</b>", x=0.5, xref="x2", y=1.04, yref="y2", **over),
    ]
    if drawing:
        labels += _read(recording, text, data, moves, drawing)
    else:
        data.append(
            {"type": "scatter", "x": [None], "y": [None], "xaxis": "x3", "yaxis": "y3"}
        )  # for the axes
        middle: dict[str, Any] = {
            "x": 0.53 * recording.config.updates(),
            "y": 0.5,
            "xref": "x3",
            "yref": "y3",
        }
        middle |= {"xanchor": "center", "yanchor": "middle", "color": "--dl-muted"}
        labels.append(Label(text("legend.draw"), **middle))
    fit: dict[str, Any] = {"constrain": "domain", "visible": False}
    x3 = theme.axis(
        text("axis.updates"),
        range=[0, 1.06 * recording.config.updates()],
        domain=[0.655, 1],
        anchor="y3",
        nticks=5,
    )
    axes = {
        "xaxis": theme.axis(**fit, range=[PAD, PAD + side], domain=[0, 0.43], anchor="y"),
        "yaxis": theme.axis(**fit, range=[-side, 0], domain=[0, 0.92], anchor="x", scaleanchor="x"),
        "xaxis2": theme.axis(**fit, range=[-0.02, 1.02], domain=[0.455, 0.585], anchor="y2"),
        "yaxis2": theme.axis(**fit, range=[-0.02, 1.02], domain=[0.17, 0.86], anchor="x2", scaleanchor="x2"),
        "xaxis3": x3,
        "yaxis3": theme.axis(range=[0, 1.04], domain=[0.17, 0.86], anchor="x3", tickformat=".0%", nticks=3),
    }
    narrow = {
        "xaxis": {"domain": [0, 0.72]},
        "yaxis": {"domain": [0.4, 0.95]},
        "xaxis2": {"domain": [0.77, 0.99]},
        "yaxis2": {"domain": [0.4, 0.95]},
        "xaxis3": {"domain": [0.1, 1]},
        "yaxis3": {"domain": [0.09, 0.29]},
    }
    margin, meta = {"l": 8, "r": 10, "t": 4, "b": 4}, {"narrow": narrow, "tall": 1.25}
    layout = theme.layout(**axes, margin=margin, dragmode=False, meta=meta)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.sketch"), text("alt.sketch")
    return Film("closeup", length, figure, tuple(moves), tuple(labels), title=title, alt=alt, draw="sketch")


def _read(recording: Recording, text: Text, data: list[Any], moves: list[Move], drawing: str) -> list[Label]:
    """How probable each digit is at every step, and since when the present answer has stood."""
    said = answers(recording.config, recording.track("weights"), drawing)  # (T, K)
    updates = recording.track("update").astype(np.float32)
    own: dict[str, Any] = {"xaxis": "x3", "yaxis": "y3", "hoverinfo": "skip"}
    for k, name in enumerate(recording.scene.classes):
        line = {"color": theme.SERIES[k % len(theme.SERIES)], "width": 2}
        moves.append(Move(len(data), {"x": updates, "y": said[:, k]}, "grow"))
        data.append({"type": "scatter", "mode": "lines", "line": line, "name": name, "x": [], "y": [], **own})
    named = np.where(
        said >= NAMED, updates[:, None], np.float32(np.nan)
    )  # near 0 names would lie on one another
    moves.append(Move(len(data), {"x": named, "y": said}))
    colors = [theme.SERIES[k % len(theme.SERIES)] for k in range(len(said[0]))]
    heads = {"mode": "text", "text": list(recording.scene.classes), "textposition": "middle right"}
    data.append(
        {
            "type": "scatter",
            **heads,
            "textfont": {"size": 13, "color": colors},
            "x": [],
            "y": [],
            "name": "",
            **own,
        }
    )
    best = said.argmax(1)
    since = since_when(best)
    values = {"k": best.astype(np.float32), "p": 100 * said.max(1), "since": updates[since]}
    above: dict[str, Any] = {"x": 0.53 * recording.config.updates(), "y": 1.06, "xref": "x3", "yref": "y3"}
    return [Label(text("live.reads"), values, **above, xanchor="center", yanchor="bottom", size=14)]


def since_when(answer: np.ndarray) -> np.ndarray:
    """Since which step each answer has been the same, (T,)."""
    fresh = np.r_[True, answer[1:] != answer[:-1]]
    return np.maximum.accumulate(np.where(fresh, np.arange(len(answer)), 0))
