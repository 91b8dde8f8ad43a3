"""The smaller pictures: the way back from a pixel, the whole result, and why weights are shared."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.convolution.boards import GREY, LETTERS, Board, path
from dlviz.lessons.convolution.closeups_seen import corners, tuning
from dlviz.lessons.convolution.experiment import CONVOLVE
from dlviz.lessons.convolution.figures_numbers import brief
from dlviz.lessons.convolution.geometry import feeds
from dlviz.plots import curves, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["corners", "tuning", "way_back", "weights", "whole"]

LEGIBLE = 34  # letters that fit side by side into the map
LOOKS = (  # of the layers whose weights are counted
    ("shared", "--dl-model", "solid", 3.0),
    ("local", "--dl-series-4", "dash", 2.2),
    ("full", "--dl-gradient", "dot", 2.2),
)


def way_back(recording: Recording, text: Text, *, pixel: tuple[int, int]) -> Film:
    """The outputs that one pixel feeds, each with the weight by which it enters."""
    config, scene = recording.config, recording.scene
    board = Board(0, scene.rows, 1, scene.rows, scene.columns)
    channel = int(np.abs(scene.kernel).sum((1, 2)).argmax())
    kernel = scene.kernel[channel]  # (k, k)
    where = feeds(config, scene.height, scene.width, pixel).numpy()  # (R, Q, k, k)
    fed: np.ndarray = where.sum(axis=(2, 3)) > 0  # (R, Q)
    entering = np.where(fed, (where * kernel).sum((2, 3)), np.nan).astype(np.float32)
    most = float(np.abs(kernel).max()) or 1.0
    data = [board.map(theme.SIGNED, -most, most, entering), board.frame("--dl-muted")]
    data.append(path("--dl-attention", 1.6, "solid", *_outlines(board, fed)))
    stages, rows, columns = (recording.track(name) for name in ("stage", "row", "column"))
    sliding = stages == CONVOLVE
    x, y = board.boxes(rows, columns, 1, 1)
    data.append(path("--dl-prediction", 2.6))
    moves = [Move(len(data) - 1, {"x": x, "y": np.where(sliding[:, None], y, np.nan).astype(np.float32)})]
    most_cells = max(scene.rows, scene.columns)
    longest = max((len(brief(float(weight))) for weight in kernel.flatten()), default=0)
    notes = [
        {"x": column + 0.5, "y": scene.rows - row - 0.5, "text": brief(float(entering[row, column]))}
        for row, column in np.argwhere(fed)
        if most_cells * longest <= LEGIBLE
    ]
    written = {"showarrow": False, "font": {"size": 10, "color": "--dl-text"}}
    bare: dict[str, Any] = {"visible": False, "fixedrange": True, "constrain": "domain"}
    layout = theme.layout(
        xaxis={**bare, "range": [-0.3, scene.columns + 0.3], "domain": [0, 0.5]},
        yaxis={**bare, "range": [-0.3, scene.rows + 0.3], "scaleanchor": "x"},
        margin={"l": 6, "r": 6, "t": 4, "b": 6},
        dragmode=False,
        hovermode=False,
        annotations=[{**note, **written} for note in notes],
    )
    now = np.where(sliding, entering[np.where(sliding, rows, 0), np.where(sliding, columns, 0)], np.nan)
    letter = LETTERS[config.channels][channel]
    place = {"row": pixel[0] + 1, "column": pixel[1] + 1}
    lit = float(scene.image[channel, pixel[0] + scene.padding, pixel[1] + scene.padding])
    beside: dict[str, Any] = {"x": 0.54, "size": 13}
    labels = (
        Label(text("back.pixel", letter=letter, value=f"{lit:.2f}", **place), y=0.95, **beside),
        Label(text("back.feeds", count=int(fed.sum())), y=0.7, **beside),
        Label(text("back.turned"), y=0.5, **{**beside, "size": 12}, color="--dl-muted"),
        Label(
            text("back.now"),
            {"weight": now.astype(np.float32)},
            y=0.16,
            **beside,
            shy=True,
            color="--dl-prediction",
        ),
    )
    title, alt = text("picture.back"), text("alt.back", count=int(fed.sum()), **place)
    figure = {"data": data, "layout": layout}
    return Film("back", len(recording), figure, tuple(moves), labels, title=title, alt=alt)


def _outlines(board: Board, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes around some cells as one path that breaks between them."""
    rows, columns = np.nonzero(cells)
    gap = np.full((len(rows), 1), np.nan, np.float32)
    x, y = (np.concatenate([part, gap], 1).reshape(-1) for part in board.boxes(rows, columns, 1, 1))
    return x, y


