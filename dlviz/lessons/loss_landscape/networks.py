"""The networks that are trained: layers in a row, with or without skip connections and batch normalisation."""

from __future__ import annotations

from typing import Literal, cast

import torch
from jaxtyping import Float32
from torch import Tensor, nn

Architecture = Literal["mlp", "cnn"]
CLASSES = 10
SIDE = 8  # of a digit in pixels
CHANNELS = 8  # of the CNN
MAP = 4  # side of its feature maps


class Network(nn.Module):
    """Digits in, ten logits out.

    An MLP of `depth` hidden layers, or a CNN of `depth` convolutions (3x3, 8 channels, the first with stride 2).

    Args:
        architecture: "mlp" or "cnn".
        depth: hidden layers or convolutions.
        width: units of a hidden layer of the MLP.
        skip: every layer but the first adds its input to its output (He et al., 2016).
        batch_norm: every layer normalises before its activation (Ioffe and Szegedy, 2015).
    """

    def __init__(
        self, architecture: Architecture, depth: int, width: int, skip: bool, batch_norm: bool
    ) -> None:
        super().__init__()
        convolves = architecture == "cnn"
        self.shape = (1, SIDE, SIDE) if convolves else (SIDE * SIDE,)
        self.skip, self.batch_norm = skip, batch_norm
        self.layers, self.norms = nn.ModuleList(), nn.ModuleList()
        for k in range(depth):
            layer: nn.Conv2d | nn.Linear
            if convolves:
                layer = nn.Conv2d(
                    1 if k == 0 else CHANNELS, CHANNELS, 3, stride=2 if k == 0 else 1, padding=1
                )
                norm: nn.Module = nn.BatchNorm2d(CHANNELS)
            else:
                layer, norm = nn.Linear(SIDE * SIDE if k == 0 else width, width), nn.BatchNorm1d(width)
            self.layers.append(layer)
            if batch_norm:
                self.norms.append(norm)
            # Var(w) = 2 / inputs (He et al., 2015); branches that are added up start smaller, by 1/√depth
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(cast(Tensor, layer.bias))
            if skip and k > 0:
                layer.weight.data /= depth**0.5
        self.output = nn.Linear(CHANNELS * MAP * MAP if convolves else width, CLASSES)

    def forward(self, images: Float32[Tensor, "B 64"]) -> Float32[Tensor, "B 10"]:
        """The logits."""
        hidden = images.view(-1, *self.shape)
        for k, layer in enumerate(self.layers):
            # h ← ReLU(BN(W h + b)), with a skip connection h + ReLU(BN(W h + b))
            inner = layer(hidden)
            inner = torch.relu(self.norms[k](inner) if self.batch_norm else inner)
            hidden = hidden + inner if self.skip and k > 0 else inner
        return self.output(hidden.flatten(1))


def flat(network: nn.Module) -> Float32[Tensor, " P"]:
    """A copy of all parameters, one after the other."""
    return torch.cat([parameter.detach().reshape(-1) for parameter in network.parameters()])


def load(network: nn.Module, weights: Float32[Tensor, " P"]) -> None:
    """Puts such a vector back into a network."""
    start = 0
    for parameter in network.parameters():
        parameter.data = weights[start : start + parameter.numel()].view_as(parameter)
        start += parameter.numel()


def pieces(network: nn.Module) -> dict[str, tuple[int, int, torch.Size]]:
    """Where each parameter stands in the vector: first, behind the last, shape."""
    found: dict[str, tuple[int, int, torch.Size]] = {}
    start = 0
    for name, parameter in network.named_parameters():
        found[name] = start, start + parameter.numel(), parameter.shape
        start += parameter.numel()
    return found
