"""How the network learns, moment by moment; what is the same for whatever picture one looks at is learnt once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from dlviz.lessons.cnn.examples import Examples, load_examples
from dlviz.lessons.cnn.network import Inside, Network
from dlviz.lessons.cnn.plane import principal_plane

OptimizerName = Literal["adam", "momentum", "sgd"]
ScheduleName = Literal["one_cycle", "constant"]
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


class Replay:
    """The moments of one training, made when somebody asks for them and kept."""

    def __init__(self, config: Any) -> None:
        self._moments: list[Moment] = []
        self._source = moments(config)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Moment]:
        at = 0
        while True:
            with self._lock:
                if at == len(self._moments):
                    fresh = next(self._source, None)
                    if fresh is None:
                        return
                    self._moments.append(fresh)
            yield self._moments[at]
            at += 1


KEPT: OrderedDict[tuple[Any, ...], Replay] = OrderedDict()  # the last few trainings, by their cause
MOST = 3


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on: the config, whatever picture it looks at."""
    return tuple((name, value) for name, value in vars(config).items() if name != "example")


def replay(config: Any) -> Replay:
    """One training for all configs that differ in their picture alone."""
    cause = cause_of(config)
    if cause not in KEPT:
        KEPT[cause] = Replay(config)
    KEPT.move_to_end(cause)
    while len(KEPT) > MOST:
        KEPT.popitem(last=False)
    return KEPT[cause]


def new_network(config: Any, examples: Examples) -> Network:
    """The network before training."""
    torch.manual_seed(config.seed)
    return build(config, examples)


def blank_network(config: Any, examples: Examples) -> Network:
    """The same network without numbers; nothing random is drawn."""
    with torch.device("meta"):
        network = build(config, examples)
    return network.to_empty(device="cpu").eval()


def build(config: Any, examples: Examples) -> Network:
    """A network for these pictures."""
    _, channels, side, _ = examples.train_images.shape
    random = torch.Generator("cpu").manual_seed(config.seed)
    return Network(config, channels, side, len(examples.classes), random)


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after every few."""
    examples = load_examples(config.data)
    network, before = new_network(config, examples), None
    for update in learn(config, network, examples):
        if update % config.every() == 0 or update == config.updates():
            now = look(update, network, examples, before)
            if not now.loss < FARTHEST:  # nor is NaN
                return
            before = now.points
            yield now


def learn(config: Any, network: Network, examples: Examples) -> Iterator[int]:
    """The training loop; tells how many updates are made: 0 before the first."""
    random = torch.Generator().manual_seed(config.seed)
    optimizer = new_optimizer(config, network)
    schedule = new_schedule(config, optimizer)
    yield 0
    update = 0
    for _ in range(config.epochs):
        for rows in torch.randperm(len(examples.train_images), generator=random).split(config.batch_size):
            X, y = examples.train_images[rows], examples.train_labels[rows]  # (B, C, H, W), (B,)
            if examples.mirrored:
                turned = torch.rand(len(X), generator=random) < 0.5
                X = torch.where(turned[:, None, None, None], X.flip(-1), X)
            loss = nn.functional.cross_entropy(network.train()(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            update += 1
            yield update


def new_optimizer(config: Any, network: Network) -> torch.optim.Optimizer:
    """AdamW, or gradient descent with or without momentum; the decay is that of both."""
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "adam":
        return torch.optim.AdamW(network.parameters(), rate, weight_decay=decay, fused=True)
    momentum = 0.9 if config.optimizer == "momentum" else 0.0
    return torch.optim.SGD(network.parameters(), rate, momentum=momentum, weight_decay=decay)


def new_schedule(config: Any, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
    """One cycle: the rate rises to what is chosen and falls to almost 0; or it stays.

    Source: Smith and Topin, Super-convergence, 2018.
    """
    if config.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)
    total, steady = config.updates(), config.optimizer == "adam"
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        config.learning_rate,
        total_steps=total + 1,
        cycle_momentum=not steady and momentum_of(optimizer),
    )


def momentum_of(optimizer: torch.optim.Optimizer) -> bool:
    """Whether there is a momentum that a cycle could change."""
    return optimizer.defaults.get("momentum", 0) > 0


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
    """Of each unit the pictures to which it answers most strongly, and at which pixel of its map, (U, 9) each."""
    pictures, places = [], []
    for maps in inside.maps:
        most, where = maps.flatten(2).max(dim=2)  # (N, C) each
        rows = most.topk(STRONGEST, dim=0).indices  # (9, C)
        pictures.append(rows.T)
        places.append(where.gather(0, rows).T)
    return tuple(torch.cat(part).to(torch.int32).numpy() for part in (pictures, places))  # type: ignore[return-value]


def weights_of(network: Network) -> np.ndarray:
    """All numbers that make the network, the running means and variances of batch normalisation too, (P,)."""
    return torch.cat([part.detach().flatten() for part in numbers_of(network)]).numpy()


def load_weights(network: Network, weights: np.ndarray) -> None:
    """Puts recorded numbers back, (P,)."""
    parts = numbers_of(network)
    with torch.no_grad():
        for part, own in zip(parts, torch.from_numpy(weights).split([part.numel() for part in parts])):
            part.copy_(own.view_as(part))


def numbers_of(network: Network) -> list[Tensor]:
    """The tensors that make the network, layer after layer."""
    return [part for part in network.state_dict().values() if part.is_floating_point()]