def whole(recording: Recording, text: Text) -> Film:
    """A larger version of the picture, what the kernel makes of it, that after ReLU, and that after pooling."""
    config, scene = recording.config, recording.scene
    reach = float(np.abs(scene.response).max()) or 1.0
    signed = bool((scene.response < -1e-6).any())
    answer = (theme.SIGNED, -reach, reach) if signed else (GREY, 0.0, reach)
    pooling = "average" if config.pooling == "average" else "max"
    maps = (
        ("input", scene.large, (GREY, 0.0, 1.0)),
        ("response", scene.response, answer),
        ("relu", scene.rectified, answer),
        (pooling, scene.pooled, answer),
    )
    data: list[dict[str, Any]] = []
    axes, labels = {}, []
    for k, (name, cells, (colors, low, high)) in enumerate(maps):
        height, width = cells.shape
        number_of = "" if k == 0 else str(k + 1)
        board = Board(0, height, 1, height, width)
        data.append(
            {**board.map(colors, low, high, cells), "xaxis": f"x{number_of}", "yaxis": f"y{number_of}"}
        )
        bare: dict[str, Any] = {"visible": False, "fixedrange": True, "constrain": "domain"}
        domain = [k / 4 + 0.004, (k + 1) / 4 - 0.004]
        axes[f"xaxis{number_of}"] = {**bare, "range": [0, width], "domain": domain, "anchor": f"y{number_of}"}
        axes[f"yaxis{number_of}"] = {
            **bare,
            "range": [0, height],
            "domain": [0, 0.8],
            "scaleanchor": f"x{number_of}",
            "constraintoward": "top",
            "anchor": f"x{number_of}",
        }
        label = text(f"whole.{name}", height=height, width=width)
        labels.append(Label(f"<b>{label}</b>", x=(k + 0.5) / 4, y=1.0, xanchor="center", size=12))
    moves = []
    stages, rows, columns = (recording.track(name) for name in ("stage", "row", "column"))
    scale = np.array(scene.large.shape) / [scene.height, scene.width]
    side = config.dilation * (config.size - 1) + 1
    top = (rows * config.stride - scene.padding) * scale[0]
    left = (columns * config.stride - scene.padding) * scale[1]
    board = Board(0, scene.large.shape[0], 1, *scene.large.shape)
    x, y = board.boxes(top, left, side * scale[0], side * scale[1])
    for number_of in ("", "2"):
        axis = {"xaxis": f"x{number_of}", "yaxis": f"y{number_of}"}
        data.append({**path("--dl-gradient", 2), **axis})
        heights = np.where((stages == CONVOLVE)[:, None], y, np.nan).astype(np.float32)
        moves.append(Move(len(data) - 1, {"x": x, "y": heights}))
    kernel = text.option("kernel", config.kernel)
    layout = theme.layout(**axes, margin={"l": 4, "r": 4, "t": 2, "b": 4}, dragmode=False, hovermode=False)
    title, alt = text("picture.whole", kernel=kernel), text("alt.whole", kernel=kernel)
    figure = {"data": data, "layout": layout}
    return Film("whole", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def weights(recording: Recording, text: Text) -> Film:
    """How many weights the outputs so far have needed: shared, of their own for every window, or fully connected."""
    config, scene = recording.config, recording.scene
    shared, local, full = (int(count) for count in scene.needed)
    cells = scene.rows * scene.columns
    made = np.minimum(np.arange(len(recording)) + 1, cells)  # outputs at a step, (T,)
    counts = {
        "shared": np.full(len(made), shared),
        "local": made * (local / cells),
        "full": made * (full / cells),
    }
    data: list[dict[str, Any]] = []
    moves, labels = [], []
    for name, color, dash, width in LOOKS:
        values = counts[name].astype(np.float32)
        look, move = curves.curve(len(data), text(f"weights.{name}"), color, values, dash=dash, width=width)
        data.append(look)
        moves.append(move)
    window = len(scene.kernel) * config.size**2
    totals = {"shared": shared, "local": local, "full": full}
    for k, (name, color, *_) in enumerate(LOOKS[::-1]):
        label = f"<b>{text(f'weights.{name}')}</b><br>{totals[name]:,}"
        labels.append(Label(label, x=1.02, y=0.98 - 0.3 * k, color=color, size=12))
    terms = {"channels": len(scene.kernel), "size": config.size, "filters": config.filters}
    formula = text("weights.formula", **terms, weights=window * config.filters, all=shared)
    labels.append(Label(formula, x=0.72, y=1.13, xanchor="center", size=12, color="--dl-model"))
    ticks = theme.axis(
        text("axis.weights"), type="log", range=[np.log10(shared) - 0.4, np.log10(full) + 0.4], dtick=1
    )
    layout = theme.layout(
        xaxis=theme.axis(text("axis.outputs"), range=[0, len(recording)], nticks=5)
        | {"range": [0, recording.config.length()]},
        yaxis=ticks | {"exponentformat": "power"},
        margin={"l": 58, "r": 150, "t": 30, "b": 42},
    )
    title, alt = text("picture.weights"), text("alt.weights", **{k: f"{v:,}" for k, v in totals.items()})
    figure = {"data": data, "layout": layout}
    return Film("weights", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)
