"""From which starts is which minimum reached? All starts descend at once, as ONE parameter tensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from jaxtyping import Float32, Int32, UInt8
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor

from dlviz.config import Config as BaseConfig
from dlviz.lessons.gradient_descent.formula import LONGEST, TYPED, checked_formula
from dlviz.lessons.gradient_descent.optimizers import OptimizerName, make_optimizer
from dlviz.lessons.gradient_descent.slopes import make_slope
from dlviz.lessons.gradient_descent.surfaces import (
    FARTHEST,
    Landscape,
    find_minima,
    grid,
    load_examples,
    make_surface,
    suggested_view,
    view_of,
)

EVERY = 10  # updates between two frames
NOWHERE, LOST = 254, 255  # no minimum reached yet; diverged
ARRIVED = 0.01  # of the view's width: closer than that is there
WIDEST_CROSS_ENTROPY = 64  # starts a side where a gradient has to sum over all examples


class Config(BaseConfig):
    """One map.

    Attributes:
        landscape, formula, extent, condition, standardize, learning_rate, momentum, beta2, weight_decay: as in
            the race, without noise and with all examples in each update.
        optimizer: who descends.
        steps: updates.
        grid: starts a side.
    """

    landscape: Landscape = "himmelblau"
    extent: Annotated[float, Field(ge=1, le=10)] = 5.0
    formula: Annotated[str, Field(max_length=LONGEST)] = TYPED
    condition: Annotated[float, Field(ge=1, le=100)] = 10.0
    standardize: bool = True
    optimizer: OptimizerName = "adam"
    learning_rate: Annotated[float, Field(ge=1e-4, le=10, json_schema_extra={"scale": "log"})] = 0.01
    momentum: Annotated[float, Field(ge=0, le=0.99)] = 0.9
    beta2: Annotated[float, Field(ge=0.5, le=0.9999)] = 0.999
    weight_decay: Annotated[float, Field(ge=0, le=0.5)] = 0.01
    steps: Annotated[int, Field(ge=10, le=500)] = 200
    grid: Annotated[int, Field(ge=16, le=256)] = 256

    @field_validator("formula")
    @classmethod
    def _readable(cls, formula: str, info: ValidationInfo) -> str:
        return checked_formula(formula, info.data.get("extent", 5.0))

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A rate and a momentum that suit the landscape and the optimiser.

        Those that divide by the size of the gradients move by about the learning rate: theirs crosses the view
        in 150 updates or fewer.
        """
        view = suggested_view(chosen)
        rate = view.learning_rate
        if chosen.get("optimizer", "adam") in ("adam", "adamw", "rmsprop"):
            rate = max(rate, round(view.width / 150, 3))
        return {"learning_rate": rate, "momentum": view.momentum}

    def length(self) -> int:
        """The start and a frame every ten updates."""
        return 1 + -(-self.steps // EVERY)


@dataclass(frozen=True)
class Frame:
    """The map after an update; G starts a side, rows along y.

    Attributes:
        update: how many updates were made.
        minimum: number of the minimum that each start has reached, in the order of `Scene.minima`; 254 not
            there yet, 255 diverged.
        needed: updates after which it was there and stayed there, as looking every ten updates tells; those made
            so far where it is not there.
    """

    update: int
    minimum: UInt8[np.ndarray, "G G"]
    needed: Int32[np.ndarray, "G G"]


@dataclass(frozen=True)
class Scene:
    """Where the starts and the minima are.

    Attributes:
        x, y: the axes of the map.
        minima, heights: the minima in view, the lowest first.
        radius: a ball this close to a minimum has reached it.
    """

    x: Float32[np.ndarray, " G"]
    y: Float32[np.ndarray, " G"]
    minima: Float32[np.ndarray, "M 2"]
    heights: Float32[np.ndarray, " M"]
    radius: float


def scene(config: Config) -> Scene:
    """The map's axes and the minima of the landscape."""
    surface = make_surface(config.landscape, config.formula, config.condition)
    train, _ = load_examples(config.landscape, config.seed, config.standardize)
    view = view_of(config.landscape, config.extent, config.standardize)
    minima, heights = find_minima(lambda x, y: surface(x, y, *train), view)
    side = starts_a_side(config.landscape, config.grid)
    x, y = grid(view, side, side)
    return Scene(
        x=x[0].numpy(),
        y=y[:, 0].numpy(),
        minima=minima.float().numpy(),
        heights=heights.float().numpy(),
        radius=ARRIVED * view.width,
    )


def run(config: Config) -> Iterator[Frame]:
    """Every start of the grid descends, all as one parameter tensor; a frame every ten updates.

    A ball has reached a minimum when it is within a hundredth of the view's width of it. The minima are known
    before the descent: stated, or searched in the view (a typed formula, data).
    """
    torch.manual_seed(config.seed)
    surface = make_surface(config.landscape, config.formula, config.condition)
    slope = make_slope(config.landscape, surface, config.condition)
    train, _ = load_examples(config.landscape, config.seed, config.standardize)
    view = view_of(config.landscape, config.extent, config.standardize)
    minima, _ = find_minima(lambda x, y: surface(x, y, *train), view)
    side = starts_a_side(config.landscape, config.grid)

    balls = torch.stack(grid(view, side, side)).reshape(2, -1).contiguous()  # (2, N): N = side²
    optimizer = make_optimizer(
        config.optimizer,
        balls,
        config.learning_rate,
        config.momentum,
        config.beta2,
        config.weight_decay,
        fused=True,
    )
    arrivals = Arrivals(balls, minima.float(), ARRIVED * view.width)
    yield Frame(0, *arrivals.maps(side))
    for update in range(1, config.steps + 1):
        # θ ← θ - η g, for all balls, or what this optimiser makes of g = ∇f(θ)
        balls.grad = None  # so that the next one takes its place in memory
        balls.grad = slope(*balls, *train)  # (2, N)
        optimizer.step()
        arrivals.remember(balls)
        if update % EVERY == 0 or update == config.steps:
            arrivals.look(update)
            yield Frame(update, *arrivals.maps(side))


class Arrivals:
    """Which minimum each ball has reached, and since when it is there to stay.

    It looks every ten updates. A ball that was there at the last look and is there now has stayed; of one that has
    arrived since, the places in between say when. A ball that leaves and comes back between two looks is not seen.

    Args:
        balls: places at the start, (2, N).
        minima: (M, 2), farther from each other than twice the radius.
        radius: how near is there.
    """

    def __init__(self, balls: Tensor, minima: Tensor, radius: float) -> None:
        self.minima, self.radius = minima, radius
        self.places = torch.empty(EVERY, *balls.shape)  # since the last look, (10, 2, N)
        self.kept = 0
        self.lost = torch.tensor(False)  # or which balls have diverged, (N,)
        self.minimum = torch.full(balls.shape[1:], float(NOWHERE))  # (N,)
        self.needed = torch.zeros(balls.shape[1:])  # 0 where it is not there, (N,)
        self.remember(balls)
        self.look(0)

    def remember(self, balls: Tensor) -> None:
        """Keeps where the balls are."""
        self.places[self.kept] = balls
        self.kept += 1

    def look(self, update: int) -> None:
        """Looks where the balls are after an update."""
        now, before = self.places[self.kept - 1], self.minimum
        self.minimum = self.reached(now)
        changed = (self.minimum - before).nonzero()[:, 0]
        self.needed[changed] = 0.0
        arrived = changed[self.minimum[changed] != NOWHERE]  # (K,)
        target = self.minima[self.minimum[arrived].int()].T  # (2, K)
        rows = self.places[: self.kept].flatten(0, 1)  # all x and y, (20, N)
        offset = rows.index_select(1, arrived).unflatten(0, (-1, 2)) - target  # (10, 2, K)
        near = offset.square().sum(1) < self.radius**2  # (10, K)
        stayed = near.flip(0).cumprod(0).sum(0)  # at how many places in a row up to now, (K,)
        self.needed[arrived] = update + 1.0 - stayed
        if not now.abs().max() <= FARTHEST:  # nor if there is a NaN
            self.lost = self.lost | ~(now.abs().amax(0) <= FARTHEST)
        self.update = update
        self.kept = 0

    def reached(self, balls: Tensor) -> Tensor:
        """The number of the minimum that each ball is near, 254 where there is none, (N,)."""
        minimum = torch.full(balls.shape[1:], float(NOWHERE))
        for number, (x, y) in enumerate(self.minima.tolist()):
            # (bx - x)² + (by - y)² < r²
            across, up = balls[0] - x, balls[1] - y
            near = across.square_().addcmul_(up, up).lt_(self.radius**2)
            minimum.add_(near, alpha=number - NOWHERE)
        return minimum

    def maps(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """`minimum` and `needed` as pictures, (side, side)."""
        minimum = self.minimum.to(torch.uint8)  # (N,)
        if self.lost.any():
            minimum[self.lost] = LOST
        # arithmetic, as torch.where is slow on masks that differ from ball to ball
        needed = torch.add(self.needed, self.minimum == NOWHERE, alpha=self.update)
        return minimum.view(side, side).numpy(), needed.int().view(side, side).numpy()


def starts_a_side(landscape: str, wanted: int) -> int:
    """How fine a map may be: cross-entropy sums over all examples for every ball."""
    return min(wanted, WIDEST_CROSS_ENTROPY) if landscape == "breast_cancer" else wanted
