"""How both networks learn from the same lines, moment by moment; what they are asked later costs no training."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor, nn

from dlviz.data.pieces import PAD
from dlviz.lessons.bert_gpt.corpus import Corpus, corpus_of
from dlviz.lessons.bert_gpt.masking import IGNORED, Asked, hidden, one_by_one, there
from dlviz.lessons.bert_gpt.network import Stack
from dlviz.models.transformer import causal

WARM_UP = 20  # updates in which the rate rises
DECAY = 0.1  # of weights
CLIP = 1.0  # of the gradient's norm
WATCHED = (12, 40)  # lines on which losses are measured, of the learnt and of the others
THIRDS = 3


@dataclass(frozen=True)
class Moment:
    """Both networks after some updates; BERT is the first, GPT the second.

    Attributes:
        update: how many are made.
        weights: all their numbers, rounded to 16 bits, (P,) of each network.
        loss: of training and test words, in nats a token, (2, 2).
        right: share of the test tokens that are the most probable ones, (2,).
        places: the same for words in the first, the middle and the last third of their line, (2, 3).
        looks: see `experiment.Frame`.
    """

    update: int
    weights: tuple[np.ndarray, ...]
    loss: np.ndarray
    right: np.ndarray
    places: np.ndarray
    looks: float = -1.0


def new_network(config: Any, corpus: Corpus) -> Stack:
    """A network before training; both begin with the same numbers."""
    return Stack(len(corpus.pieces), int(config.width), int(config.heads), config.layers)


def loaded(config: Any, weights: np.ndarray) -> Stack:
    """A network with recorded numbers, (P,); nothing random is drawn."""
    with torch.random.fork_rng(devices=[]):  # the stream stays as it was
        network = new_network(config, corpus_of(config))
    put(network, weights)
    return network


def rounded(network: nn.Module) -> np.ndarray:
    """The numbers of a network in 16 bits, (P,)."""
    return nn.utils.parameters_to_vector(network.parameters()).detach().half().numpy()


def put(network: nn.Module, weights: np.ndarray) -> None:
    """Puts recorded numbers into a network."""
    nn.utils.vector_to_parameters(torch.from_numpy(weights.astype(np.float32)), network.parameters())


def parameters(config: Any) -> int:
    """How many numbers each network learns."""
    return counted(len(corpus_of(config).pieces), int(config.width), config.layers)


@lru_cache(maxsize=64)
def counted(symbols: int, width: int, layers: int) -> int:
    """How many numbers make a stack; heads share the width and change nothing."""
    with torch.random.fork_rng(devices=[]):
        return sum(part.numel() for part in Stack(symbols, width, 1, layers).parameters())


def share_of_rate(update: int, updates: int) -> float:
    """Rises over the first updates, then falls to almost nothing."""
    return min(1.0, (update + 1) / WARM_UP) * (1 - update / (updates + 1))


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after some."""
    torch.manual_seed(config.seed)
    random = torch.Generator().manual_seed(config.seed)  # of this training alone, whoever asks for it
    corpus = corpus_of(config)
    train = corpus.train
    bert = new_network(config, corpus)
    networks = [bert, deepcopy(bert)]
    probe = deepcopy(bert)
    watched = watched_of(corpus)
    optimizers = [new_optimizer(config, network) for network in networks]
    shown = set(config.moments())
    for update in range(config.updates + 1):
        if update in shown:
            now = look(update, networks, probe, watched)
            if not np.isfinite(now.loss).all():
                return
            yield now
        rows = trimmed(train[torch.randint(len(train), (config.batch_size,), generator=random)])  # (B, T)
        losses = masked_loss(bert, rows, corpus, config.masked, random), next_loss(networks[1], rows)
        for network, optimizer, loss in zip(networks, optimizers, losses):
            step(config, network, optimizer, loss, update)


def new_optimizer(config: Any, network: nn.Module) -> torch.optim.Optimizer:
    """AdamW with the momenta of Vaswani et al."""
    return torch.optim.AdamW(
        network.parameters(), config.learning_rate, betas=(0.9, 0.98), weight_decay=DECAY, fused=True
    )


def step(
    config: Any, network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, update: int
) -> None:
    """One update: rate, gradient, its norm, step."""
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * share_of_rate(update, config.updates)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], CLIP)
    optimizer.step()


