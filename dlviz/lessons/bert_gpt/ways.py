"""Numerals in three ways: an encoder fills all digits in at once, a decoder writes on, an encoder and a decoder share.

The third is the transformer as it was first: its decoder looks at what the encoder read (cross-attention).
"""

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

from dlviz.data import numerals
from dlviz.data.pieces import END, MASK, PAD, SIGNS, START
from dlviz.lessons.bert_gpt.network import Stack, Translator
from dlviz.lessons.bert_gpt.training import Moment, new_optimizer, put, rounded, step
from dlviz.models.transformer import causal

DIGITS = 6  # of the longest number
SOURCES, TARGETS = 11, DIGITS + 1  # letters of the longest numeral; digits and the end
DRAWN, ASIDE, SEEN = (
    3000,
    64,
    24,
)  # pairs; those that are kept aside; those of the others that are measured too
EQUALS = "="
SYMBOLS = (*SIGNS, *"0123456789", EQUALS, numerals.ZERO, *numerals.ONES, *numerals.UNITS, numerals.MYRIAD)
NUMBERS = {symbol: number for number, symbol in enumerate(SYMBOLS)}


@dataclass(frozen=True, eq=False)
class Pairs:
    """Numerals and their digits.

    Attributes:
        source: letters, on the right of their row, `PAD` before them, (N, S).
        target: digits and the end, then `PAD`, (N, O).
        said: where in its row each target token is said, (N, O, S).
    """

    source: Int64[Tensor, "N S"]
    target: Int64[Tensor, "N O"]
    said: Tensor

    def rows(self, chosen: Any) -> Pairs:
        """Some of them."""
        return Pairs(self.source[chosen], self.target[chosen], self.said[chosen])


def pairs_of(numbers: list[int], texts: list[str] | None = None) -> Pairs:
    """Numbers as rows; `texts` say them in another way than `numerals.korean` does."""
    source = torch.full((len(numbers), SOURCES), PAD)
    target = torch.full((len(numbers), TARGETS), PAD)
    said = torch.zeros(len(numbers), TARGETS, SOURCES, dtype=torch.bool)
    for k, number in enumerate(numbers):
        text = texts[k] if texts else numerals.korean(number)
        source[k, SOURCES - len(text) :] = torch.tensor([NUMBERS[letter] for letter in text])
        written = [NUMBERS[digit] for digit in str(number)] + [END]
        target[k, : len(written)] = torch.tensor(written)
        if text == numerals.korean(number):
            for place, letters in enumerate(numerals.said_by(number)):
                said[k, place, [SOURCES - len(text) + letter for letter in letters]] = True
    return Pairs(source, target, said)


@lru_cache(maxsize=1)
def drawn() -> tuple[Pairs, Pairs]:
    """Pairs to learn from, and others: numbers of one to six digits."""
    random = torch.Generator().manual_seed(0)
    found: dict[int, None] = {}
    for length in torch.randint(1, DIGITS + 1, (DRAWN,), generator=random).tolist():
        low = 10 ** (length - 1) if length > 1 else 0
        found[int(torch.randint(low, 10**length, (), generator=random))] = None
    pairs, last = pairs_of(list(found)), len(found) - ASIDE
    return pairs.rows(slice(last)), pairs.rows(slice(last, None))


def networks_of(config: Any) -> list[Stack | Translator]:
    """Encoder alone, decoder alone, both; the first two begin with the same numbers."""
    sizes = int(config.width), int(config.heads), config.layers
    encoder = Stack(len(SYMBOLS), *sizes)
    return [encoder, deepcopy(encoder), Translator(len(SYMBOLS), SOURCES, TARGETS, *sizes)]


def blank_networks(config: Any) -> list[Stack | Translator]:
    """The same, for recorded numbers; the stream of random numbers stays as it was."""
    with torch.random.fork_rng(devices=[]):
        return networks_of(config)


def joined(pairs: Pairs, written: Int64[Tensor, "N o"]) -> tuple[Tensor, Tensor]:
    """Source, "=" and what follows as one row, (N, S + 1 + o), and which of its tokens are there."""
    equals = torch.full((len(pairs.source), 1), NUMBERS[EQUALS])
    row = torch.cat([pairs.source, equals, written], dim=1)
    known = torch.ones_like(row, dtype=torch.bool)
    known[:, :SOURCES] = pairs.source != PAD
    return row, known[:, None, None]


def all_at_once(encoder: Stack, pairs: Pairs) -> tuple[Tensor, list[Any]]:
    """Logits of every digit, each from all letters and no other digit, (N, O, V)."""
    row, known = joined(pairs, torch.full_like(pairs.target, MASK))
    logits, seen = encoder(row, known)
    return logits[:, -TARGETS:], seen


