"""The pictures of a race: the landscape in space and from above, the losses, and the words with live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.gradient_descent.closeups import basins, fit, phase, update
from dlviz.lessons.gradient_descent.look import color, dash, height_of, symbol, ticks
from dlviz.plots import curves, surface, theme
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

QUADRATIC = ("bowl", "diabetes")
DATA = ("diabetes", "breast_cancer")
SCALES = ("log", "linear")  # of the loss


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has, the most telling first."""
    fits = ("fit",) if config.landscape in DATA else ()
    phases = ("phase",) if config.landscape in QUADRATIC else ()
    return (*fits, "update", "basins", *phases)


def detail_of(config: Any) -> tuple[str, ...]:
    """The optimisers that can be looked at closely, those with most inside first."""
    return tuple(reversed(config.optimizers))


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"picture": pictures_of(config), "which": detail_of(config), "scale": SCALES}


def stage(
    recording: Recording, others: Mapping[str, Recording], text: Text, *, picture: str, which: str, scale: str
) -> list[Film]:
    """All pictures of the page, the largest first."""
    fourth = {
        "update": lambda: update(recording, text, which=which),
        "basins": lambda: basins(recording, others.get("basins"), text, which=which),
        "phase": lambda: phase(recording, text),
        "fit": lambda: fit(recording, text),
    }[picture]()
    return [
        relief(recording, text),
        plane(recording, text),
        loss(recording, text, log=scale == "log"),
        fourth,
        numbers(recording, text, which=which),
    ]


def basin_config(kind: Any, config: Any, which: str) -> Any:
    """The basins of one optimiser of a race, on the same landscape and with the same choices."""
    shared = {name: getattr(config, name) for name in kind.model_fields if hasattr(config, name)}
    return kind(**shared, optimizer=which)


def relief(recording: Recording, text: Text) -> Film:
    """The landscape in space, with the paths on it."""
    scene, config = recording.scene, recording.config
    z = height_of(config, scene, scene.z)
    names = _axes(text, scene)
    data = [
        surface.relief(
            scene.x, scene.y, z, text("legend.hover", x=names[0], y=names[1], z=names[2]), shown=scene.z
        )
    ]
    position = surface.inside(recording.track("position"), scene.x, scene.y)  # (T, O, 2)
    heights = surface.lifted(height_of(config, scene, recording.track("loss")), z).astype(
        np.float32
    )  # (T, O)
    heights = np.where(np.isfinite(position[..., 0]), heights, np.nan).astype(np.float32)
    moves = []
    for o, name in enumerate(config.optimizers):
        columns = {"x": position[:, o, 0], "y": position[:, o, 1], "z": heights[:, o]}
        label = text.option("optimizers", name)
        trail, grows = surface.trail(len(data), label, color(name), dash=dash(name), **columns)
        head, moved = surface.head(
            len(data) + 1, label, color(name), symbol=symbol(name, solid=True), **columns
        )
        data += [trail, head]
        moves += [grows, moved]
    shape = surface.space(names[0], names[1], names[2], zaxis=ticks(config, scene))
    layout = theme.layout(
        scene=shape, margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=True, legend=_legend()
    )
    optimizers = ", ".join(text.option("optimizers", name) for name in config.optimizers)
    alt = text("alt.surface", landscape=text.option("landscape", config.landscape), optimizers=optimizers)
    title = text("picture.surface")
    return Film(
        "surface",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        title=title,
        alt=alt,
        click="start",
    )


