"""Sequences and what is asked of a network that reads them: the next word, an answer at the end, a new sequence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.data.aside import parted
from dlviz.data.texts import SplitName, Vocabulary, split, text_of
from dlviz.lessons.rnn.series import series_of, standardised, windows

TaskName = Literal["text", "brackets", "spelling", "reverse", "series"]
TextName = Literal["hello", "factory", "wood", "boat", "own"]

SENTENCE = (
    "You say goodbye and I say hello"  # Saitō, Deep learning from scratch 2; after Lennon and McCartney
)
WHOLE, WINDOW = 41, 32  # tokens of a text that is read as a whole, and of a part of a longer one
LONG = 400  # tokens from which on 3 of 10 are kept aside
NOTHING = -100  # the target where no answer is asked: torch's own sign for it
BLANK = "·"
PAIRS = 5  # of brackets
LETTERS, REVERSED = "abcde", 4
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, eq=False)
class Sequences:
    """N sequences of S inputs, and the target at each.

    Attributes:
        inputs: numbers of tokens, or the numbers of a series themselves.
        targets: likewise; `NOTHING` where no answer is asked.
        tokens, answers: what the numbers of inputs and of targets mean; none for a series.
        learnt: how many of the rows are learnt, the first ones; the others are kept aside.
        movable: how many of the first inputs change places when the order is shuffled.
        text: the whole text, (n,); its windows are the rows.
    """

    inputs: Int64[Tensor, "N S"] | Float32[Tensor, "N S"]
    targets: Int64[Tensor, "N S"] | Float32[Tensor, "N S"]
    tokens: tuple[str, ...]
    answers: tuple[str, ...]
    learnt: int
    movable: int
    text: Int64[Tensor, " n"] | None = None


def sequences_of(config: Any) -> Sequences:
    """The sequences of a config's task."""
    if config.task == "text":
        return written(name_of(config.text, config.own), config.split)
    if config.task == "series":
        numbers, _, _ = standardised(series_of(config.series))
        inputs, targets, learnt = windows(numbers)
        return Sequences(inputs, targets, (), (), learnt, inputs.shape[1])
    return {"brackets": brackets, "spelling": spelling, "reverse": reverse}[config.task]()


def name_of(text: TextName, own: str) -> str:
    """The name of a text, as `text_of` takes it; where there is no own one the sentence stands in."""
    if text == "hello" or (text == "own" and not own):
        return SENTENCE
    return own if text == "own" else f"@{text}"


@lru_cache(maxsize=16)
def written(name: str, by: SplitName) -> Sequences:
    """Many to many: at each token of a text the next one."""
    tokens = split(text_of(name), by)
    tokens = tokens if len(tokens) > 1 else 2 * (tokens or [BLANK])  # one token alone follows itself
    vocabulary = Vocabulary.of(tokens)
    numbers = vocabulary.encode(tokens)
    length = len(numbers) if len(numbers) <= WHOLE else WINDOW + 1
    rows = numbers.unfold(0, length, 1)  # (N, S + 1)
    learnt = len(rows) if len(numbers) < LONG else max(1, 7 * len(numbers) // 10 - length)
    names = vocabulary.tokens
    return Sequences(rows[:, :-1], rows[:, 1:], names, names, learnt, length, numbers)


@lru_cache(maxsize=1)
def brackets() -> Sequences:
    """Many to one: whether every bracket is closed by a later one; as many that are not, with as many of both."""
    half = torch.tensor([w for w in product([0, 1], repeat=2 * PAIRS) if sum(w) == PAIRS])  # 0 opens
    good = ((1 - 2 * half).cumsum(dim=1) >= 0).all(dim=1)
    wrong = half[~good]
    order, _ = parted(len(wrong))
    inputs = torch.cat([half[good], wrong[order[: int(good.sum())]]])  # (N, S)
    targets = torch.full_like(inputs, NOTHING)
    targets[:, -1] = (torch.arange(len(inputs)) >= int(good.sum())).long()
    return aside(inputs, targets, ("(", ")"), ("✓", "✗"), inputs.shape[1])


@lru_cache(maxsize=1)
def spelling() -> Sequences:
    """One to many: a digit, then nothing; it spells itself."""
    letters = (BLANK, *sorted(set("".join(DIGITS))))
    longest = max(map(len, DIGITS))
    inputs = torch.full((10, longest), 10)
    inputs[:, 0] = torch.arange(10)
    targets = torch.tensor([[letters.index(c) for c in word.ljust(longest, BLANK)] for word in DIGITS])
    return Sequences(inputs, targets, (*map(str, range(10)), BLANK), letters, 10, 1)


@lru_cache(maxsize=1)
def reverse() -> Sequences:
    """Many to many: four letters, then the same four from the last to the first."""
    words = torch.tensor(list(product(range(len(LETTERS)), repeat=REVERSED)))
    nothing = torch.full_like(words, NOTHING)
    inputs = torch.cat([words, torch.full_like(words, len(LETTERS))], dim=1)
    return aside(
        inputs, torch.cat([nothing, words.flip(1)], dim=1), (*LETTERS, BLANK), tuple(LETTERS), REVERSED
    )


def aside(
    inputs: Tensor, targets: Tensor, tokens: tuple[str, ...], answers: tuple[str, ...], movable: int
) -> Sequences:
    """Sequences in random order, 3 of 10 kept aside."""
    learnt, others = parted(len(inputs))
    order = torch.cat([learnt, others])
    return Sequences(inputs[order], targets[order], tokens, answers, len(learnt), movable)


def shuffled(inputs: Tensor, targets: Tensor, movable: int) -> tuple[Tensor, Tensor]:
    """The same with the first inputs of every row in a random order; the next words of a text change with them."""
    if movable > inputs.shape[1]:  # a text: its targets are its own tokens
        rows = torch.cat([inputs[:, :1], targets], dim=1)  # (B, S + 1)
        rows = rows.gather(1, torch.rand(rows.shape).argsort(dim=1))
        return rows[:, :-1], rows[:, 1:]
    order = torch.rand(len(inputs), movable).argsort(dim=1)
    return torch.cat([inputs[:, :movable].gather(1, order), inputs[:, movable:]], dim=1), targets