def one_after_another(decoder: Stack, pairs: Pairs, before: Int64[Tensor, "N o"]) -> tuple[Tensor, list[Any]]:
    """Logits of the digits that follow "=" and those before, (N, o + 1, V)."""
    row, known = joined(pairs, before)
    logits, seen = decoder(row, known & causal(row.shape[1]) | torch.eye(row.shape[1], dtype=torch.bool))
    return logits[:, SOURCES:], seen


def translated(both: Translator, pairs: Pairs, before: Int64[Tensor, "N o"]) -> tuple[Tensor, list[Any]]:
    """Logits of the digits that follow the start and those before, (N, o + 1, V)."""
    start = torch.full((len(before), 1), START)
    return both(pairs.source, (pairs.source != PAD)[:, None, None], torch.cat([start, before], dim=1))


def told(networks: list[Any], pairs: Pairs) -> tuple[list[Tensor], Tensor]:
    """Logits of the target tokens, (N, O, V) of each network, each told the digits before if it reads them.

    Returns:
        Those, and where the third looks in its last layer, (N, h, O, S).
    """
    before = pairs.target[:, :-1]
    third, looks = translated(networks[2], pairs, before)
    first, second = all_at_once(networks[0], pairs)[0], one_after_another(networks[1], pairs, before)[0]
    return [first, second, third], looks[-1].weights


def loss_of(logits: Tensor, pairs: Pairs) -> Tensor:
    """The mean loss of the target tokens."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), pairs.target.flatten(), ignore_index=PAD)


def exact(logits: Tensor, pairs: Pairs) -> Tensor:
    """Which numerals are written without a mistake, (N,).

    Who is right at every place when told the digits before is right when left alone: those are its own digits then.
    """
    right: Tensor = ((logits.argmax(dim=-1) == pairs.target) | (pairs.target == PAD)).all(dim=1)
    return right


def answers(networks: list[Any], pairs: Pairs) -> list[Tensor]:
    """What each network writes by itself, (N, O)."""
    made = [all_at_once(networks[0], pairs)[0].argmax(-1)]
    follows: tuple[Any, ...] = (one_after_another, translated)
    for network, follow in zip(networks[1:], follows):
        written = pairs.target[:, :0]
        for _ in range(TARGETS):
            logits, _ = follow(network, pairs, written)
            written = torch.cat([written, logits[:, -1:].argmax(-1)], dim=1)
            if (written == END).any(dim=1).all():
                break
        made.append(nn.functional.pad(written, (0, TARGETS - written.shape[1]), value=PAD))
    return made


def until_end(written: Tensor) -> Tensor:
    """Answers (N, O) with `PAD` after the end."""
    over = (written == END).cumsum(dim=1) - (written == END).long() > 0
    return torch.where(over, PAD, written)


def moments(config: Any) -> Iterator[Moment]:
    """All three learn from the same pairs."""
    torch.manual_seed(config.seed)
    random = torch.Generator().manual_seed(config.seed)
    train, test = drawn()
    networks, probes = networks_of(config), blank_networks(config)
    optimizers = [new_optimizer(config, network) for network in networks]
    shown = set(config.moments())
    for update in range(config.updates + 1):
        if update in shown:
            now = look(update, networks, probes, train, test)
            if not np.isfinite(now.loss).all():
                return
            yield now
        rows = torch.randint(len(train.source), (config.batch_size,), generator=random)
        pairs = train.rows(rows)
        for network, optimizer, logits in zip(networks, optimizers, told(networks, pairs)[0]):
            step(config, network, optimizer, loss_of(logits, pairs), update)


@torch.inference_mode()
def look(update: int, networks: list[Any], probes: list[Any], train: Pairs, test: Pairs) -> Moment:
    """How well each does on numerals that it has never seen, and where the third looks."""
    weights = tuple(rounded(network) for network in networks)
    for probe, own in zip(probes, weights):
        put(probe, own)
    known = train.rows(slice(SEEN))
    (seen, _), (unseen, looks) = (told(probes, part) for part in (known, test))
    loss = [[float(loss_of(one, known)), float(loss_of(other, test))] for one, other in zip(seen, unseen)]
    return Moment(
        update=update,
        weights=weights,
        loss=np.array(loss, np.float32),
        right=np.array([exact(logits, test).float().mean() for logits in unseen], np.float32),
        places=np.zeros((0, 0), np.float32),
        looks=looking(looks.mean(dim=1), test.said),
    )


def looking(weights: Tensor, said: Tensor) -> float:
    """The share of digits whose greatest weight lies on a letter that says them; both (N, O, S)."""
    known = said.any(dim=-1)
    there = said.gather(-1, weights.argmax(dim=-1, keepdim=True)).squeeze(-1)
    return float((there & known).sum() / known.sum())
