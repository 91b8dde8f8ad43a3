"""The network unrolled: a column for each input, its hidden state as a strip of cells, and what is said to follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots import graph, theme, tokens
from dlviz.plots.film import Film, Label, Move, spot
from dlviz.recording import Recording
from dlviz.text import Text

COLUMNS = 12  # that are drawn at most
STRIP, HIGH, APART = 0.2, 1.7, 0.24  # width of a strip, height of all layers, gap between two
BARS, ROW, ROOM = 2.12, 0.3, 0.92  # bottom of the bars, height of one, length of one that means 1
CHOICES = 3  # most probable answers
NOTHING = -100


def columns_of(recording: Recording, position: int) -> range:
    """The positions that are drawn: all, or those around the chosen one."""
    count = len(recording.scene.inputs)
    first = max(0, min(position - COLUMNS // 2, count - COLUMNS))
    return range(first, min(count, first + COLUMNS))


def unrolled(recording: Recording, text: Text, *, position: int = 0) -> Film:
    """From left to right: inputs below, hidden states that pass on what was read, answers on top."""
    shown = columns_of(recording, position)
    data: list[dict[str, Any]] = [*_arrows(recording, len(shown))]
    moves: list[Move] = []
    _strips(recording, shown, data, moves)
    numeric = not recording.scene.tokens
    top = BARS + (0 if numeric else CHOICES * ROW) + (1.1 if numeric else 0.42)
    labels = [*_inputs(recording, shown), *_signs(recording, text, shown, position, top)]
    labels += (_numbers if numeric else _answers)(recording, text, shown, data, moves)
    data.append(_ring(position - shown.start, top, text))
    x, y = [left_of(len(shown)), len(shown) - 0.48], [-0.62, top + 0.06]
    layout = theme.layout(
        **graph.bare_axes(x, y),
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
        dragmode=False,
        barmode="overlay",
        meta={"view": position, "letters": 0.75},
    )
    names = ", ".join(input_name(recording, k) for k in shown)
    return Film(
        "unrolled",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        tuple(labels),
        title=text("picture.unrolled"),
        alt=text("alt.unrolled", inputs=names),
        click="position",
        peek={"spots": _spots(recording, shown, position, top)},
    )


def input_name(recording: Recording, position: int, longest: float = tokens.LONGEST) -> str:
    """What is read at a position: a token, or a number in the series' own units."""
    scene = recording.scene
    number = scene.inputs[position]
    if not scene.tokens:
        return f"{scene.mean + scene.deviation * number:.2f}".replace("-", "−")
    return tokens.shown(scene.tokens[int(number)], longest)


def letters_of(columns: int) -> float:
    """How many letters of a token have room in a column."""
    return min(12.0, 92 / columns)


def left_of(columns: int) -> float:
    """The left end, so that the signs there have room whatever the width of a column."""
    return -0.5 - 0.075 * max(6, columns)


def _tops(recording: Recording) -> list[tuple[float, float]]:
    """Bottom and height of each layer's strips."""
    count = recording.config.layers
    high = (HIGH - APART * (count - 1)) / count
    return [(k * (high + APART), high) for k in range(count)]


def _strips(recording: Recording, shown: range, data: list[dict[str, Any]], moves: list[Move]) -> None:
    hidden = recording.track("hidden")  # (T, L, S, H)
    for layer, (bottom, high) in enumerate(_tops(recording)):
        for k, position in enumerate(shown):
            box = (k - STRIP / 2, bottom, STRIP, high)
            look, move = tokens.strip(len(data), box, hidden[:, layer, position])
            data.append(look)
            moves.append(move)


