"""The fourth picture: slices, surfaces around the present weights, sharpness, or what the plane hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlviz.lessons.loss_landscape import around as surroundings
from dlviz.lessons.loss_landscape import sharpness as bending
from dlviz.lessons.loss_landscape.look import (
    LOOKS,
    MEASURES,
    Surface,
    aside,
    axis_names,
    drawn,
    height,
    is_accuracy,
    other_set,
    scale,
)
from dlviz.plots import curves, surface, theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

Drawn = tuple[list[dict[str, Any]], list[Move]]
GAP = 1  # cells between two maps


def slices(recording: Recording, text: Text, *, measure: str) -> Film:
    """The loss along one random direction through the present weights, of every optimiser."""
    data, moves = sliced(recording, text, measure)
    name = text(f"axis.direction_{recording.config.normalization}")
    layout = theme.layout(
        xaxis=theme.axis(name, range=[-1, 1]),
        yaxis=scale(text, measure),
        uirevision=f"{is_accuracy(measure)}",
        meta={"letters": 0.8},
    )
    title, alt = text("picture.slices"), text("alt.slices", measure=text(f"axis.{measure}"))
    figure, label = {"data": data, "layout": layout}, _lengths(recording, text)
    return Film("slices", len(recording), figure, tuple(moves), (label,), title=title, alt=alt)


def _lengths(recording: Recording, text: Text) -> Label:
    """How long all weights together are: the same step is short for long ones."""
    optimizers = recording.config.optimizers
    lengths = {f"length{o}": recording.track("norm")[:, o] for o in range(len(optimizers))}
    parts = [text("live.length", name=text(f"brief.{name}"), o=o) for o, name in enumerate(optimizers)]
    place: dict[str, Any] = {"x": 0.5, "y": 1.0, "xanchor": "center", "size": 12, "color": "--dl-muted"}
    return Label(text("live.lengths") + " · ".join(parts), lengths, **place)


def sliced(recording: Recording, text: Text, measure: str) -> Drawn:
    """The curves of the slices and what moves."""
    along, values = recording.scene.along, recording.track("slices")  # (S,), (T, O, S, 4)
    held = drawn(values, measure)
    data: list[dict[str, Any]] = []
    moves = []
    for o, name in enumerate(recording.config.optimizers):
        color, symbol, _, dash = LOOKS[name]
        for which, width, opacity in ((measure, 2.8, 1.0), (other_set(measure), 1.4, 0.55)):
            part = "train" if which.startswith("train") else "test"
            label = text(f"legend.{part}", name=text.option("optimizers", name))
            line = {"color": color, "width": width, "dash": dash}
            look = {"type": "scatter", "mode": "lines", "name": label, "line": line, "opacity": opacity}
            moves.append(Move(len(data), {"y": held[:, o, :, MEASURES.index(which)]}))
            data.append({**look, "hoverinfo": "name", "x": along, "y": []})
        middle = held[:, o, len(along) // 2, MEASURES.index(measure)]  # (T,)
        head, moved = surface.head(
            len(data), text.option("optimizers", name), color, symbol=symbol, x=0 * middle, y=middle
        )
        data.append(head)
        moves.append(moved)
    return data, moves


def around(recording: Recording, found: Recording | None, text: Text, *, measure: str) -> Film:
    """The surface around the present weights of every optimiser, side by side, renewed at some steps."""
    config, count = recording.config, len(recording)
    title, alt = text("picture.around"), text("alt.around", measure=text(f"axis.{measure}"))
    sets = len(found) // surroundings.SIDE if found is not None else 0
    if found is None or not sets:
        return waiting("around", count, text, title, alt)
    side, optimizers = surroundings.SIDE, len(config.optimizers)
    values = found.track("values")[: sets * side, ..., MEASURES.index(measure)]  # (sets side, O, side)
    maps = height(values, measure).reshape(sets, side, optimizers, side)
    gap = np.full((sets, side, optimizers, GAP), np.nan)
    tiled = np.concatenate([maps, gap], 3).reshape(sets, side, -1)[..., :-GAP]  # (sets, side, W)
    every = surroundings.EVERY[config.architecture]
    which = np.minimum(
        np.arange(count) // every, sets - 1
    )  # the last one that is measured up to a step, (T,)
    shown = tiled[which]
    low, high = float(np.nanmin(tiled)), float(np.nanmax(tiled))
    look = {"colorscale": theme.HEIGHT, "zmin": low, "zmax": high, "showscale": False, "hoverinfo": "skip"}
    width = tiled.shape[2]
    data: list[dict[str, Any]] = [
        {"type": "heatmap", "x": np.arange(width), "y": np.arange(side), "z": tiled[0], **look}
    ]
    middles = np.array([[o * (side + GAP) + side // 2, side // 2] for o in range(optimizers)])
    data.append(surface.marks(text("legend.now"), "--dl-text", "cross-thin-open", middles, size=10))
    labels = []
    for o, name in enumerate(config.optimizers):
        place: dict[str, Any] = {"x": float(middles[o, 0]), "xref": "x", "yref": "y", "xanchor": "center"}
        label = f"<b>{text.option('optimizers', name)}</b>"
        labels.append(Label(label, y=side - 0.3, yanchor="bottom", color=LOOKS[name][0], **place))
        part = shown[:, :, o * (side + GAP) : o * (side + GAP) + side].reshape(count, -1)  # (T, side²)
        worst = np.nanmax(part, 1)
        worst = 100 * (1 - worst) if is_accuracy(measure) else 10**worst
        center = part[:, side * side // 2]
        center = 100 * (1 - center) if is_accuracy(measure) else 10**center
        form = "live.around_accuracy" if is_accuracy(measure) else "live.around_loss"
        numbers = {"here": center.astype(np.float32), "edge": worst.astype(np.float32)}
        below: dict[str, Any] = {"y": -0.8, "yanchor": "top", "size": 12, "color": "--dl-muted"}
        labels.append(Label(text(form), numbers, **below, **place))
    made = recording.track("update")[which * every].astype(np.float32)
    place = {"x": 1.0, "y": 1.03, "xanchor": "right", "yanchor": "bottom"}
    told = text("live.measured_accuracy" if is_accuracy(measure) else "live.measured_loss")
    labels.append(Label(told, {"update": made}, size=12, color="--dl-muted", **place))
    bare = {"visible": False, "fixedrange": True}
    layout = theme.layout(
        xaxis={**bare, "range": [-0.5, width - 0.5]},
        yaxis={**bare, "range": [-2.2, side + 1.2]},
        margin={"l": 8, "r": 8, "t": 30, "b": 12},
        dragmode=False,
        meta=sets,
    )
    moves = (Move(0, {"z": Levels.of(shown, low, high + 1e-6)}),)
    return Film("around", count, {"data": data, "layout": layout}, moves, tuple(labels), title=title, alt=alt)


def sharpness(recording: Recording, found: Recording | None, text: Text) -> Film:
    """The two largest eigenvalues of the Hessian at some steps, and where gradient descent would begin to bounce."""
    config, count = recording.config, len(recording)
    title, alt = text("picture.sharpness"), text("alt.sharpness")
    if found is None:
        return waiting("sharpness", count, text, title, alt)
    measured, of = found.track("step"), found.track("optimizer")
    updates = recording.track("update").astype(np.float32)
    which = (
        np.arange(count) // bending.EVERY[config.architecture]
    )  # the last measurement up to each step, (T,)
    data: list[dict[str, Any]] = []
    moves = []
    for o, name in enumerate(config.optimizers):
        color, symbol, _, dash = LOOKS[name]
        values = found.track("eigenvalues")[of == o]  # (n, E)
        have = which < len(values)
        at = np.minimum(which, max(len(values) - 1, 0))
        for k, width in enumerate((2.6, 1.2)):
            if not len(values):
                continue
            y = np.where(have, values[at, k], np.nan).astype(np.float32)
            x = updates[np.minimum(measured[of == o][at], count - 1)]
            label = text("legend.eigenvalue", name=text.option("optimizers", name), k=k + 1)
            look, move = curves.curve(len(data), label, color, y, dash=dash, width=width)
            data.append({**look, "opacity": 1 - 0.4 * k})
            moves.append(Move(move.trace, {"x": x, "y": y}, "grow"))
            if k == 0:
                head, moved = surface.head(len(data), label, color, symbol=symbol, x=x, y=y)
                data.append(head)
                moves.append(moved)
    top, threshold = float(np.nanmax(found.track("eigenvalues"))), 2 / config.learning_rate
    labels = list(
        _bounces(
            config,
            {name: found.track("eigenvalues")[of == o, 0] for o, name in enumerate(config.optimizers)},
            which,
            text,
        )
    )
    if set(config.optimizers) != {"adam"} and threshold < 2 * top:
        line = {"color": "--dl-muted", "width": 1.5, "dash": "longdash"}
        quiet = {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip"}
        data.append(
            {**quiet, "name": text("legend.edge"), "x": [0, config.updates], "y": [threshold, threshold]}
        )
        place: dict[str, Any] = {"x": config.updates, "y": threshold + 0.05 * top, "xref": "x", "yref": "y"}
        labels.append(
            Label(text("legend.edge"), **place, xanchor="right", yanchor="bottom", color="--dl-muted")
        )
    layout = theme.layout(
        xaxis=theme.axis(text("axis.updates"), range=[0, 1.02 * config.updates]),
        yaxis=theme.axis(text("axis.eigenvalue"), rangemode="tozero", nticks=6),
        margin={"l": 58, "r": 14, "t": 28, "b": 42},
        meta={"measured": len(found), "letters": 0.85},
        uirevision="sharpness",
    )
    figure = {"data": data, "layout": layout}
    return Film("sharpness", count, figure, tuple(moves), tuple(labels), title=title, alt=alt)


def _bounces(
    config: Any, measured: Mapping[str, np.ndarray], which: np.ndarray, text: Text
) -> Iterator[Label]:
    """The rate of SGD times the largest eigenvalue, in numbers; above 2 it bounces."""
    parts: list[str] = []
    values: dict[str, np.ndarray] = {}
    for o, (name, largest) in enumerate(measured.items()):
        if name == "adam" or not len(largest):
            continue
        have = which < len(largest)
        values[f"l{o}"] = np.where(have, largest[np.minimum(which, len(largest) - 1)], np.nan).astype(
            np.float32
        )
        values[f"e{o}"] = (config.learning_rate * values[f"l{o}"]).astype(np.float32)
        parts.append(text("live.bounce", name=text(f"brief.{name}"), eta=f"{config.learning_rate:.3g}", o=o))
    if parts:
        place: dict[str, Any] = {"x": 0.99, "y": 1.02, "xanchor": "right", "yanchor": "bottom", "size": 12}
        yield Label(" · ".join(parts), values, shy=True, **place)


def honest(recording: Recording, found: Surface | None, text: Text, *, measure: str) -> Film:
    """True loss against that of the projection on the plane, and how far the weights are from the plane."""
    count = len(recording)
    title, alt = text("picture.honest"), text("alt.honest", measure=text(f"axis.{measure}"))
    if found is None or found.stage < 2:
        return waiting("honest", count, text, title, alt)
    updates = recording.track("update").astype(np.float32)
    true, moves = recording.track(measure), []
    data: list[dict[str, Any]] = []
    for o, name in enumerate(recording.config.optimizers):
        color, label = LOOKS[name][0], text.option("optimizers", name)
        for kind, values, dash, width in (
            ("true", true[:, o], "solid", 2.6),
            ("projected", found.on_path[o, :count], "dot", 2.0),
        ):
            held = drawn(values, measure)
            name_of = text(f"legend.{kind}", name=label)
            look, move = curves.curve(len(data), name_of, color, held, dash=dash, width=width)
            data.append(look)
            moves.append(Move(move.trace, {"x": updates, "y": held}, "grow"))
        away = found.distance[o, :count].astype(np.float32)
        look, move = curves.curve(len(data), label, color, away, dash=LOOKS[name][3])
        data.append({**look, "yaxis": "y2"})
        moves.append(Move(move.trace, {"x": updates, "y": away}, "grow"))
    far = theme.axis(text("axis.distance"), rangemode="tozero", domain=[0, 0.28], nticks=3)
    layout = theme.layout(
        xaxis=theme.axis(text("axis.updates"), range=[0, 1.02 * recording.config.updates], anchor="y2"),
        yaxis=scale(text, measure, domain=[0.36, 1]),
        yaxis2=far,
        meta=found.stage,
        uirevision=f"honest {is_accuracy(measure)}",
    )
    labels = (aside(text("live.lines"), measure, 0.4),)
    figure = {"data": data, "layout": layout}
    return Film("honest", count, figure, tuple(moves), labels, title=title, alt=alt)


def line(recording: Recording, found: Surface | None, text: Text, *, plane: str, measure: str) -> Film:
    """The loss along the plane's first axis through its origin; marks stand at the true loss of the weights."""
    count = len(recording)
    title, alt = text("picture.line"), text("alt.line", measure=text(f"axis.{measure}"))
    if found is None or found.stage < 2:
        return waiting("line", count, text, title, alt)
    data: list[dict[str, Any]] = []
    moves = []
    for which, values, dash, width in (
        (measure, found.line[0], "solid", 2.8),
        (other_set(measure), found.line[1], "dot", 1.8),
    ):
        label = text(f"axis.{which}")
        shape = {"color": "--dl-text", "width": width, "dash": dash}
        look = {"type": "scatter", "mode": "lines", "name": label, "line": shape, "hoverinfo": "name"}
        data.append({**look, "x": found.line_x, "y": drawn(values, measure)})
    true = drawn(recording.track(measure), measure)  # (T, O)
    for o, name in enumerate(recording.config.optimizers):
        color, symbol, *_ = LOOKS[name]
        x, y = found.path[o, :count, 0], true[:, o]
        trail, grows = surface.trail(len(data), text.option("optimizers", name), color, x=x, y=y)
        trail["line"] = {**trail["line"], "width": 1.2}
        head, moved = surface.head(
            len(data) + 1, text.option("optimizers", name), color, symbol=symbol, x=x, y=y
        )
        data += [{**trail, "opacity": 0.6}, head]
        moves += [grows, moved]
    layout = theme.layout(
        xaxis=theme.axis(axis_names(recording, text, plane)[0], range=[*found.line_x[[0, -1]].tolist()]),
        yaxis=scale(text, measure),
        meta=found.stage,
        uirevision=f"{plane} {is_accuracy(measure)}",
    )
    labels = (aside(text("live.marks"), measure, 0.04),)
    figure = {"data": data, "layout": layout}
    return Film("line", count, figure, tuple(moves), labels, title=title, alt=alt)


def waiting(name: str, count: int, text: Text, title: str, alt: str) -> Film:
    """A picture whose numbers are not there yet."""
    label = Label(text("legend.waiting"), x=0.5, y=0.5, xanchor="center", yanchor="middle", size=15)
    bare = {"visible": False, "fixedrange": True}
    figure = {"data": [], "layout": theme.layout(xaxis=bare, yaxis=bare)}
    return Film(name, count, figure, (), (label,), title=title, alt=alt)
