"""Numbers over the steps, as lines that grow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlviz.plots import theme
from dlviz.plots.film import Move


def curve(
    trace: int, name: str, color: str, values: np.ndarray, *, dash: str = "solid", width: float = 2.2
) -> tuple[dict[str, Any], Move]:
    """One number over the steps, (T,)."""
    steps = np.arange(len(values), dtype=np.float32)
    line = {"color": color, "width": width, "dash": dash}
    look = {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "line": line,
        "x": [],
        "y": [],
        "legendgroup": name,
    }
    return {**look, "hovertemplate": f"{name} %{{y:.4g}}<extra>%{{x}}</extra>"}, Move(
        trace, {"x": steps, "y": values}, "grow"
    )


def of_updates(
    updates: np.ndarray, lines: Iterable[tuple[str, str, str, np.ndarray, bool]]
) -> tuple[list[dict[str, Any]], tuple[Move, ...]]:
    """How learning went, over the updates that the steps stand for.

    Args:
        updates: (T,) made by then.
        lines: of each its name, its colour, its axis ("y" or "y2"), its numbers (T,), and whether it is dashed.
    """
    drawn = []
    for k, (name, color, axis, values, dashed) in enumerate(lines):
        dash, width = ("dash", 1.8) if dashed else ("solid", 2.4)
        look, move = curve(k, name, color, values.astype(np.float32), dash=dash, width=width)
        along = {**move.columns, "x": updates.astype(np.float32)}
        drawn.append(({**look, "yaxis": axis}, Move(move.trace, along, "grow")))
    return [look for look, _ in drawn], tuple(move for _, move in drawn)


def share_axis() -> dict[str, Any]:
    """The axis of shares at the right of one for losses."""
    ticks: dict[str, Any] = {"range": [0, 1.03], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    return theme.axis(**ticks, showgrid=False, side="right", overlaying="y")
