"""The pictures of the playground: the network, the plane, the losses, a fourth by choice, and live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.mlp_playground.closeups import layers, warp
from dlviz.lessons.mlp_playground.closeups_confusion import confusion
from dlviz.lessons.mlp_playground.closeups_sweep import cell_at, sweep, sweep_config
from dlviz.lessons.mlp_playground.figures_changes import changeable, marks
from dlviz.lessons.mlp_playground.figures_network import (
    SYMBOLS,
    clicked,
    network,
    number_of,
    units_of,
    weights_named,
)
from dlviz.lessons.mlp_playground.figures_plane import LOOKS, axis_name, miniature, surface
from dlviz.plots import curves, theme
from dlviz.plots import surface as points
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = [
    "axis_name",
    "cell_at",
    "changeable",
    "clicked",
    "marks",
    "miniature",
    "network",
    "surface",
    "sweep_config",
    "units_of",
]

COLORS = tuple(color for color, _ in LOOKS)  # of the classes

VALUES = ("plane", "hills")  # data with values to predict


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has, the most telling first."""
    bends = ("warp",) if len(units_of(config)) > 2 else ()
    counts = () if config.data in VALUES else ("confusion",)
    return (*bends, "layers", *counts, "sweep") if config.hidden else (*counts, "layers", "sweep")


def pair_of(config: Any) -> tuple[str, str]:
    """The two units whose view of the plane tells most: the first two of the last layer that has two."""
    units = units_of(config)
    last = [unit for unit in units if unit.endswith(".2")]
    return (last[-1].replace(".2", ".1"), last[-1]) if last else (units[-1], units[0])


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; units are chosen beside it."""
    return {"picture": pictures_of(config)}


def units_seen(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the units and weights: one seen in large, two that bend the plane, one to be changed."""
    units, (first, second) = units_of(config), pair_of(config)
    others = {"first": first, "second": second}
    pairs = {name: (unit, *(u for u in units if u != unit)) for name, unit in others.items()}
    return {"unit": units, **pairs, "weight": ("", *weights_named(config))}


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    unit: str = "out",
    first: str = "",
    second: str = "",
    weight: str = "",
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: "sweep", where it is to be seen.
        text: the words.
        picture: the fourth.
        unit: seen in large.
        first, second: units by which the plane is bent; the usual ones unless told.
        weight: that may be changed by hand.
    """
    usual = pair_of(recording.config)
    pair = {"first": first or usual[0], "second": second or usual[1]}
    fourth = {
        "warp": lambda: warp(recording, text, **pair),
        "layers": lambda: layers(recording, text),
        "confusion": lambda: confusion(recording, text),
        "sweep": lambda: sweep(recording, others.get("sweep"), text),
    }[picture]()
    return [
        network(recording, text, unit=unit, weight=weight),
        surface(recording, text, unit=unit),
        losses(recording, text),
        fourth,
        numbers(recording, text, unit=unit),
    ]


def losses(recording: Recording, text: Text) -> Film:
    """Loss and accuracy over the epochs, on training and on test examples; the best test loss so far is marked."""
    epochs = recording.track("epoch").astype(np.float32)
    tested = len(recording.scene.test_x) > 0
    right = "accuracy" if recording.scene.classes else "r2"
    lines = [
        (
            text(f"legend.{split}_of", name=text(name)),
            color,
            axis,
            recording.track(prefix + field),
            bool(prefix),
        )
        for name, color, axis, field in (
            ("axis.loss", "--dl-gradient", "y", "loss"),
            (f"axis.{right}", "--dl-prediction", "y2", "accuracy"),
        )
        for split, prefix in (("train", ""), ("test", "test_"))[: 2 if tested else 1]
    ]
    data, grown = curves.of_updates(epochs, lines)
    moves = list(grown)
    labels: list[Label] = []
    if tested:
        best = best_so_far(recording.track("test_loss"))  # (T,)
        at = epochs[best]
        look, move = points.head(
            len(data), text("legend.stop"), "--dl-attention", symbol="diamond", x=at,
            y=recording.track("test_loss").astype(np.float32)[best],
        )  # fmt: skip
        data.append(look)
        moves.append(move)
        line = {"color": "--dl-attention", "width": 1.5, "dash": "dot"}
        quiet = {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "name": text("legend.stop"),
            "line": line,
        }
        moves.append(Move(len(data), {"x": np.stack([at, at], axis=1)}))
        data.append({**quiet, "x": [], "y": [0, 1.05], "yaxis": "y2"})
    start = float(recording.track("loss")[0])
    seen = {"clipmax": 20 * start + 1}  # who diverges leaves the picture
    y = theme.axis(autorangeoptions=seen, rangemode="tozero", nticks=5)
    y2 = curves.share_axis()
    x = theme.axis(text("axis.epochs"), range=[0, recording.config.epochs], nticks=6)
    for place, name, color in ((0.0, "loss", "--dl-gradient"), (1.0, right, "--dl-prediction")):
        told = text(
            "legend.lines" if tested and name == "loss" else "legend.line_alone", name=text(f"axis.{name}")
        )
        side: dict[str, Any] = {"x": place, "xanchor": "left" if place == 0 else "right"}
        labels.append(Label(told, y=1.04, yanchor="bottom", color=color, size=12, **side))
    layout = theme.layout(xaxis=x, yaxis=y, yaxis2=y2, margin={"l": 44, "r": 46, "t": 26, "b": 36})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.losses"), text("alt.losses")
    return Film("losses", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def best_so_far(values: np.ndarray) -> np.ndarray:
    """Up to each step the step of the smallest value, (T,)."""
    known = np.where(np.isfinite(values), values, np.inf)
    least = np.minimum.accumulate(known)
    fresh = np.r_[True, least[1:] < least[:-1]]
    return np.maximum.accumulate(np.where(fresh, np.arange(len(values)), 0))


def numbers(recording: Recording, text: Text, *, unit: str) -> Film:
    """Two lines of live numbers: how well it does, and what the chosen unit works out."""
    names = ("epoch", "loss", "test_loss", "accuracy", "test_accuracy")
    values = {name: recording.track(name).astype(np.float32) for name in names}
    values["accuracy"], values["test_accuracy"] = 100 * values["accuracy"], 100 * values["test_accuracy"]
    values["best"] = values["epoch"][best_so_far(recording.track("test_loss"))]
    line = "classes" if recording.scene.classes else "values"
    lines = [Label(text(f"live.{line}"), values), _formula(recording, unit)]
    return Film("numbers", len(recording), None, labels=tuple(lines))


def result(recording: Recording, text: Text) -> str | None:
    """The last accuracies in words, once the training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    train, test = (100 * float(recording.track(name)[-1]) for name in ("accuracy", "test_accuracy"))
    return text("predict.result", train=f"{train:.0f}", test=f"{test:.0f}")


