"""Directions and planes in the space of all weights."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float32
from torch import Tensor

from dlviz.lessons.loss_landscape.networks import Network, pieces

ENTRY = 0.1  # standard deviation of a direction's entries where filters are not normalised


@dataclass(frozen=True)
class Plane:
    """All θ = origin + a u + b v; P weights.

    Attributes:
        origin: θ at (0, 0).
        axes: u and v.
    """

    origin: Float32[Tensor, " P"]
    axes: Float32[Tensor, "2 P"]

    def coordinates(self, weights: Float32[Tensor, "N P"]) -> Float32[Tensor, "N 2"]:
        """Where weights fall when dropped onto the plane at right angles."""
        # least squares: (a, b) = (θ - origin) Aᵀ (A Aᵀ)⁻¹
        axes = self.axes.double()
        return ((weights - self.origin).double() @ axes.T @ torch.linalg.inv(axes @ axes.T)).float()

    def points(self, coordinates: Float32[Tensor, "N 2"]) -> Float32[Tensor, "N P"]:
        """The weights at places of the plane."""
        return self.origin + coordinates @ self.axes

    def explained(self, weights: Float32[Tensor, "N P"]) -> float:
        """The share of the weights' variance that lies in the plane, 0 to 1."""
        seen, whole = self.points(self.coordinates(weights)), weights
        shares = [(part - part.mean(0)).double().square().sum() for part in (seen, whole)]
        return float(shares[0] / shares[1].clamp(min=1e-30))


def random_direction(
    network: Network, weights: Float32[Tensor, " P"], generator: torch.Generator, *, filters: bool
) -> Float32[Tensor, " P"]:
    """A random direction; biases and what belongs to batch normalisation stay as they are.

    Args:
        network: says what the weights mean.
        weights: around which the direction will be walked.
        generator: of the random numbers; the same one gives the same direction before it is normalised.
        filters: every filter (the weights into one unit or channel) gets the length that it has in `weights`;
            else every entry is drawn with standard deviation 0.1.

    Source: Li et al., Visualizing the loss landscape of neural nets, 2018.
    """
    direction = torch.zeros_like(weights)
    for start, end, shape in pieces(network).values():
        drawn = torch.randn(shape, generator=generator)
        if len(shape) == 1:
            continue
        rows, own = drawn.flatten(1), weights[start:end].view(shape[0], -1)  # (filters, weights of each)
        # d ← d / ‖d‖ · ‖w‖, filter by filter
        scale = own.norm(dim=1, keepdim=True) / rows.norm(dim=1, keepdim=True) if filters else ENTRY
        direction[start:end] = (rows * scale).reshape(-1)
    return direction


def principal_plane(path: Float32[Tensor, "N P"]) -> Plane:
    """The plane of the two largest principal components of the weights that a training passed.

    Its first axis points to where the path ends.
    """
    mean = path.double().mean(0)
    centred = path.double() - mean  # (N, P)
    # the components are combinations of the points: C Cᵀ a = λ a  =>  u = Cᵀ a / √λ
    values, shares = torch.linalg.eigh(centred @ centred.T)  # ascending, (N,), (N, N)
    axes = shares[:, [-1, -2]].T @ centred / values[[-1, -2]].clamp(min=1e-30).sqrt()[:, None]  # (2, P)
    ends = centred[-1] @ axes.T
    axes *= torch.where(ends < 0, -1.0, 1.0)[:, None].double()
    return Plane(mean.float(), axes.float())


def plane_through(
    first: Float32[Tensor, " P"], second: Float32[Tensor, " P"], third: Float32[Tensor, " P"]
) -> Plane:
    """The plane through three networks: the first at (0, 0), the second at (1, 0), the third above that line.

    Source: Garipov et al., Loss surfaces, mode connectivity, and fast ensembling of DNNs, 2018.
    """
    along = (second - first).double()
    aside = (third - first).double()
    aside = aside - (aside @ along) / (along @ along).clamp(min=1e-30) * along  # at right angles, and ...
    aside = aside / aside.norm().clamp(min=1e-30) * along.norm()  # ... as long, so that shapes stay true
    return Plane(first, torch.stack([along, aside]).float())
