"""Rows of attention that are set by hand, as a text that fits in a link."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import torch
from pydantic import AfterValidator, Field
from torch import Tensor

from dlviz.data.refusal import Refusal

ROW = re.compile(r"(\d{1,2}):(\d(?:\.\d{1,2})?(?:,\d(?:\.\d{1,2})?)*)", re.ASCII)


def rows_of(text: str) -> dict[int, list[float]]:
    """The weights of each row as they were written.

    Raises:
        Refusal: "bend": a part is no row.
    """
    rows: dict[int, list[float]] = {}
    for at, part in enumerate(filter(None, text.split(";"))):
        found = ROW.fullmatch(part)
        if found is None:
            raise Refusal("bend", at, part)
        rows[int(found[1])] = [float(number) for number in found[2].split(",")]
    return rows


def bends_of(text: str, tokens: int) -> dict[int, Tensor]:
    """Weights (S,) that sum to 1; those beyond the source do not count, and a row without any is left alone."""
    bends = {}
    for row, numbers in rows_of(text).items():
        weights = torch.zeros(tokens)
        given = torch.tensor(numbers[:tokens])
        weights[: len(given)] = given
        if weights.sum() > 0:
            bends[row] = weights / weights.sum()
    return bends


def bent(text: str, row: int, weights: Sequence[float] | None) -> str:
    """The text with other weights in a row, or without them."""
    rows: Mapping[int, Sequence[float] | None] = {**rows_of(text), row: weights}
    return ";".join(
        f"{k}:" + ",".join(f"{weight:.2f}".rstrip("0").rstrip(".") for weight in rows[k] or ())
        for k in sorted(rows)
        if rows[k]
    )


def _readable(text: str) -> str:
    rows_of(text)
    return text


Bend = Annotated[str, Field(max_length=600), AfterValidator(_readable)]
