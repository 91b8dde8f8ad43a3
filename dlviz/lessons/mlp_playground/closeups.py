"""The fourth picture: every layer's numbers, or the plane as a pair of units bends it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.mlp_playground.figures_network import number_of, title_of
from dlviz.lessons.mlp_playground.figures_plane import LOOKS, class_name, value_scale
from dlviz.plots import mosaic, theme
from dlviz.plots.film import Column, Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

SMALLEST, LARGEST = -7, 3  # decades of a gradient's size that are in view
VANISHED = 1e-4  # a gradient below it hardly moves its weights
SPREAD = 0.32  # half the width of a layer's strip
LINES, ALONG = 9, 25  # of the lattice in each direction, and the points of one line
DENSE = [[0.0, "--dl-zero"], [0.15, "--dl-low"], [1.0, "--dl-model"]]  # shares of a layer's activations


def layers(recording: Recording, text: Text) -> Film:
    """Layer by layer: the weights, the activations and the size of the gradient."""
    scene = recording.scene
    count = len(scene.sizes) - 1
    names = [str(k) for k in range(1, count)] + [text("layer.out")]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    place = _places_of_weights(scene)  # (E,)
    marker = {
        "color": "--dl-model",
        "size": 7 if len(place) < 60 else 4,
        "opacity": 0.7,
        "line": {"width": 0},
    }
    weights = {
        "type": "scatter",
        "mode": "markers",
        "name": text("panel.weights"),
        "marker": marker,
        "hoverinfo": "y",
    }
    data.append({**weights, "x": place, "y": []})
    moves.append(Move(0, {"y": recording.track("weights")}))
    shares = recording.track("activations")  # (T, L, B)
    for k in range(count):
        column = np.sqrt(shares[:, k, :, None])  # (T, B, 1); small shares are seen too
        box, look = (k - SPREAD, -1, 2 * SPREAD, 2), {"colorscale": DENSE, "zmin": 0.0, "zmax": 1.0}
        picture = mosaic.bitmap(box, (shares.shape[2], 1), **look, xaxis="x2", yaxis="y2")
        moves.append(Move(len(data), {"z": Levels.of(column, 0.0, 1.0)}))
        data.append(picture)
    sizes = np.maximum(np.nan_to_num(recording.track("gradients"), posinf=1e30), 10.0**SMALLEST).astype(
        np.float32
    )
    bars = {"type": "bar", "name": text("panel.gradients"), "x": list(range(count)), "width": 2 * SPREAD}
    style = {"marker": {"color": "--dl-gradient"}, "hovertemplate": "%{y:.2e}<extra></extra>"}
    moves.append(Move(len(data), {"y": sizes}))
    data.append({**bars, **style, "y": sizes[0], "xaxis": "x3", "yaxis": "y3"})
    low = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "name": text("legend.vanished")}
    line = {"color": "--dl-muted", "width": 1.2, "dash": "dot"}
    data.append(
        {**low, "x": [-0.5, count - 0.5], "y": [VANISHED] * 2, "line": line, "xaxis": "x3", "yaxis": "y3"}
    )
    axes: dict[str, Any] = {}
    for k, domain in enumerate(((0.0, 0.29), (0.36, 0.63), (0.73, 1.0)), start=1):
        number = "" if k == 1 else str(k)
        ticks = {"tickvals": list(range(count)), "ticktext": names, "range": [-0.6, count - 0.4]}
        axes[f"xaxis{number}"] = theme.axis(
            text("axis.layer"), **ticks, domain=domain, anchor=f"y{number}", showgrid=False
        )
        axes[f"yaxis{number}"] = theme.axis(anchor=f"x{number}", domain=[0, 0.8], nticks=5)
    axes["yaxis2"] |= {
        "range": [-1, 1],
        "tickvals": [-1, 0, 1],
        "ticktext": ["−", "0", "+"],
        "showgrid": False,
    }
    decades = list(range(SMALLEST + 1, LARGEST, 2))
    axes["yaxis3"] |= {"type": "log", "range": [SMALLEST, LARGEST], "tickvals": [10.0**d for d in decades]}
    axes["yaxis3"] |= {"ticktext": [f"10<sup>{d}</sup>".replace("-", "−") for d in decades], "nticks": None}
    margin = {"l": 36, "r": 8, "t": 6, "b": 40}
    layout = theme.layout(**axes, margin=margin, dragmode=False, meta={"letters": 0.8})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.layers"), text("alt.layers")
    labels = tuple(_layer_labels(recording, text))
    return Film("layers", len(recording), figure, tuple(moves), labels, title=title, alt=alt)


def silent(recording: Recording) -> np.ndarray:
    """How many units of each hidden layer say the same everywhere, (T, L - 1)."""
    scene, maps = recording.scene, recording.track("maps")
    some = maps[:, :, ::7, ::7].reshape(*maps.shape[:2], -1)  # (T, U, some places)
    same = some.max(-1) == some.min(-1)  # (T, U)
    hidden = len(scene.sizes) - 2
    return (
        np.stack([same[:, scene.layers == k].sum(1) for k in range(hidden)], axis=1)
        if hidden
        else same[:, :0]
    )


def warp(recording: Recording, text: Text, *, first: str, second: str) -> Film:
    """The plane as two units see it: its lattice and the examples, at (what one says, what the other says)."""
    scene = recording.scene
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for name, (rows, columns) in _lattice(len(scene.x)).items():
        line = {"color": "--dl-muted" if name == "across" else "--dl-contour", "width": 1}
        look = {"type": "scatter", "mode": "lines", "name": name, "line": line, "hoverinfo": "skip"}
        bent = {axis: _said(recording, unit, rows, columns) for axis, unit in (("x", first), ("y", second))}
        moves.append(Move(len(data), bent))
        data.append({**look, "x": [], "y": []})
    rows, columns = (
        np.abs(axis - scene.train_x[:, k, None]).argmin(1) for k, axis in ((1, scene.y), (0, scene.x))
    )
    for k, name in enumerate(scene.classes or ("",)):
        own = scene.train_target == k if scene.classes else np.ones(len(rows), bool)
        color, symbol = LOOKS[k % len(LOOKS)]
        marker: dict[str, Any] = {
            "color": color,
            "symbol": symbol,
            "size": 6,
            "line": {"color": "--dl-paper", "width": 0.8},
        }
        if not scene.classes:
            most = value_scale(scene)
            marker |= {"color": scene.train_target, "colorscale": theme.SIGNED, "cmin": -most, "cmax": most}
        look = {
            "type": "scatter",
            "mode": "markers",
            "name": class_name(text, name),
            "marker": marker,
            "hoverinfo": "skip",
        }
        placed = {
            axis: _said(recording, unit, rows[own], columns[own])
            for axis, unit in (("x", first), ("y", second))
        }
        moves.append(Move(len(data), placed))
        data.append({**look, "x": [], "y": []})
    ends = _line_of_output(recording, first, second)
    if ends is not None:
        style = {"color": "--dl-text", "width": 2.5, "dash": "dash"}
        look = {
            "type": "scatter",
            "mode": "lines",
            "name": text("legend.line"),
            "line": style,
            "hoverinfo": "skip",
        }
        moves.append(Move(len(data), {"x": ends[:, 0], "y": ends[:, 1]}))
        data.append({**look, "x": [], "y": []})
    axes = {}
    for letter, unit in (("x", first), ("y", second)):
        bounds = {"range": _bounds(scene, unit)} if _bounds(scene, unit) else {}
        axes[f"{letter}axis"] = theme.axis(title_of(text, unit), **bounds, nticks=5)
    layout = theme.layout(**axes, margin={"l": 46, "r": 8, "t": 8, "b": 38}, uirevision=f"{first} {second}")
    names = {"first": title_of(text, first), "second": title_of(text, second)}
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.warp", **names), text("alt.warp", **names)
    return Film("warp", len(recording), figure, tuple(moves), title=title, alt=alt)


def _places_of_weights(scene: Any) -> np.ndarray:
    """Across: the layer of each weight, and within its strip its turn, so that equal weights are told apart."""
    layer = scene.layers[scene.edges[:, 1] - scene.sizes[0]]  # (E,)
    place = np.zeros(len(layer), np.float32)
    for k in range(layer.max() + 1):
        own = np.flatnonzero(layer == k)
        place[own] = k + (np.linspace(-SPREAD, SPREAD, len(own)) if len(own) > 1 else 0)
    return place


def _layer_labels(recording: Recording, text: Text) -> list[Label]:
    scene, spread, quiet = recording.scene, recording.track("spread"), silent(recording)
    labels = [
        Label(f"<b>{text(f'panel.{name}')}</b>", x=x, y=1.0, xanchor="center")
        for name, x in (("weights", 0.145), ("activations", 0.495), ("gradients", 0.865))
    ]
    above: dict[str, Any] = {
        "xref": "x2",
        "xanchor": "center",
        "yanchor": "bottom",
        "size": 10,
        "color": "--dl-muted",
    }
    count = spread.shape[1]
    told = (
        range(count) if count < 5 else [count - 1]
    )  # of many, where hidden layers seldom leave ±1, the output
    labels += [Label("±{s:.2g}", {"s": spread[:, k]}, x=k, y=0.8, **above) for k in told]
    dead = [text("legend.dead") if any(now) else "" for now in quiet.tolist()]
    labels.append(
        Label(strings=dead, **{**above, "x": -0.4, "xanchor": "left", "y": 0.09, "color": "--dl-gradient"})
    )
    for k in range(quiet.shape[1]):
        count = quiet[:, k].astype(np.float32)
        shown = np.where(count > 0, count, np.nan).astype(np.float32)
        low = {**above, "yanchor": "bottom", "color": "--dl-gradient", "shy": True, "size": 11}
        labels.append(
            Label(text("legend.silent", units=scene.sizes[k + 1]), {"n": shown}, x=k, y=0.01, **low)
        )
    return labels


def _said(recording: Recording, unit: str, rows: np.ndarray, columns: np.ndarray) -> Column:
    """What a unit says at some places of the plane, (T, P); nothing where the row is -1."""
    number = recording.track("maps").shape[1] - 1 if unit == "out" else number_of(recording.scene, unit)
    codes = recording.track("maps")[:, number, rows, columns]  # (T, P)
    codes[:, rows < 0] = mosaic.NOTHING
    if _bounds(recording.scene, unit):
        return Levels(codes, -1.0, 1.0)  # its reach is 1
    values = (codes.astype(np.float32) - mosaic.MIDDLE) * (
        recording.track("reach")[:, number, None] / mosaic.MIDDLE
    )
    return np.where(codes == mosaic.NOTHING, np.float32(np.nan), values.astype(np.float32))


def _lattice(side: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Rows and columns of the lattice's points, a -1 behind every line."""
    lines = np.linspace(0, side - 1, LINES).round().astype(int)
    along = np.r_[np.linspace(0, side - 1, ALONG).round().astype(int), -1]
    fixed = np.repeat(lines, ALONG + 1)
    running = np.tile(along, LINES)
    fixed = np.where(running < 0, -1, fixed)
    return {"across": (fixed, running), "upward": (running, fixed)}


