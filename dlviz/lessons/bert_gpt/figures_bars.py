"""The blank in bars: what BERT fills in, what GPT would write there, and where top-k and top-p cut."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.reading import COLORS, blank_of, named
from dlviz.plots import graph, theme, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

COUNT = 8  # bars of each
NAME, BAR, WIDTH = 0.37, 0.45, 1.0  # of a half: room for names, of a bar that means 1, of it all
NOWHERE = -9.0  # where no cut is seen


def bars(recording: Recording, text: Text, *, blank: str = "1") -> Film:
    """Both networks' most probable tokens for a blank; GPT's in colour are those that may be drawn."""
    k, config = blank_of(recording, blank), recording.config
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    stays = recording.track("stays")[:, k]
    for half, (name, p) in enumerate((("first", "blank"), ("second", "follows"))):
        numbers, values = tokens.top(recording.track(p)[:, k], COUNT)  # (T, n) each
        may = np.take_along_axis(stays, numbers, axis=1) if half else np.ones(values.shape, bool)
        places = np.stack([np.full(COUNT, half * 1.1 + NAME), -np.arange(COUNT, dtype=float)], 1)
        drawn = tokens.bars(
            len(data), places, values, may, length=BAR, thick=0.7, names=(f"{name} kept", f"{name} cut")
        )
        for look, move in drawn:
            if look["marker"]["color"] == "--dl-prediction":
                look["marker"] = {"color": COLORS[half], "line": {"width": 0}}
            data.append({**look, "opacity": 0.85})
            moves.append(move)
        labels += named_bars(recording, numbers, values, may, half)
        place: dict[str, Any] = {"xref": "x", "yref": "y", "y": 0.85, "yanchor": "bottom", "size": 13}
        labels.append(Label(text(f"bars.{name}"), x=half * 1.1, color=COLORS[half], **place))
    data, moves, labels = with_cut(
        recording, text, recording.track("follows")[:, k], stays, data, moves, labels
    )
    axes = graph.bare_axes([-0.02, 2.1], [-COUNT - 0.55, 1.75])
    look = theme.layout(
        **axes,
        barmode="overlay",
        margin={"l": 6, "r": 6, "t": 4, "b": 4},
        dragmode=False,
        meta={"view": [blank, config.temperature, config.top_k, config.top_p]},
    )
    figure = {"data": data, "layout": look}
    title, alt = text("picture.bars"), text("alt.bars", count=COUNT)
    return Film("bars", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def named_bars(
    recording: Recording, numbers: np.ndarray, values: np.ndarray, may: np.ndarray, half: int
) -> list[Label]:
    """Names left of the bars, percent right of them; the first and what was cut look different."""
    names = named(recording, 8)
    left = half * 1.1 + NAME
    labels = []
    place: dict[str, Any] = {"xref": "x", "yref": "y", "yanchor": "middle", "size": 13}
    for row in range(COUNT):
        said = [
            f"<b>{names[n]}</b>" if m else names[n]
            for n, m in zip(numbers[:, row].tolist(), may[:, row].tolist())
        ]
        labels.append(Label(strings=said, x=left - 0.02, y=-row, xanchor="right", **place))
        percent = (100 * values[:, row]).astype(np.float32)
        labels.append(Label("{p:.0f} %", {"p": percent}, x=left + BAR + 0.17, y=-row, xanchor="right",
                            color="--dl-muted", **{**place, "size": 12}))  # fmt: skip
    return labels


def with_cut(
    recording: Recording,
    text: Text,
    p: np.ndarray,
    stays: np.ndarray,
    data: list[Any],
    moves: list[Any],
    labels: list[Any],
) -> tuple[list[Any], list[Any], list[Any]]:
    """A dashed line below the last token that may be drawn, and how many those are and what they reach."""
    count = stays.sum(axis=1)  # (T,)
    reach = np.where(stays, p, 0).sum(axis=1)
    y = np.where(count <= COUNT, 0.5 - count, NOWHERE).astype(np.float32)
    line = {"color": "--dl-text", "width": 2, "dash": "dash"}
    look = {"type": "scatter", "mode": "lines", "x": np.array([1.1, 2.08], np.float32), "y": [], "line": line}
    moves.append(Move(len(data), {"y": np.repeat(y[:, None], 2, axis=1)}))
    data.append({**look, "hoverinfo": "skip", "name": "cut"})
    config = recording.config
    parts = [text("cut.temperature", value=f"{config.temperature:g}")]
    parts += [text("cut.top_k", value=config.top_k)] if config.top_k else []
    parts += [text("cut.top_p", value=f"{config.top_p:g}")] if config.top_p < 1 else []
    told = " · ".join(parts) + " → " + text("cut.left")
    values = {"count": count.astype(np.float32), "share": (100 * reach).astype(np.float32)}
    labels.append(
        Label(
            told,
            values,
            x=2.09,
            y=-COUNT - 0.05,
            xref="x",
            yref="y",
            xanchor="right",
            yanchor="middle",
            size=12,
        )
    )
    return data, moves, labels
