"""A network as layers of tiles and wires between them; widths by size, colours and dashes by sign."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots.film import Levels, Move
from dlviz.plots.mosaic import NOTHING

PITCH, TILE = 30, 25  # heights of a row and of its tile: whole numbers, so that a byte holds any height
CELLS, GAP = 50, 10  # of a tile and between two tiles: the same size of cell in both
ROWS_LEAST = 3  # so that the tiles of a small network are not huge
WIDE = 2.35  # width of the drawing by its height
WIDTHS = (0.8, 1.8, 3.2, 5.0, 7.5)  # of a wire, in pixels, by its level
DENSE, THIN = 60, 0.6  # wires from which on all are thinner, and how much
BOUNDS = (0.05, 0.3, 0.8, 1.6, 3.2, np.inf)  # from which size of weight on a wire has a level; on all steps
PLUS, MINUS = "--dl-plus", "--dl-minus"


def places(counts: list[int]) -> list[np.ndarray]:
    """Centres of the tiles of every layer, the first unit on top; (n, 2) each, heights whole."""
    rows = max(ROWS_LEAST, *counts)
    apart = max(2.1 * TILE, WIDE * rows * PITCH / len(counts))
    layers = []
    for k, count in enumerate(counts):
        top = (rows * PITCH + count * PITCH) // 2 - PITCH // 2
        heights = top - PITCH * np.arange(count)
        layers.append(np.stack([np.full(count, apart * (k + 0.5)), heights], axis=1).astype(np.float32))
    return layers


def span(layers: list[np.ndarray]) -> tuple[list[float], list[float]]:
    """The ranges of x and y that hold all layers."""
    across = layers[1][0, 0] - layers[0][0, 0]
    rows = max(ROWS_LEAST, *map(len, layers))
    return [0.0, float(across * len(layers))], [0.0, float(rows * PITCH)]


class Lit:
    """Heights of the wires that are there at a step: those whose weight lies between two bounds; (T, 3E)."""

    def __init__(self, heights: np.ndarray, weights: np.ndarray, sign: int, low: float, high: float) -> None:
        self.heights, self.weights, self.sign, self.low, self.high = heights, weights, sign, low, high

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, rows: Any) -> np.ndarray:
        size = self.sign * self.weights[rows]
        shown = np.repeat((size >= self.low) & (size < self.high), 3, axis=-1)
        return np.where(shown, self.heights, np.uint8(NOTHING))


def wires(
    trace: int, names: tuple[str, str], ends: np.ndarray, weights: np.ndarray
) -> list[tuple[dict[str, Any], Move]]:
    """Weights (T, E) as wires of five widths, solid where positive and dashed where negative.

    Args:
        trace: the index of the first of the ten traces.
        names: what a positive and a negative weight are called.
        ends: from and to of every wire, (E, 2, 2), heights whole.
        weights: NaN where nothing is.
    """
    gap = np.full((len(ends), 1, 2), np.nan, np.float32)
    points = np.concatenate([ends, gap], axis=1).reshape(-1, 2)  # (3E, 2)
    heights = np.where(np.isnan(points[:, 1]), NOTHING, points[:, 1]).astype(np.uint8)
    drawn: list[tuple[dict[str, Any], Move]] = []
    share = THIN if len(ends) > DENSE else 1.0
    for sign, name, color, dash in ((1, names[0], PLUS, "solid"), (-1, names[1], MINUS, "dash")):
        for low, high, width in zip(BOUNDS[:-1], BOUNDS[1:], WIDTHS, strict=True):
            line = {"color": color, "width": share * width, "dash": dash}
            look = {"type": "scatter", "mode": "lines", "name": name, "line": line, "hoverinfo": "skip"}
            lit = Levels(Lit(heights, weights, sign, low, high), 0.0, 254.0)
            drawn.append(({**look, "x": points[:, 0], "y": []}, Move(trace + len(drawn), {"y": lit})))
    return drawn


def nearest_tile(layers: list[np.ndarray], x: float, y: float) -> tuple[int, int] | None:
    """Layer and unit of the tile at a point."""
    for layer, centres in enumerate(layers):
        inside = np.abs(centres - [x, y]).max(1) <= TILE / 2 + 1
        if inside.any():
            return layer, int(inside.argmax())
    return None


def nearest_wire(ends: np.ndarray, x: float, y: float, reach: float = 6.0) -> int | None:
    """The wire that passes closest to a point, if one passes within reach; (E, 2, 2)."""
    along = ends[:, 1] - ends[:, 0]
    share = np.clip((([x, y] - ends[:, 0]) * along).sum(1) / (along**2).sum(1), 0, 1)
    distance = np.linalg.norm(ends[:, 0] + share[:, None] * along - [x, y], axis=1)
    nearest = int(distance.argmin())
    return nearest if distance[nearest] <= reach else None
