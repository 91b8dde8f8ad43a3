"""A trained network forgets, layer after layer from the top: the sanity check of heat maps."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import torch
from torch import nn

from dlviz.data.examples import Examples
from dlviz.models.convnet import Network
from dlviz.models.training import build

PARTS = 4  # steps in which the units of a block are put back to random


def layers_of(network: Network) -> list[list[nn.Module]]:
    """The layers from the top: the last one, then convolution and batch normalisation of each block."""
    blocks = [[convolution, norm] for convolution, norm in zip(network.convolutions, network.norms)]
    return [[network.head], *reversed(blocks)]


def forgetting(config: Any, examples: Examples, trained: Network) -> Iterator[tuple[float, Network]]:
    """How many layers are random and the network: first none; then unit by unit, from the top, all.

    A layer is put back to what a fresh network has there, whose numbers come from the seed after the config's.

    Source: Adebayo et al., Sanity checks for saliency maps, 2018: cascading randomisation.
    """
    torch.manual_seed(config.seed + 1)
    fresh = build(config, examples)
    network = deepcopy(trained)
    yield 0.0, network
    for depth, (old, new) in enumerate(zip(layers_of(network), layers_of(fresh))):
        parts = 1 if depth == 0 else PARTS  # the last layer has one unit for each class: all at once
        for part in range(1, parts + 1):
            for module, source in zip(old, new):
                replace(module, source, part / parts)
            yield depth + part / parts, network


@torch.no_grad()
def replace(module: nn.Module, source: nn.Module, share: float) -> None:
    """Takes over the numbers of the first units."""
    for name, numbers in module.state_dict().items():
        if numbers.ndim:
            rows = round(share * len(numbers))
            numbers[:rows] = source.state_dict()[name][:rows]
