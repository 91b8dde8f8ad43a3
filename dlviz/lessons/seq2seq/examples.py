"""The pairs of a task as numbers: those to learn from, and those kept aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from dlviz.data.refusal import Refusal
from dlviz.data.texts import SplitName, Vocabulary
from dlviz.lessons.seq2seq.tasks import MOST, pairs, places, split_by, tokens_of

END = "⏎"  # the token, number 0, that ends a target; fed to the decoder it begins one
IGNORED = -100  # a target that counts for nothing, as torch has it
TESTED = 200
GROUPS = 8  # of lengths, at most


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs as numbers, padded.

    Attributes:
        X: source tokens, (N, S).
        lengths: how many of them count, (N,).
        Y: target tokens with their end, (N, O); IGNORED after it.
    """

    X: Int64[Tensor, "N S"]
    lengths: Int64[Tensor, " N"]
    Y: Int64[Tensor, "N O"]

    def rows(self, chosen: Tensor) -> Batch:
        """Some of the pairs, no wider than they need to be."""
        lengths, Y = self.lengths[chosen], self.Y[chosen]
        wide = int((Y != IGNORED).sum(dim=1).max())
        return Batch(self.X[chosen, : int(lengths.max())], lengths, Y[:, :wide])


@dataclass(frozen=True, eq=False)
class Examples:
    """What is learnt.

    Attributes:
        sources, targets: vocabularies; the target's number 0 is END.
        train, test: pairs.
        tested: the test pairs as texts.
        looks: where a test token should be looked for, (M, O, S); nowhere where no rule says so.
        groups: of which group of lengths each test pair is, (M,).
        spans: shortest and longest source of each group.
        longest: tokens of a target with its end, at most.
    """

    sources: Vocabulary
    targets: Vocabulary
    train: Batch
    test: Batch
    tested: list[tuple[str, str]]
    looks: Bool[Tensor, "M O S"]
    groups: Int64[Tensor, " M"]
    spans: tuple[tuple[int, int], ...]
    longest: int


@lru_cache(maxsize=8)
def load_examples(task: str, own: str, by: SplitName) -> Examples:
    """The examples of a task, the same whenever it is asked.

    Raises:
        Refusal: "pairs_long": a line of the learner's has too many tokens.
    """
    by = split_by(task, by)
    all_pairs = pairs(task, own)
    split = [(tokens_of(source, by), tokens_of(target, by)) for source, target in all_pairs]
    for at, sides in enumerate(split):
        if max(map(len, sides)) > MOST:
            raise Refusal("pairs_long", at, " ".join(all_pairs[at]))
    sources = Vocabulary.of([token for source, _ in split for token in source])
    targets = Vocabulary.of([END, *(token for _, target in split for token in target)])
    order = torch.randperm(len(split), generator=torch.Generator().manual_seed(1)).tolist()
    aside = min(TESTED, len(split) // 5 or 1)
    test, train = order[:aside], order[aside:]
    tested = [all_pairs[k] for k in test]
    tests = batch([split[k] for k in test], sources, targets)
    groups, spans = grouped(tests.lengths)
    like = torch.zeros(tests.Y.shape[1], tests.X.shape[1], dtype=torch.bool)
    return Examples(
        sources,
        targets,
        train=batch([split[k] for k in train], sources, targets),
        test=tests,
        tested=tested,
        looks=torch.stack([marked(places(task, text), like) for text, _ in tested]),
        groups=groups,
        spans=spans,
        longest=max(len(target) for _, target in split) + 1,
    )


def batch(split: Sequence[tuple[list[str], list[str]]], sources: Vocabulary, targets: Vocabulary) -> Batch:
    """Pairs of tokens as numbers."""
    X = [sources.encode(source) for source, _ in split]
    Y = [targets.encode([*target, END]) for _, target in split]
    pad = torch.nn.utils.rnn.pad_sequence
    lengths = torch.tensor([len(row) for row in X])
    return Batch(pad(X, batch_first=True), lengths, pad(Y, batch_first=True, padding_value=IGNORED))


def marked(said: list[list[int]], like: Bool[Tensor, "O S"]) -> Bool[Tensor, "O S"]:
    """Places as a table of that size."""
    table = torch.zeros_like(like)
    for row, columns in enumerate(said):
        table[row, columns] = True
    return table


def grouped(lengths: Tensor) -> tuple[Tensor, tuple[tuple[int, int], ...]]:
    """Lengths in at most eight groups of neighbours, about as many pairs in each."""
    counts = torch.bincount(lengths)
    least = -(-len(lengths) // GROUPS) / 2
    spans: list[tuple[int, int]] = []
    begun, held = 0, 0
    for length, count in enumerate(counts.tolist()):
        begun, held = begun if held else length, held + count
        if held >= least:
            spans.append((begun, length))
            held = 0
    if held:  # the longest few join the group before
        spans[-1:] = [(spans[-1][0], len(counts) - 1)]
    group = torch.tensor([next(k for k, (_, end) in enumerate(spans) if n <= end) for n in lengths.tolist()])
    return group, tuple(spans)
