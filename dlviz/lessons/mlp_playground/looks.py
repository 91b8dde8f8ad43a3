"""What is recorded of a network after an epoch: one forward pass over all examples and the whole plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlviz.lessons.mlp_playground.datasets import Examples, lattice, seen
from dlviz.lessons.mlp_playground.losses import answer, losses_of, targets_for
from dlviz.lessons.mlp_playground.network import Board, Network

SIDE = 50  # places along one side of the plane
BINS = 25  # of a distribution


class Look:
    """Looks at a network.

    Attributes:
        x: what it sees of the training examples, then the test examples, then the plane, (1, I + 1, N + M + G²).
        target: of the training examples and the test examples, as the loss wants them, (K, N + M).
    """

    def __init__(self, examples: Examples, inputs: Sequence[str], network: Network) -> None:
        self.network, self.classes = network, examples.classes
        self.train, self.tested = len(examples.train_x), len(examples.train_x) + len(examples.test_x)
        places = torch.cat([examples.train_x, examples.test_x, lattice(examples.extent, SIDE)])
        self.x = seen(places, inputs)[None]
        self.truth = torch.cat([examples.train_target, examples.test_target])  # (N + M,)
        self.target = targets_for(network.loss, self.truth, examples.classes)
        self.board = Board(network.sizes, len(places))
        self.learnt = self.board.first(self.train)
        self.layer = torch.arange(len(network.sizes) - 1).repeat_interleave(
            torch.tensor(network.sizes[1:])
        )  # (U,)
        self.weight_places = network.is_weight.nonzero()[:, 0]
        self.bias_places = network.bias_places()

    def frame(self, epoch: int, keep: Sequence[Tensor]) -> dict[str, Any]:
        """The fields of a frame.

        Args:
            epoch: how many were made.
            keep: dropout's factors of the last update.
        """
        network, board, train, tested = self.network, self.board, self.train, self.tested
        z = network.forward(board, self.x)[0]  # (K, N + M + G²)
        loss = losses_of(network.loss, z[:, :tested], self.target)  # (N + M,)
        units = torch.cat(
            [outputs[0] for outputs in board.outputs] + [answer(network.loss, z)]
        )  # (U, N + M + G²)
        maps, reach = quantised(units[:, tested:])
        units[len(units) - len(z) :, :train] = z[:, :train]
        activations, spread = self.distributions(units[:, :train])
        accuracy, confusion = self.score(z[:, :tested])

        # ‖∂L/∂W‖ of every layer; batch normalisation normalises by all training examples here
        if network.batch_norm:
            network.forward(self.learnt, self.x[:, :, :train], learning=True)
        network.backward(self.learnt, self.target[:, :train])
        norms = [slopes[:, :, :-1].norm() for slopes in network.slopes]

        dropped = np.zeros(len(units), bool)
        if keep:
            off = torch.cat([factors[:, -1] == 0 for factors in keep])
            dropped[: len(off)] = off.numpy()
        flat = network.parameters[0]
        return {
            "epoch": epoch,
            "weights": flat[self.weight_places].numpy(),
            "biases": flat[self.bias_places].numpy(),
            "loss": loss[:train].mean().item(),
            "test_loss": loss[train:].mean().item(),
            "accuracy": accuracy[0],
            "test_accuracy": accuracy[1],
            "confusion": confusion,
            "maps": maps.view(-1, SIDE, SIDE).numpy(),
            "reach": reach.numpy(),
            "dropped": dropped,
            "gradients": torch.stack(norms).numpy(),
            "activations": activations.numpy(),
            "spread": spread.numpy(),
        }

    def distributions(self, units: Tensor) -> tuple[Tensor, Tensor]:
        """Shares of each layer's activations (U, N) by bins of ±spread, (L, BINS), and the spreads, (L,)."""
        layers = len(self.network.sizes) - 1
        largest = (
            torch.linalg.vector_norm(units, ord=torch.inf, dim=1) if self.train else torch.ones(len(units))
        )
        spread = torch.ones(layers).scatter_reduce_(0, self.layer, largest, "amax")  # (L,)
        scale = (BINS - 0.01) / 2 / spread[self.layer, None]  # just below the last bin's end
        bins = (self.layer[:, None] * BINS + BINS / 2 + units * scale).long()  # (U, N)
        counts = torch.bincount(bins.view(-1), minlength=layers * BINS).view(layers, BINS)
        return counts / counts.sum(dim=1, keepdim=True).clamp(min=1), spread

    def score(self, z: Tensor) -> tuple[tuple[float, float], np.ndarray]:
        """(Training, test) share of right answers, or R², and the examples by true class and answer, (2, K, K)."""
        train, classes = self.train, self.classes
        if not classes:
            return (
                explained(z[0, :train], self.truth[:train]),
                explained(z[0, train:], self.truth[train:]),
            ), np.zeros((2, 1, 1), np.int32)
        said = z[0] > 0 if classes == 2 else z.argmax(dim=0)  # (N + M,)
        cell = self.truth.long() * classes + said
        cell[train:] += classes**2
        confusion = torch.bincount(cell, minlength=2 * classes**2).view(2, classes, classes).numpy()
        right = confusion.trace(axis1=1, axis2=2) / np.maximum(confusion.sum(axis=(1, 2)), 1)
        return (float(right[0]), float(right[1])), confusion.astype(np.int32)


def explained(said: Tensor, truth: Tensor) -> float:
    """R²: the share of the values' variance that is predicted, 0 where a constant would do better."""
    if not len(truth):
        return 0.0
    rest, whole = (said - truth).square().sum().item(), (truth - truth.mean()).square().sum().item()
    return max(1 - rest / whole, 0.0) if whole > 0 else 0.0


def quantised(units: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers (U, G²) as 127 + 127 · number / reach in whole bytes, and the reach of every row, at least 1, (U,)."""
    low, high = torch.aminmax(units, dim=1)
    reach = torch.maximum(-low, high).clamp_(min=1)
    return (units * (127 / reach)[:, None]).add_(127.5).to(torch.uint8), reach