def masked_loss(
    bert: Stack, rows: Int64[Tensor, "B T"], corpus: Corpus, share: float, random: torch.Generator
) -> Tensor:
    """The mean loss of hidden tokens, seen from both sides."""
    inputs, targets = hidden(rows, corpus.begins, share, len(corpus.pieces), random)
    asked = targets != IGNORED
    logits, _ = bert(inputs, there(rows), asked)  # (|M|, V)
    # L = -1/|M| Σ_{t in M} log p(x_t | x without M)
    total = nn.functional.cross_entropy(logits, targets[asked], reduction="sum")
    return total / max(1, len(logits))


def next_loss(gpt: Stack, rows: Int64[Tensor, "B T"]) -> Tensor:
    """The mean loss of the next token, seen from the left."""
    inputs, targets = rows[:, :-1], rows[:, 1:]
    asked = targets != PAD
    logits, _ = gpt(inputs, causal(inputs.shape[1]), asked)  # (T, V), of all rows together
    # L = -1/T Σ_t log p(x_t | x_1 ... x_{t-1})
    return nn.functional.cross_entropy(logits, targets[asked])


def trimmed(rows: Int64[Tensor, "B T"]) -> Int64[Tensor, "B t"]:
    """Rows without the columns in which nothing is there."""
    return rows[:, : int((rows != PAD).sum(dim=1).max())]


@dataclass(frozen=True, eq=False)
class Watched:
    """Lines on which both are measured."""

    rows: Int64[Tensor, "B T"]
    asked: Asked


def watched_of(corpus: Corpus) -> tuple[Watched, Watched]:
    """Some lines that are learnt and some that are not, evenly spaced."""
    found = []
    for rows, most in zip((corpus.train, corpus.test), WATCHED):
        some = trimmed(rows[torch.linspace(0, len(rows) - 1, min(most, len(rows))).long()])
        found.append(Watched(some, one_by_one(some, corpus.begins)))
    return found[0], found[1]


@torch.inference_mode()
def look(update: int, networks: list[Stack], probe: Stack, watched: tuple[Watched, Watched]) -> Moment:
    """How well both say every token of some lines: BERT from both sides, GPT from the left."""
    weights, measured = [], []
    for network, score in zip(networks, (from_both_sides, from_the_left)):
        weights.append(rounded(network))
        put(probe, weights[-1])  # what is measured is what is kept
        measured.append([score(probe, part) for part in watched])
    loss = [[float(nats.mean()) for nats, _, _ in own] for own in measured]
    test = [own[1] for own in measured]
    return Moment(
        update=update,
        weights=tuple(weights),
        loss=np.array(loss, np.float32),
        right=np.array([hits.float().mean() for _, hits, _ in test], np.float32),
        places=np.stack([by_third(hits, third) for _, hits, third in test]),
    )


Score = tuple[Tensor, Tensor, Tensor]


def from_both_sides(bert: Stack, watched: Watched) -> Score:
    """Of every token its loss, whether it is the most probable one, and the third of its line, (n,) each.

    The word that it belongs to is hidden, and no other.
    """
    asked = watched.asked
    known = asked.targets != IGNORED
    logits, _ = bert(asked.inputs, there(asked.inputs), known)
    return *scored(logits, asked.targets[known]), asked.third[:, None].expand_as(known)[known]


def from_the_left(gpt: Stack, watched: Watched) -> Score:
    """The same of the same tokens, from those before them."""
    asked, rows = watched.asked, watched.rows
    logits, _ = gpt(rows[:, :-1], causal(rows.shape[1] - 1))
    known = (asked.targets != IGNORED)[:, 1:]  # each token of a line belongs to one word
    own = logits[asked.row][known]
    return *scored(own, asked.targets[:, 1:][known]), asked.third[:, None].expand_as(known)[known]


def scored(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each target, (n,), and whether it is the most probable token."""
    return nn.functional.cross_entropy(logits, targets, reduction="none"), logits.argmax(-1) == targets


def by_third(hits: Tensor, third: Tensor) -> np.ndarray:
    """Share of hits in each third of a line, (3,); 0 where there is no word."""
    member = nn.functional.one_hot(third, THIRDS).float()  # (n, 3)
    return (hits.float() @ member / member.sum(0).clamp(min=1)).numpy()
