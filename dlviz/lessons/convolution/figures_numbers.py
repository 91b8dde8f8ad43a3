"""The numbers of one position: in the cells, as a sum beside them, and in words; and how an output grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.lessons.convolution.boards import LETTERS, Board, Plan
from dlviz.lessons.convolution.experiment import CONVOLVE, POOL
from dlviz.lessons.convolution.figures_pooling import seen_in
from dlviz.plots.film import Film, Label, number
from dlviz.recording import Recording
from dlviz.text import Text

ROOM = 5.5  # side of a cell from which on its number is legible
NOTHING = 255


@dataclass(frozen=True)
class Growing:
    """A map to which every step of one stage adds a number, made only for the steps that are asked for.

    Attributes:
        recording: what is recorded.
        rows, columns: of the map.
        stage: the steps that add to it.
        low, high: the values of the first and the last level.
    """

    recording: Recording
    rows: int
    columns: int
    stage: int
    low: float
    high: float

    def __len__(self) -> int:
        return len(self.recording)

    def __getitem__(self, asked: Any) -> np.ndarray:
        own = self.recording.track("stage") == self.stage  # (T,)
        values = self.recording.track("value")[own].astype(np.float64)
        share = np.clip((values - self.low) / (self.high - self.low), 0, 1)
        codes = np.full(self.rows * self.columns, NOTHING, np.uint8)
        codes[: len(values)] = np.rint(254 * share)
        made = np.cumsum(own)[asked]  # how many there are at the steps
        seen = np.arange(self.rows * self.columns) < made[..., None]
        grown: np.ndarray = np.where(seen, codes, np.uint8(NOTHING))
        return grown.reshape(*made.shape, self.rows, self.columns)


def cell_numbers(recording: Recording, plan: Plan, labels: list[Label]) -> list[dict[str, Any]]:
    """Numbers in the cells: those that come with the steps as labels, those of the kernel as what rests."""
    fixed: list[dict[str, Any]] = []
    if plan.windows[0].cell < (4.4 if recording.config.channels == "rgb" else ROOM):
        return fixed
    size = 11 if plan.windows[0].cell > 9 else 10
    scene = recording.scene
    for name, boards in (("window", plan.windows), ("products", plan.products)):
        track = recording.track(name)  # (T, C, k, k)
        for c, board in enumerate(boards):
            for row, column, x, y in _cells(board):
                values = {"n": track[:, c, row, column]}
                labels.append(Label("{n:.2f}", values, x=x, y=y, size=size, shy=True, **_inside()))
    for c, board in enumerate(plan.kernels):
        for row, column, x, y in _cells(board):
            weight = brief(float(scene.kernel[c, row, column]), 5 if size > 10 else 4)
            weight = f"<b>{weight}</b>" if size > 10 else weight
            look: dict[str, Any] = {"font": {"size": size, "color": "--dl-text"}, "showarrow": False}
            if plan.pooled:
                labels.append(seen_in(recording, CONVOLVE, weight, x=x, y=y, size=size, **_inside()))
            else:
                fixed.append({"x": x, "y": y, "text": weight, **look})
    return fixed


def brief(weight: float, letters: int = 5) -> str:
    """A weight with as many digits as fit into a cell."""
    exact = number(weight, ".3g")
    return exact if len(exact) <= letters else number(weight, ".2f")


def sum_beside(recording: Recording, plan: Plan, text: Text) -> list[Label]:
    """The signs between the boards, and the sum at their end."""
    labels = []
    for first, second, sign in ((plan.windows, plan.kernels, "×"), (plan.kernels, plan.products, "=")):
        for left, right in zip(first, second):
            x, y = (left.right + right.left) / 2, (left.top + left.bottom) / 2
            labels.append(seen_in(recording, CONVOLVE, f"<b>{sign}</b>", x=x, y=y, size=18, **_inside()))
    sums, letters = recording.track("sums"), LETTERS[recording.config.channels]
    for c, (letter, board) in enumerate(zip(letters, plan.products)):
        y = (board.top + board.bottom) / 2
        place: dict[str, Any] = {
            "x": board.right + 2.5,
            "y": y,
            "xref": "x",
            "yref": "y",
            "yanchor": "middle",
        }
        name = f"<sub>{letter}</sub>" if letter else ""
        sum_of = f"Σ{name} =<br><b>{{s:.2f}}</b>"
        labels.append(Label(sum_of, {"s": sums[:, c]}, size=15, shy=True, **place))
    return labels


def words(recording: Recording, text: Text) -> Film:
    """The sum in one line, and the size of the output by its formula."""
    config, scene = recording.config, recording.scene
    spoken = [spelled(recording, text, frame) for frame in recording]
    size = text(
        "live.size",
        n=scene.height,
        p=scene.padding,
        d=config.dilation,
        k=config.size,
        s=config.stride,
        rows=scene.rows,
    )
    if scene.width != scene.height:
        size += text("live.width", n=scene.width, columns=scene.columns)
    return Film("numbers", len(recording), None, labels=(Label(strings=spoken), Label(size)))


def spelled(recording: Recording, text: Text, frame: Any) -> str:
    """What makes the number of one step."""
    config = recording.config
    place = {"row": int(frame.row) + 1, "column": int(frame.column) + 1}
    value = number(frame.value, ".2f")
    if frame.stage == POOL:
        name = text.option("pooling", config.pooling)
        least, largest = (number(float(n), ".2f") for n in (frame.patch.min(), frame.patch.max()))
        return text("live.pooled", pooling=name, value=value, least=least, largest=largest, **place)
    letters = LETTERS[config.channels]
    parts = [
        f"{letter}({number(float(s), '.2f')})" if letter else f"Σ({number(float(s), '.2f')})"
        for letter, s in zip(letters, frame.sums)
    ]
    total = " + ".join([*parts, f"b({number(config.bias, '.2f')})"])
    line = text("live.sum", terms=total, total=number(frame.total, ".2f"), **place)
    return line + (text("live.relu", value=value) if config.relu else "")


def _cells(board: Board) -> list[tuple[int, int, float, float]]:
    return [
        (row, column, float(x), float(y))
        for row, y in enumerate(board.y())
        for column, x in enumerate(board.x())
    ]


def _inside() -> dict[str, Any]:
    return {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
