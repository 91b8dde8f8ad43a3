"""Points of the plane with a class or a value: drawn, measured, painted or uploaded; and what a network sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from dlviz.data import own, tables, uploads
from dlviz.data.refusal import Refusal

DataName = Literal[
    "circle",
    "xor",
    "gauss",
    "spiral",
    "moons",
    "three",
    "plane",
    "hills",
    "iris",
    "breast_cancer",
    "own",
    "table",
]
InputName = Literal["x", "y", "x2", "y2", "xy", "sin_x", "sin_y"]
INPUTS: tuple[str, ...] = get_args(InputName)
EXTENT = 6.0  # the plane that is drawn reaches this far on every side
MEASURED = ("iris", "breast_cancer", "table")
REGRESSION = ("plane", "hills")
HILLS = (
    (-4.0, 2.5, 1.0),
    (0.0, 2.5, -1.0),
    (4.0, 2.5, 1.0),
    (-4.0, -2.5, -1.0),
    (0.0, -2.5, 1.0),
    (4.0, -2.5, -1.0),
)


@dataclass(frozen=True)
class Examples:
    """Places with their targets, those to learn from and those kept aside.

    Attributes:
        train_x, test_x: places, (N, 2) and (M, 2); real columns in standard deviations from their mean.
        train_target, test_target: class numbers or values, as float32, (N,) and (M,).
        classes: how many; 0 where values are predicted.
        names: of the classes, if they have any.
        axes: names of the two features, and of the target ("" if it has none).
        extent: how far the plane reaches that is drawn.
        centre, deviation: of the two features and the target, (3,): as measured = centre + deviation · number.
    """

    train_x: Tensor
    train_target: Tensor
    test_x: Tensor
    test_target: Tensor
    classes: int
    names: tuple[str, ...]
    axes: tuple[str, str, str]
    extent: float
    centre: Tensor
    deviation: Tensor


def load_examples(config: Any) -> Examples:
    """The examples of a config, the same whenever it is asked."""
    random = torch.Generator().manual_seed(config.seed)
    axes, names = ("x", "y", ""), tuple[str, ...]()
    if config.data in ("iris", "breast_cancer"):
        measured, target, features, names = tables.labelled(config.data)
        first, second = two_columns(config.feature_x, config.feature_y, len(features))
        x, axes = measured[:, [first, second]], (features[first], features[second], "")
    elif config.data == "table":
        try:
            table = uploads.examples(config.table, config.feature_x, config.feature_y, config.target)
        except Refusal:  # nothing uploaded yet, or no longer here
            x, target, names = torch.zeros(0, 2), torch.zeros(0), ("0", "1")
        else:
            x, target = torch.from_numpy(table.inputs), torch.from_numpy(table.target)
            axes, names = table.names, table.classes
    elif config.data == "own":
        x, target = own.decode(config.points)
        names = tuple("012"[: max(2, int(target.max()) + 1 if len(target) else 2)])
    else:
        x, target = drawn(config.data, config.examples, config.noise, random)
        names = () if config.data in REGRESSION else tuple("012"[: int(target.max()) + 1])

    # Of all examples as many as wanted, in random order; the first of them to learn from.
    order = torch.randperm(len(x), generator=random)[: config.examples]
    count = min(max(round(config.train_share * len(order)), 1), max(len(order) - 1, 1))
    train, test = order[:count], order[count:]
    centre, deviation = torch.zeros(3), torch.ones(3)
    numbers = torch.cat([x.double(), target[:, None].double()], dim=1)  # (all, 3)
    if config.data in MEASURED and len(order) > 1:
        centre, deviation = scale_of(numbers[train])
        if names:
            centre[2], deviation[2] = 0, 1
        numbers = (numbers - centre) / deviation
    farthest = float(numbers[order, :2].abs().max()) if len(order) else EXTENT
    return Examples(
        train_x=numbers[train, :2].float(),
        train_target=numbers[train, 2].float(),
        test_x=numbers[test, :2].float(),
        test_target=numbers[test, 2].float(),
        classes=len(names),
        names=names,
        axes=axes,
        extent=min(max(1.05 * farthest, 2.0), EXTENT) if config.data in MEASURED else EXTENT,
        centre=centre,
        deviation=deviation,
    )


def two_columns(first: int, second: int, columns: int) -> tuple[int, int]:
    """Two different columns that there are."""
    first, second = min(first, columns - 1), min(second, columns - 1)
    return first, (second + 1) % columns if second == first else second


def scale_of(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of the columns, (D,) each; 1 for a column that never changes."""
    deviation, mean = torch.std_mean(numbers, dim=0, correction=0)
    return mean, torch.where(deviation > 0, deviation, 1.0)