def _arrows(recording: Recording, count: int) -> list[dict[str, Any]]:
    """What is passed on: upwards from input to answer, rightwards from one state to the next."""
    tops = _tops(recording)
    half = STRIP / 2 + 0.03
    ends: list[list[tuple[float, float]]] = []
    heads: dict[str, list[tuple[float, float]]] = {"triangle-up": [], "triangle-right": []}
    floors = [-0.24, *(bottom + high + 0.04 for bottom, high in tops)]
    roofs = [*(bottom - 0.05 for bottom, _ in tops), BARS - 0.1]
    for k in range(count):
        for low, high in zip(floors, roofs):
            ends.append([(k, low), (k, high)])
            heads["triangle-up"].append((k, high))
        for bottom, high in tops:
            middle = bottom + high / 2
            ends.append([(k - 1 + half if k else left_of(count) + 0.2, middle), (k - half - 0.02, middle)])
            heads["triangle-right"].append((k - half - 0.02, middle))
    drawn = [graph.links("--dl-muted", np.array(ends, np.float32), width=1.6)]
    for symbol, places in heads.items():
        x, y = np.array(places, np.float32).T
        marker = {"symbol": symbol, "size": 9, "color": "--dl-muted"}
        drawn.append(
            {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "hoverinfo": "skip"}
        )
    return drawn


def _inputs(recording: Recording, shown: range) -> list[Label]:
    here: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle", "y": -0.4}
    letters = letters_of(len(shown))
    size = 16 if len(shown) <= 7 else 13 if len(shown) <= 8 else 11
    return [
        Label(f"<b>{input_name(recording, k, letters)}</b>", x=k - shown.start, size=size, **here)
        for k in shown
    ]


def _signs(recording: Recording, text: Text, shown: range, position: int, top: float) -> list[Label]:
    """What stands for what, once at the left."""
    middle = _tops(recording)[0]
    here: dict[str, Any] = {"xref": "x", "yref": "y", "size": 12, "color": "--dl-muted"}
    left: dict[str, Any] = {"x": left_of(len(shown)) + 0.01, "xanchor": "left", "yanchor": "middle", **here}
    before = "h<sub>0</sub> = 0" if not shown.start else "…"
    labels = [
        Label(text("legend.input"), y=-0.4, **left),
        Label(before, y=middle[0] + middle[1] / 2 + 0.16, **left),
        Label(text("legend.hidden"), y=HIGH - 0.05, **left),
        Label(text("legend.answer" if recording.scene.tokens else "legend.told"), y=top - 0.2, **left),
    ]
    if recording.scene.tokens:
        labels.append(Label(text("legend.likely"), y=BARS + 1.5 * ROW, **left))
    between = {"xanchor": "center", "yanchor": "bottom", **here}
    free = 0.5 if position - shown.start > 1 or len(shown) < 4 else 2.5  # no ring is drawn there
    labels.append(Label("W<sub>hh</sub>", x=free, y=middle[0] + middle[1] / 2 + 0.03, **between))
    labels.append(
        Label("W<sub>xh</sub>", x=0.07, y=-0.13, **{**between, "xanchor": "left", "yanchor": "middle"})
    )
    return labels if len(shown) > 1 else labels[:-2]