def _formula(recording: Recording, unit: str) -> Label:
    """What a unit works out, with the weights and the bias of the step put in."""
    scene, config = recording.scene, recording.config
    outputs, last = scene.sizes[-1], len(scene.sizes) - 1
    number = len(scene.layers) - outputs if unit == "out" else number_of(scene, unit)
    layer = last if unit == "out" else int(unit.split(".")[0])
    wires = np.flatnonzero(scene.edges[:, 1] == scene.sizes[0] + number)
    values = {f"w{e}": recording.track("weights")[:, e] for e in wires}
    before = [SYMBOLS.get(name, name) for name in scene.inputs]
    if layer > 1:
        before = [f"h<sub>{layer - 1}.{k + 1}</sub>" for k in range(scene.sizes[layer - 1])]
    total = " ".join(f"{{w{e}:+.2f}}·{name}" for e, name in zip(wires, before, strict=True))
    if layer == last:
        function = {"cross_entropy": "σ" if outputs == 1 else "softmax", "squared": "tanh"}.get(
            scene.loss, ""
        )
        name = "ŷ" if outputs == 1 else "ŷ<sub>1</sub>"
        function = "" if not scene.classes else function
    else:
        function, name = scene.activations[layer - 1], f"h<sub>{unit}</sub>"
        function = "" if function == "linear" else function
    if config.batch_norm and layer < last:
        return Label(f"{name} = {function}( BN( {total} ) )", values)
    values["b"] = recording.track("biases")[:, number]
    worked = f"{total} {{b:+.2f}}"
    return Label(f"{name} = {function}( {worked} )" if function else f"{name} = {worked}", values)
