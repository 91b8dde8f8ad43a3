"""The optimisers of the race and the schedules of their rate, as PyTorch has them."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]

# where each optimiser keeps its first and its second moment
MOMENTS = {
    "sgd": (None, None),
    "momentum": ("momentum_buffer", None),
    "nesterov": ("momentum_buffer", None),
    "adagrad": (None, "sum"),
    "rmsprop": (None, "square_avg"),
    "adam": ("exp_avg", "exp_avg_sq"),
    "adamw": ("exp_avg", "exp_avg_sq"),
}


def make_optimizer(
    name: str,
    parameter: Tensor,
    learning_rate: float,
    momentum: float,
    beta2: float,
    weight_decay: float,
    fused: bool = False,
) -> Optimizer:
    """One of the race's optimisers; Adam's first beta is the momentum.

    Fused ones (all but RMSProp) make one pass over large tensors, and may differ in the last bit.

    Source: Polyak, 1964; Nesterov, 1983; Duchi et al., 2011; Hinton, 2012; Kingma and Ba, 2015; Loshchilov
    and Hutter, 2019.
    """
    p = [parameter]
    match name:
        case "sgd":  # θ ← θ - η g
            return torch.optim.SGD(p, lr=learning_rate, fused=fused)
        case "momentum":  # b ← μ b + g,  θ ← θ - η b
            return torch.optim.SGD(p, lr=learning_rate, momentum=momentum, fused=fused)
        case "nesterov":  # b ← μ b + g,  θ ← θ - η (g + μ b)
            return torch.optim.SGD(p, lr=learning_rate, momentum=momentum, nesterov=momentum > 0, fused=fused)
        case "adagrad":  # s ← s + g²,  θ ← θ - η g / √s
            return torch.optim.Adagrad(p, lr=learning_rate, fused=fused)
        case "rmsprop":  # v ← α v + (1 - α) g²,  θ ← θ - η g / √v
            return torch.optim.RMSprop(p, lr=learning_rate, alpha=beta2)
        case "adam":  # m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  θ ← θ - η m̂ / (√v̂ + ε)
            return torch.optim.Adam(p, lr=learning_rate, betas=(momentum, beta2), fused=fused)
        case "adamw":  # θ ← θ - η λ θ, then as Adam
            betas = (momentum, beta2)
            return torch.optim.AdamW(p, lr=learning_rate, betas=betas, weight_decay=weight_decay, fused=fused)
        case _:
            raise ValueError(
                f"optimizer is sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw, not {name!r}"
            )


def make_schedule(name: str, optimizer: Optimizer, steps: int) -> LRScheduler:
    """How the learning rate changes over the steps."""
    match name:
        case "constant":
            return lr_scheduler.ConstantLR(optimizer, factor=1.0)
        case "step":  # halves four times
            return lr_scheduler.StepLR(optimizer, step_size=-(-steps // 5), gamma=0.5)
        case "exponential":  # ends at a hundredth
            return lr_scheduler.ExponentialLR(optimizer, gamma=0.01 ** (1 / steps))
        case "cosine":  # ends at zero
            return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
        case "warmup_cosine":  # climbs for a tenth of the steps, then falls to zero
            climb = -(-steps // 10)
            warmup = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=climb)
            cosine = lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps - climb)
            return lr_scheduler.SequentialLR(optimizer, [warmup, cosine], milestones=[climb])
        case _:
            raise ValueError(
                f"schedule is constant, step, exponential, cosine or warmup_cosine, not {name!r}"
            )


def moments_of(
    names: tuple[str, ...], optimizers: list[Optimizer], momentum: float, beta2: float, update: int
) -> dict[str, np.ndarray]:
    """The moments in the optimisers' states after an update, as they are and bias-corrected.

    Returns:
        first, second, first_hat, second_hat: (O, 2) each; NaN where an optimiser keeps none or corrects none.
    """
    first, second = np.full((2, len(names), 2), np.nan, np.float32)
    for o, name in enumerate(names):
        (parameter,) = optimizers[o].param_groups[0]["params"]
        state = optimizers[o].state[parameter]
        for moment, key in zip((first, second), MOMENTS[name], strict=True):
            if key and not (key == "momentum_buffer" and momentum == 0):
                moment[o] = state[key].numpy() if key in state else 0.0
    # m̂ = m / (1 - β₁ᵗ),  v̂ = v / (1 - β₂ᵗ)
    corrects = np.array([name in ("adam", "adamw") for name in names])[:, None]  # (O, 1)
    first_hat = first / (1 - momentum**update if update > 0 else 1.0)
    second_hat = second / (1 - beta2**update if update > 0 else 1.0)
    nothing = np.float32(np.nan)
    return {
        "first": first,
        "second": second,
        "first_hat": np.where(corrects, first_hat, nothing),
        "second_hat": np.where(corrects, second_hat, nothing),
    }