def plane(recording: Recording, text: Text) -> Film:
    """The landscape from above, with the paths; a click moves the start."""
    data, moves = _race_from_above(recording, text)
    config, (x, y, _) = recording.config, _axes(text, recording.scene)
    layout = theme.layout(**_axes_of_view(recording.scene, x, y, config.landscape))
    optimizers = ", ".join(text.option("optimizers", name) for name in config.optimizers)
    alt = text("alt.plane", landscape=text.option("landscape", config.landscape), optimizers=optimizers)
    title = text("picture.plane")
    return Film(
        "plane",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        title=title,
        alt=alt,
        click="start",
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The race from above, small and without words."""
    data, moves = _race_from_above(recording, text)
    bare = {"visible": False, "fixedrange": True}
    axes = {
        "xaxis": {**bare, "range": _ends(recording.scene.x)},
        "yaxis": {**bare, "range": _ends(recording.scene.y)},
    }
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False)
    data[0] |= {"hoverinfo": "skip", "hovertemplate": None}
    return Film(
        "miniature", len(recording), {"data": data, "layout": layout}, tuple(moves), alt=text("sentence")
    )


def loss(recording: Recording, text: Text, *, log: bool = True) -> Film:
    """The loss of every optimiser over the updates, on the training data and on the test data."""
    config, train, test = recording.config, recording.track("loss"), recording.track("test_loss")
    floor = min(0.0, float(np.nanmin(recording.scene.z))) if config.landscape not in DATA else 0.0
    log = log and floor >= 0
    data: list[dict[str, Any]] = []
    moves = []
    for o, name in enumerate(config.optimizers):
        label = text.option("optimizers", name)
        shown = [(label, train[:, o], "solid", 2.4)]
        if len(recording.scene.test_target):
            shown.append((text("legend.test_loss", name=label), test[:, o], "dash", 1.6))
        for title, values, style, width in shown:
            values = np.where(values > 0, values, np.nan).astype(np.float32) if log else values
            line, grows = curves.curve(len(data), title, color(name), values, dash=style, width=width)
            data.append(line)
            moves.append(grows)
    start = float(abs(train[0, 0])) or 1.0
    seen = {
        "clipmax": 100 * start,
        **({"clipmin": 1e-8 * start} if log else {}),
    }  # who diverges leaves the picture
    scale = {"type": "log"} if log else {}
    y = theme.axis(text("axis.loss"), autorangeoptions=seen, nticks=6, exponentformat="power", **scale)
    x = theme.axis(text("axis.steps"), range=[0, config.steps])
    layout = theme.layout(xaxis=x, yaxis=y, uirevision=f"{config.landscape}.{log}")
    optimizers = ", ".join(text.option("optimizers", name) for name in config.optimizers)
    alt, title = text("alt.loss", optimizers=optimizers), text("picture.loss")
    return Film("loss", len(recording), {"data": data, "layout": layout}, tuple(moves), title=title, alt=alt)


def numbers(recording: Recording, text: Text, *, which: str) -> Film:
    """One line of live numbers: where an optimiser is, and its update rule with the numbers put in."""
    config = recording.config
    o = config.optimizers.index(which)
    place, rate = recording.track("position")[:, o], recording.track("learning_rate")[:, o]
    moved = recording.track("update")[:, o, 0]
    second, second_hat = recording.track("second")[:, o, 0], recording.track("second_hat")[:, o, 0]
    root = np.sqrt(np.where(np.isfinite(second_hat), second_hat, second))
    parts = {
        "g": recording.track("gradient")[:, o, 0],
        "m": recording.track("first")[:, o, 0],
        "v": second,
        "r": root,
    }
    hats = {"mh": recording.track("first_hat")[:, o, 0], "vh": second_hat}
    rule = text(f"live.{'sgd' if which in ('momentum', 'nesterov') and config.momentum == 0 else which}")
    known = {**parts, **hats, "rate": rate, "d": moved, "a": place[:, 0], "b": place[:, 0] - moved}
    begun = np.arange(len(recording)) > 0  # there is no update yet at the start
    numbers = {key: np.where(begun, values, np.nan) for key, values in known.items()}
    where = {"loss": recording.track("loss")[:, o], "rate": rate, "x": place[:, 0], "y": place[:, 1]}
    lines = [
        Label(text("live.place", name=text.option("optimizers", which)), where),
        Label(rule, _used(rule, numbers)),
    ]
    failed = recording.track("diverged")  # (T, O)
    for k, name in enumerate(config.optimizers):
        at = int(failed[-1, k])
        note = text("note.diverged", name=text.option("optimizers", name), at=at)
        lines.append(Label(strings=[note if 0 <= at <= step else "" for step in range(len(recording))]))
    return Film("numbers", len(recording), None, labels=tuple(lines))


def final_losses(recording: Recording, text: Text) -> str | None:
    """The last losses in words, lowest first, once the race is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    last = recording.track("loss")[-1]
    ranked = sorted(zip(last.tolist(), recording.config.optimizers, strict=True))
    return ", ".join(f"{text.option('optimizers', name)} {value:.3g}" for value, name in ranked)


def _race_from_above(recording: Recording, text: Text) -> tuple[list[dict[str, Any]], list[Any]]:
    scene, config = recording.scene, recording.config
    names = _axes(text, scene)
    hover = text("legend.hover", x=names[0], y=names[1], z=names[2])
    data = [surface.contour(scene.x, scene.y, height_of(config, scene, scene.z), hover, shown=scene.z)]
    if len(scene.minima):
        data.append(surface.marks(text("legend.minimum"), "--dl-muted", "star", scene.minima))
    start = np.array([[config.start_x, config.start_y]])
    data.append(surface.marks(text("legend.start"), "--dl-text", "x", start))
    position = recording.track("position")
    moves = []
    for o, name in enumerate(config.optimizers):
        columns, label = {"x": position[:, o, 0], "y": position[:, o, 1]}, text.option("optimizers", name)
        trail, grows = surface.trail(len(data), label, color(name), dash=dash(name), **columns)
        head, moved = surface.head(len(data) + 1, label, color(name), symbol=symbol(name), **columns)
        data += [trail, head]
        moves += [grows, moved]
    return data, moves


def _used(template: str, numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: values for name, values in numbers.items() if f"{{{name}:" in template}


def _axes(text: Text, scene: Any) -> tuple[str, str, str]:
    weights = scene.axes[0] == "weight"
    return (
        (text("axis.w"), text("axis.b"), text("axis.loss"))
        if weights
        else (text("axis.x"), text("axis.y"), text("axis.height"))
    )


def _axes_of_view(scene: Any, x: str, y: str, landscape: str) -> dict[str, Any]:
    axes = {"xaxis": theme.axis(x, range=_ends(scene.x)), "yaxis": theme.axis(y, range=_ends(scene.y))}
    return {**axes, "uirevision": f"{landscape} {_ends(scene.x)}"}


def _ends(axis: np.ndarray) -> list[float]:
    return [float(axis[0]), float(axis[-1])]


def _legend() -> dict[str, Any]:
    return {
        "x": 0.99,
        "xanchor": "right",
        "y": 0.99,
        "bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 13},
        "itemsizing": "constant",
    }
