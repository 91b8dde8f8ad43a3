"""Small networks with back-propagation written out, many at once if need be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy

import torch
from torch import Tensor

from dlviz.lessons.mlp_playground.layers import activate, times_slope
from dlviz.lessons.mlp_playground.losses import slope_of

EPSILON, FORGET = 1e-5, 0.1  # of batch normalisation, as in PyTorch


class Network:
    """S networks of one shape that learn at once; one alone is a stack of one.

    A layer is a = f(W h + b). To do both in one product, b is the last column of W and the last row of h is 1.

    Attributes:
        parameters: of all networks, layer by layer, (P,); with batch normalisation its γ and β come last.
        gradient: of the loss by the parameters, (P,).
        weights, slopes: views of the two, one per layer, (S, outputs, inputs + 1).
        exists: 1 where a network has this parameter, 0 where it only fills up a matrix, (P,); None: they all exist.
        is_weight, is_bias: 1 where a parameter is one, else 0, (P,).
    """

    def __init__(
        self, sizes: Sequence[int], activations: Sequence[str], loss: str, batch_norm: bool, networks: int = 1
    ) -> None:
        self.sizes, self.activations, self.loss, self.batch_norm = sizes, activations, loss, batch_norm
        self.shapes = [(networks, m, n + 1) for n, m in zip(sizes, sizes[1:])]
        self.shapes += [(networks, m, 1) for m in sizes[1:-1] for _ in "γβ" if batch_norm]
        count = sum(math.prod(shape) for shape in self.shapes)
        self.parameters, self.gradient = torch.zeros(count), torch.zeros(count)
        views, gradients = self.views(self.parameters), self.views(self.gradient)
        layers = len(sizes) - 1
        self.weights, self.slopes = views[:layers], gradients[:layers]
        self.gamma, self.beta = views[layers::2], views[layers + 1 :: 2]
        self.gamma_slopes, self.beta_slopes = gradients[layers::2], gradients[layers + 1 :: 2]
        self.back = [weight[:, :, :-1].mT for weight in self.weights]  # Wᵀ without b, (S, inputs, outputs)
        self.mean = [torch.zeros(networks, m, 1) for m in sizes[1:-1]]
        self.variance = [torch.ones(networks, m, 1) for m in sizes[1:-1]]
        for gamma in self.gamma:
            gamma.fill_(1)
        self.exists: Tensor | None = None
        self.is_weight, self.is_bias = torch.zeros(count), torch.zeros(count)
        for layer in range(layers):
            self.views(self.is_weight)[layer][:, :, :-1] = 1
            self.views(self.is_bias)[layer][:, :, -1] = 1

    def views(self, flat: Tensor) -> list[Tensor]:
        """Cuts what is like the parameters, (P,), into layers, (S, outputs, inputs + 1), and γ and β, (S, units, 1)."""
        parts = flat.split([math.prod(shape) for shape in self.shapes])
        return [part.view(shape) for part, shape in zip(parts, self.shapes)]

    def forward(
        self, board: Board, x: Tensor, *, keep: Sequence[Tensor] = (), learning: bool = False
    ) -> Tensor:
        """Writes on the board what every layer makes of the examples.

        Args:
            board: of as many examples.
            x: inputs, and a row of ones, (S, inputs + 1, B).
            keep: dropout's factors for each hidden layer, 0 or 1 / (1 - dropout), (units, B).
            learning: whether batch normalisation looks at this batch; else at what it remembers.

        Returns:
            The last layer's z, (S, outputs, B).
        """
        board.inputs[0] = x
        for layer, name in enumerate(self.activations):
            z = torch.bmm(self.weights[layer], board.inputs[layer], out=board.z[layer])  # z = W h + b
            if self.batch_norm:
                self.normalise(board, layer, learning)
            a = activate(name, z, board.outputs[layer])  # a = f(z)
            board.a[layer] = a.clone() if keep else a
            if keep:
                a.mul_(keep[layer])
        return torch.bmm(self.weights[-1], board.inputs[-1], out=board.z[-1])

    def backward(self, board: Board, target: Tensor, *, keep: Sequence[Tensor] = ()) -> Tensor:
        """The gradient of the mean loss over the examples on the board, layer by layer from the last.

        Args:
            board: as `forward` has left it.
            target: (outputs, B).
            keep: the same as of `forward`.
        """
        delta = slope_of(self.loss, board.z[-1], target, board.share)  # δ = ∂L/∂z, (S, outputs, B)
        for layer in range(len(self.weights) - 1, 0, -1):
            torch.bmm(delta, board.turned[layer], out=self.slopes[layer])  # ∂L/∂W = δ hᵀ
            before = layer - 1
            delta = torch.bmm(
                self.back[layer], delta, out=board.delta[before]
            )  # ∂L/∂h = Wᵀ δ, (S, inputs, B)
            if keep:
                delta.mul_(keep[before])
            # ∂L/∂z = ∂L/∂h f'(z)
            times_slope(
                self.activations[before], delta, board.z[before], board.a[before], board.spare[before]
            )
            if self.batch_norm:
                delta = self.normalise_back(board, before, delta)
        torch.bmm(delta, board.inputs[0].mT, out=self.slopes[0])
        return self.gradient if self.exists is None else self.gradient.mul_(self.exists)

    def normalise(self, board: Board, layer: int, learning: bool) -> None:
        """z ← γ ẑ + β with ẑ = (z - mean) / √(variance + ε), of this batch or as remembered."""
        z = board.z[layer]
        variance, mean = self.variance[layer], self.mean[layer]
        if learning:
            variance, mean = torch.var_mean(z, dim=2, correction=0, keepdim=True)  # (S, units, 1)
            board.variance[layer], board.mean[layer] = variance, mean
        board.deviation[layer] = (variance + EPSILON).sqrt()
        board.normal[layer] = (z - mean) / board.deviation[layer]
        torch.addcmul(self.beta[layer], self.gamma[layer], board.normal[layer], out=z)

    def remember(self, board: Board) -> None:
        """Moves the remembered mean and variance a tenth of the way to those of the batch on the board."""
        examples = board.z[0].shape[2]
        for layer in range(len(self.activations)):
            unbiased = board.variance[layer] * (examples / max(examples - 1, 1))
            self.mean[layer].lerp_(board.mean[layer], FORGET)
            self.variance[layer].lerp_(unbiased, FORGET)

    def normalise_back(self, board: Board, layer: int, delta: Tensor) -> Tensor:
        """From ∂L/∂(γ ẑ + β) to ∂L/∂z; mean and variance depend on z too. Ioffe and Szegedy, 2015."""
        normal = board.normal[layer]
        torch.sum(delta * normal, dim=2, keepdim=True, out=self.gamma_slopes[layer])
        torch.sum(delta, dim=2, keepdim=True, out=self.beta_slopes[layer])
        shared = self.beta_slopes[layer] + normal * self.gamma_slopes[layer]
        return self.gamma[layer] / board.deviation[layer] * (delta - shared / delta.shape[2])


class Board:
    """What is written down while B examples go through S networks.

    Attributes:
        inputs: of each layer, the last row ones, (S, inputs + 1, B).
        turned: the same, transposed.
        z: of each layer before its activation, (S, units, B).
        outputs: of each hidden layer: the next one's inputs without the ones.
        a: activations before dropout; the outputs themselves where there is none.
        mean, variance, deviation, normal: of batch normalisation, for each hidden layer; deviation is
            √(variance + ε), normal is ẑ.
        delta, spare: of each hidden layer, what goes back, and room beside it.
        share: of one example in a mean, (1,).
    """

    def __init__(self, sizes: Sequence[int], examples: int, networks: int = 1) -> None:
        self.inputs = [torch.ones(networks, n + 1, examples) for n in sizes[:-1]]
        self.turned = [inputs.mT for inputs in self.inputs]
        self.z, self.delta, self.spare = (
            [torch.empty(networks, m, examples) for m in sizes[1:]] for _ in range(3)
        )
        self.share = torch.tensor([1 / max(examples, 1)])
        self.outputs = [inputs[:, :-1] for inputs in self.inputs[1:]]
        self.a = list(self.outputs)
        self.mean, self.variance, self.deviation, self.normal = ([self.z[0]] * len(self.a) for _ in range(4))

    def first(self, examples: int) -> Board:
        """The part of the board for the first examples."""
        part = copy(self)
        for name in (
            "inputs",
            "z",
            "delta",
            "spare",
            "outputs",
            "a",
            "mean",
            "variance",
            "deviation",
            "normal",
        ):
            setattr(part, name, [tensor[:, :, :examples] for tensor in getattr(self, name)])
        part.turned = [inputs.mT for inputs in part.inputs]
        part.share = torch.tensor([1 / max(examples, 1)])
        return part
