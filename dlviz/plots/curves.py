"""Numbers over the steps, as lines that grow."""

from __future__ import annotations

from typing import Any

import numpy as np

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
