"""A picture that a learner brings to a trained network, made like those that it has learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor
from torch.nn import functional as F

from dlviz.data.albums import square
from dlviz.data.examples import examples_of
from dlviz.data.sketch import SIDE, counted

FAINT = 0.1  # of the light: a smaller difference from the ground is no ink
COVERED = 0.25  # of a spot, from which on it is ink
THIN = 0.2  # of all spots: hardly a digit of the data has less ink, so thinner lines are made thicker


def as_learnt(config: Any, pixels: np.ndarray) -> Float32[Tensor, "C H W"]:
    """A photograph (h, w, 3) as the network of a config knows pictures.

    Of a handwritten digit it is the ink, brought to the place and size of the data set's; otherwise the middle square.
    """
    if config.data == "digits":
        return counted(placed(ink_of(pixels)))[None]
    _, channels, side, _ = examples_of(config).test_images.shape
    small = torch.from_numpy(square(pixels, side)).permute(2, 0, 1).float() / 255  # (3, side, side)
    return small if channels == 3 else small.mean(dim=0, keepdim=True)


def ink_of(pixels: np.ndarray) -> Bool[Tensor, "h w"]:
    """What was written on paper, or with chalk on a board: what differs most from the ground around it."""
    grey = torch.from_numpy(pixels.astype(np.float32) / 255).mean(dim=2)[None, None]  # (1, 1, h, w)
    window = max(grey.shape) // 2 // 2 * 2 + 1  # odd, half of the picture: a shadow is ground
    rows, columns = (min(window, (side - 1) // 2 * 2 + 1) for side in grey.shape[2:])
    ground = F.avg_pool2d(grey, (rows, 1), 1, (rows // 2, 0), count_include_pad=False)
    ground = F.avg_pool2d(ground, (1, columns), 1, (0, columns // 2), count_include_pad=False)
    difference = (ground - grey)[0, 0]
    dark, light = (float(part.flatten().quantile(0.99)) for part in (difference, -difference))
    most = max(dark, light)
    return (difference if dark >= light else -difference) > max(most / 2, FAINT)


def placed(ink: Bool[Tensor, "h w"]) -> Bool[Tensor, "32 32"]:
    """Ink as high as the picture and in its middle; its proportions stay.

    Specks do not count, and thin lines are made thicker.
    """
    share = F.avg_pool2d(ink[None].float(), 3, 1, 1)[0]
    kept = ink & (share > 0.4) if min(ink.shape) > 2 * SIDE else ink
    if not kept.any():
        return torch.zeros(SIDE, SIDE, dtype=torch.bool)
    rows, columns = (kept.any(dim=axis).nonzero().flatten() for axis in (1, 0))
    cut = kept[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = cut.shape
    side = max(height, width)
    whole = torch.zeros(side, side)
    top, left = (side - height) // 2, (side - width) // 2
    whole[top : top + height, left : left + width] = cut.float()
    spots = F.adaptive_avg_pool2d(whole[None], SIDE)[0] > COVERED
    while spots.any() and spots.float().mean() < THIN:
        spots = F.max_pool2d(spots[None].float(), 3, 1, 1)[0] > 0
    return spots
