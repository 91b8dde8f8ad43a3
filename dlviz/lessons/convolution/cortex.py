"""Oriented bars are shown to a bank of Gabor filters, as Hubel and Wiesel showed them to a cat.

Source: Hubel and Wiesel, Receptive fields of single neurones in the cat's striate cortex, 1959.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from jaxtyping import Float32
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from dlviz.config import Config as BaseConfig
from dlviz.lessons.convolution.images import bar
from dlviz.lessons.convolution.kernels import gabor

SIDE, HALF_WIDTH = 41, 2.0  # of the picture and of its bar, in pixels
SIZE, WIDTH, WAVELENGTH = 17, 3.2, 9.0  # of a filter
CELLS = 6  # filters of the bank
EVERY = 3  # degrees from one bar to the next


class Config(BaseConfig):
    """One bank.

    Attributes:
        angle: that the first filter likes, in degrees; the others follow every 30.
    """

    angle: Annotated[int, Field(ge=0, le=179)] = 45

    def length(self) -> int:
        """A frame for every angle of the bar, from 0 to 180 degrees."""
        return 180 // EVERY + 1


@dataclass(frozen=True)
class Frame:
    """One bar. N cells.

    Attributes:
        angle: of the bar, in degrees.
        bar: the picture.
        responses: of each cell: its strongest answer anywhere on the picture, after ReLU; 1 is what a bar of the
            cell's own angle gives.
    """

    angle: float
    bar: Float32[np.ndarray, "H W"]
    responses: Float32[np.ndarray, " N"]


@dataclass(frozen=True)
class Scene:
    """The bank.

    Attributes:
        angles: that the cells like.
        filters: their weights.
    """

    angles: tuple[int, ...]
    filters: Float32[np.ndarray, "N k k"]


def run(config: Config) -> Iterator[Frame]:
    """Turns a bar and asks every cell."""
    torch.manual_seed(config.seed)
    filters = bank(config)  # (N, k, k)
    liked = torch.stack([answers(long_bar(a), filters)[n] for n, a in enumerate(angles_of(config))])
    for angle in range(0, 181, EVERY):
        picture = long_bar(angle)  # (H, W)
        yield Frame(float(angle), picture.numpy(), (answers(picture, filters) / liked).numpy())


def long_bar(angle: float) -> Float32[Tensor, "H W"]:
    """A bar whose ends lie outside the picture."""
    return bar(3 * SIDE, angle, HALF_WIDTH)[SIDE : 2 * SIDE, SIDE : 2 * SIDE].contiguous()


def answers(picture: Float32[Tensor, "H W"], filters: Float32[Tensor, "N k k"]) -> Float32[Tensor, " N"]:
    """The strongest answer of each filter, after ReLU."""
    responses = F.conv2d(picture[None, None], filters[:, None])[0]  # (N, R, Q)
    return responses.relu().amax(dim=(1, 2))


def bank(config: Config) -> Float32[Tensor, "N k k"]:
    """The weights of all cells."""
    return torch.stack([gabor(SIZE, a, WIDTH, WAVELENGTH).float() for a in angles_of(config)])


def angles_of(config: Config) -> tuple[int, ...]:
    """Six angles, evenly around, the config's own first."""
    return tuple((config.angle + n * 180 // CELLS) % 180 for n in range(CELLS))


def scene(config: Config) -> Scene:
    """The cells, which stay as they are."""
    return Scene(angles_of(config), bank(config).numpy())
