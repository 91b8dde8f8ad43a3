"""The path of the hidden state, the weights, and units that hold a pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.rnn.figures_network import input_name
from dlviz.lessons.rnn.reading import gates_of, parts_of, pattern, states_of
from dlviz.plots import mosaic, theme, tokens
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

REACH = 1.5  # a weight of this size has full colour
FEW = 15  # points of a path that all have their names
NAMED = 40  # tokens of a map that have their names
PLACES = 4  # other places that are listed
ALIKE = 0.75  # of the units that must be on there


def path(recording: Recording, text: Text, *, position: int = 0) -> Film:
    """The last layer's state from h_0 to h_S in two dimensions."""
    points = recording.track("points")  # (T, S + 1, 2)
    count = points.shape[1]
    exact = recording.config.hidden_size == 2
    reach = 1.25 if exact else 2.6
    line = {"color": "--dl-model", "width": 1.6}
    colors = ["--dl-muted", *["--dl-model"] * (count - 1)]
    sizes = [8, *[9] * (count - 1)]
    colors[position + 1], sizes[position + 1] = "--dl-attention", 14
    inputs = recording.scene.inputs
    alike = [
        count <= FEW or inputs[k] == inputs[position] for k in range(count - 1)
    ]  # of many only the same ones
    names = ["h₀", *(input_name(recording, k, 8) if seen else "" for k, seen in enumerate(alike))]
    look = {
        "type": "scatter",
        "mode": "lines+markers+text",
        "line": line,
        "marker": {"color": colors, "size": sizes},
        "text": names,
        "textposition": "top center",
        "textfont": {"size": 12, "color": "--dl-text"},
        "name": text("legend.hidden"),
        "hoverinfo": "text",
        "x": [],
        "y": [],
    }
    wide = reach if exact else 1.25 * reach  # names have room at both sides
    axes = ("axis.unit_1", "axis.unit_2") if exact else ("axis.first", "axis.second")
    layout = theme.layout(
        xaxis=theme.axis(text(axes[0]), range=[-wide, wide], nticks=5),
        yaxis=theme.axis(text(axes[1]), range=[-reach, 1.16 * reach], nticks=4),
        margin={"l": 44, "r": 8, "t": 6, "b": 36},
    )
    moves = (Move(0, {"x": points[..., 0], "y": points[..., 1]}),)
    title = text("picture.path_exact" if exact else "picture.path")
    figure = {"data": [look], "layout": layout}
    return Film("path", len(recording), figure, moves, title=title, alt=text("alt.path"), click="point")


def point_at(recording: Recording, x: float, y: float, step: int) -> int | None:
    """The position whose state was hit."""
    points = recording.track("points")[step][1:]
    distance = np.linalg.norm(points - [x, y], axis=1)
    nearest = int(distance.argmin())
    return nearest if distance[nearest] < (0.15 if recording.config.hidden_size == 2 else 0.4) else None


def weights(recording: Recording, text: Text, *, layer: int = 0) -> Film:
    """W_xh and W_hh of a layer as two maps, gate below gate."""
    parts = parts_of(recording.config, recording.track("weights"))
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    left = 0.0
    shapes = [parts[f"cells.{layer}.weight_{kind}_l0"].numpy() for kind in ("ih", "hh")]
    total = sum(shape.shape[2] for shape in shapes)
    for name, values in zip(("W<sub>xh</sub>", "W<sub>hh</sub>"), shapes):
        rows, columns = values.shape[1:]
        wide = max(columns / total, 0.25)
        box = (left, 0.0, wide, 1.0)
        look = mosaic.bitmap(box, (rows, columns), colorscale=theme.SIGNED, zmin=-REACH, zmax=REACH)
        moves.append(Move(len(data), {"z": Levels.of(values[:, ::-1], -REACH, REACH)}))
        data.append(look)
        here: dict[str, Any] = {
            "xref": "x",
            "yref": "y",
            "xanchor": "center",
            "yanchor": "bottom",
            "y": 1.01,
            "size": 13,
        }
        labels.append(Label(f"<b>{name}</b> {rows}×{columns}", x=left + wide / 2, **here))
        left += wide + 0.08
    quiet: dict[str, Any] = {"visible": False, "fixedrange": True}
    names = [text(f"gate.{name}") for name in gates_of(recording.config.cell)]
    for k, name in enumerate(names if len(names) > 1 else ()):
        height = 1 - (k + 0.5) / len(names)
        labels.append(
            Label(name, x=-0.02, y=height, xref="x", yref="y", xanchor="right", yanchor="middle", size=12)
        )
    layout = theme.layout(
        xaxis=theme.axis(**quiet, range=[-0.24 if len(names) > 1 else -0.02, left]),
        yaxis=theme.axis(**quiet, range=[-0.02, 1.12]),
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        dragmode=False,
        meta={"view": layer},  # another layer is another picture
    )
    figure = {"data": data, "layout": layout}
    alt = text("alt.weights", reach=f"{REACH:g}")
    return Film(
        "closeup", len(recording), figure, tuple(moves), tuple(labels), title=text("picture.weights"), alt=alt
    )


def stretch_of(recording: Recording, stretch: str, position: int) -> tuple[int, int]:
    """First and last position of a brushed stretch ("3-5"); the chosen position alone where there is none."""
    count = reading_length(recording)
    first, _, last = stretch.partition("-")
    if not stretch:
        return min(position, count - 1), min(position, count - 1)
    return min(int(first), count - 1), min(int(last), count - 1)


