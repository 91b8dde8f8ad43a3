"""The pictures of a loss landscape: its surface in space and from above with the paths, the losses, and a close-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlviz.lessons.loss_landscape import around, closeups, grid, sharpness
from dlviz.lessons.loss_landscape.look import (
    FARTHER,
    LOOKS,
    MEASURES,
    Surface,
    axis_names,
    camera,
    drawn,
    height,
    is_accuracy,
    scale,
    surface_of,
    ticks,
)
from dlviz.plots import curves, surface, theme
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

SEEN = [-1.35, 1.25]  # losses in the miniature, as logarithms
PLANES = ("pca", "random", "between")


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    return ("slices", "around", "sharpness", "honest", "line")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"plane": PLANES, "measure": MEASURES, "picture": pictures_of(config)}


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    plane: str,
    measure: str,
) -> list[Film]:
    """All pictures of the page, the largest first; `others` are "grid" and what the picture needs."""
    found = surface_of(others.get("grid"), measure)
    fourth = {
        "slices": lambda: closeups.slices(recording, text, measure=measure),
        "around": lambda: closeups.around(recording, others.get("around"), text, measure=measure),
        "sharpness": lambda: closeups.sharpness(recording, others.get("sharpness"), text),
        "honest": lambda: closeups.honest(recording, found, text, measure=measure),
        "line": lambda: closeups.line(recording, found, text, plane=plane, measure=measure),
    }[picture]()
    return [
        relief(recording, found, text, plane=plane, measure=measure),
        above(recording, found, text, plane=plane, measure=measure),
        losses(recording, text, measure=measure),
        fourth,
        numbers(recording, found, text, plane=plane, measure=measure),
    ]


def beside(config: Any, *, picture: str, plane: Any) -> dict[str, tuple[Any, Any]]:
    """The recordings that a view needs beside the training: experiment and config by name."""
    needed: dict[str, tuple[Any, Any]] = {"grid": (grid, grid.Config(**config.model_dump(), plane=plane))}
    own: Any = {"around": around, "sharpness": sharpness}.get(picture)
    return {**needed, picture: (own, own.Config(**config.model_dump()))} if own else needed


def relief(recording: Recording, found: Surface | None, text: Text, *, plane: str, measure: str) -> Film:
    """The surface in space; each path lies on it where its weights fall on the plane."""
    title, alt = _named(recording, text, "surface", plane, measure)
    if found is None:
        return closeups.waiting("surface", len(recording), text, title, alt)
    names = text(f"brief.{plane}_1"), text(f"brief.{plane}_2"), text(f"axis.{measure}")
    z = height(found.values, measure)
    hover = text("legend.hover", x=names[0], y=names[1], z=names[2])
    data = [surface.relief(found.x, found.y, z, hover, shown=found.values)]
    heights = surface.lifted(height(found.on_path, measure), z)  # (O, T)
    moves = []
    for label, look, places, o in _paths(recording, found, text):
        columns = {"x": places[:, 0], "y": places[:, 1], "z": heights[o, : len(recording)]}
        columns["z"] = np.where(np.isfinite(places[:, 0]), columns["z"], np.nan).astype(np.float32)
        trail, grows = surface.trail(len(data), label, look[0], dash=look[3], **columns)
        head, moved = surface.head(len(data) + 1, label, look[0], symbol=look[2], **columns)
        data += [trail, head]
        moves += [grows, moved]
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    shape = surface.space(*names, zaxis=ticks(measure, low, high)) | {"camera": camera(plane)}
    layout = theme.layout(
        scene=shape,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=True,
        legend=_legend(),
        meta={"stage": found.stage, "narrow": {"scene": _on_a_telephone(shape, plane)}},
        uirevision=f"{plane} {is_accuracy(measure)}",
    )
    figure = {"data": data, "layout": layout}
    return Film("surface", len(recording), figure, tuple(moves), title=title, alt=alt)


def above(recording: Recording, found: Surface | None, text: Text, *, plane: str, measure: str) -> Film:
    """The same surface from above."""
    title, alt = _named(recording, text, "above", plane, measure)
    if found is None:
        return closeups.waiting("above", len(recording), text, title, alt)
    names = axis_names(recording, text, plane)
    hover = text("legend.hover", x=names[0], y=names[1], z=text(f"axis.{measure}"))
    data = [surface.contour(found.x, found.y, height(found.values, measure), hover, shown=found.values)]
    data.append(surface.marks(text("legend.start"), "--dl-text", "x", found.path[:, 0]))
    moves = []
    for label, look, places, _ in _paths(recording, found, text):
        columns = {"x": places[:, 0], "y": places[:, 1]}
        trail, grows = surface.trail(len(data), label, look[0], dash=look[3], **columns)
        head, moved = surface.head(len(data) + 1, label, look[0], symbol=look[1], **columns)
        data += [trail, head]
        moves += [grows, moved]
    ranges = [[float(axis[0]), float(axis[-1])] for axis in (found.x, found.y)]
    layout = theme.layout(
        xaxis=theme.axis(names[0], range=ranges[0]),
        yaxis=theme.axis(names[1], range=ranges[1]),
        meta=found.stage,
        uirevision=f"{plane} {found.stage > 3}",
    )
    figure = {"data": data, "layout": layout}
    return Film("above", len(recording), figure, tuple(moves), title=title, alt=alt)


def losses(recording: Recording, text: Text, *, measure: str) -> Film:
    """The true losses, or accuracies, over the updates; on training examples and on those kept aside."""
    updates = recording.track("update").astype(np.float32)
    kind = "accuracy" if is_accuracy(measure) else "loss"
    data: list[dict[str, Any]] = []
    moves = []
    for o, name in enumerate(recording.config.optimizers):
        color, symbol, *_ = LOOKS[name]
        for which, dash, width in (("train", "solid", 2.4), ("test", "dot", 1.8)):
            values = drawn(recording.track(f"{which}_{kind}")[:, o], measure)
            label = text(f"legend.{which}", name=text.option("optimizers", name))
            look, move = curves.curve(len(data), label, color, values, dash=dash, width=width)
            data.append(look)
            moves.append(surface.Move(move.trace, {"x": updates, "y": values}, "grow"))
            if which == "train":
                head, moved = surface.head(len(data), label, color, symbol=symbol, x=updates, y=values)
                data.append(head)
                moves.append(moved)
    x = theme.axis(
        text("axis.updates"), range=[-0.02 * recording.config.updates, 1.02 * recording.config.updates]
    )
    layout = theme.layout(xaxis=x, yaxis=scale(text, measure), uirevision=kind)
    title, alt = text(f"picture.{kind}"), text(f"alt.{kind}", optimizers=_names(recording, text))
    return Film(
        "losses", len(recording), {"data": data, "layout": layout}, tuple(moves), title=title, alt=alt
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The valleys around the present weights, small and without words."""
    data, moves = closeups.sliced(recording, text, "train_loss")
    bare = {"visible": False, "fixedrange": True}
    axes = {"xaxis": {**bare, "range": [-1, 1]}, "yaxis": {**bare, "type": "log", "range": SEEN}}
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False, hovermode=False)
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def numbers(recording: Recording, found: Surface | None, text: Text, *, plane: str, measure: str) -> Film:
    """What is true of the present weights and what the plane shows instead, in live numbers."""
    count, true = len(recording), recording.track(measure)
    known = found is not None and found.stage > 1
    parts, values, optimizers = [], {}, recording.config.optimizers
    form = ("placed" if len(optimizers) < 3 else "known") if known else "true"  # three fill the line
    for o, name in enumerate(optimizers):
        values[f"true{o}"] = true[:, o]
        if known and found is not None:
            a, b = found.path[o, :count].T
            values |= {f"a{o}": a, f"b{o}": b}  # f(a, b) is the loss of the shadow
            values |= {f"seen{o}": found.on_path[o, :count], f"far{o}": found.distance[o, :count]}
        parts.append(text(f"live.{form}", name=text(f"brief.{name}"), o=o))
    lines = [
        Label(
            text("live.order" if known else "live.update", measure=text(f"axis.{measure}"))
            + " · ".join(parts),
            values,
        )
    ]
    about = text(f"about.{plane}_{recording.config.normalization}" if plane == "random" else f"about.{plane}")
    if known and found is not None:
        share = np.full(count, 100 * found.explained, np.float32)
        about += " " + text("live.explained")
        lines.append(Label(about, {"share": share}))
    else:
        lines.append(Label(about))
    if recording.config.batch_norm:
        lines.append(Label(text("about.batch_norm")))
    failed = recording.track("diverged")  # (T, O)
    for o, name in enumerate(recording.config.optimizers):
        notes = [
            text("note.diverged", name=text.option("optimizers", name), at=at) if at >= 0 else ""
            for at in failed[:, o]
        ]
        lines.append(Label(strings=notes))
    return Film("numbers", count, None, labels=tuple(lines))


