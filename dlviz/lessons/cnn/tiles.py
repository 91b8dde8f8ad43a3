"""The network as columns of tiles: the picture, the maps of every block, and the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.plots import mosaic
from dlviz.plots.film import Levels, Move
from dlviz.recording import Recording

ROWS = range(4, 9)  # tiles below one another
PICTURE, ANSWER, BETWEEN, HEAD, FOOT = 2.8, 3.1, 0.75, 1.35, 0.75  # widths and heights, in tiles
BESIDE, PAIR = 0.93, 2.06  # from a map to what lies beside it, and to the next unit
ACTIVE = [[0.0, "--dl-zero"], [0.3, "--dl-low"], [0.7, "--dl-model"], [1.0, "--dl-text"]]


@dataclass(frozen=True)
class Board:
    """Where everything is, a tile and its gap being 1; y upwards.

    Attributes:
        rows: tiles below one another.
        picture: left, bottom and side of the picture.
        blocks: left side of each block's tiles.
        heights: rows of each block.
        wide: from one column of units to the next.
        answer: left side of the answer.
        width: of all.
    """

    rows: int
    picture: tuple[float, float, float]
    blocks: tuple[float, ...]
    heights: tuple[int, ...]
    wide: float
    answer: float
    width: float


def board(
    widths: tuple[int, ...], aspect: float, *, answer: float = ANSWER, wide: float = 1.0, foot: float = 0.0
) -> Board:
    """As few rows as make the tiles largest in a picture of an aspect; `foot` is what lies below them."""
    beside = PICTURE + answer + BETWEEN * (len(widths) + 1)

    def tile(rows: int) -> float:
        columns = sum(-(-width // rows) for width in widths)
        return min(1 / (rows + HEAD + foot), aspect / (columns * wide + beside))

    rows = max(ROWS, key=tile)
    side = min(PICTURE, rows)
    left, blocks, heights = PICTURE + BETWEEN, [], []
    for width in widths:
        columns = -(-width // rows)
        blocks.append(left)
        heights.append(-(-width // columns))
        left += columns * wide + BETWEEN
    place = ((PICTURE - side) / 2, (rows - side) / 2, side)
    return Board(rows, place, tuple(blocks), tuple(heights), wide, left, left + answer)


def place_of(at: Board, block: int, unit: int) -> tuple[float, float]:
    """Left and bottom of a unit's tile."""
    rows = at.heights[block]
    return at.blocks[block] + unit // rows * at.wide, (at.rows + rows) / 2 - 1 - unit % rows


def unit_at(at: Board, widths: tuple[int, ...], x: float, y: float) -> str | None:
    """The unit whose tile is hit: "2.5" is the fifth of the second block."""
    for block, (left, width, rows) in enumerate(zip(at.blocks, widths, at.heights)):
        column, row = int(np.floor((x - left) / at.wide)), int(np.floor((at.rows + rows) / 2 - y))
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


def gap_of(side: int) -> int:
    """Cells between two maps."""
    return max(1, side // 8)


def tile_of(side: int) -> float:
    """The part of a tile that its map takes."""
    return side / (side + gap_of(side))


def parts_of_maps(scene: Any, at: Board) -> Iterator[tuple[list[str], np.ndarray, str]]:
    """The picture and the maps of every block by their names, for a film's parts."""
    yield ["input"], np.array([*at.picture, at.picture[2]]), ""
    for block, (width, side) in enumerate(zip(scene.widths, scene.sides)):
        boxes = [[*place_of(at, block, k), tile_of(side), tile_of(side)] for k in range(width)]
        yield [f"map {block + 1}.{k + 1}" for k in range(width)], np.array(boxes), ""


def block_tiles(
    recording: Recording, at: Board, block: int, first: int, *, slopes: bool, scale: str, colors: list[Any]
) -> list[tuple[dict[str, Any], Move]]:
    """The maps of a block, a bitmap for each column of tiles; `first` is the number of the first trace."""
    field, zero = ("slopes", mosaic.MIDDLE) if slopes else ("maps", 0)
    levels, side = maps_of(recording, block, field), recording.scene.sides[block]
    reach = recording.track("slope_reach" if slopes else "reach")
    most, own = most_of(recording, reach, block, scale), reach[:, units_of(recording, block)]
    gap, tile = gap_of(side), tile_of(side)
    low, high = (-1.0, 1.0) if slopes else (0.0, 1.0)
    drawn: list[tuple[dict[str, Any], Move]] = []
    for begin in range(0, levels.shape[1], at.heights[block]):
        part = slice(begin, min(begin + at.heights[block], levels.shape[1]))
        shared = Shared(levels[:, part, ::-1], own[:, part], most[:, part], zero)
        column = mosaic.Column(shared, gap)  # type: ignore[arg-type]
        count = part.stop - part.start
        cells = count * (side + gap) - gap
        left, bottom = place_of(at, block, part.stop - 1)
        box = (left + (BESIDE if slopes else 0.0), bottom, tile, count - 1 + tile)
        look = mosaic.bitmap(box, (cells, side), colorscale=colors, zmin=low, zmax=high)
        drawn.append((look, Move(first + len(drawn), {"z": Levels(column, low, high)})))
    return drawn
