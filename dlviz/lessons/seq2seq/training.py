"""Two translators learn from the same pairs, with attention and without, once for all that is asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlviz.lessons.seq2seq.decoding import Writing, greedy
from dlviz.lessons.seq2seq.examples import IGNORED, Batch, Examples, load_examples
from dlviz.lessons.seq2seq.network import AttentionName, CellName, Translator
from dlviz.models.replay import Replay, Replays
from dlviz.models.training import load_weights, weights_of

ASKED = ("sentence", "beam", "bend")  # fields on which no training depends
WARM = 20  # updates in which the rate rises
FARTHEST = 1e4  # loss beyond which a training has diverged
UNTOLD = -1.0  # a share that no rule tells
SHOWN = 6  # test pairs that are told with their answers


@dataclass(frozen=True)
class Moment:
    """Both networks after some updates; see `experiment.Frame`."""

    update: int
    weights: np.ndarray
    plain_weights: np.ndarray
    loss: np.ndarray
    exact: np.ndarray
    by_length: np.ndarray
    looks: float
    answers: np.ndarray


KEPT: Replays[Moment] = Replays()


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on."""
    return tuple((name, value) for name, value in vars(config).items() if name not in ASKED)


def replay(config: Any) -> Replay[Moment]:
    """One training for all configs that differ in what is asked of it alone."""
    return KEPT.of(cause_of(config), lambda: moments(config))


def build(config: Any, kind: AttentionName, examples: Examples) -> Translator:
    """A network before training."""
    torch.manual_seed(config.seed)
    return shaped(config, kind, examples)


def shaped(config: Any, kind: AttentionName, examples: Examples) -> Translator:
    """A network whose numbers are drawn from wherever the stream of random numbers stands."""
    sizes = len(examples.sources), len(examples.targets)
    return Translator(kind, config.cell, int(config.hidden_size), *sizes)


def recorded(config: Any, kind: AttentionName, weights: np.ndarray) -> Translator:
    """A network with recorded numbers, (P,); nothing random is drawn."""
    with torch.random.fork_rng(devices=[]):  # the stream stays as it was
        network = shaped(config, kind, load_examples(config.task, config.pairs, config.split_by)).eval()
    load_weights(network, np.array(weights))
    return network


def sizes_of(config: Any) -> tuple[int, int]:
    """How many numbers make each network, with attention and without."""
    examples = load_examples(config.task, config.pairs, config.split_by)
    words = len(examples.sources), len(examples.targets)
    hidden = int(config.hidden_size)
    return _size(config.attention, config.cell, hidden, *words), _size("none", config.cell, hidden, *words)


@lru_cache(maxsize=64)
def _size(kind: AttentionName, cell: CellName, hidden: int, sources: int, targets: int) -> int:
    with torch.random.fork_rng(devices=[]):
        return sum(part.numel() for part in Translator(kind, cell, hidden, sources, targets).parameters())


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after every few."""
    examples = load_examples(config.task, config.pairs, config.split_by)
    kinds = dict.fromkeys((config.attention, "none"))  # one network where there is no attention to compare
    networks = [build(config, kind, examples) for kind in kinds]
    for update, loss in learn(config, networks, examples):
        if update % config.every() == 0 or update == config.updates:
            if not all(one < FARTHEST for one in loss):  # nor is NaN
                return
            yield look(update, loss, networks, examples)


def learn(config: Any, networks: list[Translator], examples: Examples) -> Iterator[tuple[int, list[float]]]:
    """The training loop; tells how many updates are made, and the loss of each network on the pairs of the next."""
    random = torch.Generator().manual_seed(config.seed)
    optimizers = [torch.optim.AdamW(n.parameters(), config.learning_rate, fused=True) for n in networks]
    for update in range(config.updates + 1):
        chosen = torch.randint(len(examples.train.X), (config.batch_size,), generator=random)
        pairs = examples.train.rows(chosen)
        told = torch.rand(pairs.Y.shape, generator=random) < config.teacher_forcing
        losses = [loss_of(network, pairs, told) for network in networks]
        yield update, [loss.item() for loss in losses]
        for network, optimizer, loss in zip(networks, optimizers, losses):
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * rate_at(update, config.updates)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()


def rate_at(update: int, updates: int) -> float:
    """The share of the learning rate: it rises at first, then falls to 0 along a line."""
    return min(1.0, (update + 1) / WARM) * (1 - update / (updates + 1))


def loss_of(network: Translator, pairs: Batch, told: Tensor) -> Tensor:
    """The mean cross-entropy of the target tokens."""
    logits = network(pairs.X, pairs.lengths, pairs.Y, told)  # (B, O, V)
    return nn.functional.cross_entropy(logits.flatten(0, 1), pairs.Y.flatten(), ignore_index=IGNORED)


@torch.inference_mode()
def look(update: int, loss: list[float], networks: list[Translator], examples: Examples) -> Moment:
    """How well both do on pairs that they have never seen, writing by themselves."""
    test = examples.test
    written = [greedy(network, network.encode(test.X, test.lengths), test.Y.shape[1]) for network in networks]
    exact = [right(writing, test).float() for writing in written]
    groups = torch.stack([exact_of_group(share, examples) for share in exact])
    first, last = networks[0], networks[-1]
    return Moment(
        update=update,
        weights=weights_of(first),
        plain_weights=weights_of(last),
        loss=np.array([loss[0], loss[-1]], np.float32),
        exact=np.array([exact[0].mean().item(), exact[-1].mean().item()], np.float32),
        by_length=groups[[0, -1]].numpy(),
        looks=looking(written[0].weights, examples.looks),
        answers=torch.stack([written[k].tokens[:SHOWN] for k in (0, -1)]).to(torch.int16).numpy(),
    )


def right(writing: Writing, test: Batch) -> Tensor:
    """Which targets were written without a mistake, (M,)."""
    return ((writing.tokens == test.Y) | (test.Y == IGNORED)).all(dim=1)


def exact_of_group(exact: Tensor, examples: Examples) -> Tensor:
    """The share of exact translations in each group of lengths, (G,)."""
    member = torch.nn.functional.one_hot(examples.groups, len(examples.spans)).float()  # (M, G)
    return exact @ member / member.sum(dim=0)


def looking(weights: Tensor, looks: Tensor) -> float:
    """The share of target tokens whose greatest weight lies where they are said; UNTOLD where no rule tells.

    Args:
        weights: (..., O, S).
        looks: where each token is said, (..., O, S).
    """
    known = looks.any(dim=-1)
    there = looks.gather(-1, weights.argmax(dim=-1, keepdim=True)).squeeze(-1) & (weights > 0).any(dim=-1)
    return (there & known).sum().item() / known.sum().item() if known.any() else UNTOLD
