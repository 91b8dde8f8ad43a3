"""Points that a learner has painted: so few and so coarse that all of them fit in a link."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import torch
from jaxtyping import Float32, Int64
from numpy.typing import ArrayLike
from pydantic import AfterValidator, Field
from torch import Tensor

from dlviz.data.refusal import Refusal

MOST = 300  # points
CLASSES = 3
EXTENT = 6  # coordinates lie within ±6
PER_UNIT = 100  # places of the grid from 0 to 1
SIDE = 2 * EXTENT * PER_UNIT + 1  # places along one axis
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # no address changes any of them
DIGITS = 4  # letters of one point: 64⁴ numbers are enough for 3 · 1201² points


def decode(text: str) -> tuple[Float32[Tensor, "N 2"], Int64[Tensor, " N"]]:
    """The points and their classes.

    Raises:
        Refusal: "points_character", "points_cut" (in the middle of a point), "points_place" (no such point) or
            "points_many".
    """
    numbers = torch.tensor(read_numbers(text), dtype=torch.int64)
    places = torch.stack([numbers % SIDE, numbers // SIDE % SIDE], dim=1)  # (N, 2)
    return (places - EXTENT * PER_UNIT).float() / PER_UNIT, numbers // SIDE**2


def read_numbers(text: str) -> list[int]:
    """One whole number per point, in the order in which they were painted."""
    for at, letter in enumerate(text):
        if letter not in LETTERS:
            raise Refusal("points_character", at, letter)
    if len(text) > MOST * DIGITS:
        raise Refusal("points_many", MOST * DIGITS)
    if len(text) % DIGITS:
        raise Refusal("points_cut", len(text), text[-(len(text) % DIGITS) :])
    numbers = []
    for at in range(0, len(text), DIGITS):
        number = 0
        for letter in text[at : at + DIGITS]:
            number = number * len(LETTERS) + LETTERS.index(letter)
        if number >= CLASSES * SIDE**2:
            raise Refusal("points_place", at, text[at : at + DIGITS])
        numbers.append(number)
    return numbers


def encode(x: ArrayLike, label: ArrayLike) -> str:
    """The text of points, (N, 2), and their classes, (N,); places are rounded to the grid and held in view.

    Raises:
        Refusal: "points_many", or "points_class" for a class that there is not.
    """
    places = np.rint(np.asarray(x, np.float64).reshape(-1, 2) * PER_UNIT).clip(
        -EXTENT * PER_UNIT, EXTENT * PER_UNIT
    )
    classes = np.asarray(label, np.int64).reshape(-1)
    if len(places) > MOST:
        raise Refusal("points_many", MOST)
    for at, one in enumerate(classes):
        if not 0 <= one < CLASSES:
            raise Refusal("points_class", at, str(one))
    column, row = places.astype(np.int64).T + EXTENT * PER_UNIT
    return "".join(_letters(int(number)) for number in (classes * SIDE + row) * SIDE + column)


def add(text: str, points: ArrayLike, label: int) -> str:
    """The text with further points of one class, as many as there is room for."""
    held = len(decode(text)[0])
    more = np.asarray(points, np.float64).reshape(-1, 2)[: MOST - held]
    return text + encode(more, np.full(len(more), label)) if len(more) else text


def erase(text: str, points: ArrayLike, radius: float = 0.3) -> str:
    """The text without the points that lie within a radius of any of these."""
    x, labels = decode(text)
    rubber = torch.as_tensor(np.asarray(points, np.float32).reshape(-1, 2))
    near = (torch.cdist(x, rubber) <= radius).any(dim=1)
    return encode(x[~near], labels[~near])


def _letters(number: int) -> str:
    letters = ""
    for _ in range(DIGITS):
        number, digit = divmod(number, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters


def _readable(text: str) -> str:
    read_numbers(text)
    return text


Points = Annotated[str, Field(max_length=MOST * DIGITS), AfterValidator(_readable)]
