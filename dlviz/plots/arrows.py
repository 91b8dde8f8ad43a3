"""Small vectors and squares: an update taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots.film import Move

BARB = 0.16  # of a panel's unit


def arrow(
    trace: int,
    name: str,
    color: str,
    ends: np.ndarray,
    *,
    panel: int = 1,
    width: float = 3,
    dash: str = "solid",
) -> tuple[dict[str, Any], Move]:
    """An arrow from the origin of a panel to `ends` (T, 2), one at a step."""
    length = np.linalg.norm(ends, axis=-1, keepdims=True)  # (T, 1)
    along = np.divide(ends, length, out=np.zeros_like(ends), where=length > 1e-9)  # (T, 2)
    across = along[:, ::-1] * np.array([-1, 1])
    barb = np.minimum(BARB, 0.6 * length)
    left, right = ends - barb * (along + 0.6 * across), ends - barb * (along - 0.6 * across)
    points = np.stack([np.zeros_like(ends), ends, left, ends, right], axis=1).astype(np.float32)  # (T, 5, 2)
    return _line(name, color, panel, width, dash), Move(trace, {"x": points[..., 0], "y": points[..., 1]})


def square(
    trace: int,
    name: str,
    color: str,
    center: tuple[float, float],
    side: np.ndarray,
    *,
    panel: int = 1,
    width: float = 3,
) -> tuple[dict[str, Any], Move]:
    """A square whose side is (T,), so that its area is the side's square."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
    points = (np.array(center) + side[:, None, None] * corners).astype(np.float32)  # (T, 5, 2)
    look = {**_line(name, color, panel, width, "solid"), "fill": "toself"}
    return look, Move(trace, {"x": points[..., 0], "y": points[..., 1]})


def panels(count: int, reach: float = 1.25) -> dict[str, Any]:
    """Axes of `count` square panels in a row, each from -reach to reach."""
    axes: dict[str, Any] = {}
    gap = 0.03
    width = (1 - gap * (count - 1)) / count
    for k in range(count):
        number = "" if k == 0 else str(k + 1)
        bare = {
            "range": [-reach, reach],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": True,
            "fixedrange": True,
        }
        lines = {"zerolinecolor": "--dl-grid", "zerolinewidth": 1}
        left = k * (width + gap)
        axes[f"xaxis{number}"] = {**bare, **lines, "domain": [left, left + width], "constrain": "domain"}
        axes[f"yaxis{number}"] = {
            **bare,
            **lines,
            "anchor": f"x{number}",
            "scaleanchor": f"x{number}",
            "domain": [0.2, 0.88],
        }
    return axes


def _line(name: str, color: str, panel: int, width: float, dash: str) -> dict[str, Any]:
    number = "" if panel == 1 else str(panel)
    line = {"color": color, "width": width, "dash": dash}
    place = {"xaxis": f"x{number}", "yaxis": f"y{number}", "hoverinfo": "skip", "x": [], "y": []}
    return {"type": "scatter", "mode": "lines", "name": name, "line": line, **place}
