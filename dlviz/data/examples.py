"""Pictures to learn from and pictures kept aside, of whatever kind is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.data import shapes as generated
from dlviz.data.digits import digits
from dlviz.data.faces import faces
from dlviz.data.shapes import marked, shapes

DataName = Literal["digits", "faces", "shapes", "shortcut"]
SIZES = {
    "digits": (1, 8, 10),
    "faces": (1, 25, 2),
    "shapes": (3, 32, 4),
    "shortcut": (3, 32, 4),
}  # C, side, K
LOOKED = 200  # generated scenes of each kind that are looked at in a frame, so that it takes little time


@dataclass(frozen=True)
class Examples:
    """Pictures and their classes; C is 1 where they are grey.

    Attributes:
        train_images, train_labels: to learn from; pixels from 0 to 1.
        test_images, test_labels: kept aside, one set after the other.
        tests: where each set ends: one set, or with a shortcut the marked pictures and the same ones without marks.
        classes: their neutral names.
        looked: how many of the training pictures a frame measures.
        mirrored: whether a picture may be learnt from left to right reversed.
    """

    train_images: Float32[Tensor, "N C H W"]
    train_labels: Int64[Tensor, " N"]
    test_images: Float32[Tensor, "M C H W"]
    test_labels: Int64[Tensor, " M"]
    tests: tuple[int, ...]
    classes: tuple[str, ...]
    looked: int
    mirrored: bool = False


@cache
def load_examples(data: DataName) -> Examples:
    """All pictures of a kind; nobody may write into them."""
    if data == "digits":
        d = digits()
        train, test = (images.view(-1, 1, 8, 8) for images in (d.train_images, d.test_images))
        names = tuple(str(digit) for digit in range(10))
        return Examples(train, d.train_labels, test, d.test_labels, (len(test),), names, len(train))
    if data == "faces":
        f = faces()
        train, test = f.train_images[:, None], f.test_images[:, None]
        names = ("other", "face")
        return Examples(train, f.train_labels, test, f.test_labels, (len(test),), names, len(train), True)
    s = shapes()
    train, test = s.train.images, s.test.images[:LOOKED]
    train_labels, test_labels, tests = s.train.labels, s.test.labels[:LOOKED], [LOOKED]
    if data == "shortcut":
        train = marked(train, train_labels)
        test = torch.cat([marked(test, test_labels), test])  # the second half without marks
        test_labels, tests = torch.cat([test_labels, test_labels]), [LOOKED, 2 * LOOKED]
    return Examples(train, train_labels, test, test_labels, tuple(tests), generated.CLASSES, LOOKED)
