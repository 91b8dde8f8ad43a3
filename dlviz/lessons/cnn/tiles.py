"""The network as columns of tiles: the picture, the maps of every block, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.plots import mosaic
from dlviz.plots.film import Levels, Move
from dlviz.recording import Recording

ROWS = range(2, 9)  # tiles below one another
PICTURE, ANSWER, BETWEEN, HEAD = 3.4, 3.7, 1.0, 1.35  # widths and a height, in tiles
ACTIVE = [[0.0, "--dl-zero"], [0.3, "--dl-low"], [0.7, "--dl-model"], [1.0, "--dl-text"]]


@dataclass(frozen=True)
class Board:
    """Where everything is, a tile and its gap being 1; y upwards.

    Attributes:
        rows: tiles below one another.
        picture: left, bottom and side of the picture.
        blocks: left side of each block's tiles.
        heights: rows of each block.
        answer: left side of the answer.
        width: of all.
    """

    rows: int
    picture: tuple[float, float, float]
    blocks: tuple[float, ...]
    heights: tuple[int, ...]
    answer: float
    width: float


def board(widths: tuple[int, ...], aspect: float, *, answer: float = ANSWER) -> Board:
    """As few rows as make the tiles largest in a picture of an aspect."""
    beside = PICTURE + answer + BETWEEN * (len(widths) + 1)

    def tile(rows: int) -> float:
        return min(1 / (rows + HEAD), aspect / (sum(-(-width // rows) for width in widths) + beside))

    rows = max(ROWS, key=tile)
    side = min(PICTURE, rows)
    left, blocks, heights = PICTURE + BETWEEN, [], []
    for width in widths:
        columns = -(-width // rows)
        blocks.append(left)
        heights.append(-(-width // columns))
        left += columns + BETWEEN
    place = ((PICTURE - side) / 2, (rows - side) / 2, side)
    return Board(rows, place, tuple(blocks), tuple(heights), left, left + answer)


def place_of(at: Board, block: int, unit: int) -> tuple[float, float]:
    """Left and bottom of a unit's tile."""
    rows = at.heights[block]
    return at.blocks[block] + unit // rows, (at.rows + rows) / 2 - 1 - unit % rows


def unit_at(at: Board, widths: tuple[int, ...], x: float, y: float) -> str | None:
    """The unit whose tile is hit: "2.5" is the fifth of the second block."""
    for block, (left, width, rows) in enumerate(zip(at.blocks, widths, at.heights)):
        column, row = int(np.floor(x - left)), int(np.floor((at.rows + rows) / 2 - y))
        unit = column * rows + row
        if column >= 0 and 0 <= row < rows and unit < width:
            return f"{block + 1}.{unit + 1}"
    return None


class Shared:
    """Levels of each unit's own scale as levels of a scale that several units share; (T, n, h, w) once asked for.

    Args:
        levels: (T, n, h, w).
        reach: of each unit, (T, n).
        most: what the largest level shall mean, (T,) or (T, n).
        zero: the level of 0.
    """

    def __init__(self, levels: np.ndarray, reach: np.ndarray, most: np.ndarray, zero: int) -> None:
        self.levels, self.zero = levels, zero
        self.share = reach / np.maximum(most.reshape(len(most), -1), 1e-30)  # (T, n)

    def __len__(self) -> int:
        return len(self.levels)

    def __getitem__(self, rows: Any) -> np.ndarray:
        share = self.share[rows][..., None, None]
        return np.rint(self.zero + share * (self.levels[rows].astype(np.float32) - self.zero)).astype(
            np.uint8
        )


def most_of(recording: Recording, reach: np.ndarray, block: int, scale: str) -> np.ndarray:
    """What full colour means at each step, by unit, layer or network; (T, n)."""
    own = reach[:, units_of(recording, block)]
    shared = {"unit": own, "layer": own.max(1, keepdims=True), "network": reach.max(1, keepdims=True)}[scale]
    return np.broadcast_to(shared, own.shape)


def units_of(recording: Recording, block: int) -> slice:
    """The units of a block among all."""
    widths = recording.scene.widths
    return slice(sum(widths[:block]), sum(widths[: block + 1]))


def maps_of(recording: Recording, block: int, field: str = "maps") -> np.ndarray:
    """The levels of a block's maps, (T, n, h, w)."""
    scene = recording.scene
    sizes = [width * side**2 for width, side in zip(scene.widths, scene.sides)]
    first, side = sum(sizes[:block]), scene.sides[block]
    return recording.track(field)[:, first : first + sizes[block]].reshape(len(recording), -1, side, side)


def block_tiles(
    recording: Recording, at: Board, block: int, first: int, *, slopes: bool, scale: str, colors: list[Any]
) -> list[tuple[dict[str, Any], Move]]:
    """The maps of a block, a bitmap for each column of tiles; `first` is the number of the first trace."""
    field, zero = ("slopes", mosaic.MIDDLE) if slopes else ("maps", 0)
    levels, side = maps_of(recording, block, field), recording.scene.sides[block]
    reach = recording.track("slope_reach" if slopes else "reach")
    most, own = most_of(recording, reach, block, scale), reach[:, units_of(recording, block)]
    gap = max(1, side // 8)
    tile = side / (side + gap)
    low, high = (-1.0, 1.0) if slopes else (0.0, 1.0)
    drawn: list[tuple[dict[str, Any], Move]] = []
    for begin in range(0, levels.shape[1], at.heights[block]):
        part = slice(begin, min(begin + at.heights[block], levels.shape[1]))
        shared = Shared(levels[:, part, ::-1], own[:, part], most[:, part], zero)
        column = mosaic.Column(shared, gap)  # type: ignore[arg-type]
        count = part.stop - part.start
        cells = count * (side + gap) - gap
        left, bottom = place_of(at, block, part.stop - 1)
        box = (left, bottom, tile, count - 1 + tile)
        look = mosaic.bitmap(box, (cells, side), colorscale=colors, zmin=low, zmax=high)
        drawn.append((look, Move(first + len(drawn), {"z": Levels(column, low, high)})))
    return drawn
