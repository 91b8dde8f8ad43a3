"""Gradients of the surfaces, written out: the basin map needs thirteen million in a fraction of a second.

Autograd gives the same numbers, as a test says, and takes three times as long, because it keeps every
intermediate of 65,536 balls for the way back. The race itself always uses autograd.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from dlviz.lessons.gradient_descent.formula import Surface

CONSTANTS = torch.tensor([-22.0, -14.0])  # of Himmelblau's slope
Slope = Callable[..., Tensor]  # (x, y, ...) of shape (N,) -> gradients (2, N)


def bowl_slope(x: Tensor, y: Tensor, condition: float = 10.0) -> Tensor:
    # ∇f = (x, κ y)
    return torch.stack((x, condition * y))


def rosenbrock_slope(x: Tensor, y: Tensor) -> Tensor:
    # with a = y - x²:  ∇f = (-2 (1 - x) - 400 x a, 200 a)
    a = torch.addcmul(y, x, x, value=-1)
    return torch.stack((torch.addcmul(2 * x - 2, x, a, value=-400), 200 * a))


def himmelblau_slope(x: Tensor, y: Tensor) -> Tensor:
    # with a = 2 (x² + y - 11), b = 2 (x + y² - 7):  ∇f = (2 x a + b, a + 2 y b)
    a, b = torch.addcmul(y, x, x), torch.addcmul(x, y, y)
    torch.add(CONSTANTS[0], a, alpha=2, out=a)
    torch.add(CONSTANTS[1], b, alpha=2, out=b)
    gradient = x.new_empty(2, *x.shape)
    torch.addcmul(b, x, a, value=2, out=gradient[0])
    torch.addcmul(a, y, b, value=2, out=gradient[1])
    return gradient


def beale_slope(x: Tensor, y: Tensor) -> Tensor:
    # with aₖ = cₖ - x + x yᵏ:  ∇f = (Σ 2 aₖ (yᵏ - 1), Σ 2 k aₖ x yᵏ⁻¹)
    square, cube = y * y, y * y * y
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * square, 2.625 - x + x * cube
    along_x = a * (y - 1) + b * (square - 1) + c * (cube - 1)
    along_y = x * (a + 2 * b * y + 3 * c * square)
    return torch.stack((2 * along_x, 2 * along_y))


def saddle_slope(x: Tensor, y: Tensor) -> Tensor:
    # ∇f = (2 x, -2 y + y³ / 2)
    return torch.stack((2 * x, y * (y * y / 2 - 2)))


def rastrigin_slope(x: Tensor, y: Tensor) -> Tensor:
    # ∇f = 2 (x, y) + 20 π sin 2π(x, y)
    p = torch.stack((x, y))
    return torch.add(2 * p, torch.sin(2 * torch.pi * p), alpha=20 * torch.pi)


def cliff_slope(x: Tensor, y: Tensor) -> Tensor:
    # with s = σ(4x):  ∇f = (24 s (1 - s) + (x + 3) / 15, y / 15)
    s = torch.sigmoid(4 * x)
    return torch.stack((24 * s * (1 - s) + (x + 3) / 15, y / 15))


def least_squares_slope(w: Tensor, b: Tensor, feature: Tensor, target: Tensor) -> Tensor:
    # a sum of squares needs the data only through its means:  ∇f = 2 (w x̄² + b x̄ - xy, w x̄ + b - ȳ)
    xx, x, xy, y = (
        column.double().mean().item() for column in (feature**2, feature, feature * target, target)
    )
    return torch.stack((2 * (w * xx + b * x - xy), 2 * (w * x + b - y)))


def cross_entropy_slope(w: Tensor, b: Tensor, feature: Tensor, target: Tensor) -> Tensor:
    # ∇f = 1/N Σ (σ(w xᵢ + b) - yᵢ) (xᵢ, 1)
    inputs = torch.stack((feature, torch.ones_like(feature)))  # (2, N)
    p = (torch.stack((w, b), 1) @ inputs).sigmoid_()  # (balls, N)
    return (inputs @ p.T - (inputs @ target)[:, None]) / len(feature)  # (2, balls)


SLOPES: dict[str, Slope] = {
    "bowl": bowl_slope,
    "rosenbrock": rosenbrock_slope,
    "himmelblau": himmelblau_slope,
    "beale": beale_slope,
    "saddle": saddle_slope,
    "rastrigin": rastrigin_slope,
    "cliff": cliff_slope,
    "diabetes": least_squares_slope,
    "breast_cancer": cross_entropy_slope,
}


def make_slope(landscape: str, surface: Surface, condition: float) -> Slope:
    """The gradient of a landscape: written out, or by autograd for a typed formula."""
    if landscape == "formula":
        return partial(autograd_slope, surface)
    return partial(bowl_slope, condition=condition) if landscape == "bowl" else SLOPES[landscape]


def autograd_slope(surface: Surface, x: Tensor, y: Tensor, *examples: Tensor) -> Tensor:
    """The gradients of many balls at once: that of the sum of their heights, as each has its own."""
    p = torch.stack((x, y)).requires_grad_()
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(surface(*p, *examples).sum(), p)
    return gradient
