"""Where the maps of the large picture lie: boards of cells on one plane, and which cell is at a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

WIDE, HIGH = 120.0, 98.0  # the plane, in its own units
TOP = HIGH - 5  # of the maps
GREY = [[0.0, "#000000"], [1.0, "#ffffff"]]
SLICES: dict[str, list[Any]] = {  # red, green and blue from dark to bright, told apart by their letters too
    "rgb": [[[0.0, "#000000"], [1.0, color]] for color in ("#ff4d4d", "#3ddc5f", "#5c8dff")],
    "grey": [GREY],
}
LETTERS = {"grey": ("",), "rgb": ("R", "G", "B")}


@dataclass(frozen=True)
class Board:
    """Cells on the plane, the first row on top.

    Attributes:
        left, top: of the first cell's corner.
        cell: side of a cell.
        rows, columns: how many.
    """

    left: float
    top: float
    cell: float
    rows: int
    columns: int

    @property
    def middle(self) -> float:
        """Where the middle is, from the left."""
        return self.left + self.columns * self.cell / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.columns * self.cell

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top - self.rows * self.cell

    def x(self) -> np.ndarray:
        """The middles of the columns."""
        x: np.ndarray = self.left + self.cell * (np.arange(self.columns) + 0.5)
        return x.astype(np.float32)

    def y(self) -> np.ndarray:
        """The middles of the rows, from top to bottom."""
        y: np.ndarray = self.top - self.cell * (np.arange(self.rows) + 0.5)
        return y.astype(np.float32)

    def map(self, colors: Any, low: float, high: float, z: Any = None) -> dict[str, Any]:
        """A heat map on the board."""
        scale = {"colorscale": colors, "zmin": low, "zmax": high, "showscale": False}
        cells = np.zeros((self.rows, self.columns), np.float32) if z is None else z
        # one cell alone says nothing about its size: Plotly is told its ends
        x = self.x() if self.columns > 1 else [self.left, self.right]
        y = self.y() if self.rows > 1 else [self.bottom, self.top]
        return {"type": "heatmap", "x": x, "y": y, "z": cells, "hoverinfo": "skip", **scale}

    def boxes(self, row: Any, column: Any, rows: float, columns: float) -> tuple[np.ndarray, np.ndarray]:
        """Rectangles over cells as closed paths: x and y, (..., 5)."""
        left = self.left + self.cell * np.asarray(column, np.float32)[..., None]
        top = self.top - self.cell * np.asarray(row, np.float32)[..., None]
        across, down = self.cell * columns, self.cell * rows
        x = left + across * np.array([0, 1, 1, 0, 0], np.float32)
        y = top - down * np.array([0, 0, 1, 1, 0], np.float32)
        return x.astype(np.float32), y.astype(np.float32)

    def frame(self, color: str, width: float = 1.2, dash: str = "solid", inset: int = 0) -> dict[str, Any]:
        """A line around the board, or around all but its outermost cells."""
        x, y = self.boxes(inset, inset, self.rows - 2 * inset, self.columns - 2 * inset)
        return path(color, width, dash, x, y)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell at a place of the plane."""
        row, column = int((self.top - y) // self.cell), int((x - self.left) // self.cell)
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None


def path(color: str, width: float, dash: str = "solid", x: Any = (), y: Any = ()) -> dict[str, Any]:
    """A line, perhaps one that comes with the steps."""
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip", "x": x, "y": y}


@dataclass(frozen=True)
class Plan:
    """All boards of the large picture.

    Attributes:
        inputs: the padded picture, one board a channel.
        output, pooled: what comes out.
        windows, kernels, products: what the kernel lies on, its numbers, and their products; one board a channel.
    """

    inputs: tuple[Board, ...]
    output: Board
    pooled: Board | None
    windows: tuple[Board, ...]
    kernels: tuple[Board, ...]
    products: tuple[Board, ...]

    @property
    def growing(self) -> list[tuple[Board, int]]:
        """The boards that get a cell with each step, and the step that makes the first cell of each."""
        count = self.output.rows * self.output.columns
        return [(self.output, 0), *([(self.pooled, count)] if self.pooled else [])]


def plan_of(scene: Any) -> Plan:
    """Above the maps side by side, below what happens at one position."""
    channels, rows, columns = scene.image.shape
    size = scene.kernel.shape[1]
    shapes = [(rows, columns)] * channels + [(scene.rows, scene.columns)]
    shapes += [(scene.pooled_rows, scene.pooled_columns)] if scene.pooled_rows else []
    gap = 9.0 if len(shapes) == 2 else 5.0
    box = min(52.0, (WIDE - 3 - gap * (len(shapes) - 1)) / len(shapes))
    common = box / max(max(shape) for shape in shapes)  # so that an output is seen to be smaller
    cells = [max(common, 0.62 * box / max(shape)) for shape in shapes]
    used = sum(cell * shape[1] for cell, shape in zip(cells, shapes)) + gap * (len(shapes) - 1)
    tall = max(cell * shape[0] for cell, shape in zip(cells, shapes))
    left, boards = (WIDE - used) / 2, []
    for cell, (height, width) in zip(cells, shapes):
        boards.append(Board(left, TOP - (tall - cell * height) / 2, cell, height, width))
        left = boards[-1].right + gap
    floor = TOP - tall - 9.5
    side = min(29.0 if channels == 1 else 18.0, (floor - 2) / channels - 1.4)
    floor -= max(floor - 2 - channels * (side + 1.4), 0) / 2
    between = 7.0 if channels == 1 else 12.0
    below = []
    for place in range(3):
        x = (WIDE - 3 * side - 2 * between - 18) / 2 + place * (side + between)
        tops = [floor - channel * (side + 1.4) for channel in range(channels)]
        below.append(tuple(Board(x, top, side / size, size, size) for top in tops))
    pooled = boards[channels + 1] if scene.pooled_rows else None
    return Plan(tuple(boards[:channels]), boards[channels], pooled, below[0], below[1], below[2])
