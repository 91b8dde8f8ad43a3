"""How sharply the loss bends: the largest eigenvalues of its Hessian, without ever writing the Hessian down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from dlviz.lessons.loss_landscape import experiment
from dlviz.lessons.loss_landscape.experiment import FRAMES, examples, network_of, replay
from dlviz.lessons.loss_landscape.networks import Network, load

EVERY = {"mlp": 4, "cnn": 10}  # frames of the training between two measurements
PRODUCTS = 16  # Hessian-vector products for one measurement
LARGEST = 3  # eigenvalues that are kept


class Config(experiment.Config):
    """As of the training."""

    def length(self) -> int:
        """A frame per measurement of one optimiser."""
        return len(self.optimizers) * (1 + FRAMES // EVERY[self.architecture])


@dataclass(frozen=True)
class Frame:
    """One measurement; E eigenvalues.

    Attributes:
        step: the frame of the training.
        optimizer: its number.
        eigenvalues: the largest of the Hessian of the training loss, the largest first.
    """

    step: int
    optimizer: int
    eigenvalues: Float32[np.ndarray, " E"]


def run(config: Config) -> Iterator[Frame]:
    """Stops a training at some steps to measure, beginning with the direction that the last measurement found."""
    generator = torch.Generator().manual_seed(config.seed)
    network, (data, _) = network_of(config), examples()
    begun: dict[int, Tensor] = {}
    for step, (weights, _) in enumerate(replay(config)):
        if step % EVERY[config.architecture]:
            continue
        for o, own in enumerate(weights):
            vector = begun.get(o, torch.randn(len(own), generator=generator))
            eigenvalues, begun[o] = lanczos(hessian(network, own, *data), vector, PRODUCTS)
            yield Frame(step, o, eigenvalues[:LARGEST].float().numpy())


def hessian(
    network: Network, weights: Float32[Tensor, " P"], images: Tensor, labels: Tensor
) -> Callable[[Float32[Tensor, " P"]], Float32[Tensor, " P"]]:
    """The map v -> H v for the loss over these examples; batch normalisation takes their statistics."""
    load(network, weights)
    network.train()
    parameters = list(network.parameters())
    loss = torch.nn.functional.cross_entropy(network(images), labels)
    gradient = torch.autograd.grad(loss, parameters, create_graph=True)
    flat_gradient = torch.cat([part.reshape(-1) for part in gradient])  # (P,)

    def product(vector: Tensor) -> Tensor:
        # H v = ∂(g · v) / ∂θ   (Pearlmutter, 1994)
        parts = torch.autograd.grad(flat_gradient, parameters, vector, retain_graph=True)
        return torch.cat([part.reshape(-1) for part in parts])

    return product


def lanczos(
    product: Callable[[Tensor], Tensor], vector: Float32[Tensor, " P"], products: int
) -> tuple[Tensor, Float32[Tensor, " P"]]:
    """The largest eigenvalues of a symmetric matrix that is known by its products only.

    In the space of v, H v, H² v, ... the matrix is tridiagonal; the largest eigenvalues of that small matrix come close
    to the large one's after few products.

    Returns:
        Eigenvalues, the largest first, and the first one's eigenvector.
    """
    products = min(products, len(vector))
    basis = torch.zeros(products, len(vector))
    small = torch.zeros(products, products).double()
    v = vector / vector.norm()
    for k in range(products):
        basis[k] = v
        w = product(v)
        small[k, k] = w @ v
        # w ← w - Σ (w · vᵢ) vᵢ, twice against rounding
        for _ in range(2):
            w = w - (basis[: k + 1] @ w) @ basis[: k + 1]
        length = w.norm()
        if k + 1 == products or length < 1e-6 * small.abs().max():
            break
        small[k, k + 1] = small[k + 1, k] = length
        v = w / length
    values, vectors = torch.linalg.eigh(small[: k + 1, : k + 1])
    best = vectors[:, -1].float() @ basis[: k + 1]
    return torch.cat(
        [values.flip(0), torch.full((LARGEST,), torch.nan).double()]
    ), best  # NaN: there are no more
