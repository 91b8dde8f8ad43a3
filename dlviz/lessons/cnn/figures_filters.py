"""All filters of the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn.figures_network import square, title_of
from dlviz.lessons.cnn.reading import parts_of
from dlviz.plots import graph, mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move, Parts
from dlviz.recording import Recording
from dlviz.text import Text


def filters(recording: Recording, text: Text, *, unit: str) -> Film:
    """The filters of every block: a row per unit, a column per input; red adds, blue takes away."""
    scene, parts = recording.scene, parts_of(recording.config, recording.track("weights"))
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    boxes = _boxes(scene)
    named_parts = []
    for block, (left, width, height) in enumerate(boxes):
        weight = parts[f"convolutions.{block}.weight"]  # (T, n, c, k, k)
        steps, units, inputs, side, _ = weight.shape
        columns = inputs if block or inputs > 1 else wrapped(units)
        codes = _shared_levels(weight).reshape(steps, units * inputs, side, side)
        shown = Levels(_Grid(codes, columns), -1.0, 1.0)
        rows = -(-units * inputs // columns)
        cells = (rows * (side + 1) - 1, columns * (side + 1) - 1)
        box = (left, (1 - height) / 2, width, height)
        look = mosaic.bitmap(box, cells, zmin=-1.0, zmax=1.0, colorscale=theme.SIGNED)
        moves.append(Move(len(data), {"z": shown}))
        data.append(look)
        names = [f"filter {block + 1}.{k + 1}.{c + 1}" for k in range(units) for c in range(inputs)]
        named_parts.append((names, pictures.places(box, (side, side), units * inputs, columns, 1), ""))
        most = np.abs(weight.reshape(steps, -1)).max(1)
        named: dict[str, Any] = {
            "xref": "x",
            "yref": "y",
            "xanchor": "center",
            "x": left + width / 2,
            "size": 12,
        }
        labels.append(Label(f"<b>{text('layer.block', k=block + 1)}</b>", y=1.11, yanchor="middle", **named))
        labels.append(
            Label("±{most:.2f}", {"most": most}, y=-0.06, yanchor="middle", color="--dl-muted", **named)
        )
    data.append(_ring_of_filter(scene, boxes, unit, text))
    wide = boxes[-1][0] + boxes[-1][1]
    axes = graph.bare_axes([-0.04, wide + 0.04], [-0.13, 1.18])
    axes["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    axes["xaxis"] |= {"constrain": "domain"}
    layout = theme.layout(**axes, margin={"l": 4, "r": 4, "t": 4, "b": 4}, dragmode=False)
    return Film(
        "filters",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        tuple(labels),
        title=text("picture.filters"),
        alt=text("alt.filters"),
        parts=Parts.of(named_parts),
    )


def wrapped(units: int) -> int:
    """Columns of the first block's filters of grey pictures."""
    return 2 if units > 3 else 1


class _Grid:
    """Filters (T, n, k, k) as one bitmap, put together only for the steps that are asked for."""

    def __init__(self, codes: np.ndarray, columns: int) -> None:
        self.codes, self.columns = codes, columns

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> np.ndarray:
        return pictures.sheet(self.codes[rows], self.columns, 1)


def _boxes(scene: Any) -> list[tuple[float, float, float]]:
    """Left side, width and height of each block's filters; the height of all is 1 at most."""
    inputs = (scene.test_pictures.shape[1], *scene.widths)
    boxes, left = [], 0.0
    for block, (before, units) in enumerate(zip(inputs, scene.widths)):
        columns = before if block or before > 1 else wrapped(units)
        rows = units * before / columns
        size = min(1 / np.ceil(rows), 1.0 / columns)
        boxes.append((left, float(columns * size), float(np.ceil(rows) * size)))
        left += columns * size + 0.16
    return boxes


def _ring_of_filter(
    scene: Any, boxes: list[tuple[float, float, float]], unit: str, text: Text
) -> dict[str, Any]:
    block, k = (int(part) - 1 for part in unit.split("."))
    left, width, height = boxes[block]
    before = scene.test_pictures.shape[1] if block == 0 else 0
    columns = wrapped(scene.widths[0]) if before == 1 else 1
    rows = -(-scene.widths[block] // columns)
    bottom, high = (1 - height) / 2 + height * (1 - (k // columns + 1) / rows), height / rows
    return square(
        left + width / columns * (k % columns), bottom, width / columns, high, title_of(text, unit), 0.008
    )


def _shared_levels(weight: np.ndarray) -> np.ndarray:
    """Weights (T, ...) as levels of the step's largest size."""
    most = np.maximum(np.abs(weight.reshape(len(weight), -1)).max(1), 1e-30)
    share = weight / most.reshape(-1, *[1] * (weight.ndim - 1))
    return np.rint(mosaic.MIDDLE + mosaic.MIDDLE * share).astype(np.uint8)
