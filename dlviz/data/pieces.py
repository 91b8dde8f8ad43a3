"""Text as pieces of words: byte-pair encoding learnt on a text, beside words and characters.

Source: Sennrich, Haddow and Birch, Neural machine translation of rare words with subword units, 2016.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

PieceName = Literal["bpe", "word", "character"]
Pair = tuple[str, str]

WORD = re.compile(r" ?\w+(?:['’]\w+)*|[^\w\s]")  # with the blank before it, or a mark
PAD, START, END, MASK, UNKNOWN = range(5)  # the numbers of the tokens that are no text
SIGNS = ("·", "▸", "◂", "□", "�")  # how they are written
RARE = 2  # from how many times on a letter of a text has a token of its own


def words(line: str) -> list[str]:
    """A line as words with the blank before each, and marks."""
    return WORD.findall(" " + " ".join(line.split()))


def letters(word: str) -> list[str]:
    """What merging begins with: letters; the blank stays with the first."""
    return [word[:2], *word[2:]] if word.startswith(" ") else list(word)


def merges(lines: Iterable[str], most: int) -> list[Pair]:
    """The pairs of pieces that are joined, the most frequent first, each time in all words at once."""
    counts = Counter(word for line in lines for word in words(line))
    parts = {word: letters(word) for word in counts}
    pairs: Counter[Pair] = Counter()
    where: defaultdict[Pair, dict[str, None]] = defaultdict(dict)

    def count(word: str, times: int) -> None:
        for pair in zip(parts[word], parts[word][1:]):
            pairs[pair] += times
            where[pair][word] = None

    for word, times in counts.items():
        count(word, times)
    learnt: list[Pair] = []
    while len(learnt) < most and pairs:
        times, best = max(zip(pairs.values(), pairs))  # of equal ones the last in the alphabet
        if times < 2:
            break
        for word in where.pop(best):
            count(word, -counts[word])
            parts[word] = joined(parts[word], best)
            count(word, counts[word])
        del pairs[best]
        learnt.append(best)
    return learnt


def joined(parts: Sequence[str], pair: Pair) -> list[str]:
    """Pieces with each occurrence of a pair made one piece, from the left."""
    made: list[str] = []
    for part in parts:
        if made and (made[-1], part) == pair:
            made[-1] += part
        else:
            made.append(part)
    return made


@dataclass(frozen=True, eq=False)
class Pieces:
    """Tokens and their numbers.

    Attributes:
        kind: what a token is.
        tokens: by number; the first are `SIGNS`. One that begins a word begins with a blank.
        ranks: which pairs are joined, the smallest first; none but for "bpe".
    """

    kind: PieceName
    tokens: tuple[str, ...]
    ranks: dict[Pair, int]
    _numbers: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Sequence[str], kind: PieceName, most: int) -> Pieces:
        """The tokens of a text, `most` at most; what is left out becomes `UNKNOWN`."""
        learnt: list[Pair] = []
        if kind == "character":
            counts = Counter(letter for line in lines for letter in " ".join(line.split()))
            known = [letter for letter, _ in counts.most_common(most - len(SIGNS))]
        elif kind == "word":
            counts = Counter(word for line in lines for word in words(line))
            known = [word for word, _ in counts.most_common(most - len(SIGNS))]
        else:
            counts = Counter(part for line in lines for word in words(line) for part in letters(word))
            rare = RARE if len(counts) > most // 2 else 1
            known = [part for part, times in counts.most_common(most - len(SIGNS)) if times >= rare]
            learnt = merges(lines, max(0, most - len(SIGNS) - len(known)))
            known += ["".join(pair) for pair in learnt]
        tokens = (*SIGNS, *dict.fromkeys(known))
        ranks = {pair: rank for rank, pair in enumerate(learnt)}
        return cls(kind, tokens, ranks, {token: number for number, token in enumerate(tokens)})

    def __len__(self) -> int:
        return len(self.tokens)

    def split(self, line: str) -> list[str]:
        """A line as tokens; `SIGNS[MASK]` stands for itself."""
        if self.kind == "character":
            return list(" ".join(line.split()))
        parts = words(line)
        if self.kind == "word":
            return [SIGNS[MASK] if SIGNS[MASK] in part else part for part in parts]
        return [piece for part in parts for piece in self._pieces(part)]

    def encode(self, line: str) -> list[int]:
        """The numbers of a line's tokens."""
        return [self._numbers.get(token, UNKNOWN) for token in self.split(line)]

    def decode(self, numbers: Iterable[int]) -> str:
        """Tokens as a text to read; what is no text is left out but `MASK` and `UNKNOWN`."""
        said = [self.tokens[number] for number in numbers if number > END]
        return "".join(f" {SIGNS[MASK]}" if token == SIGNS[MASK] else token for token in said).strip()

    def begins(self, number: int) -> bool:
        """Whether a token begins a word or is a mark; of characters every one stands alone."""
        token = self.tokens[number]
        return self.kind != "bpe" or number < len(SIGNS) or token[0] == " " or not token[0].isalnum()

    def _pieces(self, word: str) -> list[str]:
        if word not in self._seen:
            parts = letters(word)
            while len(parts) > 1:
                best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                if best not in self.ranks:
                    break
                parts = joined(parts, best)
            self._seen[word] = parts
        return self._seen[word]
