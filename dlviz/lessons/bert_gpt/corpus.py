"""The text that both networks read: lines as tokens, nine of ten to learn from and one to be tested on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from dlviz.data.pieces import END, PAD, START, PieceName, Pieces
from dlviz.data.texts import text_of

CorpusName = Literal["korean", "english", "own"]
MOST = 800  # tokens that are known
LONGEST = 32  # tokens of a line with its start and its end
ASIDE, FEWEST = 10, 20  # every tenth line is kept aside if there are so many
SENTENCE = re.compile(r"(?<=[.!?。])\s+|\n")


@dataclass(frozen=True, eq=False)
class Corpus:
    """Lines of a text.

    Attributes:
        lines: as they were written.
        pieces: the tokens.
        rows: numbers of tokens with start and end, then `PAD`, (N, T).
        aside: which lines are not learnt from; all are if there are only a few.
    """

    lines: tuple[str, ...]
    pieces: Pieces
    rows: Int64[Tensor, "N T"]
    aside: Bool[Tensor, " N"]

    @property
    def train(self) -> Int64[Tensor, "n T"]:
        """The rows that are learnt from."""
        return self.rows if self.aside.all() else self.rows[~self.aside]

    @property
    def test(self) -> Int64[Tensor, "m T"]:
        """The rows that are kept aside."""
        return self.rows[self.aside]

    @cached_property
    def begins(self) -> Bool[Tensor, " V"]:
        """Which tokens begin a word."""
        return torch.tensor([self.pieces.begins(k) for k in range(len(self.pieces))])


def name_of(corpus: str, own: str) -> str:
    """The name of a text, as `text_of` takes it; the Korean one stands in where there is no own one."""
    return own if corpus == "own" and own else "@" + corpus.replace("own", "korean")


@lru_cache(maxsize=16)
def example(name: str) -> tuple[str, str]:
    """Something to ask: a sentence with a blank, and a beginning; nothing for a text that has none."""
    rows = (line.split("\t") for line in text_of("@asked").split("\n"))
    return next(((sentence, prompt) for key, sentence, prompt in rows if key == name), ("", ""))


def corpus_of(config: Any) -> Corpus:
    """The text of a config."""
    return read(name_of(config.corpus, config.own), config.tokens)


@lru_cache(maxsize=8)
def read(name: str, kind: PieceName) -> Corpus:
    """Reads a text; long sentences are cut where the context ends."""
    lines = tuple(dict.fromkeys(part.strip() for part in SENTENCE.split(text_of(name)) if part.strip()))
    pieces = Pieces.of(lines, kind, MOST)
    rows = [row for line in lines for row in cut(pieces.encode(line))]
    width = max(map(len, rows))
    padded = torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    few = len(rows) < FEWEST
    aside = torch.tensor([few or k % ASIDE == ASIDE // 2 for k in range(len(rows))])
    return Corpus(lines, pieces, padded, aside)


def cut(tokens: list[int]) -> list[list[int]]:
    """A line as rows that fit, each with its start and its end."""
    most = LONGEST - 2
    return [[START, *tokens[k : k + most], END] for k in range(0, max(1, len(tokens)), most)]
