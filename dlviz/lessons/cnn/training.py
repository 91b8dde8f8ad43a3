"""How the network learns, moment by moment; what is the same for whatever picture one looks at is learnt once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from dlviz.data.examples import Examples, examples_of
from dlviz.models.convnet import Inside, Network
from dlviz.models.plane import principal_plane
from dlviz.models.replay import Replay, Replays
from dlviz.models.training import learn, new_network, resting, weights_of

STRONGEST = 9  # training pictures of each unit
SHOWN = 150  # test pictures in the plane
FARTHEST = 1e4  # loss beyond which a training has diverged


@dataclass(frozen=True)
class Moment:
    """The network after some updates; see `experiment.Frame` for what the names mean."""

    update: int
    weights: np.ndarray
    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: np.ndarray
    answers: np.ndarray
    points: np.ndarray
    strongest: np.ndarray
    peaks: np.ndarray


KEPT: Replays[Moment] = Replays()


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on: the config, whatever picture it looks at."""
    return tuple((name, value) for name, value in vars(config).items() if name != "example")


def replay(config: Any) -> Replay[Moment]:
    """One training for all configs that differ in their picture alone."""
    return KEPT.of(cause_of(config), lambda: moments(config))


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after every few."""
    examples = examples_of(config)
    network, before = new_network(config, examples), None
    for update in learn(config, network, examples):
        if update % config.every() == 0 or update == config.updates():
            now = look(update, resting(config, network, examples), examples, before)
            if not now.loss < FARTHEST:  # nor is NaN
                return
            before = now.points
            yield now


@torch.inference_mode()
def look(update: int, network: Network, examples: Examples, before: np.ndarray | None) -> Moment:
    """How well it does, and what each unit answers to most strongly.

    Args:
        update: how many are made.
        network: at rest while it is looked at.
        examples: pictures.
        before: the plane of the moment before, after which the next is turned.
    """
    network.eval()
    train_images, train_labels = (
        part[: examples.looked] for part in (examples.train_images, examples.train_labels)
    )
    learnt, tested = network.inside(train_images), network.inside(examples.test_images)
    strongest, peaks = strongest_of(learnt)
    answers = tested.logits.argmax(dim=1)  # (M,)
    right = (answers == examples.test_labels).float()
    sets, first = list(zip((0, *examples.tests), examples.tests)), examples.tests[0]
    return Moment(
        update=update,
        weights=weights_of(network),
        loss=nn.functional.cross_entropy(learnt.logits, train_labels).item(),
        test_loss=nn.functional.cross_entropy(tested.logits[:first], examples.test_labels[:first]).item(),
        accuracy=(learnt.logits.argmax(dim=1) == train_labels).float().mean().item(),
        test_accuracy=np.array([right[a:b].mean().item() for a, b in sets], np.float32),
        answers=answers.to(torch.uint8).numpy(),
        points=principal_plane(tested.features[:SHOWN], before),
        strongest=strongest,
        peaks=peaks,
    )


def strongest_of(inside: Inside) -> tuple[np.ndarray, np.ndarray]:
    """Of each unit the pictures to which it answers most strongly, and at which pixel of its map, (U, 9) each.

    Where there are fewer than nine pictures, -1 is none.
    """
    pictures, places = [], []
    for maps in inside.maps:
        most, where = maps.flatten(2).max(dim=2)  # (N, C) each
        rows = most.topk(min(STRONGEST, len(most)), dim=0).indices  # (9, C), or fewer
        lacking = (0, STRONGEST - len(rows))
        pictures.append(nn.functional.pad(rows.T, lacking, value=-1))
        places.append(nn.functional.pad(where.gather(0, rows).T, lacking))
    return tuple(torch.cat(part).to(torch.int32).numpy() for part in (pictures, places))  # type: ignore[return-value]
