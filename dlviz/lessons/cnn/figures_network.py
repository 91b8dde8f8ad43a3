"""The network in large: what every unit sees in the chosen picture, and beside it how the loss hangs on that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dlviz.lessons.cnn import tiles
from dlviz.lessons.cnn.hover import card
from dlviz.plots import graph, mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Move, Parts
from dlviz.recording import Recording
from dlviz.text import Text

ASPECT = 2.15  # of the largest picture
STRIP, SHADES = 1.6, 32  # of a colour scale: its width in tiles, and its cells
FIRST_TILES = 2  # the trace of the first column of tiles: before it lie the funnels and the picture


def scale_of(config: Any) -> list[list[Any]]:
    """The colours of grey pictures: ink, or light."""
    return pictures.INK if config.data == "digits" else pictures.PHOTOGRAPH


def class_name(text: Text, name: str) -> str:
    """What a class is called."""
    return text(f"class.{name}") if text.has(f"class.{name}") else name


def title_of(text: Text, unit: str) -> str:
    """What a unit is called."""
    block, k = unit.split(".")
    return text("unit.name", block=block, k=k)


def network(recording: Recording, text: Text, *, unit: str = "1.1", scale: str = "layer") -> Film:
    """Columns of tiles: the picture, map and gradient of every unit, and the probabilities; a click opens a unit."""
    at = board(recording.scene)
    data, moves = _columns(recording, at, scale=scale)
    answer, moved = _answer(recording, at, len(data))
    data.append(answer)
    moves.append(moved)
    data.append(_ring(at, unit, text))
    names = {f"{b}.{k}": "" for b, width in enumerate(recording.scene.widths, 1) for k in range(1, width + 1)}
    names = {name: title_of(text, name) for name in names}
    hidden, numbers, peek = card(recording, scale_of(recording.config), at, FIRST_TILES, names)
    moves.append(replace(numbers, trace=len(data)))
    data.append(hidden)
    data += _scales(at)
    labels = [*_heads(recording, at, text), *_answers(recording, at, text), *_scale_names(at, text)]
    return Film(
        "network",
        len(recording),
        {"data": data, "layout": _layout(at, scale)},
        tuple(moves),
        tuple(labels),
        title=text("picture.network"),
        alt=text("alt.network", widths=", ".join(map(str, recording.scene.widths))),
        click="unit",
        peek=peek,
        parts=Parts.of(tiles.parts_of_maps(recording.scene, at)),
    )


def unit_hit(scene: Any, x: float, y: float) -> str | None:
    """The unit that was hit."""
    return tiles.unit_at(board(scene), scene.widths, x, y)


def board(scene: Any) -> tiles.Board:
    """Where everything is."""
    answer = tiles.ANSWER + room_for_names(scene)
    return tiles.board(scene.widths, ASPECT, answer=answer, wide=tiles.PAIR, foot=tiles.FOOT)


def room_for_names(scene: Any) -> float:
    """Left of the bars: digits need little, a learner's own names much."""
    longest = max(map(len, scene.classes))
    return 0.9 if longest < 3 else 2.3 if longest < 9 else 3.4


def _columns(recording: Recording, at: tiles.Board, *, scale: str) -> tuple[list[dict[str, Any]], list[Move]]:
    scene = recording.scene
    levels, look = pictures.coded(scene.test_pictures[scene.picture, None], scale_of(recording.config))
    x, y, side = at.picture
    shown = mosaic.bitmap((x, y, side, side), levels.shape[1:], **look, z=levels[0, ::-1].astype(np.float32))
    data = [graph.links("--dl-grid", _funnels(recording, at), width=1), shown]
    moves: list[Move] = []
    for block in range(len(scene.widths)):
        for slopes, colors in ((False, tiles.ACTIVE), (True, theme.SIGNED)):
            for drawn, move in tiles.block_tiles(
                recording, at, block, len(data), slopes=slopes, scale=scale, colors=colors
            ):
                data.append(drawn)
                moves.append(move)
    return data, moves


def _scales(at: tiles.Board) -> list[dict[str, Any]]:
    """Below the tiles what the colours of maps and of gradients mean."""
    strip = np.linspace(0, 1, SHADES, dtype=np.float32)[None]
    return [
        mosaic.bitmap(
            (left, -0.72, STRIP, 0.34),
            (1, SHADES),
            z=low + (1 - low) * strip,
            zmin=low,
            zmax=1.0,
            colorscale=colors,
        )
        for left, low, colors in zip(_strips(at), (0.0, -1.0), (tiles.ACTIVE, theme.SIGNED))
    ]


def _strips(at: tiles.Board) -> tuple[float, float]:
    """Left side of the two colour scales: their names are left of them."""
    middle = (tiles.PICTURE + at.answer) / 2
    return middle - STRIP - 0.9 * crowded(at), middle + 3.4 * crowded(at)


def _scale_names(at: tiles.Board, text: Text) -> list[Label]:
    here: dict[str, Any] = {
        "y": -0.55,
        "xref": "x",
        "yref": "y",
        "yanchor": "middle",
        "size": 11,
        "color": "--dl-muted",
    }
    labels = []
    for left, name in zip(_strips(at), ("maps", "slopes")):
        labels.append(Label(text(f"legend.{name}_low"), x=left - 0.14, xanchor="right", **here))
        labels.append(Label(text(f"legend.{name}_high"), x=left + STRIP + 0.14, **here))
    return labels


