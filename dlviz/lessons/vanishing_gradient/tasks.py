"""Two tasks that only a memory solves: recall a symbol, add two marked numbers; then a delay, then the answer."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

TaskName = Literal["recall", "adding"]
SYMBOLS, FILLERS = 4, 4  # to be remembered; that come after it
MARKED = 5  # among how many numbers at the start two are marked
CLOSE = 0.1  # a sum that is missed by less is right
SIZES = {"recall": (SYMBOLS + FILLERS, SYMBOLS), "adding": (2, 1)}  # numbers at a step, numbers of the answer
LEAD = {"recall": 1, "adding": MARKED}  # steps that hold what is to be remembered


def examples(
    task: TaskName, count: int, delay: int, random: torch.Generator, *, fillers: bool = True
) -> tuple[Tensor, Tensor]:
    """Sequences and their answers, drawn anew.

    Args:
        task: recall a symbol that is shown once; add two marked numbers of the first five.
        count: B, how many.
        delay: steps after what is to be remembered, before the answer is asked.
        random: the source of chance.
        fillers: something without meaning comes during the delay; nothing otherwise.

    Returns:
        X, (B, T, D), and the symbol, (B,), or the sum, (B,).

    Source: Hochreiter and Schmidhuber, Long short-term memory, 1997; there the marked numbers stand farther apart.
    """
    steps = LEAD[task] + delay
    if task == "recall":
        symbols = torch.randint(SYMBOLS, (count,), generator=random)  # (B,)
        tokens = torch.randint(SYMBOLS, SYMBOLS + FILLERS, (count, steps), generator=random)  # (B, T)
        tokens[:, 0] = symbols
        X, y = nn.functional.one_hot(tokens, SYMBOLS + FILLERS).float(), symbols  # (B, T, D)
    else:
        values = torch.rand(count, steps, generator=random)  # (B, T)
        places = torch.rand(count, MARKED, generator=random).argsort(dim=1)[:, :2]  # two of the first five
        marks = torch.zeros(count, steps).scatter(1, places, 1.0)  # (B, T)
        X, y = torch.stack((values, marks), dim=2), (values * marks).sum(dim=1)
    if not fillers:
        X[:, LEAD[task] :] = 0.0
    return X, y


def loss_of(answers: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of symbols, mean squared error of sums; answers are (B, K) or (B, 1)."""
    if answers.shape[1] > 1:
        return nn.functional.cross_entropy(answers, y)
    return nn.functional.mse_loss(answers[:, 0], y)


def right(answers: Tensor, y: Tensor) -> Tensor:
    """Whether each answer is right, (..., B); answers are (..., B, K)."""
    return answers.argmax(-1) == y if answers.shape[-1] > 1 else (answers[..., 0] - y).abs() < CLOSE


def chance(task: TaskName) -> float:
    """The accuracy of one who has forgotten: any symbol; always the middle of all sums."""
    # a sum of two uniform numbers is within d of 1 with probability 1 - (1 - d)²
    return 1 / SYMBOLS if task == "recall" else 1 - (1 - CLOSE) ** 2
