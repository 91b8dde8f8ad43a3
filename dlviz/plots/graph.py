"""A graph of nodes and edges: what flows along them is told by width, sign by colour and dashes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.plots import theme
from dlviz.plots.film import Move

WIDTHS = (1.6, 3.0, 5.0, 7.5, 10.5)  # of an edge, in pixels, by its level
BOUNDS = (1e-12, 0.01, 0.05, 0.2, 0.6)  # from which size on an edge has a level; the same on all steps
POSITIVE, NEGATIVE = "--dl-gradient", "--dl-series-7"

Drawn = list[tuple[dict[str, Any], Move]]


def links(color: str, ends: np.ndarray, *, width: float = 1.5) -> dict[str, Any]:
    """Edges that rest: from and to, (E, 2, 2)."""
    points = _broken(ends)
    look = {**_line("", color, width, "solid"), "x": points[:, 0], "y": points[:, 1]}
    return {**look, "showlegend": False}


def lit(
    trace: int, name: str, color: str, ends: np.ndarray, shown: np.ndarray, *, width: float = 2.4
) -> Drawn:
    """Edges that are there at some steps, (T, E)."""
    return [_shown(trace, name, color, ends, shown, width, "solid")]


def flows(trace: int, names: tuple[str, str], ends: np.ndarray, sizes: np.ndarray) -> Drawn:
    """Numbers that flow along edges, (T, E): five widths, solid where positive and dashed where negative.

    Args:
        trace: the index of the first of the ten traces.
        names: what a positive and a negative number are called.
        ends: from and to of every edge, (E, 2, 2).
        sizes: NaN where nothing flows.
    """
    level = np.digitize(np.nan_to_num(np.abs(sizes), posinf=1e9), BOUNDS)  # (T, E), 0 nothing ... 5
    drawn: Drawn = []
    for sign, (name, color, dash) in zip(
        (1, -1), ((names[0], POSITIVE, "solid"), (names[1], NEGATIVE, "dash"))
    ):
        own = np.where(np.sign(np.nan_to_num(sizes)) == sign, level, 0)
        for k, width in enumerate(WIDTHS, start=1):
            drawn.append(_shown(trace + len(drawn), name, color, ends, own == k, width, dash))
    return drawn


def nodes(
    trace: int, name: str, color: str, symbol: str, places: np.ndarray, sizes: np.ndarray
) -> tuple[dict[str, Any], Move]:
    """Nodes that stay, (N, 2), as large as they are at a step in pixels, (T, N)."""
    line = {"color": color, "width": 2.5}
    marker = {"color": "--dl-paper", "size": int(sizes[0, 0]), "symbol": symbol, "line": line, "opacity": 1}
    look = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "hoverinfo": "name"}
    return {**look, "x": places[:, 0], "y": places[:, 1]}, Move(trace, {"marker.size": sizes})


def spots(
    trace: int,
    name: str,
    color: str,
    places: np.ndarray,
    shown: np.ndarray,
    *,
    symbol: str = "circle",
    size: float = 52,
    opacity: float = 1,
    axes: str = "",
) -> tuple[dict[str, Any], Move]:
    """Marks at some of these places, (N, 2), at a step those that are shown, (T, N)."""
    marker = {"color": color, "size": size, "symbol": symbol, "line": {"width": 0}, "opacity": opacity}
    look = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "hoverinfo": "skip"}
    where = {"xaxis": f"x{axes}", "yaxis": f"y{axes}", "x": places[:, 0]}
    heights = np.where(shown, places[:, 1], np.nan).astype(np.float32)  # (T, N)
    return {**look, **where, "y": []}, Move(trace, {"y": heights})


def bare_axes(x: Sequence[float], y: Sequence[float], **parts: Any) -> dict[str, Any]:
    """Two axes that show nothing but their ranges."""
    quiet: dict[str, Any] = {"visible": False, "fixedrange": True}
    return {
        "xaxis": theme.axis(**quiet, range=list(x)),
        "yaxis": theme.axis(**quiet, range=list(y), **parts),
    }


def along(ends: np.ndarray, share: float) -> np.ndarray:
    """The points at a share of the way, (E, 2)."""
    points: np.ndarray = ends[:, 0] + share * (ends[:, 1] - ends[:, 0])
    return points


def _broken(ends: np.ndarray) -> np.ndarray:
    """Edges (E, 2, 2) as one path that breaks after each, (3E, 2)."""
    gap = np.full((len(ends), 1, 2), np.nan)
    path: np.ndarray = np.concatenate([ends, gap], axis=1).reshape(-1, 2).astype(np.float32)
    return path


def _shown(
    trace: int, name: str, color: str, ends: np.ndarray, shown: np.ndarray, width: float, dash: str
) -> tuple[dict[str, Any], Move]:
    points = _broken(ends)
    heights = np.where(np.repeat(shown, 3, axis=1), points[:, 1], np.float32(np.nan))  # (T, 3E)
    return {**_line(name, color, width, dash), "x": points[:, 0], "y": []}, Move(trace, {"y": heights})


def _line(name: str, color: str, width: float, dash: str) -> dict[str, Any]:
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": name, "line": line, "hoverinfo": "skip"}
