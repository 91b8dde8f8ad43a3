"""One unit: where in the picture it answers, the sum that it forms there, and its nine strongest training pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from dlviz.lessons.cnn import tiles
from dlviz.lessons.cnn.figures_network import scale_of, title_of
from dlviz.lessons.cnn.reading import field_of, parts_of
from dlviz.plots import graph, mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move, Parts
from dlviz.recording import Recording
from dlviz.text import Text

EPSILON = 1e-5  # of batch normalisation
LEFT, MAP, MIDDLE, RIGHT = (0.0, 84.0), (92.0, 84.0), (186.0, 86.0), (282.0, 92.0)  # left side and width
HEIGHT = 92.0
ROWS = (70.0, 47.0, 24.0)  # of window, filter and products: bottom of each
TALL, BESIDE = 20.0, 40.0  # height of their tiles, at most, and where these begin right of their names


def unit_in_detail(recording: Recording, text: Text, *, unit: str) -> Film:
    """The unit's receptive field on the chosen picture, its sum there, and its strongest pictures."""
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    block, k = (int(part) - 1 for part in unit.split("."))
    peak = peaks_of(recording, block, k)  # (T,)
    labels: list[Label] = []
    panels: list[Callable[[], list[Label]]] = [
        lambda: _picture(recording, text, data, moves, block, peak),
        lambda: _map(recording, text, data, moves, block, k, peak),
        lambda: _sum(recording, text, data, moves, block, k, peak),
        lambda: _strongest(recording, text, data, moves, block, k),
    ]
    for panel, draw in enumerate(panels):
        first, x, y = len(data), f"x{_number(panel)}", f"y{_number(panel)}"
        labels += [replace(label, xref=x, yref=y) for label in draw()]
        for trace in data[first:]:
            trace |= {"xaxis": x, "yaxis": y}
    bare = {"margin": {"l": 4, "r": 4, "t": 2, "b": 2}, "dragmode": False}
    layout = theme.layout(**_panels(), **bare, meta={"narrow": _panels_in_two_rows()})
    title = text("picture.unit", unit=title_of(text, unit))
    figure = {"data": data, "layout": layout}
    return Film(
        "closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=text("alt.unit"),
        click="sum", parts=_parts(recording, unit),
    )  # fmt: skip


def _parts(recording: Recording, unit: str) -> Parts:
    """What of this picture is seen in others too: the picture, the map, the filter."""
    block = int(unit.partition(".")[0]) - 1
    inputs = (recording.scene.test_pictures.shape[1], *recording.scene.widths)[block]
    size = int(recording.config.kernel_size)
    columns, box = _tiles_of_sum(inputs, size, ROWS[1])
    filters = pictures.places(box, (size, size), inputs, columns, 1)
    squares = [np.array([left, HEIGHT - side, side, side]) for left, side in (LEFT, MAP)]
    names = [f"filter {unit}.{c + 1}" for c in range(inputs)]
    return Parts.of([(["input"], squares[0], ""), ([f"map {unit}"], squares[1], "2"), (names, filters, "3")])


def _number(panel: int) -> str:
    return "" if panel == 0 else str(panel + 1)


def _panels() -> dict[str, Any]:
    """Four panels side by side: the picture, the map, the sum, the strongest pictures."""
    whole = RIGHT[0] + RIGHT[1] + 4
    axes: dict[str, Any] = {}
    for panel, (left, width) in enumerate((LEFT, MAP, MIDDLE, RIGHT)):
        number = _number(panel)
        own = graph.bare_axes([left - 2, left + width + 2], [-4, HEIGHT + 9])
        own["xaxis"] |= {"domain": [left / whole, (left + width + 4) / whole], "anchor": f"y{number}"}
        own["yaxis"] |= {"anchor": f"x{number}", "scaleanchor": f"x{number}"}
        axes |= {f"{name}{number}": {**axis, "constrain": "domain"} for name, axis in own.items()}
    return axes


