"""The pictures that are looked at, their classes, and where their object is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64
from torch import Tensor

from dlviz.data import pictures
from dlviz.data.examples import examples_of
from dlviz.data.shapes import MARK, shapes

ImageName = Literal["test", "flower", "own"]
JUDGED = 50  # pictures on which the methods are compared, at most
STRANGER = -1  # the class of a picture that has none of the classes
ANSWERED, TRUE, FIRST = 0, 1, 2  # of Config.target


@dataclass(frozen=True)
class Subject:
    """Q pictures; a mask is empty where nobody knows it.

    Attributes:
        X: from 0 to 1.
        labels: class numbers, or STRANGER.
        masks: the pixels of the object.
        numbers: which of the test pictures they are, or STRANGER.
    """

    X: Float32[Tensor, "Q C H W"]
    labels: Int64[Tensor, " Q"]
    masks: Bool[Tensor, "Q H W"]
    numbers: tuple[int, ...]


def subject(config: Any) -> Subject:
    """The picture of a config; where methods are compared, the next test pictures too."""
    examples = examples_of(config)
    if is_brought(config):
        X = brought(config)[None]
        empty = torch.zeros(1, *X.shape[2:], dtype=torch.bool)
        return Subject(X, torch.tensor([STRANGER]), empty, (STRANGER,))
    count = len(examples.test_images)
    first = min(config.example, count - 1)
    rows = [(first + k) % count for k in range(judged(config) if config.after == "pictures" else 1)]
    masks = torch.zeros(count, *examples.test_images.shape[2:], dtype=torch.bool)
    if config.data in ("shapes", "shortcut"):
        known = shapes().test.masks[: examples.tests[0]]
        masks = torch.cat([known] * len(examples.tests))
    return Subject(examples.test_images[rows], examples.test_labels[rows], masks[rows], tuple(rows))


def judged(config: Any) -> int:
    """How many test pictures the methods are compared on: fifty, or all where there are fewer."""
    return min(JUDGED, len(examples_of(config).test_images))


def is_brought(config: Any) -> bool:
    """Whether a picture is looked at that is none of the test pictures."""
    return config.image == "flower" or (config.image == "own" and bool(config.photo))


def classes_of(config: Any) -> tuple[str, ...]:
    """The neutral names of the classes."""
    return examples_of(config).classes


def brought(config: Any) -> Float32[Tensor, "C H W"]:
    """A photograph as the network knows pictures: its proportions kept, the rest filled with its mean colour."""
    examples = examples_of(config)
    _, channels, side, _ = examples.test_images.shape
    if config.image == "own":
        pixels = pictures.photo(config.photo, side)
    else:
        pixels = pictures.photograph("flower", side)
    small = torch.tensor(np.array(pixels)).permute(2, 0, 1).float() / 255  # (3, h, w)
    height, width = small.shape[1:]
    whole = small.mean(dim=(1, 2))[:, None, None].expand(-1, side, side).clone()
    top, left = (side - height) // 2, (side - width) // 2
    whole[:, top : top + height, left : left + width] = small
    if channels == 3:
        return whole
    grey = whole.mean(dim=0, keepdim=True)
    return 1 - grey if config.data == "digits" else grey  # a digit is ink: 0 is paper


def marked_corner(side: int) -> Bool[np.ndarray, "H W"]:
    """Where the shortcut's mark is."""
    corner = np.zeros((side, side), bool)
    corner[:MARK, :MARK] = True
    return corner


def target_of(config: Any, logits: Tensor, truth: Tensor) -> Tensor:
    """The class that is explained, (1,)."""
    if config.target == TRUE and truth.item() != STRANGER:
        return truth
    if config.target in (ANSWERED, TRUE):
        return logits.argmax(dim=1)
    return torch.tensor([min(config.target - FIRST, logits.shape[1] - 1)])
