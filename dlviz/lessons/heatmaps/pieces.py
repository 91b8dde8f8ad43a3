"""What takes the place of removed pixels, and into which pieces a picture falls."""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float32, Int64
from torch import Tensor, nn

BaselineName = Literal["blurred", "black", "white", "noise"]
ACROSS = 5  # segments along a side
ROUNDS = 4
COMPACT = 0.6  # how much the place of a pixel counts against its colour


def baseline_of(X: Float32[Tensor, "B C H W"], name: BaselineName) -> Float32[Tensor, "B C H W"]:
    """The same pictures with nothing to see in them; noise is drawn from torch's stream."""
    if name == "noise":
        return torch.rand_like(X)
    if name != "blurred":
        return torch.full_like(X, 1.0 if name == "white" else 0.0)
    window = X.shape[-1] // 2 // 2 * 2 + 1  # odd, half of the picture
    for _ in range(2):  # the mean of means is a soft window
        X = nn.functional.avg_pool2d(X, window, 1, window // 2, count_include_pad=False)
    return X


def segments_of(X: Float32[Tensor, "C H W"]) -> Int64[Tensor, "H W"]:
    """Numbers of segments: pixels that lie together and are alike in colour.

    Source: Achanta et al., SLIC superpixels compared to state-of-the-art superpixel methods, 2012.
    """
    _, height, width = X.shape
    y, x = torch.meshgrid(torch.arange(height) / height, torch.arange(width) / width, indexing="ij")
    features = torch.cat([X, COMPACT * ACROSS * torch.stack([y, x])]).flatten(1).T  # (H W, C + 2)
    across = min(ACROSS, height // 2)
    rows, columns = ((torch.arange(across) + 0.5) * side / across for side in (height, width))
    start = rows.long()[:, None] * width + columns.long()[None, :]
    centres = features[start.flatten()]  # (S, C + 2)
    for _ in range(ROUNDS):
        nearest = torch.cdist(features, centres).argmin(dim=1)  # (H W,)
        member = nn.functional.one_hot(nearest, len(centres)).float()  # (H W, S)
        centres = (member.T @ features) / member.sum(dim=0).clamp(min=1)[:, None]
    _, numbers = nearest.unique(return_inverse=True)  # without gaps
    return numbers.view(height, width)