def _panels_in_two_rows() -> dict[str, Any]:
    """The same panels where there is little room: two above two."""
    axes: dict[str, Any] = {}
    for panel in range(4):
        row, column = divmod(panel, 2)
        axes[f"xaxis{_number(panel)}"] = {"domain": [0.5 * column, 0.5 * column + 0.48]}
        axes[f"yaxis{_number(panel)}"] = {"domain": [0.5 - 0.5 * row, 0.98 - 0.5 * row]}
    return axes


def peaks_of(recording: Recording, block: int, k: int) -> np.ndarray:
    """The pixel of its map at which a unit answers most strongly to the chosen picture, (T,)."""
    maps = tiles.maps_of(recording, block)[:, k]
    return maps.reshape(len(maps), -1).argmax(1)


def below_of(recording: Recording, block: int) -> np.ndarray:
    """What the filters of a block slide over, (T, c, h, w): the picture, or maps from their recorded levels."""
    scene = recording.scene
    if block == 0:
        shown = scene.test_pictures[scene.picture] / np.float32(255)
        return np.broadcast_to(shown, (len(recording), *shown.shape))
    reach = recording.track("reach")[:, tiles.units_of(recording, block - 1), None, None]
    maps = reach * tiles.maps_of(recording, block - 1).astype(np.float32) / 254
    return pooled(maps, recording.config.pooling)


