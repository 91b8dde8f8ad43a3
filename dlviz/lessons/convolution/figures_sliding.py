"""The large picture: a kernel that slides over a picture, and what happens at one position."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.convolution.boards import HIGH, LETTERS, SLICES, WIDE, Board, Plan, path, plan_of
from dlviz.lessons.convolution.experiment import CONVOLVE
from dlviz.lessons.convolution.figures_numbers import Growing, cell_numbers, sum_beside
from dlviz.lessons.convolution.figures_pooling import frame_in, numbers_in, pooled_square, seen_in
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

WINDOW, HERE, PIXEL = "--dl-gradient", "--dl-prediction", "--dl-attention"  # colours of what moves
PALE = 0.6  # what the window shows, so that numbers can be read on it

Drawn = tuple[list[dict[str, Any]], list[Move]]


def sliding(recording: Recording, text: Text, *, pixel: tuple[int, int] | None = None) -> Film:
    """Above the picture and the output that grows; below window, kernel and products of one position."""
    config, scene = recording.config, recording.scene
    plan = plan_of(scene)
    data, moves = _maps(recording, plan)
    stays = list(range(len(plan.inputs), len(plan.inputs) + 2 * len(plan.growing)))  # what grows
    _position(recording, plan, data, moves)
    if pixel is not None:
        for board in plan.inputs:
            x, y = board.boxes(pixel[0] + scene.padding, pixel[1] + scene.padding, 1, 1)
            data.append(path(PIXEL, 2.5, "solid", x, y))
    labels = [*_titles(recording, plan, text), *sum_beside(recording, plan, text)]
    fixed = cell_numbers(recording, plan, labels)
    if plan.pooled:
        look = look_of(scene)
        (drawn, moved), named = pooled_square(recording, plan, look, len(data), text)
        data, moves, labels = [*data, *drawn], [*moves, *moved], [*labels, *named]
    bare: dict[str, Any] = {"visible": False, "fixedrange": True}
    layout = theme.layout(
        xaxis={**bare, "range": [0, WIDE], "constrain": "domain"},
        yaxis={**bare, "range": [0, HIGH], "scaleanchor": "x", "constrain": "domain"},
        margin={"l": 4, "r": 4, "t": 2, "b": 2},
        dragmode=False,
        hovermode=False,
        annotations=fixed,
        meta={"letters": 0.8},  # where there is little room
        uirevision=f"{plan.inputs[0]} {config.size}",
    )
    kernel = text.option("kernel", config.kernel)
    title, alt = text("picture.sliding", kernel=kernel), text("alt.sliding", kernel=kernel)
    figure = {"data": data, "layout": layout}
    names = ("left", "top", "side", "rows", "columns")
    cells = [
        dict(zip(names, (board.left, board.top, board.cell, board.rows, board.columns)), first=first)
        for board, first in plan.growing
    ]
    return Film(
        "sliding",
        len(recording),
        figure,
        tuple(moves),
        tuple(labels),
        title=title,
        alt=alt,
        click="pixel",
        peek={"cells": cells, "stays": stays},
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The picture, the window on it, and the output that grows."""
    scene, config = recording.scene, recording.config
    plan = plan_of(scene)
    board, output = plan.inputs[0], plan.output
    data = [board.map(SLICES[config.channels][0], 0, 1, scene.image[0])]
    grown, moved = growing(len(data), output, recording, CONVOLVE)
    data.append(grown)
    moves = [moved]
    _window(recording, (board,), data, moves)
    bare: dict[str, Any] = {"visible": False, "fixedrange": True}
    floor = min(board.bottom, output.bottom) - 1
    layout = theme.layout(
        xaxis={**bare, "range": [board.left - 1, output.right + 1], "constrain": "domain"},
        yaxis={**bare, "range": [floor, board.top + 1], "scaleanchor": "x", "constrain": "domain"},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
        hovermode=False,
    )
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def growing(trace: int, board: Board, recording: Recording, stage: int) -> tuple[dict[str, Any], Move]:
    """A map to which every step adds one number."""
    colors, low, high = look_of(recording.scene)
    levels = Levels(Growing(recording, board.rows, board.columns, stage, low, high), low, high)
    return board.map(colors, low, high), Move(trace, {"z": levels})


