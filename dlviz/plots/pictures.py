"""Small pictures on a sheet, grey or in colour, as bitmaps whose cells are levels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from dlviz.plots.mosaic import NOTHING

COLORS = 254  # of a palette; a byte holds their numbers and "nothing"
INK = [[0.0, "--dl-zero"], [1.0, "--dl-text"]]  # of what is written on paper
PHOTOGRAPH = [[0.0, "rgb(0,0,0)"], [1.0, "rgb(255,255,255)"]]

Scale = list[list[Any]]


def coded(pictures: np.ndarray, grey: Scale = PHOTOGRAPH) -> tuple[np.ndarray, dict[str, Any]]:
    """Pictures as levels, and how a heat map shows them.

    Args:
        pictures: (N, C, H, W) bytes; C is 1, or 3 for red, green and blue.
        grey: the colours of grey pictures.

    Returns:
        Levels 0 to 254, (N, H, W), and the heat map's colours.
    """
    if pictures.shape[1] == 1:
        levels = np.rint(pictures[:, 0] * (254 / 255)).astype(np.uint8)
        return levels, {"colorscale": grey, "zmin": 0.0, "zmax": 254.0, "showscale": False}
    levels, colors = _palette(np.ascontiguousarray(pictures.transpose(0, 2, 3, 1)).tobytes(), pictures.shape)
    scale = [[k / 255, color] for k, color in enumerate(colors)]
    return levels, {"colorscale": scale, "zmin": 0.0, "zmax": 255.0, "showscale": False}


@lru_cache(maxsize=16)
def _palette(pixels: bytes, shape: tuple[int, int, int, int]) -> tuple[np.ndarray, list[str]]:
    """The best 254 colours of all pictures together, 256 with repetitions, and the number of each pixel's."""
    from PIL import Image

    count, _, height, width = shape
    strip = Image.frombytes("RGB", (width, count * height), pixels)
    best = strip.quantize(COLORS, dither=Image.Dither.NONE)
    palette = (best.getpalette() or [])[: 3 * COLORS]
    colors = [f"rgb({r},{g},{b})" for r, g, b in zip(palette[::3], palette[1::3], palette[2::3])]
    return np.asarray(best).reshape(count, height, width), colors + colors[-1:] * (256 - len(colors))


class Sheet:
    """Pictures in rows, others at every step; (T, H, W) once asked for, rows upwards.

    Args:
        levels: all pictures that there are, (N, h, w).
        chosen: their numbers, row by row from the top left, (T, n); -1 is none.
        columns: of the sheet.
        gap: cells between two.
        below: cells between one and the next below it, if that is another number.
    """

    def __init__(
        self, levels: np.ndarray, chosen: np.ndarray, columns: int, gap: int, below: int | None = None
    ) -> None:
        self.levels, self.chosen, self.columns, self.gap, self.below = levels, chosen, columns, gap, below

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, rows: Any) -> np.ndarray:
        numbers = self.chosen[rows]
        tiles = np.where((numbers >= 0)[..., None, None], self.levels[numbers], np.uint8(NOTHING))
        return sheet(tiles, self.columns, self.gap, self.below)


def places(
    box: tuple[float, float, float, float], tile: tuple[int, int], count: int, columns: int, gap: int
) -> np.ndarray:
    """Where the tiles of a sheet lie that fills a box: left, bottom, width and height of each, (n, 4).

    Args:
        box: left, bottom, width and height of the sheet.
        tile: rows and columns of cells of one.
        count, columns, gap: of the sheet.
    """
    (left, bottom, width, height), (tall, wide), rows = box, tile, -(-count // columns)
    cell = np.array([width / (columns * (wide + gap) - gap), height / (rows * (tall + gap) - gap)])
    number = np.arange(count)
    corner = np.stack([number % columns * (wide + gap), (rows - 1 - number // columns) * (tall + gap)], 1)
    size = np.broadcast_to(np.array([wide, tall]) * cell, corner.shape)
    return np.concatenate([np.array([left, bottom]) + corner * cell, size], axis=1).astype(np.float32)


def sheet(tiles: np.ndarray, columns: int, gap: int, below: int | None = None) -> np.ndarray:
    """Tiles (..., n, h, w) from the top left row by row as one bitmap (..., H, W), rows upwards, gaps between."""
    *steps, count, height, width = tiles.shape
    rows, below = -(-count // columns), gap if below is None else below
    spread = np.full((*steps, rows * columns, height + below, width + gap), NOTHING, np.uint8)
    spread[..., :count, :height, :width] = tiles
    spread = spread.reshape(*steps, rows, columns, height + below, width + gap)
    whole = np.moveaxis(spread, -3, -2).reshape(*steps, rows * (height + below), columns * (width + gap))
    cut: np.ndarray = whole[..., : rows * (height + below) - below, : columns * (width + gap) - gap]
    return cut[..., ::-1, :]