def windows_of(recording: Recording, block: int, peak: np.ndarray) -> np.ndarray:
    """What the filters of a block see at a pixel, (T, c, k, k)."""
    below, side = below_of(recording, block), recording.scene.sides[block]
    size = int(recording.config.kernel_size)
    padded = np.pad(below, ((0, 0), (0, 0), (size // 2, size // 2), (size // 2, size // 2)))
    rows, columns = (peak // side)[:, None] + np.arange(size), (peak % side)[:, None] + np.arange(size)
    steps = np.arange(len(recording))[:, None, None]
    window: np.ndarray = padded.transpose(0, 2, 3, 1)[steps, rows[:, :, None], columns[:, None, :]]
    return window.transpose(0, 3, 1, 2)


def pooled(maps: np.ndarray, pooling: str) -> np.ndarray:
    """Maps (T, c, h, w) after pooling."""
    if pooling == "none":
        return maps
    height, width = (size // 2 * 2 for size in maps.shape[-2:])
    fours = maps[..., :height, :width].reshape(*maps.shape[:2], height // 2, 2, width // 2, 2)
    return fours.max((3, 5)) if pooling == "max" else fours.mean((3, 5))


def boxes(places: np.ndarray, side: int, field: tuple[int, int, float], whole: int) -> np.ndarray:
    """Receptive fields of pixels of a map, (..., 4): left, top, right and bottom in the picture, cut at its edge."""
    size, jump, first = field
    centre = np.stack([places % side, places // side], axis=-1) * jump + first + 0.5
    box: np.ndarray = np.concatenate([centre - size / 2, centre + size / 2], axis=-1).clip(0, whole)
    return box.astype(np.float32)


def outline(box: np.ndarray, left: np.ndarray, top: np.ndarray, scale: float) -> dict[str, np.ndarray]:
    """Boxes (T, n, 4) as one path that breaks after each: x and y, (T, 6 n)."""
    x = left[..., None] + scale * box[..., [0, 2, 2, 0, 0]]
    y = top[..., None] - scale * box[..., [1, 1, 3, 3, 1]]
    gap = np.full((*box.shape[:-1], 1), np.nan, np.float32)
    return {
        axis: np.concatenate([np.broadcast_to(values, (*box.shape[:-1], 5)), gap], axis=-1)
        .reshape(len(box), -1)
        .astype(np.float32)
        for axis, values in (("x", x), ("y", y))
    }


def _picture(
    recording: Recording, text: Text, data: list[Any], moves: list[Move], block: int, peak: np.ndarray
) -> list[Label]:
    """The picture with the receptive field of the strongest pixel."""
    scene = recording.scene
    whole, side = scene.test_pictures.shape[-1], scene.sides[block]
    levels, look = pictures.coded(scene.test_pictures[scene.picture, None], scale_of(recording.config))
    bottom = HEIGHT - LEFT[1]
    shown = levels[0, ::-1].astype(np.float32)
    data.append(mosaic.bitmap((LEFT[0], bottom, LEFT[1], LEFT[1]), shown.shape, **look, z=shown))
    top = np.full((1,), HEIGHT, np.float32)
    field = boxes(peak[:, None], side, field_of(recording.config, block), whole)
    _line(data, moves, outline(field, np.zeros(1), top, LEFT[1] / whole), text("legend.field"))
    size = field_of(recording.config, block)[0]
    return [_head(text("legend.sees", size=size), LEFT[0] + LEFT[1] / 2, HEIGHT + 1)]


def _map(
    recording: Recording, text: Text, data: list[Any], moves: list[Move], block: int, k: int, peak: np.ndarray
) -> list[Label]:
    """The map, and its strongest pixel."""
    side, bottom = recording.scene.sides[block], HEIGHT - MAP[1]
    maps = tiles.maps_of(recording, block)[:, k, ::-1]  # (T, h, w)
    own = mosaic.bitmap(
        (MAP[0], bottom, MAP[1], MAP[1]), maps.shape[1:], zmin=0.0, zmax=1.0, colorscale=tiles.ACTIVE
    )
    moves.append(Move(len(data), {"z": Levels(maps, 0.0, 1.0)}))
    data.append(own)
    pixel = boxes(peak[:, None], side, (1, 1, 0.0), side)
    left, top = np.full(1, MAP[0], np.float32), np.full(1, HEIGHT, np.float32)
    _line(data, moves, outline(pixel, left, top, MAP[1] / side), text("legend.pixel"))
    return [
        Label(text("legend.map"), {"most": recording.track("reach")[:, tiles.units_of(recording, block)][:, k]},
              **_place(MAP[0] + MAP[1] / 2, HEIGHT + 1)),
    ]  # fmt: skip


def _sum(
    recording: Recording, text: Text, data: list[Any], moves: list[Move], block: int, k: int, peak: np.ndarray
) -> list[Label]:
    """Window times filter, input by input; then the bias or batch normalisation, and ReLU."""
    parts = parts_of(recording.config, recording.track("weights"))
    window = windows_of(recording, block, peak)  # (T, c, k, k)
    weight = parts[f"convolutions.{block}.weight"][:, k]
    product = window * weight
    steps, inputs, size, _ = window.shape
    left = MIDDLE[0] + BESIDE
    labels = [_head(text("legend.sum"), MIDDLE[0] + MIDDLE[1] / 2, HEIGHT + 1)]
    for name, values, bottom in zip(("window", "filter", "product"), (window, weight, product), ROWS):
        most = np.maximum(np.abs(values.reshape(steps, -1)).max(1), 1e-30)[:, None, None, None]
        signed = np.rint(mosaic.MIDDLE + mosaic.MIDDLE * values / most).astype(np.uint8)
        columns, box = _tiles_of_sum(inputs, size, bottom)
        whole = pictures.sheet(signed, columns, 1)
        shown = Levels(whole, -1.0, 1.0)
        look = mosaic.bitmap(box, whole.shape[1:], zmin=-1.0, zmax=1.0, colorscale=theme.SIGNED)
        moves.append(Move(len(data), {"z": shown}))
        data.append(look)
        named = {**_place(left - 3, bottom + TALL / 2), "xanchor": "right", "yanchor": "middle"}
        labels.append(Label(text(f"legend.{name}"), **named, color="--dl-muted"))
    total = product.reshape(steps, -1).sum(1)
    values = {"sum": total, "normed": finished(recording, parts, block, k, total)}
    if recording.config.batch_norm:
        line = text("live.normed")
    else:
        values["bias"] = parts[f"convolutions.{block}.bias"][:, k]
        line = text("live.biased")
    values["out"] = np.maximum(values["normed"], 0)
    labels.append(Label(line, values, **_place(MIDDLE[0] + MIDDLE[1] / 2, -3.5), color="--dl-text"))
    return labels


def _tiles_of_sum(inputs: int, size: int, bottom: float) -> tuple[int, tuple[float, float, float, float]]:
    """Columns of a row of the sum whose tiles are largest, and the box of all."""

    def cell(columns: int) -> float:
        return min(TALL / (-(-inputs // columns) * (size + 1)), (MIDDLE[1] - BESIDE) / (columns * (size + 1)))

    columns = max(range(1, inputs + 1), key=cell)
    rows, scale = -(-inputs // columns), cell(columns)
    wide, tall = scale * (columns * (size + 1) - 1), scale * (rows * (size + 1) - 1)
    return columns, (MIDDLE[0] + BESIDE, bottom + (TALL - tall) / 2, wide, tall)


def finished(
    recording: Recording, parts: dict[str, np.ndarray], block: int, k: int, total: np.ndarray
) -> np.ndarray:
    """Sums (T, ...) of a unit after batch normalisation, or with its bias."""

    def of_unit(name: str) -> np.ndarray:
        own: np.ndarray = parts[name][:, k].reshape(-1, *[1] * (total.ndim - 1))
        return own

    if not recording.config.batch_norm:
        return total + of_unit(f"convolutions.{block}.bias")
    mean, variance, factor, bias = (
        of_unit(f"norms.{block}.{name}") for name in ("running_mean", "running_var", "weight", "bias")
    )
    normed: np.ndarray = (total - mean) / np.sqrt(variance + EPSILON) * factor + bias
    return normed


def _strongest(
    recording: Recording, text: Text, data: list[Any], moves: list[Move], block: int, k: int
) -> list[Label]:
    """The nine training pictures to which the unit answers most strongly, each with its receptive field."""
    scene = recording.scene
    number = tiles.units_of(recording, block).start + k
    chosen, peaks = (recording.track(name)[:, number] for name in ("strongest", "peaks"))  # (T, 9)
    levels, look = pictures.coded(scene.train_pictures, scale_of(recording.config))
    whole = levels.shape[1]
    gap = max(1, whole // 10)
    shown = pictures.Sheet(levels, chosen, 3, gap)
    cells = 3 * (whole + gap) - gap
    moves.append(Move(len(data), {"z": Levels(shown, 0.0, 254.0)}))
    data.append(mosaic.bitmap((RIGHT[0], 0, RIGHT[1], RIGHT[1]), (cells, cells), **look))
    scale, ninth = RIGHT[1] / cells, np.arange(9)
    left, top = RIGHT[0] + scale * (whole + gap) * (ninth % 3), HEIGHT - scale * (whole + gap) * (ninth // 3)
    field = boxes(peaks, scene.sides[block], field_of(recording.config, block), whole)  # (T, 9, 4)
    field = np.where(chosen[..., None] >= 0, field, np.nan)
    _line(data, moves, outline(field, left, top, scale), text("legend.field"))
    return [_head(text("legend.strongest"), RIGHT[0] + RIGHT[1] / 2, HEIGHT + 1)]


def _line(data: list[Any], moves: list[Move], path: dict[str, np.ndarray], name: str) -> None:
    line = {"color": "--dl-attention", "width": 2}
    moves.append(Move(len(data), path))
    data.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": [],
            "y": [],
            "line": line,
            "name": name,
            "hoverinfo": "skip",
        }
    )


def _head(name: str, x: float, y: float) -> Label:
    return Label(f"<b>{name}</b>", **_place(x, y))


def _place(x: float, y: float) -> dict[str, Any]:
    return {"x": x, "y": y, "xref": "x", "yref": "y", "xanchor": "center", "yanchor": "bottom", "size": 12}
