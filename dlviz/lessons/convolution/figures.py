"""The pictures of convolution: the sliding kernel, the way back from a pixel, and a close-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.convolution import closeups, cortex, keypoints
from dlviz.lessons.convolution.boards import HIGH, LETTERS, SLICES, WIDE, Board, Plan, path, plan_of
from dlviz.lessons.convolution.experiment import CONVOLVE, POOL
from dlviz.lessons.convolution.figures_numbers import Growing, cell_numbers, sum_beside, words
from dlviz.lessons.convolution.images import shape_of
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

WINDOW, HERE, PIXEL = "--dl-gradient", "--dl-prediction", "--dl-attention"  # colours of what moves
PALE = 0.6  # what the window shows, so that numbers can be read on it
PICTURES = ("whole", "weights", "cortex", "keypoints")

Drawn = tuple[list[dict[str, Any]], list[Move]]


def pictures_of(config: Any) -> tuple[str, ...]:
    """The third pictures that a config has."""
    return PICTURES


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"picture": PICTURES, "change": keypoints.CHANGES}


def views_seen(config: Any, picture: str) -> dict[str, tuple[str, ...]]:
    """Those that matter beside a third picture."""
    views = views_of(config)
    return views if picture == "keypoints" else {"picture": views["picture"]}


def beside(config: Any, picture: str, change: Any) -> dict[str, tuple[Any, Any]]:
    """The recordings that a third picture needs beside the sliding kernel: experiment and config by name."""
    if picture == "cortex":
        return {"cortex": (cortex, cortex.Config(angle=config.angle))}
    if picture == "keypoints":
        names = ("image", "photo", "turn", "scan")
        chosen = {name: getattr(config, name) for name in names}
        return {"keypoints": (keypoints, keypoints.Config(change=change, **chosen))}
    return {}


def pixels_of(config: Any) -> dict[str, tuple[str, ...]]:
    """The pixels that can be asked where they go, "row.column", the middle one first."""
    height, width = shape_of(config.image, config.photo, config.pixels)
    every = tuple(f"{row}.{column}" for row in range(height) for column in range(width))
    return {"pixel": (f"{height // 2}.{width // 2}", *every)}


def pixel_at(scene: Any, x: float, y: float) -> str | None:
    """The pixel that was clicked in the large picture."""
    for board in plan_of(scene).inputs:
        if cell := board.at(x, y):
            row, column = cell[0] - scene.padding, cell[1] - scene.padding
            inside = 0 <= row < scene.height and 0 <= column < scene.width
            return f"{row}.{column}" if inside else None
    return None


def step_at(scene: Any, x: float, y: float) -> int | None:
    """The step that makes the number that was clicked in the output, or in what is pooled."""
    plan, before = plan_of(scene), 0
    for board in filter(None, (plan.output, plan.pooled)):
        if cell := board.at(x, y):
            return before + cell[0] * board.columns + cell[1]
        before += board.rows * board.columns
    return None


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    change: str = "shift",
    pixel: str = "",
) -> list[Film]:
    """All pictures of the page, the largest first; `others` are "cortex" or "keypoints" where those are seen."""
    scene = recording.scene
    chosen = pixel or f"{scene.height // 2}.{scene.width // 2}"
    row, column = (int(part) for part in chosen.split("."))
    third = {
        "whole": lambda: closeups.whole(recording, text),
        "weights": lambda: closeups.weights(recording, text),
        "cortex": lambda: closeups.tuning(recording, others.get("cortex"), text),
        "keypoints": lambda: closeups.corners(recording, others.get("keypoints"), text, change=change),
    }[picture]()
    return [
        sliding(recording, text, pixel=(row, column)),
        closeups.way_back(recording, text, pixel=(row, column)),
        third,
        words(recording, text),
    ]


def sliding(recording: Recording, text: Text, *, pixel: tuple[int, int] | None = None) -> Film:
    """Above the picture and the output that grows; below window, kernel and products of one position."""
    config, scene = recording.config, recording.scene
    plan = plan_of(scene)
    data, moves = _maps(recording, plan)
    _position(recording, plan, data, moves)
    if pixel is not None:
        for board in plan.inputs:
            x, y = board.boxes(pixel[0] + scene.padding, pixel[1] + scene.padding, 1, 1)
            data.append(path(PIXEL, 2.5, "solid", x, y))
    labels = [*_titles(recording, plan, text), *sum_beside(recording, plan, text)]
    fixed = cell_numbers(recording, plan, labels)
    bare: dict[str, Any] = {"visible": False, "fixedrange": True}
    layout = theme.layout(
        xaxis={**bare, "range": [0, WIDE], "constrain": "domain"},
        yaxis={**bare, "range": [0, HIGH], "scaleanchor": "x", "constrain": "domain"},
        margin={"l": 4, "r": 4, "t": 2, "b": 2},
        dragmode=False,
        hovermode=False,
        annotations=fixed,
        uirevision=f"{plan.inputs[0]} {config.size}",
    )
    kernel = text.option("kernel", config.kernel)
    title, alt = text("picture.sliding", kernel=kernel), text("alt.sliding", kernel=kernel)
    figure = {"data": data, "layout": layout}
    return Film(
        "sliding", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt, click="pixel"
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


def moved_by(recording: Recording, text: Text) -> str | None:
    """By how many columns the output's bright part lies beside the picture's, once all of it is there."""
    scene = recording.scene
    values = recording.track("value")[recording.track("stage") == CONVOLVE]
    if len(values) < scene.rows * scene.columns:
        return None
    output, inside = values.reshape(scene.rows, scene.columns), scene.padding
    image = scene.image[0, inside : inside + scene.height, inside : inside + scene.width]
    centre = [float((part * np.arange(part.shape[1])).sum() / part.sum()) for part in (image, output)]
    return text("predict.moved", columns=f"{centre[1] - centre[0]:+.2f}".replace("-", "−"))


def growing(trace: int, board: Board, recording: Recording, stage: int) -> tuple[dict[str, Any], Move]:
    """A map to which every step adds one number: signed, with zero in the middle, or from dark to bright."""
    scene = recording.scene
    reach = max(abs(scene.low), abs(scene.high)) or 1.0
    signed = scene.low < -1e-6
    low, colors = (-reach, theme.SIGNED) if signed else (0.0, SLICES["grey"][0])
    levels = Levels(Growing(recording, board.rows, board.columns, stage, low, reach), low, reach)
    return board.map(colors, low, reach), Move(trace, {"z": levels})


def _maps(recording: Recording, plan: Plan) -> Drawn:
    """What lies below all lines: the picture, the output, and what happens at one position."""
    scene, config = recording.scene, recording.config
    weight = float(np.abs(scene.kernel).max()) or 1.0
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for c, board in enumerate(plan.inputs):
        data.append(board.map(SLICES[config.channels][c], 0, 1, scene.image[c]))
    for stage, outcome in ((CONVOLVE, plan.output), (POOL, plan.pooled)):
        if outcome is not None:
            look, move = growing(len(data), outcome, recording, stage)
            data.append(look)
            moves.append(move)
    windows, products = recording.track("window"), recording.track("products")  # (T, C, k, k)
    for c, (window, kernel, product) in enumerate(zip(plan.windows, plan.kernels, plan.products)):
        data.append({**window.map(SLICES[config.channels][c], 0, 1), "opacity": PALE})
        moves.append(Move(len(data) - 1, {"z": Levels.of(windows[:, c], 0, 1)}))
        data.append(kernel.map(theme.SIGNED, -weight, weight, scene.kernel[c]))
        data.append(product.map(theme.SIGNED, -weight, weight))
        moves.append(Move(len(data) - 1, {"z": Levels.of(products[:, c], -weight, weight)}))
    every = [*plan.inputs, plan.output, *plan.windows, *plan.kernels, *plan.products]
    data += [board.frame("--dl-muted") for board in [*every, *([plan.pooled] if plan.pooled else [])]]
    if scene.padding:
        data += [board.frame("--dl-data", 2, "dash", scene.padding) for board in plan.inputs]
    return data, moves


def _position(recording: Recording, plan: Plan, data: list[dict[str, Any]], moves: list[Move]) -> None:
    """The frames that say where the step is: on the picture, on the output, on what is pooled."""
    config = recording.config
    _window(recording, plan.inputs, data, moves)
    data += [board.frame(WINDOW, 2.2) for board in plan.windows]
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
    named += [(plan.windows[0], text("board.window")), (plan.kernels[0], text("board.kernel"))]
    named.append((plan.products[0], text("board.products")))
    place: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "bottom"}
    small = 12 if len(letters) == 1 else 11
    labels = [
        Label(f"<b>{name}</b>", x=board.middle, y=board.top + 0.8, size=small, **place)
        for board, name in named
    ]
    for letter, board in zip(letters, plan.windows):
        if letter:
            beside: dict[str, Any] = {"xanchor": "right", "yanchor": "middle", "xref": "x", "yref": "y"}
            y = (board.top + board.bottom) / 2
            labels.append(Label(f"<b>{letter}</b>", x=board.left - 2, y=y, size=14, **beside))
    return labels
