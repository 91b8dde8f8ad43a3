"""The inside of one cell at one position: what flows through it, a bar for each unit, and one unit in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.lessons.rnn.reading import CellInside, cell_inside
from dlviz.plots import graph, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

PITCH, WIDE = 1.35, 1.0  # from panel to panel, and the width of one
SUM = 3.0  # the largest sum that has room


@dataclass(frozen=True)
class Panel:
    """A vector as bars.

    Attributes:
        name: what it is, a label of the text.
        values: (T, H).
        low, high: the ends of its panel.
        color: of the bars.
        sign: what stands before it.
    """

    name: str
    values: np.ndarray
    low: float
    high: float
    color: str
    sign: str


def panels_of(kind: str, inside: CellInside) -> list[Panel]:
    """From left to right what a cell computes."""
    gates, model, data, attention = inside.gates, "--dl-model", "--dl-data", "--dl-attention"
    before, after = inside.hidden_before, inside.hidden
    if kind == "rnn":
        return [
            Panel("h_before", before, -1, 1, model, ""),
            Panel("from_input", inside.from_input["candidate"], -SUM, SUM, data, ""),
            Panel("from_hidden", inside.from_hidden["candidate"], -SUM, SUM, model, "+"),
            Panel("h", after, -1, 1, "--dl-prediction", "tanh"),
        ]
    if kind == "gru":
        return [
            Panel("h_before", before, -1, 1, model, ""),
            Panel("reset", gates["reset"], 0, 1, attention, "σ"),
            Panel("candidate", gates["candidate"], -1, 1, data, "tanh"),
            Panel("update", gates["update"], 0, 1, attention, "σ"),
            Panel("h", after, -1, 1, "--dl-prediction", "="),
        ]
    return [
        Panel("c_before", inside.cell_before, -SUM, SUM, model, ""),
        Panel("forget", gates["forget"], 0, 1, attention, "×"),
        Panel("input", gates["input"], 0, 1, attention, "+"),
        Panel("candidate", gates["candidate"], -1, 1, data, "×"),
        Panel("c", inside.cell, -SUM, SUM, model, "="),
        Panel("output", gates["output"], 0, 1, attention, "×"),
        Panel("h", after, -1, 1, "--dl-prediction", "="),
    ]


def cell(recording: Recording, text: Text, *, position: int, unit: str) -> Film:
    """The flow through a cell; a click chooses the unit whose numbers are written out."""
    layer, k = (int(part) - 1 for part in unit.split("."))
    kind, count = recording.config.cell, recording.config.hidden_size
    inside = cell_inside(recording, position, layer)
    panels = panels_of(kind, inside)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    here: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center"}
    for at, panel in enumerate(panels):
        left = at * PITCH
        zero = left - WIDE * panel.low / (panel.high - panel.low)
        box = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], np.float32) * [WIDE, count] + [left, 0]
        edge = {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "line": {"color": "--dl-grid", "width": 1},
        }
        data.append({**edge, "x": box[:, 0], "y": box[:, 1]})
        data.append({**edge, "x": [zero, zero], "y": [0, count]})
        bars, move = _bars(len(data), panel, zero, count, text)
        data.append(bars)
        moves.append(move)
        labels.append(
            Label(f"<b>{text(f'gate.{panel.name}')}</b>", x=left + WIDE / 2, y=count * 1.02, yanchor="bottom",
                  size=12, color=panel.color, **here)
        )  # fmt: skip
        form, number = "{v:+.2f}" if panel.low else "{v:.2f}", {"v": panel.values[:, k].astype(np.float32)}
        labels.append(Label(form, number, x=left + WIDE / 2, y=-0.02 * count, yanchor="top", size=13, **here))
        sign = "→" if not at else panel.sign
        if at:
            labels.append(
                Label(sign, x=left - (PITCH - WIDE) / 2, y=count / 2, yanchor="middle", size=13, **here)
            )
    right = (len(panels) - 1) * PITCH + WIDE
    ring = np.array([count - k - 1, count - k], np.float32)
    line = {"color": "--dl-attention", "width": 2}
    data.append({"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": line, "name": text("field.unit"),
                 "x": np.array([-0.06, right + 0.06, right + 0.06, -0.06, -0.06], np.float32),
                 "y": ring[[0, 0, 1, 1, 0]]})  # fmt: skip
    formula = _formula(kind, text, inside, k)
    labels.append(Label(*formula, x=0.5, y=0.0, xanchor="center", yanchor="bottom", size=13))
    axes = graph.bare_axes([-0.12, right + 0.12], [-(0.62 if kind == "lstm" else 0.38) * count, 1.16 * count])
    layout = theme.layout(
        **axes,
        margin={"l": 4, "r": 4, "t": 2, "b": 2},
        dragmode=False,
        barmode="overlay",
        meta={"view": [position, unit], "letters": 0.8},
    )
    title = text("picture.cell", cell=text.option("cell", kind), t=position + 1)
    alt = text("alt.cell", panels=", ".join(text(f"gate.{panel.name}") for panel in panels))
    figure = {"data": data, "layout": layout}
    return Film(
        "closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt, click="unit"
    )


def unit_at(recording: Recording, unit: str, y: float) -> str | None:
    """The unit whose row was hit; it is of the same layer."""
    count = recording.config.hidden_size
    row = count - 1 - int(np.floor(y))
    return f"{unit.split('.')[0]}.{row + 1}" if 0 <= row < count else None


def _bars(trace: int, panel: Panel, zero: float, count: int, text: Text) -> tuple[dict[str, Any], Move]:
    lengths = np.clip(panel.values, panel.low, panel.high) * WIDE / (panel.high - panel.low)
    look = {
        "type": "bar",
        "orientation": "h",
        "x": np.zeros(count, np.float32),
        "y": (count - 0.5 - np.arange(count)).astype(np.float32),
        "base": np.full(count, zero, np.float32),
        "width": 0.8,
        "marker": {"color": panel.color, "line": {"width": 0}},
        "hoverinfo": "skip",
        "name": text(f"gate.{panel.name}"),
    }
    return look, Move(trace, {"x": lengths.astype(np.float32)})


def _formula(kind: str, text: Text, inside: CellInside, k: int) -> tuple[str, dict[str, np.ndarray]]:
    """The sum of one unit with its numbers in it."""
    columns: dict[str, np.ndarray] = {"h": inside.hidden, "before": inside.hidden_before, "c": inside.cell}
    columns |= {"c_before": inside.cell_before, **inside.gates}
    if kind == "rnn":
        columns |= {"x": inside.from_input["candidate"], "w": inside.from_hidden["candidate"]}
    return text(f"formula.{kind}"), {name: part[:, k].astype(np.float32) for name, part in columns.items()}
