"""How one map of a layer is made: the maps before it, a filter for each of them, what these make, and their sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn import tiles
from dlviz.lessons.cnn.closeup_unit import below_of, boxes, finished, outline, peaks_of
from dlviz.lessons.cnn.figures_network import title_of
from dlviz.lessons.cnn.reading import parts_of
from dlviz.plots import graph, mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move, Parts
from dlviz.recording import Recording
from dlviz.text import Text

PANELS = ("below", "filters", "filtered", "normed", "map")
SIGNS = ("∗", "=", "Σ", "→")  # between two panels
WIDE, HIGH, GAP, HEAD = 60.0, 76.0, 14.0, 10.0  # of a panel


def layer_in_detail(recording: Recording, text: Text, *, unit: str) -> Film:
    """Convolution channel by channel, the sum, and the map; the strongest pixel is that of the unit in detail."""
    block, k = (int(part) - 1 for part in unit.split("."))
    below, weight, filtered, normed = maps_of_unit(recording, block, k)
    shown = (below, weight, filtered, normed[:, None], np.maximum(normed, 0)[:, None])
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    parts = []
    for panel, (name, values) in enumerate(zip(PANELS, shown)):
        number, left = "" if panel == 0 else str(panel + 1), panel * (WIDE + GAP)
        on: dict[str, Any] = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        box = _sheet(values, left, data, moves, on, signed=name not in ("below", "map"))
        parts.append((names_of(name, block, k, values.shape[1]), places_of(values.shape, left), number))
        where = {"xref": on["xaxis"], "yref": on["yaxis"]}
        called = "biased" if name == "normed" and not recording.config.batch_norm else name
        head = text(f"layer.{called}", count=values.shape[1])
        place: dict[str, Any] = {**where, "x": left + WIDE / 2, "xanchor": "center", "yanchor": "bottom"}
        labels.append(Label(f"<b>{head}</b>", **place, y=HIGH + 1, size=12))
        if panel:
            between: dict[str, Any] = {**where, "x": left - GAP / 2, "y": HIGH / 2, "size": 17}
            labels.append(Label(f"<b>{SIGNS[panel - 1]}</b>", **between, xanchor="center", yanchor="middle"))
        if name in ("normed", "map"):
            side = recording.scene.sides[block]
            pixel = boxes(peaks_of(recording, block, k)[:, None], side, (1, 1, 0.0), side)
            corner = np.full(1, box[0], np.float32), np.full(1, box[1] + box[3], np.float32)
            moves.append(Move(len(data), outline(pixel, *corner, box[2] / side)))
            line = {"color": "--dl-attention", "width": 2}
            data.append({"type": "scatter", "mode": "lines", "x": [], "y": [], "line": line, **on,
                         "name": text("legend.pixel"), "hoverinfo": "skip"})  # fmt: skip
    layout = theme.layout(
        **_axes(), margin={"l": 4, "r": 4, "t": 2, "b": 2}, dragmode=False, meta={"narrow": _where_narrow()}
    )
    title = text("picture.layer", unit=title_of(text, unit))
    figure = {"data": data, "layout": layout}
    alt = text("alt.layer", count=below.shape[1])
    return Film(
        "closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt, click="made",
        parts=Parts.of(parts),
    )  # fmt: skip


def names_of(panel: str, block: int, k: int, count: int) -> list[str]:
    """What the small maps of a panel are called, wherever they are drawn."""
    unit = f"{block + 1}.{k + 1}"
    if panel == "below":
        return [f"map {block}.{n + 1}" if block else "input" for n in range(count)]
    if panel in ("filters", "filtered"):
        return [f"{'filter' if panel == 'filters' else panel} {unit}.{n + 1}" for n in range(count)]
    return [f"{panel} {unit}"]


def below_hit(recording: Recording, unit: str, x: float, y: float) -> str | None:
    """The unit of the block before whose map was hit in the picture of a unit's layer."""
    block = int(unit.partition(".")[0]) - 1
    if block == 0:
        return None
    scene = recording.scene
    side = scene.sides[block - 1] if recording.config.pooling == "none" else scene.sides[block - 1] // 2
    boxes = places_of((1, scene.widths[block - 1], side, side), 0.0)
    inside = (boxes[:, 0] <= x) & (x <= boxes[:, 0] + boxes[:, 2])
    inside &= (boxes[:, 1] <= y) & (y <= boxes[:, 1] + boxes[:, 3])
    return f"{block}.{inside.argmax() + 1}" if inside.any() else None


