"""For which rates and momenta descent on a quadratic surface converges, oscillates or diverges.

Source: Goh, Why momentum really works, Distill, 2017.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

CONVERGES, OSCILLATES, DIVERGES = 0, 1, 2


def phase_diagram(
    curvatures: Float64[np.ndarray, " 2"],
    rates: Float64[np.ndarray, " R"],
    momenta: Float64[np.ndarray, " M"],
) -> UInt8[np.ndarray, "M R"]:
    """What becomes of SGD with momentum, judged in its worst direction.

    Args:
        curvatures: eigenvalues of the surface's Hessian.
        rates, momenta: the axes.

    Returns:
        0 converges without oscillating, 1 converges and oscillates, 2 diverges.
    """
    # in a direction of curvature λ:  θ[t+1] = (1 + μ - η λ) θ[t] - μ θ[t-1]
    #   (θ[t+1])   (1 + μ - ηλ   -μ) (θ[t]  )
    #   (θ[t]  ) = (1             0) (θ[t-1])
    matrix = np.zeros((len(momenta), len(rates), len(curvatures), 2, 2))
    matrix[..., 0, 0] = 1 + momenta[:, None, None] - rates[:, None] * curvatures
    matrix[..., 0, 1] = -momenta[:, None, None]
    matrix[..., 1, 0] = 1
    roots = np.linalg.eigvals(matrix)  # (M, R, 2 directions, 2)
    diverges = (np.abs(roots) >= 1).any((-1, -2))
    # a root that is complex or negative changes the sign of θ again and again
    oscillates = ((roots.imag != 0) | (roots.real < -1e-12)).any((-1, -2))
    return np.where(diverges, DIVERGES, np.where(oscillates, OSCILLATES, CONVERGES)).astype(np.uint8)


def curvatures_of(
    landscape: str, condition: float, examples: tuple[Tensor, ...]
) -> Float64[np.ndarray, " 2"] | None:
    """Eigenvalues of the Hessian of a surface that is quadratic, else None."""
    if landscape == "bowl":
        return np.array([1.0, condition])
    if landscape == "diabetes":
        # H = 2/N Σ (xᵢ, 1)ᵀ (xᵢ, 1)
        rows = torch.stack((examples[0].double(), torch.ones_like(examples[0]).double()), 1)  # (N, 2)
        curvatures: np.ndarray = torch.linalg.eigvalsh(2 * rows.T @ rows / len(rows)).numpy()
        return curvatures
    return None
