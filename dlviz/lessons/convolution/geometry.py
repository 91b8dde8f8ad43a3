"""How large the output is, and which outputs a pixel feeds."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float32, Int64
from torch import Tensor
from torch.nn import functional as F

from dlviz.data.refusal import Refusal


def output_size(length: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """How many positions a kernel has along a side; 0 if it does not fit."""
    # ⌊(n + 2p - d(k - 1) - 1) / s⌋ + 1
    return max((length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1, 0)


def amount_of(config: Any) -> int:
    """Pixels of padding on every side."""
    return 0 if config.padding == "none" else config.padding_size


def positions(config: Any, height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the output."""
    how = config.size, config.stride, amount_of(config), config.dilation
    return output_size(height, *how), output_size(width, *how)


def pooled_positions(config: Any, height: int, width: int) -> tuple[int, int]:
    """Rows and columns after pooling of an output; none without pooling."""
    if config.pooling == "none":
        return 0, 0
    how = config.pool_size, config.pool_stride, 0, 1
    return output_size(height, *how), output_size(width, *how)


def refuse_what_does_not_fit(
    shape: tuple[int, int], size: int, padding: str, amount: int, dilation: int
) -> None:
    """A kernel must fit into the padded picture, and a mirror image cannot be larger than what it mirrors.

    Raises:
        Refusal: "window_large" with the formula in numbers, or "reflect_large".
    """
    least = min(shape)
    if padding == "reflect" and amount >= least:
        raise Refusal("reflect_large", amount - 1, str(least))
    amount = 0 if padding == "none" else amount
    reach = dilation * (size - 1) + 1
    if reach > least + 2 * amount:
        raise Refusal(
            "window_large",
            0,
            f"{least} + 2·{amount} − {dilation}·({size} − 1) − 1 = {least + 2 * amount - reach}",
        )


def padded(image: Float32[Tensor, "C H W"], padding: str, amount: int) -> Float32[Tensor, "C H+2p W+2p"]:
    """A picture with a border of zeros, or of its own mirror image."""
    if padding == "none" or not amount:
        return image
    return F.pad(image, [amount] * 4, mode="reflect" if padding == "reflect" else "constant")


def feeds(config: Any, height: int, width: int, pixel: tuple[int, int]) -> Float32[Tensor, "R Q k k"]:
    """The way back: where in the window of every output a pixel lies, 1 there and 0 elsewhere.

    Mirrored padding may show a pixel to a window more than once.
    """
    numbers = torch.arange(height * width).view(1, height, width).float() + 1  # zero padding is 0
    around = padded(numbers, config.padding, amount_of(config))
    seen = windows(around, config.size, config.stride, config.dilation)[0]  # (R, Q, k, k)
    row, column = pixel
    return (seen == row * width + column + 1).float()


def windows(
    image: Float32[Tensor, "C H W"], size: int, stride: int, dilation: int
) -> Float32[Tensor, "C R Q k k"]:
    """All windows of a picture, as views into it."""
    reach = dilation * (size - 1) + 1
    every = image.unfold(1, reach, stride).unfold(2, reach, stride)  # (C, R, Q, reach, reach)
    return every[..., ::dilation, ::dilation]


def weights_needed(
    channels: int, shape: tuple[int, int], size: int, filters: int, outputs: tuple[int, int]
) -> Int64[Tensor, " 3"]:
    """Weights and biases of this layer, of one whose windows share nothing, and of a fully connected one."""
    window = channels * size * size
    cells = outputs[0] * outputs[1] * filters
    shared = filters * (window + 1)
    local = cells * (window + 1)
    full = cells * (channels * shape[0] * shape[1] + 1)
    return torch.tensor([shared, local, full])
