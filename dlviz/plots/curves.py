"""Numbers over the steps, as lines that grow."""

from __future__ import annotations

import math
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


def decades(low: float, high: float) -> list[float]:
    """The range of a logarithmic axis in whole decades, so that it seldom changes while numbers come in."""
    low = max(low, high * 1e-12, 1e-30)
    return [
        math.floor(math.log10(low) * 2) / 2 - 0.1,
        math.ceil(math.log10(max(high, low * 1.01)) * 2) / 2 + 0.1,
    ]


def decade_ticks(ends: list[float]) -> float:
    """The distance of the ticks on a logarithmic axis, in decades: at most six ticks."""
    return float(max(1, math.ceil((ends[1] - ends[0]) / 6)))


def rounded(low: float, high: float) -> list[float]:
    """The range of a linear axis, held by round numbers, so that it seldom changes while numbers come in."""
    span = max(high - low, 1e-12)
    grain = 10 ** math.floor(math.log10(span)) / 2
    return [math.floor(low / grain) * grain, math.ceil(high / grain + 1e-9) * grain]
