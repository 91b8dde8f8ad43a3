"""One pass over the training examples, batch by batch: forward, back, update."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from dlviz.lessons.mlp_playground.layers import MOST_UNITS
from dlviz.lessons.mlp_playground.network import Board, Network
from dlviz.lessons.mlp_playground.optimizers import Optimizer


@torch.inference_mode()  # gradients are written out: nobody else needs to keep track
def learn(
    network: Network,
    optimizer: Optimizer,
    board_for: Callable[[int], Board],
    x: Tensor,
    target: Tensor,
    rate: Tensor,
    present: Mapping[str, float],
    random: torch.Generator,
) -> list[Tensor]:
    """Learns all examples once, in a new random order.

    Args:
        network, optimizer: of S networks; changed.
        board_for: gives a board for a number of examples.
        x: inputs and a row of ones, (S, I + 1, N).
        target: (K, N).
        rate: learning rate of all parameters or of each, (1,) or (P,).
        present: the values of batch_size, dropout, weight_decay and l1.
        random: for the order and for dropout.

    Returns:
        Dropout's factors of the last update, see `draw_keep`.
    """
    order, batch_size = torch.randperm(target.shape[1], generator=random), int(present["batch_size"])
    batches = x.index_select(2, order).split(batch_size, dim=2)
    keep: list[Tensor] = []
    for batch, goal in zip(batches, target.index_select(1, order).split(batch_size, dim=1)):
        board = board_for(goal.shape[1])
        keep = draw_keep(present["dropout"], network.sizes, goal.shape[1], random)
        network.forward(board, batch, keep=keep, learning=True)
        if network.batch_norm:
            network.remember(board)
        gradient = network.backward(board, goal, keep=keep)
        optimizer.update(gradient, rate, present["weight_decay"], present["l1"])
    return keep


def draw_keep(dropout: float, sizes: Sequence[int], examples: int, random: torch.Generator) -> list[Tensor]:
    """Dropout's factor for each unit and example: 0, or 1 / (1 - dropout) so that the mean stays, (units, B) each.

    Drawn for eight units whatever the width: networks of several widths may share their random numbers.
    """
    if not dropout:
        return []
    kept = torch.rand(len(sizes) - 2, MOST_UNITS, examples, generator=random) >= dropout
    return [factors[:units] for factors, units in zip(kept / (1 - dropout), sizes[1:-1])]