def look_of(scene: Any) -> tuple[list[list[Any]], float, float]:
    """How numbers of the output are coloured: signed, with zero in the middle, or from dark to bright; low, high."""
    reach = max(abs(scene.low), abs(scene.high)) or 1.0
    return (theme.SIGNED, -reach, reach) if scene.low < -1e-6 else (SLICES["grey"][0], 0.0, reach)


def waiting(trace: int, board: Board, recording: Recording, stage: int) -> tuple[dict[str, Any], Move]:
    """Dots along the cells that are not there yet, so that nobody takes them for zeros."""
    made = np.cumsum(recording.track("stage") == stage)  # (T,)
    left = np.clip(made[:, None] - board.columns * np.arange(board.rows), 0, board.columns)  # (T, R)
    start = np.where(left < board.columns, board.left + board.cell * (left + 0.5), np.nan)
    end = np.where(left < board.columns, board.right - 0.5 * board.cell, np.nan)
    x = np.stack([start - 0.15 * board.cell, end + 0.15 * board.cell, np.full_like(start, np.nan)], axis=-1)
    look = path("--dl-muted", 1.0, "dot", y=np.repeat(board.y(), 3))
    return {**look, "opacity": 0.6}, Move(trace, {"x": x.reshape(len(made), -1).astype(np.float32)})


def _maps(recording: Recording, plan: Plan) -> Drawn:
    """What lies below all lines: the picture, the output, and what happens at one position."""
    scene, config = recording.scene, recording.config
    weight = float(np.abs(scene.kernel).max()) or 1.0
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for c, board in enumerate(plan.inputs):
        data.append(board.map(SLICES[config.channels][c], 0, 1, scene.image[c]))
    for stage, (outcome, _) in enumerate(plan.growing):
        look, move = growing(len(data), outcome, recording, stage)
        data.append(look)
        moves.append(move)
        look, move = waiting(len(data), outcome, recording, stage)
        data.append(look)
        moves.append(move)
    windows, products = recording.track("window"), recording.track("products")  # (T, C, k, k)
    for c, (window, kernel, product) in enumerate(zip(plan.windows, plan.kernels, plan.products)):
        data.append({**window.map(SLICES[config.channels][c], 0, 1), "opacity": PALE})
        moves.append(Move(len(data) - 1, {"z": Levels.of(windows[:, c], 0, 1)}))
        data.append(kernel.map(theme.SIGNED, -weight, weight, scene.kernel[c]))
        if plan.pooled:
            shown = numbers_in(recording, CONVOLVE, scene.kernel[c])
            moves.append(Move(len(data) - 1, {"z": Levels.of(shown, -weight, weight)}))
        data.append(product.map(theme.SIGNED, -weight, weight))
        moves.append(Move(len(data) - 1, {"z": Levels.of(products[:, c], -weight, weight)}))
    data += [board.frame("--dl-muted") for board in (*plan.inputs, *(board for board, _ in plan.growing))]
    for board in (*plan.windows, *plan.kernels, *plan.products):
        color, width = (WINDOW, 2.2) if board in plan.windows else ("--dl-muted", 1.2)
        frame, moved = frame_in(recording, CONVOLVE, board, color, width, len(data))
        data.append(frame)
        moves += moved
    if scene.padding:
        data += [board.frame("--dl-data", 2, "dash", scene.padding) for board in plan.inputs]
    return data, moves


