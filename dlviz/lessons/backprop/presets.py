"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlviz.lessons.backprop.experiment import Config

PREDICTION = Config(
    graph="neuron",
    activation="sigmoid",
    loss="squared_error",
    x1=2.0,
    x2=1.0,
    target=0.0,
    w1=1.5,
    w2=1.0,
    w3=0.0,
)
ANSWERS = ("large", "small", "zero")
SATURATED = PREDICTION.changed(target=1.0, w1=-1.5, w2=-1.0)  # the same at the other end of the sigmoid

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the third picture that shows its point
    "four": (Config(walked=4), "gradients"),
    "chain": (Config(graph="chain"), "weights"),
    "vanish": (
        Config(graph="chain", f="sigmoid", g="sigmoid", h="sigmoid", x1=2.0, learning_rate=1.0),
        "gradients",
    ),
    "saturated": (SATURATED, "outputs"),
    "rescued": (SATURATED.changed(loss="cross_entropy"), "outputs"),
    "dead": (
        Config(graph="neuron", activation="relu", loss="squared_error", w1=-1.0, w2=0.5, w3=0.0),
        "weights",
    ),
    "linear": (Config(activation="linear", loss="squared_error", learning_rate=0.05), "outputs"),
    "twins": (
        Config(start="own", w1=0.5, w2=0.5, w3=0.5, w4=0.5, w5=0.5, w6=0.5, w7=0.5, w8=0.5, w9=0.5),
        "weights",
    ),
    "softmax": (Config(graph="softmax"), "outputs"),
}
WEIGHTS = tuple(f"w{k}" for k in range(1, 10))
OWN = {"neuron": 3, "network": 9, "softmax": 6}  # weights of a graph
CLASSES = ("d1", "d2", "d3")  # targets of the softmax layer, as they are written in the graph
PAIR = {"chain": ("x1", "target"), "neuron": ("x1", "x2", "target"), "softmax": ("x1", "x2", "target_class")}


def begun(config: Config, first: Sequence[float], field: str) -> dict[str, Any]:
    """What else is chosen with one number of the graph: all weights begin as they did, if one is the learner's own.

    Args:
        config: the present one.
        first: the weights that training began with.
        field: of the number.
    """
    if field not in WEIGHTS or config.start == "own":
        return {}
    own = WEIGHTS[: OWN[config.graph]]
    return {"start": "own", **{name: float(f"{value:.4g}") for name, value in zip(own, first)}}


def true_class(field: str, value: float) -> dict[str, Any] | None:
    """What is chosen with a target of the softmax layer: the class that becomes 1; None of any other number."""
    if field not in CLASSES:
        return None
    return {"target_class": field[1]} if value > 0.5 else {}  # one of them is 1 always


def editable(config: Config) -> tuple[str, ...]:
    """The numbers that can be changed where they stand in the graph: fields, and the targets of the softmax layer."""
    pair = tuple(name for name in PAIR.get(config.graph, ()) if name != "target_class")
    return pair + (CLASSES if config.graph == "softmax" else ()) + WEIGHTS[: OWN.get(config.graph, 0)]


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture: the graph, its functions, the learning rate."""
    functions = {"chain": ("f", "g", "h"), "softmax": ()}.get(config.graph, ("activation", "loss"))
    return ("graph", *functions, "learning_rate")


def details(config: Config) -> list[str]:
    """The choices under "More": the values that this graph has."""
    start = () if config.graph == "chain" else ("start",)
    weights = WEIGHTS[: OWN.get(config.graph, 0)] if config.start == "own" else ()
    return [*PAIR.get(config.graph, ()), *start, *weights, "walked", "steps", "seed"]