def left_after_a_walk(recording: Recording, text: Text) -> str | None:
    """Training accuracy one length of the weights away in a random direction, in words, once training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    shares = recording[-1].slices[:, -1, MEASURES.index("train_accuracy")]
    return ", ".join(
        f"{text.option('optimizers', name)} {100 * share:.0f} %"
        for name, share in zip(recording.config.optimizers, shares.tolist())
    )


def _paths(
    recording: Recording, found: Surface, text: Text
) -> Iterator[tuple[str, tuple[str, ...], np.ndarray, int]]:
    """Name, look and places of every path up to the present step."""
    for o, name in enumerate(recording.config.optimizers):
        places = surface.inside(found.path[o, : len(recording)], found.x, found.y)
        yield text.option("optimizers", name), LOOKS[name], places, o


def _named(recording: Recording, text: Text, picture: str, plane: str, measure: str) -> tuple[str, str]:
    title = text(f"picture.{picture}", plane=text.option("plane", plane), measure=text(f"axis.{measure}"))
    parts = {"measure": text(f"axis.{measure}"), "optimizers": _names(recording, text)}
    return title, text(f"alt.{picture}", plane=text.option("plane", plane), **parts)


def _names(recording: Recording, text: Text) -> str:
    return ", ".join(text.option("optimizers", name) for name in recording.config.optimizers)


def _on_a_telephone(shape: dict[str, Any], plane: str) -> dict[str, Any]:
    """The scene where the picture is narrow: farther off, and its title alone says what the height is."""
    height_axis = {**shape["zaxis"], "title": {"text": ""}}
    return {**shape, "zaxis": height_axis, "camera": camera(plane, FARTHER)}


def _legend() -> dict[str, Any]:
    look = {"bgcolor": "rgba(0,0,0,0)", "font": {"size": 13}, "itemsizing": "constant"}
    return {"x": 0.99, "xanchor": "right", "y": 0.99, **look}
