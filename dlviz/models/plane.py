"""Many vectors, in the two directions in which they differ most."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor


def principal_plane(
    features: Float32[Tensor, "V D"], before: Float32[np.ndarray, "V 2"] | None
) -> Float32[np.ndarray, "V 2"]:
    """The first two principal components, with a mean square of 1, turned so that they follow the moment before.

    Args:
        features: V vectors.
        before: their places at the moment before, if there was one.

    Source: Schönemann, A generalized solution of the orthogonal Procrustes problem, 1966.
    """
    centred = features - features.mean(dim=0)
    # the eigenvectors of F Fᵀ, times the roots of their eigenvalues, are the coordinates
    values, vectors = torch.linalg.eigh((centred @ centred.T).double())  # (V,), (V, V), ascending
    places = vectors[:, -2:].flip(1) * values[-2:].flip(0).clamp(min=0).sqrt()  # (V, 2)
    places = places / places.square().mean().sqrt().clamp(min=1e-12)
    if before is not None:
        u, _, v = torch.linalg.svd(places.T @ torch.from_numpy(before).double())
        places = places @ (u @ v)  # the rotation or reflection that brings them closest
    return places.float().numpy()
