"""The network while it learns: its numbers at twenty moments, shared by all who look at it in whatever way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from dlviz.data.examples import Examples, examples_of
from dlviz.models.convnet import Network
from dlviz.models.replay import Replay, Replays
from dlviz.models.training import learn, new_network, resting, weights_of

FARTHEST = 1e4  # loss beyond which a training has diverged
MOMENTS = 20  # after the start, at most
LOOKS = (
    "example",
    "image",
    "photo",
    "target",
    "layer",
    "baseline",
    "after",
)  # choices that no training hangs on


@dataclass(frozen=True)
class Moment:
    """The network after some updates.

    Attributes:
        update: how many are made.
        weights: all that makes it, (P,).
        loss, accuracy: of the training pictures that are measured.
        test_accuracy: of each test set, (S,).
    """

    update: int
    weights: np.ndarray
    loss: float
    accuracy: float
    test_accuracy: np.ndarray


def measures(moment: Moment) -> dict[str, Any]:
    """What a moment says of its network, without the network itself."""
    return {name: value for name, value in vars(moment).items() if name != "weights"}


KEPT: Replays[Moment] = Replays()


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on: not which picture is looked at, nor how."""
    return tuple((name, value) for name, value in vars(config).items() if name not in LOOKS)


def replay(config: Any) -> Replay[Moment]:
    """One training for all configs that differ in what is looked at alone."""
    return KEPT.of(cause_of(config), lambda: moments(config))


def every(config: Any) -> int:
    """Updates from one moment to the next."""
    return -(-config.updates() // MOMENTS)


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after every few, until the loss leaves all bounds."""
    examples = examples_of(config)
    network = new_network(config, examples)
    for update in learn(config, network, examples):
        if update % every(config) == 0 or update == config.updates():
            now = look(update, resting(config, network, examples), examples)
            if not now.loss < FARTHEST:  # nor is NaN
                return
            yield now


@torch.inference_mode()
def look(update: int, network: Network, examples: Examples) -> Moment:
    """How well the network does."""
    network.eval()
    X, y = (part[: examples.looked] for part in (examples.train_images, examples.train_labels))
    logits = network(X)
    right = (network(examples.test_images).argmax(dim=1) == examples.test_labels).float()
    sets = zip((0, *examples.tests), examples.tests)
    return Moment(
        update=update,
        weights=weights_of(network),
        loss=nn.functional.cross_entropy(logits, y).item(),
        accuracy=(logits.argmax(dim=1) == y).float().mean().item(),
        test_accuracy=np.array([right[first:end].mean().item() for first, end in sets], np.float32),
    )
