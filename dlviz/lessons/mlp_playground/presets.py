"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from dlviz.data import tables
from dlviz.data.own import encode
from dlviz.lessons.mlp_playground.changes import BOUNDS
from dlviz.lessons.mlp_playground.datasets import REGRESSION
from dlviz.lessons.mlp_playground.experiment import Config

GOLDEN = math.pi * (3 - math.sqrt(5))  # turned by this from one to the next, points fill a disc evenly


def disc(x: float, y: float, radius: float, count: int) -> list[tuple[float, float]]:
    """Points that fill a disc."""
    spots = ((radius * math.sqrt((k + 0.5) / count), k * GOLDEN) for k in range(count))
    return [(x + far * math.cos(turn), y + far * math.sin(turn)) for far, turn in spots]


BLUE, ORANGE = disc(-2.5, -1.8, 1.9, 30), disc(2.5, 1.8, 1.9, 30)
OUTLIER = (4.6, 4.0)
OVERFIT = Config(
    data="gauss",
    noise=0.5,
    examples=100,
    train_share=0.5,
    hidden="8-8-8",
    activations="relu",
    optimizer="adam",
    learning_rate=0.02,
)
DEEP = Config(hidden="8-8-8-8-8-8", initialisation="large", epochs=200)

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "perceptron": (Config(data="xor", hidden=""), "confusion"),
    "xor": (Config(data="xor", hidden="4"), "warp"),
    "linear": (Config(hidden="4-4-4", activations="linear"), "warp"),
    "overfit": (OVERFIT, "layers"),
    "decay": (OVERFIT.changed(weight_decay=0.05), "layers"),
    "dropout": (OVERFIT.changed(dropout=0.4), "layers"),
    "stopping": (OVERFIT.changed(epochs=19), "layers"),
    "outlier": (
        Config(
            data="own",
            points=encode([*BLUE, OUTLIER, *ORANGE], [0] * 31 + [1] * 30),
            train_share=0.9,
            hidden="8-8",
            optimizer="adam",
            learning_rate=0.02,
        ),
        "layers",
    ),
    "zeros": (Config(initialisation="zeros"), "layers"),
    "deep": (DEEP, "layers"),
    "rescued": (DEEP.changed(batch_norm=True), "layers"),
}
PREDICTION = Config(hidden="", inputs=("x2", "y2"))
ANSWERS = ("no", "half", "yes")

BROUGHT = ("own", "table")  # data of the learner
TABLES = ("iris", "breast_cancer")


@cache
def columns_of(data: str) -> tuple[str, ...]:
    """The features of a real table; none of other data."""
    return tables.labelled(data)[2] if data in TABLES else ()


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter with these data."""
    drawn = () if config.data in (*BROUGHT, *TABLES) else ("noise",)
    count = () if config.data == "own" else ("examples",)
    loss = () if config.data in REGRESSION else ("loss",)
    deep = ("dropout", "batch_norm") if config.hidden else ()
    learning = ("optimizer", "batch_size", "weight_decay", "l1", *deep, "initialisation", *loss)
    return [*drawn, "inputs", *learning, *count, "train_share", "epochs", "seed"]


def shape_of(config: Config) -> dict[str, Any]:
    """The choices on which the page beside the pictures depends."""
    brought = {"data", "points", "table", "feature_x", "feature_y", "target"}
    changeable = set(BOUNDS)  # the form "from this step on" begins with their values
    return config.model_dump(
        include=brought | changeable | {"inputs", "hidden", "activations", "epochs", "changes"}
    )
