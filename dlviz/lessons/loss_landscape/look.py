"""How optimisers and heights of this lesson look, and how a half-finished grid is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.lessons.loss_landscape.grid import COARSE, SIDE, schedule
from dlviz.plots import theme
from dlviz.plots.film import Label
from dlviz.plots.theme import SERIES
from dlviz.recording import Recording
from dlviz.text import Text

MEASURES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
# optimiser: colour, symbol on a plane, symbol in space, line; nobody is told by colour alone
LOOKS = {
    "small": (SERIES[0], "circle", "circle", "solid"),
    "large": (SERIES[1], "square", "square", "dash"),
    "adam": (SERIES[2], "diamond", "diamond", "dot"),
}
EYES = {
    "pca": {"x": 1.2, "y": 1.1, "z": 1.35},  # from where the paths end
    "random": {"x": 1.05, "y": -1.32, "z": 1.5},
    "between": {"x": 0.6, "y": -1.7, "z": 1.3},  # the start lies behind the two ends
}
FAR, FARTHER = 1.07, 1.24  # how far off, where a picture is wide and where it is narrow
LOWEST, HIGHEST = 1e-4, 1e3  # losses beyond which a picture shows no difference


def is_accuracy(measure: str) -> bool:
    """Whether more is better."""
    return measure.endswith("accuracy")


def other_set(measure: str) -> str:
    """The same measure on the other examples."""
    return (
        measure.replace("train", "test") if measure.startswith("train") else measure.replace("test", "train")
    )


def height(values: np.ndarray, measure: str) -> np.ndarray:
    """Values as drawn, low where the network is good: the loss by its logarithm, the accuracy upside down."""
    if is_accuracy(measure):
        return 1 - values
    heights: np.ndarray = np.log10(np.clip(values, LOWEST, HIGHEST))
    return heights


def ticks(measure: str, low: float, high: float) -> dict[str, Any]:
    """True values at their heights."""
    if is_accuracy(measure):
        shares = [k / 5 for k in range(6) if low - 0.1 <= k / 5 <= high + 0.1]
        return {"tickvals": shares, "ticktext": [f"{100 * (1 - share):.0f}%" for share in shares]}
    fine = high - low < 2
    powers = [m * 10.0**k for k in range(-4, 4) for m in ((1, 3) if fine else (1,))]
    seen = [p for p in powers if low - 0.3 <= np.log10(p) <= high + 0.3]
    return {"tickvals": [float(np.log10(p)) for p in seen], "ticktext": [f"{p:g}" for p in seen]}


def drawn(values: np.ndarray, measure: str) -> np.ndarray:
    """Values as curves show them: what is beyond all interest is held at the border."""
    held: np.ndarray = values if is_accuracy(measure) else np.clip(values, LOWEST, HIGHEST)
    return held.astype(np.float32)


def scale(text: Text, measure: str, **parts: Any) -> dict[str, Any]:
    """The axis of such curves: losses by their logarithm, accuracies from 0 to 1."""
    name = text("axis.accuracy" if is_accuracy(measure) else "axis.loss")
    if is_accuracy(measure):
        return theme.axis(name, range=[0, 1.03], tickformat=".0%", nticks=6, **parts)
    values = [m * 10.0**k for k in range(-4, 4) for m in (1, 3)]
    told = {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}
    return theme.axis(name, type="log", **told, **parts)


def camera(plane: str, distance: float = FAR) -> dict[str, Any]:
    """From where a plane is looked at."""
    eye = {axis: distance * place for axis, place in EYES[plane].items()}
    return {"eye": eye, "center": {"x": 0, "y": 0, "z": -0.36 if plane == "between" else -0.27}}


def axis_names(recording: Recording, text: Text, plane: str) -> tuple[str, str]:
    """What the two axes of a plane are."""
    names = [text.option("optimizers", name) for name in recording.config.optimizers]
    if plane != "between":
        return text(f"axis.{plane}_1"), text(f"axis.{plane}_2")
    if len(names) == 1:
        return text("axis.alone_1"), text("axis.alone_2")
    return text("axis.between_1", a=names[0], b=names[1]), text("axis.between_2")


def aside(words: str, measure: str, low: float) -> Label:
    """What the marks of a picture mean, where the curves are not: accuracies end at the top."""
    place: dict[str, Any] = {"x": 0.99, "xanchor": "right", "size": 12, "color": "--dl-muted"}
    if is_accuracy(measure):
        return Label(words, y=low, yanchor="bottom", **place)
    return Label(words, y=0.99, **place)


@dataclass(frozen=True)
class Surface:
    """A grid as far as it is known; O optimisers, T frames of a training.

    Attributes:
        stage: 0 nothing, 1 the lattice of 17 x 17, 2 also the path and the line, 3 17 x 51, 4 all.
        x, y: the axes of the finest lattice that is complete.
        values: there, rows along y; of one measure.
        path: where the weights fall, (O, T, 2).
        on_path: values at those places, (O, T).
        distance: of the weights from the plane, (O, T).
        line: values on the line along the first axis; of the measure and of the same on the other examples.
        line_x: its places.
        explained: share of the paths' variance that lies in the plane.
    """

    stage: int
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    path: np.ndarray
    on_path: np.ndarray
    distance: np.ndarray
    line: tuple[np.ndarray, np.ndarray]
    line_x: np.ndarray
    explained: float


def surface_of(found: Recording | None, measure: str) -> Surface | None:
    """Puts the points of a grid in their places; None until the coarse lattice is complete."""
    if found is None:
        return None
    last, optimizers = found[-1], len(found.config.optimizers)
    order = schedule(optimizers)  # (A, 3)
    values = found.track("values")[np.isfinite(found.track("explained"))].reshape(-1, 4)[
        : len(order)
    ]  # (n, 4)
    n, (kind, i, j) = len(values), order[: len(values)].T
    sides = len(range(SIDE)[COARSE])
    behind = [
        sides**2,
        sides**2 + last.distance.size + SIDE,
        sides * SIDE + last.distance.size + SIDE,
        len(order),
    ]
    stage = sum(n >= count for count in behind)
    if stage == 0:
        return None
    m, other = MEASURES.index(measure), MEASURES.index(other_set(measure))
    lattice = np.full((SIDE, SIDE), np.nan, np.float32)
    on_path = np.full(last.distance.shape, np.nan, np.float32)
    lattice[i[kind == 0], j[kind == 0]] = values[kind == 0, m]
    on_path[i[kind == 1], j[kind == 1]] = values[kind == 1, m]
    line = np.full((2, SIDE), np.nan, np.float32)
    line[:, j[kind == 2]] = values[kind == 2][:, [m, other]].T
    rows, columns = (slice(None) if stage >= 4 else COARSE), (slice(None) if stage >= 3 else COARSE)
    x, y = (np.linspace(first, end, SIDE, dtype=np.float32) for first, end in last.extent)
    return Surface(
        stage=stage,
        x=x[columns],
        y=y[rows],
        values=lattice[rows, columns],
        path=last.path,
        on_path=on_path,
        distance=last.distance,
        line=(line[0], line[1]),
        line_x=x,
        explained=float(last.explained),
    )
