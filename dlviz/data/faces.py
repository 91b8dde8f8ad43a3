"""Small grey patches, half of them faces, and one fixed 7:3 split."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.data.aside import parted
from dlviz.data.carried import carried_path


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

    Source: Huang et al., Labeled Faces in the Wild, 2007; the subset that scikit-image carries.
    """
    patches = np.load(carried_path("skimage", "data", "lfw_subset.npy"))  # (200, 25, 25), faces first
    images = torch.from_numpy(patches).float()
    labels = (torch.arange(len(images)) < len(images) // 2).long()
    train, test = parted(len(labels))
    return Faces(images[train], labels[train], images[test], labels[test])
