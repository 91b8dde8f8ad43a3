"""A small convolutional network whose inside can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from jaxtyping import Float32
from torch import Tensor, nn

KernelName = Literal["3", "5", "7"]
PoolingName = Literal["max", "average", "none"]
HeadName = Literal["flatten", "average"]
POOL = 2  # pixels along a side that pooling makes one of
MOMENTUM = (
    0.3  # share of the present batch in the running means: training is short, so they must follow quickly
)


def widths_of(config: Any) -> tuple[int, ...]:
    """Filters of each block: as many as chosen, then twice as many."""
    return tuple(config.filters * (1 if k == 0 else 2) for k in range(config.blocks))


def sides_of(config: Any, side: int) -> tuple[int, ...]:
    """Sides of the maps of each block; pooling stands between two blocks."""
    return tuple(side if config.pooling == "none" else side // POOL**k for k in range(config.blocks))


def new_pooling(name: PoolingName) -> nn.Module:
    """A quarter of the pixels: of each square of four the largest or the mean."""
    return {"max": nn.MaxPool2d(POOL), "average": nn.AvgPool2d(POOL), "none": nn.Identity()}[name]


@dataclass(frozen=True)
class Inside:
    """What a network says of B pictures.

    Attributes:
        maps: of each block after its ReLU, (B, C, H, W).
        features: what the last layer sees, (B, D).
        logits: (B, K); softmax makes them probabilities.
    """

    maps: list[Tensor]
    features: Tensor
    logits: Tensor


class Network(nn.Module):
    """Blocks of convolution (and batch normalisation) and ReLU, pooling between them, and one linear layer.

    Args:
        config: blocks, filters, kernel_size, pooling, batch_norm, dropout and head of it are read.
        channels, side: of the pictures.
        classes: K.
        random: for dropout.
    """

    def __init__(self, config: Any, channels: int, side: int, classes: int, random: torch.Generator) -> None:
        super().__init__()
        widths, sides, kernel = widths_of(config), sides_of(config, side), int(config.kernel_size)
        self.dropout, self.random = config.dropout, random
        self.averages = config.head == "average"
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        # of each block its own, so that who explains an answer can watch each of them
        self.activations, self.poolings = nn.ModuleList(), nn.ModuleList()
        for before, width in zip((channels, *widths), widths):
            # batch normalisation has a bias of its own
            bias = not config.batch_norm
            self.convolutions.append(nn.Conv2d(before, width, kernel, padding=kernel // 2, bias=bias))
            self.norms.append(
                nn.BatchNorm2d(width, momentum=MOMENTUM) if config.batch_norm else nn.Identity()
            )
            self.activations.append(nn.ReLU())
            self.poolings.append(new_pooling(config.pooling))
        pixels = 1 if self.averages else sides[-1] ** 2
        self.head = nn.Linear(widths[-1] * pixels, classes)

    def forward(self, X: Float32[Tensor, "B C H W"]) -> Float32[Tensor, "B K"]:
        """Logits."""
        return self.inside(X).logits

    def inside(self, X: Float32[Tensor, "B C H W"]) -> Inside:
        """Logits, and all that leads to them."""
        maps: list[Tensor] = []
        for k, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            if maps:
                X = self.poolings[k - 1](X)
            X = self.activations[k](norm(convolution(X)))  # (B, width, H, W)
            maps.append(X)
        features = X.mean(dim=(2, 3)) if self.averages else X.flatten(1)  # (B, D)
        return Inside(maps, features, self.head(self.dropped(features)))

    def dropped(self, features: Float32[Tensor, "B D"]) -> Float32[Tensor, "B D"]:
        """While it learns some features are 0; the others grow, so that the mean stays."""
        if not self.training or self.dropout == 0:
            return features
        kept = torch.rand(features.shape, generator=self.random) >= self.dropout
        return features * kept.to(features.device) / (1 - self.dropout)