def drawn(name: str, count: int, noise: float, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Synthetic examples.

    Args:
        name: of the data.
        count: of examples, spread evenly over the classes.
        noise: 0 ... 0.5. Moves a place (spiral, moons, three), widens a cloud (gauss), mislabels near the border
            (circle, xor), shakes the value (plane, hills).
        random: where the random numbers come from.

    Returns:
        Places within about ±6, (N, 2), and class numbers or values in about ±1, (N,).
    """

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*(shape or (count,)), generator=random)

    def normal(deviation: float, *shape: int) -> Tensor:
        return deviation * torch.randn(*shape, generator=random)

    number = torch.arange(count)
    if name == "circle":
        inner = number % 2 == 1
        radius, angle = torch.where(inner, uniform(0, 2.5), uniform(3.5, 5)), uniform(0, 2 * math.pi)
        x = polar(radius, angle)
        return x, ((x + uniform(-5 * noise, 5 * noise, count, 2)).norm(dim=1) < 2.5 + 0.5).float()
    if name == "xor":
        x = uniform(-5, 5, count, 2)
        x = x + 0.3 * x.sign()  # a gap along the axes
        return x, ((x + uniform(-5 * noise, 5 * noise, count, 2)).prod(dim=1) >= 0).float()
    if name in ("plane", "hills"):
        x = uniform(-6, 6, count, 2)
        height = x.sum(dim=1) / 12 if name == "plane" else hills(x)
        return x, height + normal(noise, count)

    if name == "three":
        label = number % 3
        radius = uniform(0.4, 5)
        x = polar(radius, label * (2 * math.pi / 3) + 0.5 * radius)
        return x + normal(0.25 + 1.5 * noise, count, 2), label.float()
    label, along = number % 2, (number // 2 + 0.5) / (count / 2)  # along an arm, 0 ... 1
    if name == "gauss":
        centre = torch.where(label[:, None] == 1, 2.0, -2.0)
        return centre + normal(0.7 + 3 * noise, count, 2), label.float()
    if name == "spiral":
        x = polar(5 * along, 3.5 * math.pi * along + math.pi * label)
        return x + uniform(-2 * noise, 2 * noise, count, 2), label.float()
    angle = math.pi * along + math.pi * label  # moons: two half circles, one in the other's arm
    x = polar(torch.full((count,), 3.0), angle) + torch.where(label[:, None] == 1, 1.0, -1.0) * torch.tensor(
        [1.5, -0.75]
    )
    return x + normal(0.2 + 2 * noise, count, 2), label.float()


def polar(radius: Tensor, angle: Tensor) -> Tensor:
    """Places, (N, 2)."""
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)


def hills(x: Tensor) -> Tensor:
    """Three hills and three hollows, (N,)."""
    centre = torch.tensor(HILLS)  # (6, 3): x, y, height
    distance = torch.cdist(x, centre[:, :2])  # (N, 6)
    return (torch.exp(-((distance / 1.6) ** 2)) * centre[:, 2]).sum(dim=1)


def seen(places: Tensor, inputs: Sequence[str]) -> Tensor:
    """What the network sees of places (N, 2): a row per input, and a last row of ones, (I + 1, N)."""
    x, y = places.T
    rows = {
        "x": x,
        "y": y,
        "x2": x * x,
        "y2": y * y,
        "xy": x * y,
        "sin_x": torch.sin(x),
        "sin_y": torch.sin(y),
    }
    return torch.stack([*(rows[name] for name in inputs), torch.ones_like(x)])


def lattice(extent: float, side: int) -> Tensor:
    """The places of the plane's grid, rows along y upwards, (side², 2)."""
    line = torch.linspace(-extent, extent, side)
    x, y = torch.meshgrid(line, line, indexing="xy")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
