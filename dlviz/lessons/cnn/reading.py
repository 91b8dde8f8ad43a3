"""What recorded networks are made of, and what they say of a picture that they were not trained with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32

from dlviz.data import pictures
from dlviz.data.examples import examples_of
from dlviz.data.sketch import as_digit, decode
from dlviz.lessons.cnn.brought import as_learnt
from dlviz.models.convnet import POOL
from dlviz.models.training import blank_network, load_weights

SHOWN = 96  # pixels of an uploaded picture beside what the network gets of it
PAD = -1000.0  # where the pad of a sketch lies on its axis: no other axis has such numbers


def parts_of(config: Any, weights: Float32[np.ndarray, "T P"]) -> dict[str, np.ndarray]:
    """Recorded numbers by their name in the network ("convolutions.0.weight"), each (T, ...)."""
    named = dict(shapes_of(config))
    ends = np.cumsum([int(np.prod(shape)) for shape in named.values()])
    pieces = np.split(weights, ends[:-1], axis=1)
    return {name: piece.reshape(-1, *shape) for (name, shape), piece in zip(named.items(), pieces)}


def shapes_of(config: Any) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape of all that makes a network."""
    network = blank_network(config, examples_of(config))
    for name, part in network.state_dict().items():
        if part.is_floating_point():
            yield name, tuple(part.shape)


def answers(config: Any, weights: Float32[np.ndarray, "T P"], sketch: str) -> Float32[np.ndarray, "T K"]:
    """The probabilities that each recorded network gives a drawn digit."""
    return said_of(config, weights, pad_of(sketch)[1][None])


@torch.inference_mode()
def said_of(
    config: Any, weights: Float32[np.ndarray, "T P"], picture: Float32[np.ndarray, "C H W"]
) -> Float32[np.ndarray, "T K"]:
    """The probabilities that each recorded network gives a picture."""
    network, said = blank_network(config, examples_of(config)), []
    for numbers in weights:
        load_weights(network, np.array(numbers))
        said.append(network(torch.from_numpy(picture)[None])[0].softmax(dim=0))
    return torch.stack(said).numpy()


def seen_of(config: Any, photo: str) -> tuple[np.ndarray, Float32[np.ndarray, "C H W"]]:
    """An uploaded picture, (h, w, 3) bytes, and what the network gets of it."""
    return pictures.photo(photo, SHOWN), as_learnt(config, pictures.pictured(photo).pixels).numpy()


def pad_of(sketch: str) -> tuple[Float32[np.ndarray, "32 32"], Float32[np.ndarray, "8 8"]]:
    """The ink of a drawn digit, and the picture that the network gets of it."""
    ink = decode(sketch)
    return ink.float().numpy(), as_digit(ink).numpy()


def on_pad(points: Float32[np.ndarray, "M 2"]) -> np.ndarray:
    """Of points that were painted those on the pad, in spots from its top left."""
    inside = points[points[:, 0] < PAD / 2]
    return (inside - [PAD, 0]) * [1, -1]


def field_of(config: Any, block: int) -> tuple[int, int, float]:
    """Which part of the picture a pixel of a block's map depends on.

    Returns:
        Side of the receptive field, pixels from one to that of the next pixel, and where the first one's centre is.
    """
    side, jump, kernel = 1, 1, int(config.kernel_size)
    for k in range(block + 1):
        if k > 0 and config.pooling != "none":
            side, jump = side + (POOL - 1) * jump, jump * POOL
        side += (kernel - 1) * jump
    return side, jump, (jump - 1) / 2
