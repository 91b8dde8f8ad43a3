"""The network: every unit as its own map, every weight as a wire."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots import graph, mosaic, theme
from dlviz.plots import network as drawing
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

MANY = 18  # units from which on tiles are so small that half the cells will do
FEW = 8  # wires up to which each bears its number
HEAD = 20  # room above the tiles for the names of the layers
SYMBOLS = {"x2": "x²", "y2": "y²", "sin_x": "sin x", "sin_y": "sin y"}


def units_of(config: Any) -> tuple[str, ...]:
    """The units that a config has for certain, the output first, then layer by layer: "out", "1.1", "1.2", ..."""
    widths = [int(width) for width in config.hidden.split("-") if width]
    hidden = (f"{layer}.{k}" for layer, width in enumerate(widths, 1) for k in range(1, width + 1))
    return ("out", *hidden)


def number_of(scene: Any, unit: str) -> int:
    """The number of a hidden unit among all units."""
    layer, k = map(int, unit.split("."))
    return sum(scene.sizes[1:layer]) + k - 1


def title_of(text: Text, unit: str) -> str:
    """What a unit is called."""
    if unit == "out":
        return text("unit.out")
    layer, k = unit.split(".")
    return text("unit.hidden", layer=layer, k=k)


def network(recording: Recording, text: Text, *, unit: str = "out", weight: str = "") -> Film:
    """The network: every unit as its own map, every weight as a wire; a click chooses a unit or a weight."""
    scene = recording.scene
    layers = drawing.places(list(scene.sizes))
    data, moves = _network(recording, text, layers)
    ring = {"color": "--dl-attention", "width": 3}
    marker = {"size": 1, "color": "rgba(0,0,0,0)", "line": ring}
    tiles = (
        layers[-1] if unit == "out" else np.concatenate(layers[1:])[number_of(scene, unit), None]
    )  # (n, 2)
    low, high = tiles.min(0) - drawing.TILE / 2 - 2, tiles.max(0) + drawing.TILE / 2 + 2
    corners = np.where([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], high, low)  # (5, 2)
    quiet = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "name": title_of(text, unit)}
    data.append({**quiet, "x": corners[:, 0], "y": corners[:, 1], "line": ring, "marker": marker})
    ends, place = wires_of(scene, layers), weight_place(scene, weight)
    labels = [*_names(scene, layers, text), *_wire_numbers(recording, ends, place)]
    if place is not None:
        line = {"color": "--dl-attention", "width": 2, "dash": "dot"}
        data.append({**quiet, "x": ends[place][:, 0], "y": ends[place][:, 1] + 2.5, "line": line})
    x, y = drawing.span(layers)
    axes = graph.bare_axes(x, [y[0] - 2, y[1] + HEAD])
    axes["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    axes["xaxis"] |= {"constrain": "domain"}
    layout = theme.layout(
        **axes, margin={"l": 2, "r": 2, "t": 2, "b": 2}, dragmode=False, uirevision=str(scene.sizes)
    )
    sizes = "-".join(map(str, scene.sizes))
    return Film(
        "network",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        tuple(labels),
        title=text("picture.network"),
        alt=text("alt.network", sizes=sizes),
        click="network",
        peek={"film": "surface", "titles": _titles(recording, text, moves)},
    )


def wires_of(scene: Any, layers: list[np.ndarray]) -> np.ndarray:
    """From and to of every weight in the picture, (E, 2, 2)."""
    every = np.concatenate(layers)[scene.edges]  # (E, 2, 2)
    every[:, 0, 0] += drawing.TILE / 2
    every[:, 1, 0] -= drawing.TILE / 2
    return every


def weight_place(scene: Any, weight: str) -> int | None:
    """The number of a weight that is named as in `Config.changes`: layer, unit, input."""
    return weights_of(scene).index(weight) if weight in weights_of(scene) else None


def weights_of(scene: Any) -> list[str]:
    """The names of all weights, in the order of `Scene.edges`."""
    first = np.cumsum([0, *scene.sizes])
    layer = np.searchsorted(first, scene.edges[:, 1], side="right") - 1  # (E,), 1 is the first
    return [
        f"w{n}.{v - first[n]}.{u - first[n - 1]}"
        for n, (u, v) in zip(layer, scene.edges.tolist(), strict=True)
    ]


def weights_named(config: Any) -> list[str]:
    """The names of all weights that a config may have; how many outputs there are, only its data know."""
    widths = [int(width) for width in config.hidden.split("-") if width]
    sizes = [len(config.inputs), *widths, 3]
    return [
        f"w{n}.{to}.{begin}"
        for n in range(1, len(sizes))
        for to in range(sizes[n])
        for begin in range(sizes[n - 1])
    ]


def clicked(scene: Any, x: float, y: float) -> tuple[str, str] | None:
    """What was hit in the picture of the network: ("unit", "1.2"), ("weight", "w1.0.2"), or nothing."""
    layers = drawing.places(list(scene.sizes))
    tile = drawing.nearest_tile(layers, x, y)
    if tile is not None:
        layer, k = tile
        return None if layer == 0 else ("unit", "out" if layer == len(layers) - 1 else f"{layer}.{k + 1}")
    wire = drawing.nearest_wire(wires_of(scene, layers), x, y)
    return None if wire is None else ("weight", weights_of(scene)[wire])


def _network(
    recording: Recording, text: Text, layers: list[np.ndarray]
) -> tuple[list[dict[str, Any]], list[Move]]:
    scene, maps, dropped = recording.scene, recording.track("maps"), recording.track("dropped")
    ends = wires_of(scene, layers)
    names = (text("legend.positive"), text("legend.negative"))
    data = [graph.links("--dl-grid", ends, width=0.6)]
    drawn = drawing.wires(1, names, ends, recording.track("weights"))
    every = 2 if maps.shape[1] > MANY else 1
    data += [look for look, _ in drawn]
    moves = [move for _, move in drawn]
    inputs = mosaic.Column(scene.input_maps[None], drawing.GAP, every=every)
    data.append({**_tiles(layers[0], every), "z": Levels(inputs, -1.0, 1.0)[0]})
    first = 0
    for layer in layers[1:]:
        own = slice(first, first + len(layer))
        column = mosaic.Column(maps[:, own], drawing.GAP, every=every, faint=dropped[:, own])
        moves.append(Move(len(data), {"z": Levels(column, -1.0, 1.0)}))
        data.append(_tiles(layer, every))
        first = own.stop
    if recording.config.dropout > 0:
        look, move = graph.spots(
            len(data),
            text("legend.dropped"),
            "--dl-text",
            np.concatenate(layers[1:]),
            dropped,
            symbol="x",
            size=13,
        )
        data.append(look)
        moves.append(move)
    return data, moves


def _tiles(layer: np.ndarray, every: int) -> dict[str, Any]:
    half, size = drawing.TILE / 2, drawing.TILE / drawing.CELLS * every
    rows = round((layer[0, 1] - layer[-1, 1] + drawing.TILE) / size)
    (left, top), bottom = layer[0].tolist(), float(layer[-1, 1])
    box = (left - half, bottom - half, 2 * half, top - bottom + 2 * half)
    cells = (rows, drawing.CELLS // every)
    return mosaic.bitmap(box, cells, colorscale=theme.SIGNED, zmin=-1.0, zmax=1.0)


def _titles(recording: Recording, text: Text, moves: list[Move]) -> dict[int, list[str]]:
    """What each tile is called when it is seen in large, by the trace of its layer, from below."""
    scene, titles = recording.scene, {}
    columns = [move.trace for move in moves if "z" in move.columns]
    for layer, (trace, size) in enumerate(zip(columns, scene.sizes[1:], strict=True), start=1):
        hidden = [title_of(text, f"{layer}.{k}") for k in range(size, 0, -1)]
        names = hidden if layer < len(columns) else [title_of(text, "out")] * size
        titles[trace] = [text("picture.surface", unit=name) for name in names]
    return titles


def _names(scene: Any, layers: list[np.ndarray], text: Text) -> list[Label]:
    """The names of the layers above them, and of the inputs beside them."""
    top = float(drawing.span(layers)[1][1]) + HEAD - 4
    above: dict[str, Any] = {"y": top, "xref": "x", "yref": "y", "xanchor": "center", "size": 12}
    called = [
        text("layer.inputs"),
        *(text.option("activation", a) for a in scene.activations),
        text("layer.output"),
    ]
    labels = [
        Label(f"<b>{name}</b>", x=float(layer[0, 0]), **above)
        for name, layer in zip(called, layers, strict=True)
    ]
    beside: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "right", "yanchor": "middle", "size": 13}
    for name, (x, y) in zip(scene.inputs, layers[0].tolist(), strict=True):
        labels.append(Label(SYMBOLS.get(name, name), x=x - drawing.TILE / 2 - 3, y=y, **beside))
    return labels


def _wire_numbers(recording: Recording, ends: np.ndarray, chosen: int | None) -> list[Label]:
    weights = recording.track("weights")
    shown = range(len(ends)) if len(ends) <= FEW else [] if chosen is None else [chosen]
    here: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle", "size": 13}
    return [
        Label(
            "<b>{w:+.2f}</b>",
            {"w": weights[:, e]},
            x=float(ends[e, 0, 0] + 0.45 * (ends[e, 1, 0] - ends[e, 0, 0])),
            y=float(ends[e, 0, 1] + 0.45 * (ends[e, 1, 1] - ends[e, 0, 1])),
            **here,
        )
        for e in shown
    ]