def _bounds(scene: Any, unit: str) -> list[float] | None:
    """The values that a unit can have, a little widened; None where there are none."""
    if unit == "out":
        return None
    bounded = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}.get(scene.activations[int(unit.split(".")[0]) - 1])
    return bounded and [bounded[0] - 0.08, bounded[1] + 0.08]


def _line_of_output(recording: Recording, first: str, second: str) -> np.ndarray | None:
    """Where the output is undecided, if it hears these two units alone, as both ends of a line; (T, 2, 2)."""
    scene = recording.scene
    last = len(scene.sizes) - 2
    if scene.sizes[-1] != 1 or scene.sizes[-2] != 2 or {first, second} != {f"{last}.1", f"{last}.2"}:
        return None
    a, b = recording.track("weights")[:, -2:].T  # (T,) each
    if first.endswith("2"):
        a, b = b, a
    c = recording.track("biases")[:, -1]
    size = np.maximum(a**2 + b**2, 1e-12)
    middle = np.stack([-a * c / size, -b * c / size], axis=1)  # the line's point next to the origin, (T, 2)
    along = np.stack([-b, a], axis=1) / np.sqrt(size)[:, None]
    far = 3 * float(recording.track("reach")[0].max())
    return (
        np.stack([middle - far * along, middle + far * along], axis=1).transpose(0, 2, 1).astype(np.float32)
    )
