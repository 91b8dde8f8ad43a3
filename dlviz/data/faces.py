"""Small grey patches, half of them faces, and one fixed 7:3 split."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor


@dataclass(frozen=True)
class Faces:
    """100 faces and 100 patches of photographs that are none, 25x25 pixels.

    Attributes:
        train_images, train_labels: 7 of 10 examples, drawn at random once and for all; pixels from 0 to 1; 1 is a face.
        test_images, test_labels: the others.
    """

    train_images: Float32[Tensor, "N 25 25"]
    train_labels: Int64[Tensor, " N"]
    test_images: Float32[Tensor, "M 25 25"]
    test_labels: Int64[Tensor, " M"]


@cache
def faces() -> Faces:
    """All patches; nobody may write into them.

    The file is read from scikit-image's folder: importing it would take memory and time.

    Source: Huang et al., Labeled Faces in the Wild, 2007; the subset that scikit-image carries.
    """
    package = find_spec("skimage")
    assert package is not None
    assert package.origin is not None
    patches = np.load(Path(package.origin).parent / "data" / "lfw_subset.npy")  # (200, 25, 25), faces first
    images = torch.from_numpy(patches).float()
    labels = (torch.arange(len(images)) < len(images) // 2).long()
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    train, test = order[: len(order) * 7 // 10], order[len(order) * 7 // 10 :]
    return Faces(images[train], labels[train], images[test], labels[test])
