"""What takes the place of window, kernel and products while the output is pooled: a square, and what is left of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.convolution.boards import Board, Plan
from dlviz.lessons.convolution.experiment import POOL
from dlviz.plots.film import Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

ROOM = 29.0  # side of the square at most
Drawn = tuple[list[dict[str, Any]], list[Move]]


def seen_in(recording: Recording, stage: int, name: str, **place: Any) -> Label:
    """A text that is seen in one stage alone."""
    stages = recording.track("stage")
    if recording.config.pooling == "none":
        return Label(name, **place)
    return Label(strings=[name if now == stage else "" for now in stages.tolist()], **place)


def frame_in(
    recording: Recording, stage: int, board: Board, color: str, width: float, trace: int
) -> tuple[dict[str, Any], list[Move]]:
    """A line around a board that is seen in one stage alone."""
    look = board.frame(color, width)
    if recording.config.pooling == "none":
        return look, []
    seen = (recording.track("stage") == stage)[:, None]
    return look, [Move(trace, {"y": np.where(seen, look["y"], np.nan).astype(np.float32)})]


def numbers_in(recording: Recording, stage: int, numbers: np.ndarray) -> np.ndarray:
    """Numbers that do not change, (...), over the steps of one stage; NaN in the other, (T, ...)."""
    seen = (recording.track("stage") == stage).reshape(-1, *[1] * numbers.ndim)
    return np.where(seen, numbers, np.nan).astype(np.float32)


def boards_of(plan: Plan, size: int) -> tuple[Board, Board]:
    """The square that is pooled, where the window was, and the one number left of it, where the products were."""
    top, bottom = plan.windows[0].top, plan.windows[-1].bottom
    side = min(top - bottom, ROOM)
    middle = (top + bottom) / 2
    cell = side / size
    square = Board(plan.windows[0].middle - side / 2, middle + side / 2, cell, size, size)
    return square, Board(plan.products[0].middle - cell / 2, middle + cell / 2, cell, 1, 1)


def pooled_square(
    recording: Recording, plan: Plan, look: Any, first: int, text: Text
) -> tuple[Drawn, list[Label]]:
    """The square of the output, and its largest number or its mean.

    Args:
        recording: what is shown.
        plan: of the boards.
        look: of the output: its colours, the lowest and the highest number.
        first: the number of the first trace.
        text: the words.
    """
    config = recording.config
    square, kept = boards_of(plan, config.pool_size)
    patches = recording.track("patch")  # (T, P, P)
    values = np.where(recording.track("stage") == POOL, recording.track("value"), np.nan)[:, None, None]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    inside: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    for board, numbers, color in ((square, patches, "--dl-gradient"), (kept, values, "--dl-prediction")):
        data.append(board.map(*look))
        moves.append(Move(first + len(data) - 1, {"z": Levels.of(numbers, *look[1:])}))
        frame, moved = frame_in(recording, POOL, board, color, 2.2, first + len(data))
        data.append(frame)
        moves += moved
        for row, y in enumerate(board.y().tolist()):
            for column, x in enumerate(board.x().tolist()):
                number = numbers[:, row, column].astype(np.float32)
                labels.append(Label("{n:.2f}", {"n": number}, x=x, y=y, size=11, shy=True, **inside))
    y = (square.top + square.bottom) / 2
    name = text.option("pooling", config.pooling)
    labels.append(seen_in(recording, POOL, f"{name} →", x=plan.kernels[0].middle, y=y, size=16, **inside))
    above = {**inside, "yanchor": "bottom", "x": square.middle, "y": square.top + 0.8, "size": 12}
    head = text("board.square", size=config.pool_size)
    labels.append(seen_in(recording, POOL, f"<b>{head}</b>", **above))
    return (data, moves), labels