def reading_length(recording: Recording) -> int:
    """How many positions the map of states has."""
    scene = recording.scene
    return len(scene.text) if scene.tokens else len(scene.inputs)


def states(recording: Recording, text: Text, *, position: int, stretch: str, threshold: float) -> Film:
    """All hidden states of a text; of a brushed stretch the units that are on, and where else they are."""
    hidden = states_of(recording)  # (T, M, H)
    length, count, units = hidden.shape
    first, last = stretch_of(recording, stretch, position)
    found = pattern(hidden, first, last, threshold)
    look, move = tokens.states(0, hidden)
    data, moves = [look, move_frame(first, last, units, text("legend.brushed"))], [move]
    lit = np.where(found.units, -np.arange(units, dtype=np.float32), np.nan).astype(np.float32)  # (T, H)
    marker = {"symbol": "triangle-right", "size": 9, "color": "--dl-attention"}
    moves.append(Move(2, {"y": lit}))
    data.append({"type": "scatter", "mode": "markers", "x": np.full(units, -0.85, np.float32), "y": [],
                 "marker": marker, "name": text("legend.lit"), "hoverinfo": "skip"})  # fmt: skip
    places = others(found.shares)  # (T, PLACES)
    x, y = boxes(places, last - first + 1, units)
    moves.append(Move(3, {"x": x, "y": y}))
    line = {"color": "--dl-text", "width": 2, "dash": "dot"}
    data.append({"type": "scatter", "mode": "lines", "x": [], "y": [], "line": line,
                 "name": text("legend.elsewhere"), "hoverinfo": "skip"})  # fmt: skip
    names = [text_name(recording, k) for k in range(count)]
    slanted = count > 8 and max(map(len, names)) > 2
    ticks: dict[str, Any] = {
        "tickmode": "array",
        "tickvals": np.arange(count),
        "ticktext": names,
        "tickangle": -55 if slanted else 0,
    }
    xaxis = theme.axis(
        range=[-1.3, count - 0.4], showgrid=False, fixedrange=True, **(ticks if count <= NAMED else {})
    )
    yaxis = theme.axis(
        text("axis.units"), range=[0.6 - units, 0.6], showgrid=False, showticklabels=False, fixedrange=True
    )
    layout = theme.layout(
        meta={"view": threshold},
        xaxis=xaxis,
        yaxis=yaxis,
        margin={"l": 26, "r": 6, "t": 26, "b": 62 if slanted else 30},
    )
    said = sentence(recording, text, found.units, found.shares, places, last - first + 1)
    label = Label(strings=said, x=0.0, y=1.02, yanchor="bottom", size=12)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.states"), text("alt.states", count=count, units=units)
    return Film("closeup", length, figure, tuple(moves), (label,), title=title, alt=alt, draw="stretch")


def text_name(recording: Recording, position: int) -> str:
    """What is read at a position of the map of states."""
    scene = recording.scene
    return (
        tokens.shown(scene.tokens[int(scene.text[position])], 8)
        if scene.tokens
        else input_name(recording, position)
    )


def others(shares: np.ndarray) -> np.ndarray:
    """Where else most of the units are on, the best first; -1 where there is none, (T, PLACES)."""
    known = np.where(np.isfinite(shares) & (shares >= ALIKE), shares, -1.0)
    best = np.argsort(-known, axis=1, kind="stable")[:, :PLACES]
    found = np.where(np.take_along_axis(known, best, axis=1) >= 0, best, -1)
    return np.pad(found, [(0, 0), (0, PLACES - found.shape[1])], constant_values=-1)


def boxes(places: np.ndarray, length: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames around stretches that begin at these places, one broken line; (T, 6 PLACES) each."""
    across = np.array([-0.5, length - 0.5, length - 0.5, -0.5, -0.5, np.nan])
    down = np.array([0.5, 0.5, 0.5 - units, 0.5 - units, 0.5, np.nan])
    x = np.where(places[..., None] >= 0, places[..., None] + across, np.nan)
    y = np.where(places[..., None] >= 0, down, np.nan)
    return tuple(part.reshape(len(places), -1).astype(np.float32) for part in (x, y))  # type: ignore[return-value]


def move_frame(first: int, last: int, units: int, name: str) -> dict[str, Any]:
    """The brushed stretch, framed."""
    x, y = boxes(np.array([[first]]), last - first + 1, units)
    line = {"color": "--dl-text", "width": 3.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x[0, :5],
        "y": y[0, :5],
        "line": line,
        "name": name,
        "hoverinfo": "skip",
    }


def sentence(
    recording: Recording, text: Text, units: np.ndarray, shares: np.ndarray, places: np.ndarray, length: int
) -> list[str]:
    """At each step: how many units are on, and the words at the other places."""
    said = []
    for on, share, row in zip(units.sum(axis=1).tolist(), shares, places.tolist()):
        stretches = [
            f"<b>{' '.join(text_name(recording, k) for k in range(at, at + length))}</b> ({share[at]:.0%})"
            for at in row
            if at >= 0
        ]
        head = text("live.lit", count=on)
        said.append(
            head + (text("live.elsewhere") + ", ".join(stretches) if stretches else text("live.nowhere"))
        )
    return said
