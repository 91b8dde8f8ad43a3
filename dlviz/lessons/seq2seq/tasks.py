"""What is translated into what: pairs of sequences, and which source tokens say a target token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import torch

from dlviz.data import dates, numerals, sentences
from dlviz.data.refusal import Refusal
from dlviz.data.texts import SplitName, clean, pairs_of, split, text_of

TaskName = Literal["numerals", "dates", "sentences", "reverse", "own"]
DRAWN = 4800  # pairs of a task that has more than anybody needs
DIGITS = 6  # of the longest numeral
LETTERS = "abcdefghij"  # that are reversed
LONGEST = 10  # sequence of them
MOST = 24  # tokens of a sequence that a learner brings
USUAL = {
    "numerals": numerals.korean(1203),
    "dates": dates.written(date(2024, 3, 5), 1),
    "sentences": sentences.sentences()[18][0],
    "reverse": "abcdefgh",
}


def pairs(task: str, own: str) -> list[tuple[str, str]]:
    """All pairs of a task, each once; `own` names the learner's."""
    if task == "own" and own:
        return pairs_of(text_of(own))
    if task in ("sentences", "own"):
        return sentences.sentences()
    random = torch.Generator().manual_seed(0)
    draw = {"numerals": _numerals, "dates": _dates, "reverse": _reversed}[task]
    return list(dict.fromkeys(draw(random)))


def _numerals(random: torch.Generator) -> Iterator[tuple[str, str]]:
    """Numbers of one to six digits, as many of each length as there are, or alike."""
    for length in torch.randint(1, DIGITS + 1, (DRAWN,), generator=random).tolist():
        low = 10 ** (length - 1) if length > 1 else 0
        number = int(torch.randint(low, 10**length, (), generator=random))
        yield numerals.korean(number), str(number)


def _dates(random: torch.Generator) -> Iterator[tuple[str, str]]:
    """Days of a hundred years, in every notation."""
    first = date(dates.FIRST, 1, 1)
    days = (date(dates.LAST, 12, 31) - first).days
    for day in torch.randint(days + 1, (DRAWN,), generator=random).tolist():
        notation = int(torch.randint(len(dates.NOTATIONS), (), generator=random))
        yield dates.written(first + timedelta(day), notation), (first + timedelta(day)).isoformat()


def _reversed(random: torch.Generator) -> Iterator[tuple[str, str]]:
    """Letters and the same from behind."""
    for length in torch.randint(2, LONGEST + 1, (DRAWN,), generator=random).tolist():
        letters = "".join(LETTERS[k] for k in torch.randint(len(LETTERS), (length,), generator=random))
        yield letters, letters[::-1]


def split_by(task: str, own: SplitName) -> SplitName:
    """What the tokens of a task are; `own` is what the learner chose for theirs."""
    return {"sentences": "word", "own": own}.get(task, "character")


def tokens_of(text: str, by: SplitName) -> list[str]:
    """A sequence as tokens."""
    return split(text, by)


def tidy(task: str, text: str) -> str:
    """What was typed, without what does not matter: spaces within a numeral, several spaces."""
    return re.sub(r"\s+", "" if task in ("numerals", "reverse") else " ", clean(text)).strip()


def truth(task: str, text: str) -> str | None:
    """The translation of a sequence where it is known by rule."""
    try:
        return {
            "numerals": lambda: str(numerals.number(text)),
            "dates": lambda: dates.iso(text),
            "sentences": lambda: sentences.translated(text),
            "reverse": lambda: text[::-1],
        }[task]()
    except (Refusal, KeyError):
        return None


def places(task: str, text: str) -> list[list[int]]:
    """Of each target token the places of the source tokens that say it; nothing where that is not known by rule."""
    try:
        if task == "numerals" and numerals.korean(numerals.number(text)) == text:
            return numerals.said_by(numerals.number(text))
        if task == "dates":
            return dates.said_by(text)
        if task == "sentences":
            return sentences.said_by(text)
    except Refusal:
        return []
    return [[at] for at in reversed(range(len(text)))] if task == "reverse" else []
