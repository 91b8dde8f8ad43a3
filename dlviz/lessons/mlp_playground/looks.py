"""What is recorded of a network after an epoch: one forward pass over all examples and the whole plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlviz.lessons.mlp_playground.datasets import Examples, lattice, seen
from dlviz.lessons.mlp_playground.layers import BOUNDED
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

    def __init__(self, examples: Examples, inputs: Sequence[str], network: Network, side: int = SIDE) -> None:
        self.network, self.classes, self.side = network, examples.classes, side
        self.train, self.tested = len(examples.train_x), len(examples.train_x) + len(examples.test_x)
        places = torch.cat([examples.train_x, examples.test_x, lattice(examples.extent, side)])
        self.x = seen(places, inputs)[None]
        self.truth = torch.cat([examples.train_target, examples.test_target])  # (N + M,)
        self.cells = self.truth.long().numpy() * self.classes  # of the confusion matrices, without the answer
        self.cells[self.train :] += self.classes**2
        self.shares = torch.zeros(self.tested, 2)  # of each example in the two means, (N + M, 2)
        self.shares[: self.train, 0] = 1 / max(self.train, 1)
        self.shares[self.train :, 1] = 1 / max(self.tested - self.train, 1)
        self.target = targets_for(network.loss, self.truth, examples.classes)
        self.board = Board(network.sizes, len(places))
        self.board.inputs[0] = self.x
        self.learnt = self.board.first(self.train)
        shapes = [n * m for n, m in zip(network.sizes, network.sizes[1:])]
        self.first_weights = np.cumsum([0, *shapes[:-1]])  # of each layer, (L,)
        self.weights = network.is_weight.nonzero()[:, 0]  # where they stand among the parameters, (E,)
        self.biases = network.is_bias.nonzero()[:, 0]  # (U,)
        self.layers = np.repeat(np.arange(len(network.weights)), network.sizes[1:])  # of the units, (U,)
        self.bounded = {*network.activations, network.loss} <= {*BOUNDED, "cross_entropy", "squared"}
        self.units = torch.empty(len(self.biases), side * side)
        self.starts = np.cumsum([0, *network.sizes[1:-1]])  # the first unit of each layer, (L,)

    @torch.inference_mode()
    def frame(self, epoch: int, keep: Sequence[Tensor]) -> dict[str, Any] | None:
        """The fields of a frame; None when a number is no longer finite.

        Args:
            epoch: how many were made.
            keep: dropout's factors of the last update.
        """
        network, train, tested = self.network, self.train, self.tested
        z = network.forward(self.board, self.x)[0]  # (K, N + M + G²)
        if not math.isfinite(z.sum().item() + network.parameters.sum().item()):
            return None
        loss = (losses_of(network.loss, z[:, :tested], self.target) @ self.shares).tolist()
        accuracy, confusion = self.score(z[:, :tested])
        layers = [outputs[0] for outputs in self.board.outputs]  # (units, N + M + G²) each
        said = answer(network.loss, z[:, tested:])
        torch.cat([*(a[:, tested:] for a in layers), said], out=self.units)
        maps, reach = quantised(self.units, self.side, self.bounded)  # (U, G, G)
        activations, spread = self.distributions(torch.cat([a[:, :train] for a in [*layers, z]]))

        # ‖∂L/∂W‖ of every layer; batch normalisation normalises by all training examples here
        if network.batch_norm and train:
            network.forward(self.learnt, self.x[:, :, :train], learning=True)
        if train:
            network.backward(self.learnt, self.target[:, :train])
        slopes = network.gradient[self.weights].square_().numpy()  # (E,)

        dropped = np.zeros(len(maps), bool)
        if keep:
            off = torch.cat([factors[:, -1] == 0 for factors in keep])
            dropped[: len(off)] = off.numpy()
        return {
            "epoch": epoch,
            "weights": network.parameters[self.weights].numpy(),
            "biases": network.parameters[self.biases].numpy(),
            "loss": loss[0] if train else math.nan,
            "test_loss": loss[1] if tested > train else math.nan,
            "accuracy": accuracy[0],
            "test_accuracy": accuracy[1],
            "confusion": confusion,
            "maps": maps,
            "reach": reach,
            "dropped": dropped,
            "gradients": np.sqrt(np.add.reduceat(slopes, self.first_weights)),
            "activations": activations,
            "spread": spread,
        }

    def distributions(self, units: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Of activations (U, N): each layer's shares by bins of ±spread, (L, BINS), and its spread, (L,)."""
        largest = units.abs().amax(dim=1).numpy() if self.train else np.zeros(len(units), np.float32)
        spread = np.maximum(np.maximum.reduceat(largest, self.starts), np.float32(1))
        layers = len(spread)
        scale = (BINS - 0.01) / 2 / spread[self.layers]  # just below the upper end of the last bin
        first = (BINS / 2 + BINS * self.layers).astype(np.float32)
        bins = torch.addcmul(torch.from_numpy(first)[:, None], units, torch.from_numpy(scale)[:, None])
        counts = np.bincount(bins.numpy().astype(np.int64).ravel(), minlength=layers * BINS)
        members = np.bincount(self.layers) * max(self.train, 1)  # of each layer
        return (counts.reshape(layers, BINS) / members[:, None]).astype(np.float32), spread

    def score(self, z: Tensor) -> tuple[tuple[float, float], np.ndarray]:
        """(Training, test) share of right answers, or R²; and the examples by true class and answer, (2, K, K)."""
        train, classes = self.train, self.classes
        if not classes:
            r2 = tuple(explained(z[0, part], self.truth[part]) for part in (slice(train), slice(train, None)))
            return (r2[0], r2[1]), np.zeros((2, 1, 1), np.int32)
        said = z[0].numpy() > 0 if classes == 2 else z.argmax(dim=0).numpy()  # (N + M,)
        cells = np.bincount(self.cells + said, minlength=2 * classes**2).astype(np.int32).reshape(2, -1)
        hits = cells[:, :: classes + 1].sum(axis=1).tolist()
        right = hits[0] / max(train, 1), hits[1] / max(self.tested - train, 1)
        return right, cells.reshape(2, classes, classes)


def explained(said: Tensor, truth: Tensor) -> float:
    """R²: the share of the values' variance that is predicted, 0 where a constant would do better."""
    if not len(truth):
        return 0.0
    rest, whole = (said - truth).square().sum().item(), (truth - truth.mean()).square().sum().item()
    return max(1 - rest / whole, 0.0) if whole > 0 else 0.0


def quantised(units: Tensor, side: int = SIDE, bounded: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of places as whole bytes 127 + 127 · number / reach, and each unit's reach.

    Args:
        units: (U, G²); used up.
        side: G.
        bounded: whether all numbers are known to be within ±1.

    Returns:
        (U, G, G) and (U,); a reach is the largest size of the unit's numbers, and at least 1.
    """
    reach = torch.ones(len(units)) if bounded else units.abs().amax(dim=1).clamp_(min=1)
    half = torch.tensor([127.5])
    if bounded:
        steps = torch.add(half, units, alpha=127, out=units)
    else:
        steps = torch.addcmul(half, units, (127 / reach)[:, None], out=units)
    return steps.numpy().astype(np.uint8).reshape(-1, side, side), reach.numpy()
