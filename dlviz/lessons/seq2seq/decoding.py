"""How the decoder writes by itself: the most probable token each time, or the best of several sequences at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from dlviz.lessons.seq2seq.network import Memory, State, Translator

BEST = 6  # tokens of which the probability is kept
NOTHING = -1  # a token or a parent that is not there


@dataclass(frozen=True)
class Writing:
    """What was written, step by step.

    Attributes:
        tokens: the chosen ones with the end, (B, O); NOTHING after it.
        weights, scores: of attention, (B, O, S).
        states: of the decoder, (B, O, H).
        best: the most probable tokens, the first of them first, (B, O, 6); NOTHING where there are fewer.
        chances: their probabilities, (B, O, 6).
    """

    tokens: Tensor
    weights: Tensor
    scores: Tensor
    states: Tensor
    best: Tensor
    chances: Tensor


def greedy(
    network: Translator, memory: Memory, most: int, bent: Mapping[int, Tensor] | None = None
) -> Writing:
    """Writes the most probable token each time, until the end or `most` tokens.

    Args:
        network: trained or not.
        memory: what was read.
        most: tokens, O.
        bent: weights (S,) of some steps, to be used instead of those that attention finds.
    """
    count = len(memory.last)
    state, token = network.start(memory), torch.zeros(count, dtype=torch.int64)
    open_ = torch.ones(count, dtype=torch.bool)
    kept: list[tuple[Tensor, ...]] = []
    for i in range(most):
        own = None if bent is None or i not in bent else bent[i].expand(count, -1)
        step = network.step(token, state, memory, own)
        state, token = step.state, step.logits.argmax(dim=1)
        few = min(BEST, step.logits.shape[1])
        chances, best = step.logits.softmax(dim=1).topk(few)  # (B, 6) each
        chances, best = (torch.nn.functional.pad(part, (0, BEST - few)) for part in (chances, best))
        written = token.where(open_, torch.tensor(NOTHING))
        kept.append((written, step.weights, step.scores, state[0], best, chances))
        open_ = open_ & (token != 0)
    return Writing(*(torch.stack(part, dim=1) for part in zip(*kept)))


@dataclass(frozen=True)
class Tree:
    """The sequences that a beam holds after every step, the best one first.

    Attributes:
        tokens: the last of each, (O, W); NOTHING if it had ended before, or is not there.
        parents: which one of the step before it continues, (O, W); NOTHING if it is not there.
        chances: log probability of the whole sequence, (O, W); -inf if it is not there.
    """

    tokens: Tensor
    parents: Tensor
    chances: Tensor

    def path(self) -> list[int]:
        """The tokens of the best sequence, with its end if it has one."""
        at, found = 0, []
        for tokens, parents in zip(self.tokens.flip(0).tolist(), self.parents.flip(0).tolist()):
            found.append(tokens[at])
            at = parents[at]
        return [token for token in reversed(found) if token != NOTHING]


def beam(network: Translator, memory: Memory, width: int, most: int) -> Tree:
    """Keeps the most probable sequences of every length; one that has ended stays as it is while it is among them.

    Args:
        network: trained or not.
        memory: of one source.
        width: sequences that are kept, W.
        most: tokens, O.
    """
    tokens, parents = (torch.full((most, width), NOTHING) for _ in range(2))
    chances = torch.full((most, width), -torch.inf)
    states: list[State] = [network.start(memory)]
    held, ended, total = torch.zeros(1, dtype=torch.int64), torch.tensor([False]), torch.zeros(1)
    for i in range(most):
        # log p(y_1 … y_i) = log p(y_1 … y_{i-1}) + log p(y_i | y_1 … y_{i-1})
        steps = [network.step(token[None], state, memory) for token, state in zip(held, states)]
        told = torch.cat([step.logits.log_softmax(dim=1) for step in steps])  # (w, V)
        stays = torch.full_like(told, -torch.inf)
        stays[:, 0] = 0  # what has ended is continued by nothing, and costs nothing
        whole = (total[:, None] + torch.where(ended[:, None], stays, told)).flatten()  # (w V,)
        total, found = whole.topk(min(width, int(whole.isfinite().sum())))
        parent, token = found // told.shape[1], found % told.shape[1]
        over, count = ended[parent], len(found)
        tokens[i, :count] = token.where(~over, torch.tensor(NOTHING))
        parents[i, :count], chances[i, :count] = parent, total
        states = [steps[k].state for k in parent.tolist()]
        held, ended = token, over | (token == 0)
        if ended.all():
            tokens, parents, chances = tokens[: i + 1], parents[: i + 1], chances[: i + 1]
            break
    return Tree(tokens, parents, chances)
