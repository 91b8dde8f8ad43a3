"""How wrong an output is, and which way it should go."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

LossName = Literal["cross_entropy", "hinge", "squared"]

# Outputs z are (..., K, B): K numbers for each of B examples. Targets are (K, B): 0 and 1 for cross-entropy,
# -1 and 1 for the other losses on classes, or the value itself. Two classes need one output, K = 1.


def used_loss(chosen: str, classes: int) -> str:
    """The loss that is used; where values are predicted that is squared error, whatever is chosen."""
    return chosen if classes else "values"


def outputs_for(classes: int) -> int:
    """How many outputs the network has: one for two classes or a value, else one for each class."""
    return classes if classes > 2 else 1


def targets_for(loss: str, target: Tensor, classes: int) -> Tensor:
    """Targets as the loss wants them, (K, B), from class numbers or values, (B,)."""
    if loss == "values":
        return target[None]
    if classes == 2:
        hot = target[None]
    else:
        hot = F.one_hot(target.long(), classes).T.to(target.dtype)
    return hot if loss == "cross_entropy" else 2 * hot - 1


def answer(loss: str, z: Tensor) -> Tensor:
    """What the network says: 2p - 1 with two classes, p with more; hinge: z; squared error: tanh z; else the value."""
    if loss == "cross_entropy":
        return torch.tanh(z / 2) if z.shape[-2] == 1 else torch.softmax(z, dim=-2)
    return torch.tanh(z) if loss == "squared" else z


def losses_of(loss: str, z: Tensor, target: Tensor) -> Tensor:
    """The loss of every example, (..., B)."""
    if loss == "cross_entropy" and z.shape[-2] == 1:
        each = F.softplus(z) - target * z  # -log p of the true class
    elif loss == "cross_entropy":
        return torch.logsumexp(z, dim=-2) - (target * z).sum(dim=-2)
    elif loss == "hinge":
        each = torch.relu(1 - target * z)
    else:
        each = (answer(loss, z) - target).square() / 2
    return each.sum(dim=-2)


def slope_of(loss: str, z: Tensor, target: Tensor, share: Tensor) -> Tensor:
    """∂(mean loss)/∂z, (..., K, B); `share` is 1 / B, (1,): a number of Python would cost more than the whole rest."""
    if loss == "cross_entropy":
        p = torch.sigmoid(z) if z.shape[-2] == 1 else torch.softmax(z, dim=-2)
        difference = p - target
    elif loss == "hinge":
        difference = -target * (target * z < 1)
    elif loss == "squared":
        said = torch.tanh(z)
        difference = said - target
        difference.addcmul_(difference * said, said, value=-1)  # (y - t)(1 - y²)
    else:
        difference = z - target
    return difference.mul_(share)