def _answers(
    recording: Recording, text: Text, shown: range, data: list[dict[str, Any]], moves: list[Move]
) -> list[Label]:
    """The most probable answers at each position as bars, and the right one above them."""
    scene = recording.scene
    outputs, targets = recording.track("outputs")[:, shown.start : shown.stop], scene.targets[list(shown)]
    numbers, values = tokens.top(outputs, CHOICES)  # (T, C, k)
    count = numbers.shape[2]
    asked = targets != NOTHING
    values = np.where(asked[:, None], values, np.nan)
    right = numbers == targets[:, None]
    lefts = np.arange(len(shown)) - ROOM / 2
    heights = BARS + ROW * (CHOICES - 0.5 - np.arange(count))
    places = np.stack(np.broadcast_arrays(lefts[:, None], heights), axis=-1).reshape(-1, 2)  # (C k, 2)
    flat = (len(recording), -1)
    drawn = tokens.bars(
        len(data), places, values.reshape(flat), right.reshape(flat),
        length=ROOM, thick=0.8 * ROW, names=(text("legend.right"), text("legend.other")),
    )  # fmt: skip
    for look, move in drawn:
        data.append(look)
        moves.append(move)
    seen = np.repeat(asked, count)
    letters = letters_of(len(shown))
    labels = [
        *tokens.candidates(
            numbers.reshape(flat)[:, seen], scene.answers, places[seen] + [0.03, 0],
            marked=right.reshape(flat)[:, seen], longest=letters, size=12 if len(shown) <= 8 else 11,
        )
    ]  # fmt: skip
    if len(shown) <= 8:
        for k in np.flatnonzero(seen):
            share = (100 * values.reshape(flat)[:, k]).astype(np.float32)
            labels.append(
                Label("{p:d}", {"p": share}, x=places[k, 0] + ROOM, y=places[k, 1], xref="x", yref="y",
                      xanchor="right", yanchor="middle", size=11, color="--dl-muted")
            )  # fmt: skip
    for k in np.flatnonzero(asked):
        name = tokens.shown(scene.answers[int(targets[k])], letters)
        labels.append(
            Label(f"<b>{name}</b>", x=float(k), y=BARS + CHOICES * ROW + 0.22, xref="x", yref="y",
                  xanchor="center", yanchor="middle", size=14 if len(shown) <= 8 else 11, color="--dl-prediction")
        )  # fmt: skip
    return labels


def _numbers(
    recording: Recording, text: Text, shown: range, data: list[dict[str, Any]], moves: list[Move]
) -> list[Label]:
    """The next number at each position: what is said, and what came."""
    scene = recording.scene
    outputs, targets = recording.track("outputs")[:, shown.start : shown.stop, 0], scene.targets[list(shown)]
    low, high = float(targets.min()), float(targets.max())

    def heights(y: np.ndarray) -> np.ndarray:
        share = np.clip((y - low) / (high - low or 1), -0.1, 1.1)
        return (BARS + 0.1 + 0.6 * share).astype(np.float32)

    x = np.arange(len(shown), dtype=np.float32)
    base = {"type": "scatter", "hoverinfo": "skip", "x": x}
    line = {"color": "--dl-data", "width": 2}
    data.append({**base, "mode": "lines+markers", "y": heights(targets), "line": line,
                 "marker": {"color": "--dl-data", "size": 6}, "name": text("legend.came")})  # fmt: skip
    moves.append(Move(len(data), {"y": heights(outputs)}))
    data.append({**base, "mode": "markers", "y": [], "name": text("legend.said"),
                 "marker": {"color": "--dl-prediction", "size": 11, "symbol": "diamond"}})  # fmt: skip
    labels = []
    for k in range(len(shown)):
        here: dict[str, Any] = {"x": float(k), "xref": "x", "yref": "y", "xanchor": "center", "size": 12}
        said = (scene.mean + scene.deviation * outputs[:, k]).astype(np.float32)
        labels.append(Label("<b>{said:.2f}</b>", {"said": said}, y=BARS + 0.95, color="--dl-prediction",
                            yanchor="middle", **here))  # fmt: skip
    return labels


def _spots(recording: Recording, shown: range, position: int, top: float) -> list[dict[str, Any]]:
    """The columns, to be chosen in passing; none where those that are drawn hang on which is chosen."""
    if len(shown) < len(recording.scene.inputs):
        return []
    return [
        spot((k - 0.48, -0.6, k + 0.48, top), f"{k + 1} · {input_name(recording, k)}", chosen=k == position)
        for k in shown
    ]


def _ring(column: int, top: float, text: Text) -> dict[str, Any]:
    x = column + 0.48 * np.array([-1, 1, 1, -1, -1], np.float32)
    y = np.array([-0.6, -0.6, top, top, -0.6], np.float32)
    line = {"color": "--dl-attention", "width": 2}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "hoverinfo": "skip",
        "name": text("legend.chosen"),
    }
