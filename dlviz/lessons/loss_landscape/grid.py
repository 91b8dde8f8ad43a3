"""The loss over a plane through the weights: coarse at once, then finer, point after point.

A plane of principal components is known only when the whole path is: it looks at the training that is there, or
waits for its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from dlviz.lessons.loss_landscape import experiment
from dlviz.lessons.loss_landscape.directions import Plane, plane_through, principal_plane, random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.experiment import FRAMES, examples, network_of, replay
from dlviz.models.device import device_of

PlaneName = Literal["pca", "random", "between"]
SIDE = 51  # points a side of the finest lattice
COARSE = slice(1, None, 3)  # every third of them: 17 a side
MARGIN = 0.3  # of the paths' extent, on every side


class Config(experiment.Config):
    """One plane through the weights of a training.

    Attributes:
        plane: of the two largest principal components of all paths; of two random directions at the end of the
            first optimiser; through the start and the ends of the first two optimisers (with one optimiser, through
            its start, its end and the middle of its path).
    """

    plane: PlaneName = "pca"

    def length(self) -> int:
        """A frame per frame of the training, and one per handful of points."""
        return 1 + FRAMES + -(-len(schedule(len(self.optimizers))) // handful(self))


def least(config: Config) -> int:
    """Frames until the coarse lattice is there: before, nothing can be seen."""
    return 1 + FRAMES + -(-(len(range(SIDE)[COARSE]) ** 2) // handful(config))


@dataclass(frozen=True)
class Frame:
    """Some more points; O optimisers, T frames of a training, C points.

    Attributes:
        values: training loss, test loss, training and test accuracy at these points; NaN while it still trains.
        path: where the weights fall on the plane, in units of its axes; likewise.
        distance: how far the weights are from the plane; likewise.
        extent: the lattice's first and last place on both axes; likewise.
        lengths: of the two axes in the space of weights; likewise.
        explained: the share of the paths' variance that lies in the plane; likewise.
    """

    values: Float32[np.ndarray, "C 4"]
    path: Float32[np.ndarray, "O T 2"]
    distance: Float32[np.ndarray, "O T"]
    extent: Float32[np.ndarray, "2 2"]
    lengths: Float32[np.ndarray, " 2"]
    explained: float


def run(config: Config) -> Iterator[Frame]:
    """Waits for the training, lays the plane, evaluates: a lattice of 17 x 17, the paths, a line, and all 51 x 51."""
    paths_shape, at_once = (len(config.optimizers), 1 + FRAMES), handful(config)
    blank: dict[str, Any] = {
        "path": np.full((*paths_shape, 2), np.nan, np.float32),
        "distance": np.full(paths_shape, np.nan, np.float32),
        "extent": np.full((2, 2), np.nan, np.float32),
        "lengths": np.full(2, np.nan, np.float32),
        "explained": float("nan"),
    }
    nothing = np.full((at_once, 4), np.nan, np.float32)
    weights = []
    for now, _ in replay(config):
        weights.append(now)
        yield Frame(nothing, **blank)
    paths = torch.stack(weights, 1)  # (O, T, P)
    plane = plane_of(config, paths)
    places = torch.stack([plane.coordinates(path) for path in paths])  # (O, T, 2)
    extent = extent_of(config, places)  # (2, 2)
    points = coordinates(extent, places)  # (all, 2)
    vectors = torch.cat([plane.origin[None], plane.axes])  # (3, P)
    evaluation = Evaluation(network_of(config), vectors, *examples(), device_of(config.device))
    known = {
        "path": places.numpy(),
        "distance": torch.stack([(w - plane.points(c)).norm(dim=1) for w, c in zip(paths, places)]).numpy(),
        "extent": extent.numpy(),
        "lengths": plane.axes.norm(dim=1).numpy(),
        "explained": plane.explained(paths.flatten(0, 1)),
    }
    for some in points.split(at_once):
        values = nothing.copy()
        values[: len(some)] = evaluation.at(torch.cat([torch.ones(len(some), 1), some], 1)).numpy()
        yield Frame(values, **known)


def plane_of(config: Config, paths: Float32[Tensor, "O T P"]) -> Plane:
    """The plane that a config names."""
    if config.plane == "pca":
        return principal_plane(paths.flatten(0, 1))
    if config.plane == "between":
        start, end = paths[0, 0], paths[0, -1]
        if len(paths) > 1:
            return plane_through(end, paths[1, -1], start)
        return plane_through(start, end, paths[0, FRAMES // 2])
    center, generator = paths[0, -1], torch.Generator().manual_seed(config.seed)
    filters, network = config.normalization == "filter", network_of(config)
    pair = [random_direction(network, center, generator, filters=filters) for _ in range(2)]
    return Plane(center, torch.stack(pair))


def extent_of(config: Config, places: Float32[Tensor, "O T 2"]) -> Float32[Tensor, "2 2"]:
    """From where to where the lattice reaches on both axes, (axis, first and last)."""
    if config.plane == "random":
        return torch.tensor([[-1.0, 1.0], [-1.0, 1.0]])
    places = places[:2] if config.plane == "between" else places  # the others are far from this plane
    low, high = places.flatten(0, 1).amin(0), places.flatten(0, 1).amax(0)  # (2,)
    span = torch.maximum(high - low, 0.2 * (high - low).amax()).clamp(min=1e-6)
    middle, half = (low + high) / 2, span / 2 + MARGIN * span
    return torch.stack([middle - half, middle + half], 1)


def handful(config: experiment.Config) -> int:
    """Points that are evaluated at a time, so that others get their turn."""
    return SIDE if config.architecture == "mlp" else max(6, SIDE // config.depth)


def schedule(optimizers: int) -> np.ndarray:
    """What each point is, in the order of evaluation: (kind, i, j).

    Kinds: 0 a point of the lattice in row i and column j; 1 the place of optimiser i at frame j; 2 point j of the
    line along the first axis through the origin.
    """
    row, column = np.mgrid[:SIDE, :SIDE]
    coarse = (row % 3 == 1).astype(int) + (column % 3 == 1)
    # rounds: 17 x 17; their rows in full; all
    order = np.where(coarse == 2, 0, np.where(row % 3 == 1, 1, 2))
    rounds = [np.stack([0 * row[order == k], row[order == k], column[order == k]], 1) for k in range(3)]
    o, t = np.mgrid[:optimizers, : 1 + FRAMES]
    path = np.stack([np.ones(o.size, int), o.ravel(), t.ravel()], 1)
    line = np.stack([np.full(SIDE, 2), np.zeros(SIDE, int), np.arange(SIDE)], 1)
    return np.concatenate([rounds[0], path, line, rounds[1], rounds[2]])


def coordinates(extent: Float32[Tensor, "2 2"], places: Float32[Tensor, "O T 2"]) -> Float32[Tensor, "A 2"]:
    """The places of all points on the plane, in the order of evaluation."""
    kind, i, j = torch.from_numpy(schedule(len(places))).T
    x, y = (torch.linspace(float(first), float(last), SIDE) for first, last in extent)
    points = torch.stack([x[j.clamp(max=SIDE - 1)], y[i.clamp(max=SIDE - 1)]], 1)
    points[kind == 1] = places[i[kind == 1], j[kind == 1]]
    points[kind == 2, 1] = 0.0
    return points