def _funnels(recording: Recording, at: tiles.Board) -> np.ndarray:
    """Lines from the corners of each column of tiles to those of the next, (E, 2, 2)."""
    x, y, side = at.picture
    sides = [(x + side, y, y + side)]
    ends = []
    for left, width, rows in zip(at.blocks, recording.scene.widths, at.heights):
        low, high = (at.rows - rows) / 2, (at.rows + rows) / 2 - 0.12
        before, bottom, top = sides[-1]
        ends += [[(before, bottom), (left, low)], [(before, top), (left, high)]]
        sides.append((left - (-width // rows) * at.wide - 0.2, low, high))
    return np.array(ends, np.float32)


def _answer(recording: Recording, at: tiles.Board, trace: int) -> tuple[dict[str, Any], Move]:
    """The probabilities as bars, from the first class on top."""
    heights, thick = _heights(recording, at)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": heights,
        "x": [0.0] * len(heights),
        "base": at.answer + room_for_names(recording.scene),
        "width": thick,
        "marker": {"color": "--dl-prediction"},
        "hoverinfo": "skip",
    }
    return bars, Move(trace, {"x": recording.track("probabilities") * longest(at)})


def longest(at: tiles.Board) -> float:
    """How long a bar can be, so that its number has room beside it where tiles are small."""
    return tiles.ANSWER - 1.3 * crowded(at)


def crowded(at: tiles.Board) -> float:
    """By how much more tiles a text is as wide as than usual: many of them are small."""
    return max(1.0, at.width / 19)


def _heights(recording: Recording, at: tiles.Board) -> tuple[np.ndarray, float]:
    count = len(recording.scene.classes)
    pitch = min(at.rows / count, 1.1)
    return (at.rows / 2 + pitch * ((count - 1) / 2 - np.arange(count))).astype(np.float32), 0.7 * pitch


def _answers(recording: Recording, at: tiles.Board, text: Text) -> list[Label]:
    scene = recording.scene
    heights, _ = _heights(recording, at)
    truth = scene.test_labels[scene.picture]
    labels = []
    for k, (name, height) in enumerate(zip(scene.classes, heights.tolist())):
        here: dict[str, Any] = {"y": height, "xref": "x", "yref": "y", "yanchor": "middle", "size": 12}
        called = class_name(text, name)
        called = f"<b>✓ {called}</b>" if k == truth else called
        labels.append(Label(called, x=at.answer + room_for_names(scene) - 0.12, xanchor="right", **here))
        values = {"p": 100 * recording.track("probabilities")[:, k]}
        labels.append(Label("{p:d} %", values, x=at.width, xanchor="right", color="--dl-muted", **here))
    return labels


def _heads(recording: Recording, at: tiles.Board, text: Text) -> list[Label]:
    """Names and sizes above the columns."""
    scene = recording.scene
    here: dict[str, Any] = {
        "y": at.rows + 0.14,
        "xref": "x",
        "yref": "y",
        "xanchor": "center",
        "yanchor": "bottom",
        "size": 12,
    }
    channels, side = scene.test_pictures.shape[1:3]
    size = f"{side}×{side}" if channels == 1 else f"{side}×{side}×{channels}"
    x, y, wide = at.picture
    labels = [
        Label(f"<b>{text('layer.picture')}</b><br>{size}", **here | {"x": x + wide / 2, "y": y + wide + 0.14})
    ]
    for k, (left, width, side) in enumerate(zip(at.blocks, scene.widths, scene.sides), start=1):
        columns, rows = -(-width // at.heights[k - 1]), at.heights[k - 1]
        middle, here["y"] = left + columns * at.wide / 2 - 0.1, (at.rows + rows) / 2 + 0.06
        labels.append(Label(f"<b>{text('layer.block', k=k)}</b><br>{width}@{side}×{side}", x=middle, **here))
    return labels


def _ring(at: tiles.Board, unit: str, text: Text) -> dict[str, Any]:
    block, k = (int(part) - 1 for part in unit.split("."))
    left, bottom = tiles.place_of(at, block, k)
    return square(left - 0.05, bottom - 0.05, tiles.BESIDE + 0.99, 0.99, title_of(text, unit), 0.0)


def square(left: float, bottom: float, width: float, height: float, name: str, pad: float) -> dict[str, Any]:
    x = np.array([left - pad, left + width + pad], np.float32)[[0, 1, 1, 0, 0]]
    y = np.array([bottom - pad, bottom + height + pad], np.float32)[[0, 0, 1, 1, 0]]
    line = {"color": "--dl-attention", "width": 2.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "name": name,
        "hoverinfo": "skip",
    }


def _layout(at: tiles.Board, scale: str) -> dict[str, Any]:
    axes = graph.bare_axes([-0.1, at.width + 0.1], [-0.2 - tiles.FOOT, at.rows + 1.15])
    axes["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    axes["xaxis"] |= {"constrain": "domain"}
    # where there is little room the heads need more of it
    meta = {
        "narrow": {"yaxis": {"range": [-0.2 - tiles.FOOT, at.rows + 1.9]}},
        "letters": 0.72,
        "scale": scale,
    }
    margin = {"l": 4, "r": 4, "t": 2, "b": 2}
    return theme.layout(**axes, margin=margin, dragmode=False, uirevision=str(at), meta=meta)
