"""Small tasks over sequences: what goes in, what should come out, and where one would have to look for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from dlviz.data.refusal import Refusal

TaskName = Literal["brackets", "reverse", "sort", "copy", "add"]
OPEN, CLOSE, DIGITS = "([{<", ")]}>", "0123456789"
BLANK = "□"  # what the network has to fill in
CLOSER = len(OPEN)  # the number of the blank that stands for any closing bracket
TYPED = {  # before the learner types
    "brackets": "(<>[{}])[]{}",
    "reverse": "31415926",
    "sort": "31415926",
    "copy": "31415926",
    "add": "47+38",
}
MOST, LONGEST, LETTERS = 12, 60, 8  # tokens, characters of the whole, and of a word
DRAWN, TESTED = 4096, 128  # sequences in all, and of those to test with, at most
# Where a token may look, by task: the names of the patterns of `patterns`.
ROLES: dict[str, tuple[str, ...]] = {
    "brackets": ("partner", "previous", "next", "self", "openers", "closers"),
    "reverse": ("mirror", "previous", "next", "self", "same"),
    "sort": ("answer", "previous", "next", "self", "same"),
    "copy": ("previous", "next", "self", "same"),
    "add": ("column", "carry", "previous", "self", "signs"),
}


@dataclass(frozen=True)
class Puzzle:
    """One sequence as a network takes it.

    Attributes:
        symbols: what can come in, by number.
        answers: what can be answered, by number.
        tokens: symbol numbers, (T,).
        targets: answer numbers, (T,); -1 where nothing is asked.
    """

    symbols: tuple[str, ...]
    answers: tuple[str, ...]
    tokens: Tensor
    targets: Tensor


def puzzle(task: str, sequence: str) -> Puzzle:
    """Reads what a learner typed.

    Raises:
        Refusal: it is no sequence of this task.
    """
    if task == "brackets":
        kinds, targets = read_brackets(sequence)
        return Puzzle((*OPEN, BLANK), tuple(CLOSE), torch.tensor(kinds), torch.tensor(targets))
    if task == "add":
        return read_sum(sequence)
    words = read_words(sequence)
    symbols = tuple(DIGITS) if set(words) <= set(DIGITS) else tuple(sorted(set(words)))
    tokens = torch.tensor([symbols.index(word) for word in words])  # (T,)
    return Puzzle(symbols, symbols, tokens, solved(task, tokens[None])[0])


def read_brackets(sequence: str) -> tuple[list[int], list[int]]:
    """Kinds of brackets, 4 for a closing one, and the kind that closes there, -1 where one opens."""
    text = "".join(sequence.split())
    if not 4 <= len(text) <= MOST:
        raise Refusal("brackets_count", piece=text)
    kinds, targets, waiting = [], [], []
    for at, letter in enumerate(text):
        if letter in OPEN:
            waiting.append(OPEN.index(letter))
            kinds.append(waiting[-1])
            targets.append(-1)
        elif letter in CLOSE and waiting and waiting[-1] == CLOSE.index(letter):
            kinds.append(CLOSER)
            targets.append(waiting.pop())
        else:
            raise Refusal("brackets_letter", at, letter)
    if waiting:
        raise Refusal("brackets_open", piece=OPEN[waiting[-1]])
    return kinds, targets


def read_sum(sequence: str) -> Puzzle:
    """`47+38` as 4 7 + 3 8 = □ □ □."""
    parts = "".join(sequence.split()).split("+")
    if len(parts) != 2 or not all(0 < len(part) <= 3 and set(part) <= set(DIGITS) for part in parts):
        raise Refusal("sum", piece=sequence)
    places = max(map(len, parts))
    numbers = torch.tensor([[int(part)] for part in parts])  # (2, 1)
    tokens, targets = written_sums(numbers[0], numbers[1], places)
    return Puzzle((*DIGITS, "+", "=", BLANK), tuple(DIGITS), tokens[0], targets[0])


def read_words(sequence: str) -> list[str]:
    """Words; the letters of a single one."""
    words = sequence.split()
    words = list(words[0]) if len(words) == 1 else words
    if not 2 <= len(words) <= MOST:
        raise Refusal("words_count")
    for at, word in enumerate(words):
        if len(word) > LETTERS:
            raise Refusal("words_long", at, word)
    if len(set(words)) < 2:
        raise Refusal("words_same", piece=words[0])
    return words


def draw(task: str, own: Puzzle, count: int) -> tuple[Tensor, Tensor]:
    """Random sequences as long as the learner's and of its symbols: tokens and targets, (N, T) each."""
    length = len(own.tokens)
    if task == "brackets":
        return draw_brackets(count, length)
    if task == "add":
        places = (length - 3) // 3
        first, second = torch.randint(10**places, (2, count))  # (N,) each
        return written_sums(first, second, places)
    tokens = torch.randint(len(own.symbols), (count, length))
    return tokens, solved(task, tokens)


