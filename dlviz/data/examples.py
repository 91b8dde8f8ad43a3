"""Pictures to learn from and pictures kept aside, of whatever kind is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.data import shapes as generated
from dlviz.data.albums import Album, album_of
from dlviz.data.aside import parted
from dlviz.data.digits import digits
from dlviz.data.faces import faces
from dlviz.data.shapes import marked, shapes

DataName = Literal["digits", "faces", "shapes", "shortcut", "own"]
ENOUGH = 100  # pictures of an epoch: of fewer each comes several times, always moved another way
MOVED = 3  # pixels that a learner's picture is moved to any side
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
        moved: by how many pixels to any side a picture may be learnt moved.
    """

    train_images: Float32[Tensor, "N C H W"]
    train_labels: Int64[Tensor, " N"]
    test_images: Float32[Tensor, "M C H W"]
    test_labels: Int64[Tensor, " M"]
    tests: tuple[int, ...]
    classes: tuple[str, ...]
    looked: int
    mirrored: bool = False
    moved: int = 0


def examples_of(config: Any) -> Examples:
    """The pictures that a config names, an album of the learner's own among them if it can have one."""
    return load_examples(config.data, getattr(config, "album", ""))


@lru_cache(maxsize=12)
def load_examples(data: DataName, album: str = "") -> Examples:
    """All pictures of a kind; nobody may write into them.

    Args:
        data: the kind; for "own" shapes stand in until there is an album.
        album: digest of the learner's own pictures.
    """
    if data == "own" and album:
        return from_album(album_of(album))
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


def from_album(album: Album) -> Examples:
    """A learner's own pictures: of each class 7 of 10 to learn from."""
    images = torch.from_numpy(album.pixels.transpose(0, 3, 1, 2).copy()).float() / 255  # (N, 3, 32, 32)
    labels = torch.from_numpy(album.labels)
    train: list[Tensor] = []
    test: list[Tensor] = []
    for k in range(len(album.names)):
        own = (labels == k).nonzero().flatten()
        for rows, part in zip(parted(len(own)), (train, test)):
            part.append(own[rows])
    learnt, aside = torch.cat(train), torch.cat(test)
    times = -(-ENOUGH // len(learnt))
    return Examples(
        images[learnt].repeat(times, 1, 1, 1),
        labels[learnt].repeat(times),
        images[aside],
        labels[aside],
        (len(aside),),
        album.names,
        looked=len(learnt),
        mirrored=True,
        moved=MOVED,
    )
