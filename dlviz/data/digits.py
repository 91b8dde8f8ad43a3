"""Handwritten digits, 8x8 pixels, and one fixed 7:3 split."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.data.aside import parted
from dlviz.data.tables import carried


@dataclass(frozen=True)
class Digits:
    """1,797 digits written by 43 people.

    Attributes:
        train_images, train_labels: 7 of 10 examples, drawn at random once and for all; pixels from 0 to 1, row
            after row.
        test_images, test_labels: the others.
    """

    train_images: Float32[Tensor, "N 64"]
    train_labels: Int64[Tensor, " N"]
    test_images: Float32[Tensor, "M 64"]
    test_labels: Int64[Tensor, " M"]


@cache
def digits() -> Digits:
    """All digits; nobody may write into them.

    Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, 1998; as scikit-learn carries it.
    """
    table = carried("digits.csv.gz", delimiter=",")  # (1797, 65): 64 pixels from 0 to 16, the digit
    images, labels = (table[:, :-1] / 16).float(), table[:, -1].long()
    train, test = parted(len(labels))
    return Digits(images[train], labels[train], images[test], labels[test])
