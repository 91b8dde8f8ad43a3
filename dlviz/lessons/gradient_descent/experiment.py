"""Optimisers race down a surface from one start, each a real one of PyTorch."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float32, Int32, UInt8
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor

from dlviz.config import Config as BaseConfig
from dlviz.lessons.gradient_descent.formula import LONGEST, TYPED, checked_formula
from dlviz.lessons.gradient_descent.optimizers import OptimizerName, make_optimizer, make_schedule, moments_of
from dlviz.lessons.gradient_descent.phases import curvatures_of, phase_diagram
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

COLUMNS = {"diabetes": ("bmi", "progression"), "breast_cancer": ("radius", "malignant")}


class Config(BaseConfig):
    """One race.

    Attributes:
        landscape: the surface.
        formula, extent: of the landscape "formula": its height, and how far the view reaches on every side.
        condition: of the bowl: how many times steeper along y than along x.
        standardize: of the data: features and targets in standard deviations, or merely divided by 10.
        optimizers: who races.
        momentum: of momentum and Nesterov; the first beta of Adam and AdamW.
        beta2: how slowly RMSProp, Adam and AdamW forget squared gradients.
        weight_decay: of AdamW.
        noise: standard deviation of what is added to each gradient of a formula.
        batch_size: examples per update; as many as there are, or more: all of them.
        steps: updates.
        start_x, start_y: where all start; weight and bias on the data.
    """

    landscape: Landscape = "himmelblau"
    extent: Annotated[float, Field(ge=1, le=10)] = 5.0
    formula: Annotated[str, Field(max_length=LONGEST)] = TYPED
    condition: Annotated[float, Field(ge=1, le=100)] = 10.0
    standardize: bool = True
    optimizers: Annotated[tuple[OptimizerName, ...], Field(min_length=1)] = ("sgd", "momentum", "adam")
    learning_rate: Annotated[float, Field(ge=1e-4, le=10, json_schema_extra={"scale": "log"})] = 0.01
    momentum: Annotated[float, Field(ge=0, le=0.99)] = 0.9
    beta2: Annotated[float, Field(ge=0.5, le=0.9999)] = 0.999
    weight_decay: Annotated[float, Field(ge=0, le=0.5)] = 0.01
    schedule: Literal["constant", "step", "exponential", "cosine", "warmup_cosine"] = "constant"
    noise: Annotated[float, Field(ge=0, le=5)] = 0.0
    batch_size: Annotated[int, Field(ge=1, le=512, json_schema_extra={"scale": "log"})] = 512
    steps: Annotated[int, Field(ge=10, le=500)] = 200
    start_x: Annotated[float, Field(ge=-20, le=20)] = 0.0
    start_y: Annotated[float, Field(ge=-20, le=20)] = 0.0

    @field_validator("formula")
    @classmethod
    def _readable(cls, formula: str, info: ValidationInfo) -> str:
        return checked_formula(formula, info.data.get("extent", 5.0))

    @field_validator("optimizers")
    @classmethod
    def _each_once(cls, optimizers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(optimizers))

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A start from which the landscape shows what it is, with a rate and a momentum that suit it."""
        view = suggested_view(chosen)
        (x, y), rate, momentum = view.start, view.learning_rate, view.momentum
        return {"start_x": x, "start_y": y, "learning_rate": rate, "momentum": momentum}

    def length(self) -> int:
        """The start and a frame per update."""
        return self.steps + 1


