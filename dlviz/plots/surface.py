"""A height over a plane, in space and from above, and paths that run on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots import theme
from dlviz.plots.film import Move

LIFT = 0.012  # of the height's range: how far a path floats above its surface


def relief(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, hover: str, shown: np.ndarray | None = None
) -> dict[str, Any]:
    """A surface in space.

    Args:
        x, y: (G,) the lattice.
        z: (G, G) heights, rows along y.
        hover: Plotly's hover template.
        shown: (G, G) numbers for the hover, if heights are drawn on another scale.
    """
    lights = {"ambient": 0.75, "diffuse": 0.55, "specular": 0.08, "roughness": 0.9}
    lines = {"show": True, "usecolormap": False, "color": "--dl-ridge", "width": 1}
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    levels = {"start": low, "end": high, "size": (high - low) / 16 or 1.0}
    colors = {"colorscale": theme.HEIGHT, "showscale": False, "cmin": low, "cmax": high}
    look = {"lighting": lights, "contours": {"z": {**lines, **levels}}, "opacity": 1.0, **colors}
    return {
        "type": "surface",
        "x": x,
        "y": y,
        "z": z,
        "customdata": z if shown is None else shown,
        "hovertemplate": hover,
        **look,
    }


def contour(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, hover: str, shown: np.ndarray | None = None
) -> dict[str, Any]:
    """The same height from above, as filled level lines."""
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    levels = {"start": low, "end": high, "size": (high - low) / 16 or 1.0}
    colors = {"colorscale": theme.HEIGHT, "showscale": False, "zmin": low, "zmax": high}
    lines = {"color": "--dl-contour", "width": 0.8}
    text = {"customdata": z if shown is None else shown, "hovertemplate": hover}
    return {"type": "contour", "x": x, "y": y, "z": z, "contours": levels, "line": lines, **colors, **text}


def trail(
    trace: int, name: str, color: str, *, dash: str = "solid", **columns: np.ndarray
) -> tuple[dict[str, Any], Move]:
    """A path that grows with the steps: columns x, y and perhaps z, each (T,)."""
    kind = "scatter3d" if "z" in columns else "scatter"
    line = {"color": color, "width": 5 if "z" in columns else 2.4, "dash": dash}
    look = {
        "type": kind,
        "mode": "lines",
        "name": name,
        "line": line,
        "legendgroup": name,
        "hoverinfo": "skip",
    }
    return {**look, **{axis: [] for axis in columns}}, Move(trace, columns, "grow")


def head(
    trace: int, name: str, color: str, *, symbol: str = "circle", **columns: np.ndarray
) -> tuple[dict[str, Any], Move]:
    """Where a path has arrived: columns x, y and perhaps z, each (T,)."""
    solid = "z" in columns
    marker = {
        "color": color,
        "size": 6 if solid else 11,
        "symbol": symbol,
        "line": {"color": "--dl-paper", "width": 1.5},
    }
    look = {"type": "scatter3d" if solid else "scatter", "mode": "markers", "name": name, "marker": marker}
    quiet = {"legendgroup": name, "showlegend": False, "hoverinfo": "name"}
    return {**look, **quiet, **{axis: [] for axis in columns}}, Move(
        trace, {k: v[:, None] for k, v in columns.items()}
    )


def marks(name: str, color: str, symbol: str, points: np.ndarray, size: float = 11) -> dict[str, Any]:
    """Points on a plane that stay, (N, 2)."""
    marker = {"color": color, "size": size, "symbol": symbol, "line": {"color": "--dl-paper", "width": 1}}
    look = {"type": "scatter", "mode": "markers", "name": name, "marker": marker, "showlegend": False}
    return {**look, "hoverinfo": "name", "x": points[:, 0], "y": points[:, 1]}


def lifted(heights: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Heights of a path, a little above its surface."""
    return heights + LIFT * (np.nanmax(z) - np.nanmin(z))


def inside(points: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Points (..., 2) with NaN for those outside the lattice."""
    within = (points >= [x[0], y[0]]) & (points <= [x[-1], y[-1]])
    return np.where(within.all(-1, keepdims=True), points, np.nan).astype(np.float32)


def space(x: str, y: str, z: str, **parts: Any) -> dict[str, Any]:
    """A scene of three named axes, seen from a quiet angle."""
    names = {"xaxis": x, "yaxis": y, "zaxis": z}
    quiet = {"showbackground": False, "gridcolor": "--dl-grid", "zeroline": False, "showspikes": False}
    axes = {
        axis: {
            **quiet,
            "title": {"text": name, "font": {"size": 12}},
            "tickfont": {"size": 10, "color": "--dl-muted"},
        }
        for axis, name in names.items()
    }
    for axis, more in parts.items():
        axes[axis] |= more
    camera = {"eye": {"x": -1.1, "y": -1.38, "z": 1.05}, "center": {"x": 0, "y": 0, "z": -0.26}}
    return {
        **axes,
        "camera": camera,
        "aspectmode": "manual",
        "aspectratio": {"x": 1.3, "y": 1.3, "z": 0.72},
        "dragmode": "turntable",
    }
