"""Many small maps as one bitmap, put together only for the steps that are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

NOTHING = 255  # the code of a cell that is not there
MIDDLE = 127
SHADES = 4  # levels that a small map makes one of: no eye tells them apart there, and a film is half as large


class Column:
    """Maps of one layer below one another, the first on top, with gaps between; (T, H, w) once asked for.

    Args:
        maps: (T, U, h, w) levels, rows upwards.
        gap: cells between two maps.
        every: draws one cell for so many.
        faint: which are drawn pale, (T, U).
    """

    def __init__(
        self, maps: np.ndarray, gap: int, *, every: int = 1, faint: np.ndarray | None = None
    ) -> None:
        self.maps, self.gap, self.every, self.faint = maps, gap // every, every, faint

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: Any) -> np.ndarray:
        maps = self.maps[rows][..., ::-1, :: self.every, :: self.every]  # (..., U, h, w), the last unit first
        maps = np.where(maps == NOTHING, maps, np.minimum(maps // SHADES * SHADES + SHADES - 1, MIDDLE * 2))
        if self.faint is not None:
            pale = self.faint[rows][..., ::-1, None, None] & (maps != NOTHING)
            maps = np.where(pale, MIDDLE + (maps.astype(np.int16) - MIDDLE) // 6, maps).astype(np.uint8)
        *steps, units, height, width = maps.shape
        spread = np.full((*steps, units, height + self.gap, width), NOTHING, np.uint8)
        spread[..., :height, :] = maps
        return spread.reshape(*steps, units * (height + self.gap), width)[
            ..., : units * (height + self.gap) - self.gap, :
        ]


def bitmap(
    x: np.ndarray, y: np.ndarray, colors: list[list[Any]], low: float, high: float, **look: Any
) -> dict[str, Any]:
    """A heat map whose cells come with the steps; x, y are the centres of its cells."""
    scale = {"colorscale": colors, "zmin": low, "zmax": high, "showscale": False}
    return {"type": "heatmap", "x": x, "y": y, "hoverinfo": "skip", **scale, **look}


def centres(low: float, high: float, count: int) -> np.ndarray:
    """The centres of cells that fill a length evenly, (count,)."""
    half = (high - low) / count / 2
    return np.linspace(low + half, high - half, count, dtype=np.float32)
