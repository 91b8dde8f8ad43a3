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


def bitmap(box: tuple[float, float, float, float], cells: tuple[int, int], **look: Any) -> dict[str, Any]:
    """A heat map of (rows, columns) cells that fills a box: left, bottom, width, height; they may come with the steps.

    Args:
        box, cells: where it is, and how many cells it has.
        look: "colorscale", "zmin", "zmax" and whatever else Plotly takes.
    """
    left, bottom, width, height = box
    x, y = centres(left, left + width, cells[1]), centres(bottom, bottom + height, cells[0])
    # one cell alone says nothing about its size: Plotly is told its ends
    ends = {
        "x": x if len(x) > 1 else [left, left + width],
        "y": y if len(y) > 1 else [bottom, bottom + height],
    }
    return {"type": "heatmap", **ends, "hoverinfo": "skip", "showscale": False, **look}


def centres(low: float, high: float, count: int) -> np.ndarray:
    """The centres of cells that fill a length evenly, (count,)."""
    half = (high - low) / count / 2
    return np.linspace(low + half, high - half, count, dtype=np.float32)