def maps_of_unit(
    recording: Recording, block: int, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What makes a unit's map at every step.

    Returns:
        The maps below (T, c, h, w), the unit's filters (T, c, s, s), what each filter makes of its map
        (T, c, h, w), and all of these summed up and normalised (T, h, w).
    """
    parts = parts_of(recording.config, recording.track("weights"))
    below, weight = below_of(recording, block), parts[f"convolutions.{block}.weight"][:, k]
    size, side = weight.shape[-1], recording.scene.sides[block]
    edge = (size // 2, size // 2)
    padded = np.pad(below, ((0, 0), (0, 0), edge, edge))
    filtered = np.zeros((*weight.shape[:2], side, side), np.float32)
    for u in range(size):
        for v in range(size):
            # z(i, j) = Σ w(u, v) x(i + u, j + v)
            filtered += weight[:, :, u, v, None, None] * padded[:, :, u : u + side, v : v + side]
    return below, weight, filtered, finished(recording, parts, block, k, filtered.sum(1))


def _sheet(
    values: np.ndarray,
    left: float,
    data: list[Any],
    moves: list[Move],
    on: dict[str, Any],
    *,
    signed: bool,
) -> tuple[float, float, float, float]:
    """Small maps (T, n, h, w) in rows, as large as a panel allows; one scale for all of a step. Returns their box."""
    (columns, gap), box = _fit(values.shape, left)
    most = np.maximum(np.abs(values.reshape(len(values), -1)).max(1), 1e-30)[:, None, None, None]
    zero, reach = (mosaic.MIDDLE, mosaic.MIDDLE) if signed else (0, 2 * mosaic.MIDDLE)
    levels = np.rint(zero + reach * (values / most)).astype(np.uint8)
    whole = pictures.sheet(levels, columns, gap)
    look: dict[str, Any] = (
        {"colorscale": theme.SIGNED, "zmin": -1.0} if signed else {"colorscale": tiles.ACTIVE, "zmin": 0.0}
    )
    moves.append(Move(len(data), {"z": Levels(whole, look["zmin"], 1.0)}))
    data.append({**mosaic.bitmap(box, whole.shape[1:], zmax=1.0, **look), **on})
    return box


def _fit(shape: tuple[int, ...], left: float) -> tuple[tuple[int, int], tuple[float, float, float, float]]:
    """Columns and gap that make small maps (T, n, h, w) largest in a panel, and the box of all."""
    _, count, height, width = shape
    gap = max(1, width // 8) if count > 1 else 0

    def cell(columns: int) -> float:
        rows = -(-count // columns)
        return min(WIDE / (columns * (width + gap) - gap), HIGH / (rows * (height + gap) - gap))

    columns = max(range(1, count + 1), key=cell)
    wide = cell(columns) * (columns * (width + gap) - gap)
    tall = cell(columns) * (-(-count // columns) * (height + gap) - gap)
    return (columns, gap), (left + (WIDE - wide) / 2, (HIGH - tall) / 2, wide, tall)


def places_of(shape: tuple[int, ...], left: float) -> np.ndarray:
    """Where each small map (T, n, h, w) of a panel lies, (n, 4)."""
    (columns, gap), box = _fit(shape, left)
    return pictures.places(box, (shape[2], shape[3]), shape[1], columns, gap)


def _axes() -> dict[str, Any]:
    """Five panels side by side."""
    whole = len(PANELS) * (WIDE + GAP)
    axes: dict[str, Any] = {}
    for panel in range(len(PANELS)):
        number, left = "" if panel == 0 else str(panel + 1), panel * (WIDE + GAP)
        own = graph.bare_axes([left - GAP, left + WIDE], [-1, HIGH + HEAD])
        own["xaxis"] |= {"domain": [left / whole, (left + WIDE + GAP) / whole], "anchor": f"y{number}"}
        own["yaxis"] |= {"anchor": f"x{number}", "scaleanchor": f"x{number}"}
        axes |= {f"{name}{number}": {**axis, "constrain": "domain"} for name, axis in own.items()}
    return axes


def _where_narrow() -> dict[str, Any]:
    """The same panels where there is little room: three above two."""
    axes: dict[str, Any] = {}
    for panel in range(len(PANELS)):
        row, column = divmod(panel, 3)
        number = "" if panel == 0 else str(panel + 1)
        axes[f"xaxis{number}"] = {"domain": [column / 3, column / 3 + 0.33]}
        axes[f"yaxis{number}"] = {"domain": [0.52 - 0.5 * row, 0.98 - 0.5 * row]}
    return axes
