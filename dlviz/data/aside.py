"""Examples kept aside: 3 of 10, drawn at random once and for all."""

from __future__ import annotations

import torch
from jaxtyping import Int64
from torch import Tensor


def parted(count: int, seed: int = 0) -> tuple[Int64[Tensor, " N"], Int64[Tensor, " M"]]:
    """The rows of 7 of 10 examples to learn from, and the rows of the others."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return order[: count * 7 // 10], order[count * 7 // 10 :]