@dataclass(frozen=True)
class Frame:
    """The race after an update; O optimisers. An optimiser that diverged stays at its last finite frame.

    Attributes:
        position: where they are.
        loss, test_loss: height there, of all training and of all test examples; NaN without data.
        gradient: what the update that led here saw, noise and mini-batch included; in frame 0 what the first
            update will see.
        first, second: moments in the optimiser's state; NaN where it keeps none.
        first_hat, second_hat: moments after bias correction; NaN where there is none.
        update: what was added to the parameters.
        learning_rate: of that update; in frame 0 of the first.
        diverged: the update that failed, 0 if the start itself has no height; -1 as long as none did.
    """

    position: Float32[np.ndarray, "O 2"]
    loss: Float32[np.ndarray, " O"]
    test_loss: Float32[np.ndarray, " O"]
    gradient: Float32[np.ndarray, "O 2"]
    first: Float32[np.ndarray, "O 2"]
    second: Float32[np.ndarray, "O 2"]
    first_hat: Float32[np.ndarray, "O 2"]
    second_hat: Float32[np.ndarray, "O 2"]
    update: Float32[np.ndarray, "O 2"]
    learning_rate: Float32[np.ndarray, " O"]
    diverged: Int32[np.ndarray, " O"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """All descend at once, each with its own optimiser; the start and a frame per update.

    Returns:
        None; "diverged" when nobody is left; "undefined" when there is no height or slope at the start.
    """
    torch.manual_seed(config.seed)
    surface = make_surface(config.landscape, config.formula, config.condition)
    train, test = load_examples(config.landscape, config.seed, config.standardize)
    parameters: list[Any] = []  # O tensors (2,)
    optimizers, schedules = [], []
    for name in config.optimizers:
        parameter = torch.tensor([config.start_x, config.start_y], requires_grad=True)  # (2,)
        optimizer = make_optimizer(
            name, parameter, config.learning_rate, config.momentum, config.beta2, config.weight_decay
        )
        parameters.append(parameter)
        optimizers.append(optimizer)
        schedules.append(make_schedule(config.schedule, optimizer, config.steps))
    batches = draw_batches(train, config.batch_size)
    frame = blank_frame(parameters)
    running = np.full(len(parameters), True)  # (O,)

    for update in range(config.steps + 1):
        if update != 1:  # the first update uses the gradient that frame 0 shows
            batch = next(batches)  # the same examples and the same noise for all
            noise = torch.randn(2) * (0.0 if train else config.noise)
            for o in running.nonzero()[0]:
                # g = ∇f(θ) + noise
                optimizers[o].zero_grad()
                surface(*parameters[o], *batch).backward()
                parameters[o].grad += noise
        before = torch.stack(parameters).detach()  # (O, 2)
        rates = [schedule.get_last_lr()[0] for schedule in schedules]
        if update > 0:
            for o in running.nonzero()[0]:
                # θ ← θ - η g, or what this optimiser makes of it
                optimizers[o].step()
                schedules[o].step()

        position = torch.stack(parameters).detach()  # (O, 2)
        now = {
            "position": position.numpy(),
            "loss": surface(*position.T, *train).numpy(),  # (O,)
            "gradient": torch.stack([parameter.grad for parameter in parameters]).numpy(),
            **moments_of(config.optimizers, optimizers, config.momentum, config.beta2, update),
            "update": (position - before).numpy(),
            "learning_rate": np.array(rates, np.float32),
        }
        if test:
            now["test_loss"] = surface(*position.T, *test).numpy()
        sound = running & is_sound(now)
        frame["diverged"][running & ~sound] = update
        running = sound
        for key, values in now.items():
            frame[key][running] = values[running]
        yield Frame(**{key: values.copy() for key, values in frame.items()})
        if not running.any():
            return "diverged" if update > 0 else "undefined"
    return None


def draw_batches(examples: tuple[Tensor, ...], batch_size: int) -> Iterator[tuple[Tensor, ...]]:
    """Mini-batches without end, in a new random order every epoch; all examples if a batch holds them."""
    while not examples or batch_size >= len(examples[0]):
        yield examples
    while True:
        for rows in torch.randperm(len(examples[0])).split(batch_size):  # (B,)
            yield tuple(column[rows] for column in examples)


def blank_frame(parameters: list[Tensor]) -> dict[str, np.ndarray]:
    """All start where they start; of everything else nothing is known."""
    pairs = ("position", "gradient", "first", "second", "first_hat", "second_hat", "update")
    numbers = ("loss", "test_loss", "learning_rate")
    frame: dict[str, np.ndarray] = {key: np.full((len(parameters), 2), np.nan, np.float32) for key in pairs}
    frame |= {key: np.full(len(parameters), np.nan, np.float32) for key in numbers}
    frame["position"] = torch.stack(parameters).detach().numpy()
    frame["diverged"] = np.full(len(parameters), -1, np.int32)
    return frame


def is_sound(now: dict[str, np.ndarray]) -> np.ndarray:
    """Who has finite numbers and is not too far away, (O,)."""
    known = np.concatenate([now["position"], now["loss"][:, None], now["gradient"], now["update"]], 1)
    kept = np.concatenate([now["first"], now["second"], now["first_hat"], now["second_hat"]], 1)
    near: np.ndarray = (np.abs(now["position"]) <= FARTHEST).all(1)
    return near & np.isfinite(known).all(1) & ~np.isinf(kept).any(1)


@dataclass(frozen=True)
class Scene:
    """The landscape itself; G grid points a side, M minima, N and K examples.

    Attributes:
        x, y: the axes of the view.
        z: heights, rows along y; NaN where there is none.
        axes: what x and y are: "x", "y" or "weight", "bias".
        minima, heights: the minima in view, the lowest first.
        train_feature, train_target, test_feature, test_target: the data; empty without.
        columns: what feature and target are, e.g. "bmi", "progression"; empty without data.
        phase: 0 converges, 1 oscillates, 2 diverges, for SGD with momentum; empty where f is not quadratic.
        phase_rates, phase_momenta: the axes of `phase`.
    """

    x: Float32[np.ndarray, " G"]
    y: Float32[np.ndarray, " G"]
    z: Float32[np.ndarray, "G G"]
    axes: tuple[str, str]
    minima: Float32[np.ndarray, "M 2"]
    heights: Float32[np.ndarray, " M"]
    train_feature: Float32[np.ndarray, " N"]
    train_target: Float32[np.ndarray, " N"]
    test_feature: Float32[np.ndarray, " K"]
    test_target: Float32[np.ndarray, " K"]
    columns: tuple[str, ...]
    phase: UInt8[np.ndarray, "P R"]
    phase_rates: Float32[np.ndarray, " R"]
    phase_momenta: Float32[np.ndarray, " P"]


def scene(config: Config) -> Scene:
    """Looks at the whole landscape, which no optimiser can."""
    return _looked_at(
        config.landscape, config.formula, config.condition, config.extent, config.standardize, config.seed
    )


@lru_cache(maxsize=8)  # who tries another learning rate stays on the same landscape
def _looked_at(
    landscape: Landscape, formula: str, condition: float, extent: float, standardize: bool, seed: int
) -> Scene:
    surface = make_surface(landscape, formula, condition)
    train, test = load_examples(landscape, seed, standardize)
    view = view_of(landscape, extent, standardize)
    x, y = grid(view, 81, 81)
    z = surface(x, y, *train).numpy()  # (G, G)
    minima, heights = find_minima(lambda x, y: surface(x, y, *train), view)
    nothing = torch.zeros(0)
    train_feature, train_target = train or (nothing, nothing)
    test_feature, test_target = test or (nothing, nothing)
    rates, momenta = np.geomspace(1e-4, 10, 64), np.linspace(0, 0.99, 64)
    curvatures = curvatures_of(landscape, condition, train)
    if curvatures is None:
        rates, momenta, phase = np.zeros(0), np.zeros(0), np.zeros((0, 0), np.uint8)
    else:
        phase = phase_diagram(curvatures, rates, momenta)
    return Scene(
        x=x[0].numpy(),
        y=y[:, 0].numpy(),
        z=np.where(np.isfinite(z), z, np.float32(np.nan)),
        axes=("weight", "bias") if train else ("x", "y"),
        minima=minima.float().numpy(),
        heights=heights.float().numpy(),
        train_feature=train_feature.numpy(),
        train_target=train_target.numpy(),
        test_feature=test_feature.numpy(),
        test_target=test_target.numpy(),
        columns=COLUMNS.get(landscape, ()),
        phase=phase,
        phase_rates=rates.astype(np.float32),
        phase_momenta=momenta.astype(np.float32),
    )