def _position(recording: Recording, plan: Plan, data: list[dict[str, Any]], moves: list[Move]) -> None:
    """The frames that say where the step is: on the picture, on the output, on what is pooled."""
    config = recording.config
    _window(recording, plan.inputs, data, moves)
    stages, rows, columns = (recording.track(name) for name in ("stage", "row", "column"))
    sliding = (stages == CONVOLVE)[:, None]
    x, y = plan.output.boxes(rows, columns, 1, 1)
    _add(data, moves, HERE, x, np.where(sliding, y, np.nan))
    if plan.pooled is None:
        return
    side, stride = config.pool_size, config.pool_stride
    x, y = plan.output.boxes(rows * stride, columns * stride, side, side)
    _add(data, moves, WINDOW, x, np.where(sliding, np.nan, y))
    x, y = plan.pooled.boxes(rows, columns, 1, 1)
    _add(data, moves, HERE, x, np.where(sliding, np.nan, y))


def _window(
    recording: Recording, boards: tuple[Board, ...], data: list[dict[str, Any]], moves: list[Move]
) -> None:
    """The window on the picture; with gaps between its cells, these are marked one by one."""
    config = recording.config
    stages, rows, columns = (recording.track(name) for name in ("stage", "row", "column"))
    sliding = (stages == CONVOLVE)[:, None]
    reach = config.dilation * (config.size - 1) + 1
    for board in boards:
        x, y = board.boxes(rows * config.stride, columns * config.stride, reach, reach)
        _add(data, moves, WINDOW, x, np.where(sliding, y, np.nan))
        if config.dilation > 1:
            taps = np.arange(config.size) * config.dilation
            down, across = (part.reshape(-1) for part in np.meshgrid(taps, taps, indexing="ij"))  # (k²,)
            top, left = rows * config.stride, columns * config.stride
            x = board.left + board.cell * (left[:, None] + across + 0.5)
            y = board.top - board.cell * (top[:, None] + down + 0.5)
            marker = {"color": WINDOW, "size": 5, "symbol": "square"}
            data.append({"type": "scatter", "mode": "markers", "marker": marker, "hoverinfo": "skip"})
            columns_of = {"x": x, "y": np.where(sliding, y, np.nan)}
            moves.append(Move(len(data) - 1, {n: v.astype(np.float32) for n, v in columns_of.items()}))


def _add(data: list[dict[str, Any]], moves: list[Move], color: str, x: np.ndarray, y: np.ndarray) -> None:
    data.append(path(color, 2.6))
    moves.append(Move(len(data) - 1, {"x": x, "y": y.astype(np.float32)}))


def _titles(recording: Recording, plan: Plan, text: Text) -> list[Label]:
    """What each board is, with its size."""
    scene, config = recording.scene, recording.config
    letters = LETTERS[config.channels]
    padded = "board.padded" if scene.padding else "board.input"
    size = {"height": scene.height, "width": scene.width, "padding": scene.padding}
    named = [(board, letter or text(padded, **size)) for letter, board in zip(letters, plan.inputs)]
    named.append((plan.output, text("board.output", height=scene.rows, width=scene.columns)))
    if plan.pooled:
        pooled = text.option("pooling", config.pooling)
        halved = text("board.pooled", pooling=pooled, height=scene.pooled_rows, width=scene.pooled_columns)
        named.append((plan.pooled, halved))
    place: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "bottom"}
    small = 12 if len(letters) == 1 else 11
    labels = [
        Label(f"<b>{name}</b>", x=board.middle, y=board.top + 0.8, size=small, **place)
        for board, name in named
    ]
    below = {"window": plan.windows[0], "kernel": plan.kernels[0], "products": plan.products[0]}
    for name, board in below.items():
        head: dict[str, Any] = {**place, "x": board.middle, "y": board.top + 0.8, "size": small}
        labels.append(seen_in(recording, CONVOLVE, f"<b>{text(f'board.{name}')}</b>", **head))
    beside: dict[str, Any] = {"xanchor": "right", "yanchor": "middle", "xref": "x", "yref": "y", "size": 14}
    for letter, board in zip(letters, plan.windows):
        if letter:
            where = {**beside, "x": board.left - 2, "y": (board.top + board.bottom) / 2}
            labels.append(seen_in(recording, CONVOLVE, f"<b>{letter}</b>", **where))
    return labels
