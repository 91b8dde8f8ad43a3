"""How optimisers and heights of this lesson look: the same on every picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots.theme import SERIES

# optimiser: colour, symbol on a plane, symbol in space; nobody is told by colour alone
LOOKS = {
    "sgd": (SERIES[0], "circle", "circle"),
    "momentum": (SERIES[1], "square", "square"),
    "nesterov": (SERIES[6], "diamond", "diamond"),
    "adagrad": (SERIES[5], "triangle-up", "cross"),
    "rmsprop": (SERIES[3], "cross", "cross"),
    "adam": (SERIES[2], "diamond", "diamond"),
    "adamw": (SERIES[4], "x", "x"),
}
DASHES = {"nesterov": "dash", "rmsprop": "dash", "adamw": "dot"}
STEEP = ("rosenbrock", "himmelblau", "beale")  # drawn by log(1 + height): else only their walls were seen


def color(optimizer: str) -> str:
    """The colour of an optimiser."""
    return LOOKS[optimizer][0]


def symbol(optimizer: str, *, solid: bool = False) -> str:
    """The symbol of an optimiser, on a plane or in space."""
    return LOOKS[optimizer][2 if solid else 1]


def dash(optimizer: str) -> str:
    """The line of an optimiser."""
    return DASHES.get(optimizer, "solid")


def height_of(config: Any, scene: Any, values: np.ndarray) -> np.ndarray:
    """Losses as drawn: log(1 + loss) on steep landscapes, and never above the top of the picture."""
    top = float(np.nanmax(scene.z))
    held = np.minimum(values, top)
    return np.log10(1 + np.maximum(held, 0)) if config.landscape in STEEP else held


def ticks(config: Any, scene: Any) -> dict[str, Any]:
    """The height's axis: on steep landscapes true losses stand at their logarithms."""
    if config.landscape not in STEEP:
        return {"nticks": 5}
    decades = [0, *(10**k for k in range(int(np.log10(1 + np.nanmax(scene.z))) + 1))]
    return {"tickvals": [float(np.log10(1 + v)) for v in decades], "ticktext": [f"{v:g}" for v in decades]}
