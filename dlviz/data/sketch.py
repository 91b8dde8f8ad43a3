"""A drawn digit: 32x32 spots of ink, so few that all of them fit in a link, and what the data set makes of such ink."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float32
from numpy.typing import ArrayLike
from torch import Tensor

from dlviz.data.own import LETTERS
from dlviz.data.refusal import Refusal

SIDE = 32  # spots
BLOCK = 4  # spots along a side that one pixel counts
PEN, RUBBER = 2.0, 3.0  # radius, in spots
LENGTH = -(-SIDE * SIDE // 6)  # letters: six spots each


def decode(text: str) -> Bool[Tensor, "32 32"]:
    """The ink, rows downwards.

    Raises:
        Refusal: "sketch_length" or "sketch_character".
    """
    if text and len(text) != LENGTH:
        raise Refusal("sketch_length", len(text))
    wrong = [at for at, letter in enumerate(text) if letter not in LETTERS]
    if wrong:
        raise Refusal("sketch_character", wrong[0], text[wrong[0]])
    numbers = torch.tensor([LETTERS.index(letter) for letter in text or LETTERS[0] * LENGTH])
    bits = (numbers[:, None] >> torch.arange(6)) & 1  # (LENGTH, 6)
    return bits.flatten()[: SIDE * SIDE].bool().view(SIDE, SIDE)


def encode(ink: Bool[Tensor, "32 32"]) -> str:
    """The text of ink; "" where there is none."""
    if not ink.any():
        return ""
    bits = torch.zeros(6 * LENGTH, dtype=torch.int64)
    bits[: SIDE * SIDE] = ink.flatten()
    return "".join(LETTERS[number] for number in (bits.view(-1, 6) << torch.arange(6)).sum(1).tolist())


def drawn(text: str, points: ArrayLike, *, erases: bool = False) -> str:
    """The text with a stroke added or rubbed out: points (M, 2), x to the right and y downwards, in spots."""
    ink, radius = decode(text), RUBBER if erases else PEN
    centres = torch.arange(SIDE) + 0.5
    for x, y in np.asarray(points, dtype=np.float64).reshape(-1, 2).tolist():
        spot = (centres[None, :] - x) ** 2 + (centres[:, None] - y) ** 2 < radius**2
        ink = ink & ~spot if erases else ink | spot
    return encode(ink)


def as_digit(ink: Bool[Tensor, "32 32"]) -> Float32[Tensor, "8 8"]:
    """Ink as one picture of the data set: brought to its size and place, then counted."""
    return counted(placed(ink))


def counted(ink: Bool[Tensor, "32 32"]) -> Float32[Tensor, "8 8"]:
    """The share of ink in each square of 4x4 spots, as the digits' authors counted their bitmaps.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, 1998.
    """
    blocks = ink.float().view(SIDE // BLOCK, BLOCK, SIDE // BLOCK, BLOCK)
    return blocks.mean(dim=(1, 3))


def placed(ink: Bool[Tensor, "32 32"]) -> Bool[Tensor, "32 32"]:
    """The same drawing as high as the picture and in its middle; its proportions stay.

    Source: Garris et al., NIST form-based handprint recognition system, 1994: each digit was brought to one size.
    """
    if not ink.any():
        return ink
    rows, columns = (ink.any(dim=axis).nonzero().flatten() for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) - top + 1, int(columns[-1]) - left + 1
    scale = SIDE / max(height, width)
    # where each spot of the new picture comes from
    y, x = (
        torch.div(
            torch.arange(SIDE) + 0.5 - (SIDE - size * scale) / 2, scale
        ).floor().long() + start
        for size, start in ((height, top), (width, left))
    )  # fmt: skip
    inside = ((y >= top) & (y < top + height))[:, None] & ((x >= left) & (x < left + width))[None, :]
    return ink[y.clamp(0, SIDE - 1)][:, x.clamp(0, SIDE - 1)] & inside
