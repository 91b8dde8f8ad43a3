"""One update of all parameters at once, as torch.optim makes it."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

OptimizerName = Literal["sgd", "momentum", "rmsprop", "adam", "adamw"]
MOMENTUM, ALPHA, BETA1, BETA2, EPSILON = 0.9, 0.99, 0.9, 0.999, 1e-8  # PyTorch's defaults, momentum but


class Optimizer:
    """Writes out the rules of torch.optim, where each parameter may have its own learning rate.

    Args:
        name: "sgd", "momentum", "rmsprop", "adam" or "adamw".
        parameters: θ, (P,); changed in place.
        is_weight: 1 where the penalties hold, (P,).
    """

    def __init__(self, name: str, parameters: Tensor, is_weight: Tensor) -> None:
        self.name, self.parameters, self.is_weight = name, parameters, is_weight
        self.first, self.second = torch.zeros_like(parameters), torch.zeros_like(parameters)
        self.updates = 0

    def update(self, g: Tensor, rate: Tensor, weight_decay: float = 0.0, l1: float = 0.0) -> None:
        """θ ← θ - η g, or what this optimiser makes of it.

        Args:
            g: ∂L/∂θ, (P,); used up.
            rate: η, of all or of each, (1,) or (P,).
            weight_decay: λ of L2: adds λ w to g; AdamW shrinks w by η λ w instead.
            l1: adds l1 sign(w) to g.
        """
        theta = self.parameters
        self.updates += 1
        if weight_decay and self.name == "adamw":
            theta.addcmul_(theta * self.is_weight, rate, value=-weight_decay)
        elif weight_decay:
            g.addcmul_(theta, self.is_weight, value=weight_decay)
        if l1:
            g.addcmul_(theta.sign(), self.is_weight, value=l1)

        if self.name == "sgd":
            theta.addcmul_(g, rate, value=-1)
        elif self.name == "momentum":
            self.first.mul_(MOMENTUM).add_(g)  # v ← μ v + g
            theta.addcmul_(self.first, rate, value=-1)
        elif self.name == "rmsprop":
            self.second.mul_(ALPHA).addcmul_(g, g, value=1 - ALPHA)  # v ← α v + (1 - α) g²
            theta.sub_(rate * g / (self.second.sqrt().add_(EPSILON)))
        else:
            self.first.lerp_(g, 1 - BETA1)  # m ← β₁ m + (1 - β₁) g
            self.second.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)  # v ← β₂ v + (1 - β₂) g²
            correct1, correct2 = 1 - BETA1**self.updates, 1 - BETA2**self.updates
            denominator = self.second.sqrt().div_(math.sqrt(correct2)).add_(EPSILON)
            theta.sub_(rate / correct1 * self.first / denominator)  # m̂ / (√v̂ + ε)
