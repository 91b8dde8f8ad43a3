"""Which words are hidden: some at random to learn from, each in its turn to be measured.

Sources: Devlin et al., 2019 (15 %, of which 80 % become the mask, 10 % another token, 10 % stay); whole words: their
later release. One word after another: Salazar et al., Masked language model scoring, 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from dlviz.data.pieces import END, MASK, PAD, START, UNKNOWN

MASKED, OTHER = 0.8, 0.1  # of the hidden tokens
IGNORED = -100  # torch's own sign for a place at which nothing is asked


def words_of(rows: Int64[Tensor, "B T"], begins: Bool[Tensor, " V"]) -> Int64[Tensor, "B T"]:
    """The number of each token's word in its row; start, end and what is not there are none, -1."""
    real = (rows != PAD) & (rows != START) & (rows != END)
    numbers = ((begins[rows] & real).cumsum(dim=1) - 1).clamp(min=0)
    return torch.where(real, numbers, -1)


def hidden(
    rows: Int64[Tensor, "B T"],
    begins: Bool[Tensor, " V"],
    share: float,
    symbols: int,
    random: torch.Generator,
) -> tuple[Int64[Tensor, "B T"], Int64[Tensor, "B T"]]:
    """Rows in which whole words are hidden at random, and what stood there."""
    words = words_of(rows, begins)
    drawn = torch.rand(rows.shape, generator=random)
    drawn = drawn.gather(1, words.clamp(min=0))  # (B, T), the same for a whole word
    chosen = (drawn < share) & (words >= 0)
    how = torch.rand(rows.shape, generator=random)
    others = UNKNOWN + 1, max(symbols, UNKNOWN + 2)
    anything = torch.randint(*others, rows.shape, generator=random).clamp(max=symbols - 1)
    inputs = torch.where(chosen & (how < MASKED), MASK, rows)
    inputs = torch.where(chosen & (how >= MASKED) & (how < MASKED + OTHER), anything, inputs)
    return inputs, torch.where(chosen, rows, IGNORED)


@dataclass(frozen=True, eq=False)
class Asked:
    """Each word of some lines, hidden alone.

    Attributes:
        inputs: a row for each word, (W, T).
        targets: what stood there; `IGNORED` elsewhere.
        third: where in its line the word stands: 0 first third, 1 middle, 2 last, (W,).
        row: which line it is, (W,).
    """

    inputs: Int64[Tensor, "W T"]
    targets: Int64[Tensor, "W T"]
    third: Int64[Tensor, " W"]
    row: Int64[Tensor, " W"]


def one_by_one(rows: Int64[Tensor, "B T"], begins: Bool[Tensor, " V"]) -> Asked:
    """All words of some lines, each hidden alone."""
    words = words_of(rows, begins)  # (B, T)
    counts = words.max(dim=1).values + 1  # (B,)
    row = torch.repeat_interleave(torch.arange(len(rows)), counts)  # (W,)
    word = torch.cat([torch.arange(count) for count in counts.tolist()])
    mine = words[row] == word[:, None]  # (W, T)
    inputs, targets = torch.where(mine, MASK, rows[row]), torch.where(mine, rows[row], IGNORED)
    return Asked(inputs, targets, 3 * word // counts[row], row)


def there(rows: Int64[Tensor, "B T"]) -> Bool[Tensor, "B 1 1 T"]:
    """The mask of an encoder: every token may look at every one that is there."""
    return (rows != PAD)[:, None, None]
