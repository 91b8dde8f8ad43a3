"""A recurrent network: a vector for each token, cells in one or two layers, and an answer at each position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor, nn

from dlviz.lessons.rnn.tasks import NOTHING, Sequences
from dlviz.models.cells import KINDS

EMBEDDING = 24  # numbers that stand for a token, at most


@dataclass(frozen=True)
class Inside:
    """What the network computes of B sequences.

    Attributes:
        hidden: h_1 to h_S of every layer, (B, S, H) each.
        outputs: logits of the answers, or the next numbers of a series.
    """

    hidden: tuple[Tensor, ...]
    outputs: Float32[Tensor, "B S A"]


class Network(nn.Module):
    """Token → embedding → cells → linear.

    Args:
        config: `cell`, `hidden_size`, `layers`.
        tokens: of the inputs; 0 if they are numbers.
        answers: of the outputs.
    """

    def __init__(self, config: Any, tokens: int, answers: int) -> None:
        super().__init__()
        width = min(EMBEDDING, tokens) or 1
        self.embedding = nn.Embedding(tokens, width) if tokens else None
        sizes = [width, *[config.hidden_size] * config.layers]
        self.cells = nn.ModuleList(
            KINDS[config.cell](before, after, batch_first=True) for before, after in zip(sizes, sizes[1:])
        )
        self.head = nn.Linear(config.hidden_size, answers or 1)

    def inside(self, X: Int64[Tensor, "B S"] | Float32[Tensor, "B S"]) -> Inside:
        """Every hidden state, and the outputs."""
        x = self.embedding(X) if self.embedding else X[..., None]  # (B, S, D)
        hidden = []
        for cells in self.cells:
            x, _ = cells(x)  # (B, S, H)
            hidden.append(x)
        return Inside(tuple(hidden), self.head(x))

    def forward(self, X: Int64[Tensor, "B S"] | Float32[Tensor, "B S"]) -> Float32[Tensor, "B S A"]:
        """The outputs alone."""
        return self.inside(X).outputs


def loss_of(outputs: Float32[Tensor, "B S A"], targets: Tensor) -> Tensor:
    """Cross-entropy where an answer is asked; of a series the mean squared error."""
    if targets.is_floating_point():
        return nn.functional.mse_loss(outputs[..., 0], targets)
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=NOTHING)


def right_of(outputs: Float32[Tensor, "B S A"], inputs: Tensor, targets: Tensor) -> float:
    """The share of right answers; of a series at its end, whether it rises or falls."""
    if targets.is_floating_point():
        now, said, then = inputs[:, -1], outputs[:, -1, 0], targets[:, -1]
        return ((said > now) == (then > now)).float().mean().item()
    asked = targets != NOTHING
    return (outputs.argmax(dim=-1) == targets)[asked].float().mean().item()


def new_network(config: Any, sequences: Sequences) -> Network:
    """The network before training; it draws from torch's random stream."""
    return Network(config, len(sequences.tokens), len(sequences.answers))


def blank_network(config: Any, sequences: Sequences) -> Network:
    """The same, for recorded numbers; the stream of random numbers stays as it was."""
    with torch.random.fork_rng(devices=[]):
        return new_network(config, sequences)


def weights_of(network: Network) -> Float32[np.ndarray, " P"]:
    """All numbers that are learnt, one after the other."""
    return torch.cat([part.detach().flatten() for part in network.parameters()]).numpy()
