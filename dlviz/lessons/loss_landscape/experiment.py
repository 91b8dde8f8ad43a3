"""Real networks learn to read digits from one start, and look at the loss around them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float32, Int32, Int64
from pydantic import Field, field_validator
from torch import Tensor

from dlviz.config import Config as BaseConfig
from dlviz.data.digits import digits
from dlviz.lessons.loss_landscape.directions import random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.networks import Architecture, Network, flat
from dlviz.models.device import DeviceName, device_of
from dlviz.models.replay import Replay, Replays

Moment = tuple[Float32[Tensor, "O P"], Int32[np.ndarray, " O"]]
Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
OptimizerName = Literal["small", "large", "adam"]
NAMES: tuple[OptimizerName, ...] = ("small", "large", "adam")
FRAMES = 100  # after the start
REACH, SAMPLES = 1.0, 21  # of a slice: how far on either side, and losses on it
LIGHT = 48  # units of all hidden layers together up to which a slice is made at every frame
FARTHEST = 1e3  # length of the weights beyond which a training has diverged
SELDOM = 5  # frames between two slices of larger networks
ONLY_LOOKS = ("normalization", "plane", "device")  # what no training depends on


class Config(BaseConfig):
    """One network and the ways in which it is trained.

    Attributes:
        architecture, depth, width, skip, batch_norm: of the network; the CNN has a fixed width.
        optimizers: who trains: SGD on small batches, SGD on large ones, Adam on small ones.
        learning_rate, adam_rate: of SGD and of Adam.
        batch_size, large_batch: examples of a small and of a large batch.
        weight_decay: of all.
        same_start: all begin with the same weights; else each with its own.
        normalization: of random directions: filter by filter, or none.
        updates: that each makes.
        device: where the loss at many weights is computed; the training of such small networks stays on the processor.
    """

    architecture: Architecture = "mlp"
    depth: Annotated[int, Field(ge=1, le=8)] = 2
    width: Annotated[int, Field(ge=4, le=64, json_schema_extra={"scale": "log"})] = 16
    skip: bool = False
    batch_norm: bool = False
    optimizers: Annotated[tuple[OptimizerName, ...], Field(min_length=1)] = NAMES
    learning_rate: Annotated[float, Field(ge=1e-3, le=5, json_schema_extra={"scale": "log"})] = 0.2
    adam_rate: Annotated[float, Field(ge=1e-4, le=0.5, json_schema_extra={"scale": "log"})] = 0.01
    batch_size: Annotated[int, Field(ge=4, le=256, json_schema_extra={"scale": "log"})] = 16
    large_batch: Annotated[int, Field(ge=32, le=1257, json_schema_extra={"scale": "log"})] = 512
    weight_decay: Annotated[float, Field(ge=0, le=0.05)] = 0.0
    same_start: bool = True
    normalization: Literal["filter", "none"] = "filter"
    updates: Annotated[int, Field(ge=100, le=1000)] = 400
    device: DeviceName = "auto"

    @field_validator("optimizers")
    @classmethod
    def _each_once_in_order(cls, optimizers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in NAMES if name in optimizers)

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A CNN needs fewer updates, each of which takes longer."""
        convolves = chosen.get("architecture") == "cnn"
        return {"updates": 300 if convolves else 400, "large_batch": 256 if convolves else 512}

    def length(self) -> int:
        """The start, and a hundred frames."""
        return 1 + FRAMES


