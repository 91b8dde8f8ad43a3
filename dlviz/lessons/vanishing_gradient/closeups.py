"""Beside the maps: the gradient now, memory over the delay, the inside of a cell, and curves of the training."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.vanishing_gradient.experiment import LONGEST
from dlviz.lessons.vanishing_gradient.figures_reach import accuracy, each, gradients, shares, updates
from dlviz.lessons.vanishing_gradient.learning import CELLS, LOOKED
from dlviz.lessons.vanishing_gradient.tasks import chance
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

FLOOR, CEILING = 1e-9, 30.0  # of the gradient's profile
OPEN = [[0.0, "--dl-zero"], [0.5, "--dl-low"], [1.0, "--dl-model"]]  # of gates
SIGNS = "ABCD"


def profile(recording: Recording, text: Text, *, state: str, scale: str) -> Film:
    """The gradient of the present step over the sequence, and what the spectral radius alone would make of it."""
    config, shared = recording.config, shares(recording, state)
    shown = shared if scale == "share" else gradients(recording, state).astype(np.float64)
    back = np.arange(config.steps())[::-1]
    radius = recording.track("radius")[:, 0].astype(np.float64)
    power = shown[:, 0, -1:] * radius[:, None] ** back  # (N, T)
    grows = config.radius > 1 or config.activation != "tanh"
    low, high = (1e-6, 1e6) if grows else (FLOOR, CEILING)
    x = np.arange(config.steps(), dtype=np.float32)
    rows = [("power", text("legend.power"), "--dl-muted", "dot", 1.4, power)]
    rows += [
        (name, text.option("cell", name), color, dash, 2.4, shown[:, k])
        for k, name, color, dash in each(recording)
    ]
    data, moves = [], []
    for k, (_, label, color, dash, width, values) in enumerate(rows):
        data.append(_line(label, color, dash, width, x, f"{label} %{{y:.2e}}<extra>%{{x}}</extra>"))
        inside = np.where(values > 0, np.clip(values, low / 100, high * 100), np.nan)
        moves.append(Move(k, {"y": inside.astype(np.float32)}))
    ends = [float(np.log10(low)), float(np.log10(high))]
    y = theme.axis(text(f"axis.{scale}"), type="log", range=ends, exponentformat="power", nticks=6)
    layout = theme.layout(
        xaxis=theme.axis(text("axis.position"), range=[-0.5, config.steps() - 0.5], nticks=6),
        yaxis=y,
        uirevision=f"{config.delay}{scale}{grows}",
        meta={"view": state},  # of another state it is another picture
        margin={"l": 58, "r": 12, "t": 22, "b": 38},
    )
    figure = {"data": data, "layout": layout}
    power_name = Label(
        f"┈ {text('legend.power')}", x=0.6, y=1.02, yanchor="bottom", size=12, color="--dl-muted"
    )
    names = (*_names(recording, text), power_name)
    return Film(
        "profile",
        len(recording),
        figure,
        tuple(moves),
        names,
        title=text("picture.profile"),
        alt=text("alt.profile"),
    )


def goldfish(recording: Recording, text: Text) -> Film:
    """How well each network remembers after how many steps; a click chooses the delay of the training."""
    config = recording.config
    x = np.arange(1, LONGEST + 1, dtype=np.float32)
    level = chance(config.task)
    trained = [config.delay, config.delay]
    data = [
        _line(
            text("legend.curves"),
            "--dl-muted",
            "dot",
            1.4,
            np.array([0, LONGEST], np.float32),
            None,
            y=[level, level],
        ),
        _line(
            text("legend.trained"),
            "--dl-muted",
            "dash",
            1.4,
            np.array(trained, np.float32),
            None,
            y=[0, 1.05],
        ),
    ]
    moves = []
    for k, name, color, dash in each(recording):
        label = text.option("cell", name)
        moves.append(Move(len(data), {"y": recording.track("accuracy")[:, k]}))
        data.append(_line(label, color, dash, 2.4, x, f"{label} %{{y:.0%}}<extra>%{{x}}</extra>"))
    layout = theme.layout(
        xaxis=theme.axis(text("axis.delay"), range=[0, LONGEST + 0.5], nticks=6),
        yaxis=theme.axis(range=[0, 1.05], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1]),
        uirevision=str(config.delay),
        margin={"l": 46, "r": 12, "t": 22, "b": 38},
    )
    right = config.delay > 0.7 * LONGEST
    side: Any = "right" if right else "left"
    here = {"xref": "x", "yref": "y", "size": 11, "color": "--dl-muted", "xanchor": side}
    labels = (
        *_names(recording, text),
        Label(text("legend.trained"), x=config.delay + (-1.5 if right else 1.5), y=0.1, **here),
    )
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.goldfish"), text("alt.goldfish")
    return Film("goldfish", len(recording), figure, tuple(moves), labels, title=title, alt=alt, click="delay")


def belt(recording: Recording, text: Text, *, cell: str) -> Film:
    """What a cell carries through one sequence, and its gates: units below one another, steps to the right."""
    config, k = recording.config, CELLS.index(cell)
    order = np.arange(config.hidden_size)
    if cell != "rnn":
        order = np.argsort(recording.scene.kept[k - 1], kind="stable")  # those that keep longest on top
    first = sum(len(LOOKED[name]) for name in CELLS[:k])
    strips = [("state", recording.track("state")[:, k], -1.0, 1.0, theme.SIGNED)]
    gates = recording.track("gates")
    strips += [(gate, gates[:, first + g], 0.0, 1.0, OPEN) for g, gate in enumerate(LOOKED[cell])]
    heights = [2.0 if name == "state" else 1.0 for name, *_ in strips]
    gap, head = 0.03, 0.13
    unit = (1 - head - gap * len(strips)) / sum(heights)
    data, moves, labels = [], [], []
    x = np.arange(config.steps(), dtype=np.float32)
    layout: dict[str, Any] = {
        "xaxis": theme.axis(
            text("axis.position"), range=[-0.5, config.steps() - 0.5], showgrid=False, nticks=6
        )
    }
    top = 1 - head
    for n, ((name, levels, low, high, colors), height) in enumerate(zip(strips, heights)):
        top -= gap
        bottom = top - unit * height
        axis = f"y{n + 1}" if n else "y"
        look = {"colorscale": colors, "zmin": low, "zmax": high, "showscale": False, "hoverinfo": "skip"}
        data.append({"type": "heatmap", "x": x, "y": np.arange(len(order)), "yaxis": axis, **look})
        shown = levels[:, :, order].transpose(0, 2, 1)  # (N, H, T)
        moves.append(Move(len(data) - 1, {"z": Levels(shown, low, high)}))
        layout[axis.replace("y", "yaxis")] = theme.axis(
            domain=[max(0.0, bottom), top],
            range=[-0.5, len(order) - 0.5],
            showticklabels=False,
            ticks="",
            showgrid=False,
            fixedrange=True,
        )
        beside: dict[str, Any] = {
            "x": -0.01,
            "xanchor": "right",
            "y": (bottom + top) / 2,
            "yanchor": "middle",
            "size": 12,
        }
        if name == "state":
            labels.append(Label(text(f"legend.state_{cell}"), **beside))
        else:
            mean = levels.reshape(len(levels), -1).mean(axis=1, dtype=np.float32) / 254
            labels.append(Label(text(f"legend.{name}"), {"mean": mean}, **beside))
        top = bottom
    layout["xaxis"]["anchor"] = axis
    tokens, names = _tokens(recording, text, cell, f"y{len(strips) + 1}")
    data += tokens
    layout[f"yaxis{len(strips) + 1}"] = theme.axis(
        domain=[1 - head, 1], range=[-1, 1], visible=False, fixedrange=True
    )
    labels += names
    layout |= {"margin": {"l": 112, "r": 52, "t": 4, "b": 38}}
    title = text("picture.belt" if LOOKED[cell] else "picture.belt_plain", name=text.option("cell", cell))
    alt = text("alt.belt", name=text.option("cell", cell))
    return Film(
        "belt",
        len(recording),
        {"data": data, "layout": theme.layout(**layout)},
        tuple(moves),
        tuple(labels),
        title=title,
        alt=alt,
    )


def curves_of(recording: Recording, text: Text) -> Film:
    """Accuracy at the delay of the training over the updates."""
    y = {"range": [0, 1.05], "tickformat": ".0%", "nticks": 6}
    return _growing(recording, text, "curves", accuracy(recording), chance(recording.config.task), y)


def radii(recording: Recording, text: Text) -> Film:
    """The spectral radius of the matrix that makes what is new, over the updates."""
    return _growing(
        recording, text, "radius", recording.track("radius"), 1.0, {"rangemode": "tozero", "nticks": 6}
    )


def clipping(recording: Recording, text: Text) -> Film:
    """The length of the gradient of all weights before it is clipped, and the threshold."""
    norm = recording.track("norm")
    level = recording.config.threshold if recording.config.clipping else None
    y = {"type": "log", "exponentformat": "power", "nticks": 6}
    return _growing(recording, text, "clipping", np.where(norm > 0, norm, np.nan), level, y)


def _growing(
    recording: Recording, text: Text, picture: str, values: np.ndarray, level: float | None, y: dict[str, Any]
) -> Film:
    """A number of each cell over the updates, (N, C), and a level to compare with."""
    x, last = updates(recording.config)[: len(recording)], recording.config.updates
    data, moves = [], []
    for k, name, color, dash in each(recording):
        label = text.option("cell", name)
        line = _line(label, color, dash, 2.4, [], f"{label} %{{y:.3g}}<extra>%{{x}}</extra>")
        if picture == "clipping":  # one that explodes at once has a single point
            line |= {"mode": "lines+markers", "marker": {"color": color, "size": 5}}
        data.append(line)
        moves.append(Move(k, {"x": x, "y": values[:, k].astype(np.float32)}, "grow"))
    if level is not None:
        data.append(
            _line(text(f"legend.{picture}"), "--dl-muted", "dot", 1.4, [0, last], None, y=[level] * 2)
        )
    layout = theme.layout(
        xaxis=theme.axis(text("axis.updates"), range=[0, last], nticks=6),
        yaxis=theme.axis(text(f"axis.{picture}"), **y),
        uirevision=picture,
        margin={"l": 58, "r": 12, "t": 22, "b": 38},
    )
    title, alt, names = text(f"picture.{picture}"), text(f"alt.{picture}"), _names(recording, text)
    figure = {"data": data, "layout": layout}
    return Film(picture, len(recording), figure, tuple(moves), names, title=title, alt=alt)


def _tokens(
    recording: Recording, text: Text, cell: str, axis: str
) -> tuple[list[dict[str, Any]], list[Label]]:
    """What is read: a symbol and fillers, or numbers of which two are marked."""
    config, scene = recording.config, recording.scene
    x = np.arange(config.steps(), dtype=np.float32)
    if config.task == "recall":
        kept, size = x < 1, np.where(scene.sequence.any(axis=1), 4.0, 1.0)
    else:
        kept, size = scene.sequence[:, 1] > 0, 2 + 5 * scene.sequence[:, 0]
    marker = {
        "color": np.where(kept, "--dl-data", "--dl-muted").tolist(),
        "size": np.where(kept, size + 5, size),
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": np.zeros(len(x)),
        "yaxis": axis,
        "hoverinfo": "skip",
    }
    said = recording.track("answer")[:, CELLS.index(cell)]
    answers = [_told(config.task, answer) for answer in said.tolist()]
    here: dict[str, Any] = {"y": 0.0, "yref": axis, "yanchor": "middle", "size": 13}
    truth = text(f"legend.{config.task}", truth=_told(config.task, scene.truth))
    told = [text("legend.answer", answer=answer) for answer in answers]
    labels = [
        Label(truth, x=-0.01, xanchor="right", color="--dl-data", **here),
        Label(strings=told, x=1.01, xanchor="left", **here),
    ]
    return [{**dots, "marker": {**marker, "line": {"width": 0}}}], labels


def _told(task: str, answer: float) -> str:
    """An answer as a letter or a number."""
    if not np.isfinite(answer):
        return "–"
    return SIGNS[int(answer)] if task == "recall" else f"{answer:.2f}"


def _names(recording: Recording, text: Text) -> tuple[Label, ...]:
    """The names of the cells above a picture, in their colours."""
    marks = {"solid": "━", "dash": "╍", "dot": "┅"}
    return tuple(
        Label(
            f"{marks[dash]} {text.option('cell', name)}",
            x=0.2 * k,
            y=1.02,
            yanchor="bottom",
            size=12,
            color=color,
        )
        for k, name, color, dash in each(recording)
    )


def _line(
    name: str, color: str, dash: str, width: float, x: Any, hover: str | None, **more: Any
) -> dict[str, Any]:
    told = {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    line = {"color": color, "width": width, "dash": dash}
    return {"type": "scatter", "mode": "lines", "name": name, "line": line, "x": x, "y": [], **told, **more}
