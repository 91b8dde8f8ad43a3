"""What the nodes of a graph do: each operation forward, and its local derivative by each of its inputs."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Activation = Literal["sigmoid", "tanh", "relu", "linear"]
Elementary = Literal["square", "double", "plus_one", "sin", "exp", "log", "sigmoid", "tanh", "relu"]
Loss = Literal["squared_error", "cross_entropy"]

HELD = 1e-12  # how near a probability may come to 0 and 1 before its logarithm is taken


def forward(operation: str, inputs: list[Tensor], weights: list[Tensor]) -> Tensor:
    """The value of a node from the values that reach it.

    Args:
        operation: its name.
        inputs: values of the nodes before it; of "softmax" its own logit first; of a loss the outputs, then
            the targets.
        weights: one per input of a "sum"; empty otherwise.
    """
    u = inputs[0]
    match operation:
        case "sum":  # z = Σ wₖ uₖ, the bias is the weight of a constant 1
            z = weights[0] * u
            for w, other in zip(weights[1:], inputs[1:]):
                z = z + w * other
            return z
        case "linear":  # h = z
            return u.clone()
        case "double":  # 2u
            return 2 * u
        case "plus_one":  # u + 1
            return u + 1
        case "square":  # u²
            return u * u
        case "sin":
            return torch.sin(u)
        case "exp":
            return torch.exp(u)
        case "log":
            return torch.log(u)
        case "sigmoid":  # σ(z) = 1 / (1 + e⁻ᶻ)
            return torch.sigmoid(u)
        case "tanh":
            return torch.tanh(u)
        case "relu":  # max(0, z)
            return torch.clamp(u, min=0)
        case "softmax":  # pᵢ = eᶻⁱ / Σ eᶻᵏ
            return torch.softmax(torch.stack(inputs), 0)[0]
        case "squared_error":  # L = (d - y)² / 2
            y, d = inputs
            return (d - y) ** 2 / 2
        case "cross_entropy":  # L = -d ln y - (1 - d) ln(1 - y)
            y, d = inputs
            y = y.clamp(HELD, 1 - HELD)
            return -d * torch.log(y) - (1 - d) * torch.log(1 - y)
        case "cross_entropy_of_classes":  # L = -Σ dₖ ln pₖ
            p, d = halves(inputs)
            return -(d * torch.log(p)).sum(0)
    raise ValueError(f"no operation is called {operation!r}")


def local_derivatives(
    operation: str, inputs: list[Tensor], weights: list[Tensor], output: Tensor
) -> list[Tensor]:
    """How much the value of a node changes with each of its inputs."""
    u, one = inputs[0], torch.ones_like(output)
    match operation:
        case "sum":  # ∂z/∂uₖ = wₖ
            return weights
        case "linear" | "plus_one":
            return [one]
        case "double":
            return [2 * one]
        case "square":  # ∂u²/∂u = 2u
            return [2 * u]
        case "sin":
            return [torch.cos(u)]
        case "exp":
            return [output]
        case "log":
            return [1 / u]
        case "sigmoid":  # σ' = σ (1 - σ), at most 1/4
            return [output * (1 - output)]
        case "tanh":  # tanh' = 1 - tanh²
            return [1 - output**2]
        case "relu":  # 1 where z > 0, otherwise exactly 0
            return [(u > 0) * one]
        case "softmax":  # ∂pᵢ/∂zₖ = pᵢ ([i = k] - pₖ)
            p = torch.softmax(torch.stack(inputs), 0)
            return [output * (1 - output), *(-output * p[1:])]
        case "squared_error":  # ∂L/∂y = y - d
            y, d = inputs
            return [y - d, d - y]
        case "cross_entropy":  # ∂L/∂y = (y - d) / (y (1 - y))
            y, d = inputs
            y = y.clamp(HELD, 1 - HELD)
            return [(y - d) / (y * (1 - y)), torch.log(1 - y) - torch.log(y)]
        case "cross_entropy_of_classes":  # ∂L/∂pₖ = -dₖ / pₖ
            p, d = halves(inputs)
            return [*(-d / p), *(-torch.log(p))]
    raise ValueError(f"no operation is called {operation!r}")


def halves(inputs: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Outputs and targets, each as one tensor, (K, ...)."""
    middle = len(inputs) // 2
    return torch.stack(inputs[:middle]), torch.stack(inputs[middle:])