@dataclass(frozen=True)
class Frame:
    """The networks after some updates; O optimisers. One that diverged stays at its last finite frame.

    Attributes:
        update: how many each has made.
        train_loss, test_loss, train_accuracy, test_accuracy: at the present weights, over all examples.
        norm: length of all weights together.
        slices: training loss, test loss and both accuracies along one random direction through the present
            weights; of larger networks made anew at every fifth frame.
        diverged: the update that failed, -1 as long as none did.
    """

    update: Integer
    train_loss: Float32[np.ndarray, " O"]
    test_loss: Float32[np.ndarray, " O"]
    train_accuracy: Float32[np.ndarray, " O"]
    test_accuracy: Float32[np.ndarray, " O"]
    norm: Float32[np.ndarray, " O"]
    slices: Float32[np.ndarray, "O S 4"]
    diverged: Int32[np.ndarray, " O"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Trains, and looks at the loss at and around the present weights.

    Returns:
        None, or "diverged" when nobody is left.
    """
    torch.manual_seed(config.seed)
    network, count = network_of(config), len(config.optimizers)
    a = torch.linspace(-REACH, REACH, SAMPLES)
    own = torch.eye(count).repeat_interleave(SAMPLES, 0)  # whose weights a sample is made of, (O S, O)
    for step, (weights, diverged) in enumerate(replay(config)):  # (O, P), (O,)
        directions = torch.stack([direction(config, network, w) for w in weights])  # (O, P)
        vectors = torch.cat([weights, directions])
        evaluation = Evaluation(network, vectors, *examples(), device_of(config.device))
        here = np.ascontiguousarray(evaluation.at(torch.eye(count, 2 * count)).numpy().T)  # (4, O)
        if step % slice_every(config) == 0:
            # L(θ + a d) for all a of all optimisers
            ahead = torch.cat([own, own * a.repeat(count)[:, None]], 1)  # (O S, 2 O)
            slices = evaluation.at(ahead).view(count, SAMPLES, 4).numpy()
        yield Frame(
            update_at(config, step),
            train_loss=here[0],
            test_loss=here[1],
            train_accuracy=here[2],
            test_accuracy=here[3],
            norm=weights.norm(dim=1).numpy(),
            slices=slices,
            diverged=diverged,
        )
        if (diverged >= 0).all():
            return "diverged"
    return None


KEPT: Replays[Moment] = Replays()


def cause_of(config: Config) -> tuple[Any, ...]:
    """All that a training depends on, however its surroundings are looked at."""
    return tuple((name, value) for name, value in vars(config).items() if name not in ONLY_LOOKS)


def replay(config: Config) -> Replay[Moment]:
    """One training for all who look at it: along a slice, over a plane, around its weights, at how it bends."""
    return KEPT.of(cause_of(config), lambda: train(config))


def kept(config: Config) -> int:
    """How many frames of a config would replay a training that is there."""
    return KEPT.held(cause_of(config))


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    KEPT.forget(cause_of(config))


def train(config: Config) -> Iterator[Moment]:
    """The training loop: the weights of all before the first update, and a hundred times after it.

    Yields:
        The weights, and the update that failed, -1 where none did; who diverged stays where it was last.
    """
    (images, labels), _ = examples()
    networks = [network_of(config, name) for name in config.optimizers]
    optimizers = [make_optimizer(config, name, net) for name, net in zip(config.optimizers, networks)]
    batches = [draw_batches(config, name, len(images)) for name in config.optimizers]
    diverged = np.full(len(networks), -1, np.int32)  # (O,)
    weights = torch.stack([flat(network) for network in networks])  # (O, P)
    yield weights, diverged.copy()
    for step in range(1, FRAMES + 1):
        for o in (diverged < 0).nonzero()[0]:
            network, optimizer = networks[o], optimizers[o]
            for _ in range(update_at(config, step) - update_at(config, step - 1)):
                rows = next(batches[o])  # (B,)
                loss = torch.nn.functional.cross_entropy(network(images[rows]), labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        now = torch.stack([flat(network) for network in networks])  # (O, P)
        sound = now.norm(dim=1) < FARTHEST  # nor is NaN
        diverged[(diverged < 0) & ~sound.numpy()] = update_at(config, step)
        weights = torch.where(sound[:, None], now, weights)
        yield weights, diverged.copy()


def update_at(config: Config, step: int) -> int:
    """How many updates are made at a frame."""
    return round(step * config.updates / FRAMES)


def network_of(config: Config, name: OptimizerName = "small") -> Network:
    """The network with the weights that an optimiser starts from."""
    torch.manual_seed(config.seed + (0 if config.same_start else 10_000 * NAMES.index(name)))
    return Network(config.architecture, config.depth, config.width, config.skip, config.batch_norm)


def make_optimizer(config: Config, name: OptimizerName, network: Network) -> torch.optim.Optimizer:
    """SGD or Adam."""
    usual: dict[str, Any] = {"weight_decay": config.weight_decay, "fused": True}
    if name == "adam":
        return torch.optim.Adam(network.parameters(), config.adam_rate, **usual)
    return torch.optim.SGD(network.parameters(), config.learning_rate, **usual)


def draw_batches(config: Config, name: OptimizerName, count: int) -> Iterator[Int64[Tensor, " B"]]:
    """The examples of one batch after the other, in a new random order every epoch."""
    generator = torch.Generator().manual_seed(config.seed)
    size = config.large_batch if name == "large" else config.batch_size
    while True:
        for rows in torch.randperm(count, generator=generator).split(size):
            if len(rows) == size:
                yield rows


def direction(config: Config, network: Network, weights: Float32[Tensor, " P"]) -> Float32[Tensor, " P"]:
    """The random direction of a config, the same one at all weights but for its normalisation."""
    generator = torch.Generator().manual_seed(config.seed)
    return random_direction(network, weights, generator, filters=config.normalization == "filter")


def slice_every(config: Config) -> int:
    """Frames between two slices."""
    return 1 if config.architecture == "mlp" and config.depth * config.width <= LIGHT else SELDOM


def examples() -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Images and labels to train on, and those kept aside."""
    data = digits()
    return (data.train_images, data.train_labels), (data.test_images, data.test_labels)


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        along: the places on a slice.
        parameters: P, the number of weights.
        examples: to train on, and kept aside.
    """

    along: Float32[np.ndarray, " S"]
    parameters: int
    examples: tuple[int, int]


def scene(config: Config) -> Scene:
    """How large everything is."""
    (images, _), (kept, _) = examples()
    return Scene(
        along=np.linspace(-REACH, REACH, SAMPLES, dtype=np.float32),
        parameters=len(flat(network_of(config))),
        examples=(len(images), len(kept)),
    )