def solved(task: str, tokens: Tensor) -> Tensor:
    """The sequences in reverse order, sorted, or each symbol's left neighbour, (N, T)."""
    if task == "reverse":
        return tokens.flip(1)
    if task == "sort":
        return tokens.sort(dim=1).values
    return torch.cat([tokens[:, :1], tokens[:, :-1]], dim=1)


def draw_brackets(count: int, length: int) -> tuple[Tensor, Tensor]:
    """Balanced brackets: where both are possible, one opens or closes with equal chance."""
    rows = torch.arange(count)
    tokens, targets = torch.full((2, count, length), -1)  # (N, T) each
    waiting = torch.zeros(count, length // 2 + 1, dtype=torch.long)  # kinds that are still open
    depth = torch.zeros(count, dtype=torch.long)
    for t in range(length):
        opens = (depth == 0) | ((depth < length - t) & (torch.rand(count) < 0.5))
        kind = torch.randint(CLOSER, (count,))
        innermost = waiting[rows, (depth - 1).clamp(min=0)]
        tokens[:, t] = torch.where(opens, kind, CLOSER)
        targets[:, t] = torch.where(opens, -1, innermost)
        waiting[rows[opens], depth[opens]] = kind[opens]
        depth += torch.where(opens, 1, -1)
    return tokens, targets


def written_sums(first: Tensor, second: Tensor, places: int) -> tuple[Tensor, Tensor]:
    """a + b = □: digits, 10 for +, 11 for =, 12 for a blank; the digits of the sum are asked at the blanks."""
    plus, equals = (torch.full((len(first), 1), symbol) for symbol in (10, 11))
    blanks = torch.full((len(first), places + 1), 12)
    terms = digits_of(first, places), plus, digits_of(second, places), equals
    unasked = torch.full((len(first), 2 * places + 2), -1)
    result = digits_of(first + second, places + 1)
    return torch.cat([*terms, blanks], dim=1), torch.cat([unasked, result], dim=1)


def digits_of(numbers: Tensor, places: int) -> Tensor:
    """Decimal digits, the largest place first, (N, places)."""
    return numbers[:, None] // 10 ** torch.arange(places - 1, -1, -1) % 10


def split_drawn(tokens: Tensor, targets: Tensor) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """To learn from and to test with: each sequence once, so that no test sequence is ever learnt from."""
    whole = torch.cat([tokens, targets], dim=1).unique(dim=0)
    whole = whole[torch.randperm(len(whole))]
    tests = max(1, min(TESTED, len(whole) // 5))
    test, train = (part.chunk(2, dim=1) for part in (whole[:tests], whole[tests:]))
    return (train[0], train[1]), (test[0], test[1])


def patterns(task: str, tokens: Tensor, targets: Tensor) -> Tensor:
    """For each of the task's ROLES the places that a token would look at, (N, R, T, T), rows look at columns."""
    length = tokens.shape[1]
    place = torch.arange(length)
    apart = place[None, :] - place[:, None]  # (T, T): column minus row
    known = {
        "self": apart == 0,
        "previous": apart == -1,
        "next": apart == 1,
        "mirror": place[:, None] + place[None, :] == length - 1,
        "same": (tokens[:, :, None] == tokens[:, None, :]) & (apart != 0),
        "answer": targets[:, :, None] == tokens[:, None, :],
        "openers": (tokens < CLOSER)[:, None, :],
        "closers": (tokens == CLOSER)[:, None, :],
        "signs": ((tokens == 10) | (tokens == 11))[:, None, :],
    }
    if task == "brackets":
        known["partner"] = partners(tokens)
    if task == "add":
        known["column"], known["carry"] = same_place(length, 0), same_place(length, 1)
    return torch.stack([known[role].expand(len(tokens), length, length) for role in ROLES[task]], dim=1)


def partners(tokens: Tensor) -> Tensor:
    """Which bracket belongs to which, (N, T, T)."""
    count, length = tokens.shape
    rows = torch.arange(count)
    found = torch.zeros(count, length, length, dtype=torch.bool)
    waiting = torch.zeros(count, length + 1, dtype=torch.long)  # places of brackets that are still open
    depth = torch.zeros(count, dtype=torch.long)
    for t in range(length):
        opens = tokens[:, t] < CLOSER
        waiting[rows[opens], depth[opens]] = t
        shuts = rows[~opens]
        opener = waiting[shuts, depth[shuts] - 1]
        found[shuts, t, opener] = found[shuts, opener, t] = True
        depth += torch.where(opens, 1, -1)
    return found


def same_place(length: int, right: int) -> Tensor:
    """From each digit of a sum to the two digits of its decimal place, or of the one to its right, (T, T)."""
    places = (length - 3) // 3
    found = torch.zeros(length, length, dtype=torch.bool)
    for k in range(places + 1):
        power = places - k - right  # 0 for ones, 1 for tens
        if 0 <= power < places:
            found[2 * places + 2 + k, [places - 1 - power, 2 * places - power]] = True
    return found
