"""How films travel to a browser: a JSON header, then arrays as they lie in memory."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlviz.plots.film import Column, Film, Label, Levels

DTYPES = {"f": "<f4", "i": "<i4", "u": "u1", "b": "u1"}


class Blobs:
    """The arrays of one message, in order, each at a multiple of eight bytes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes, dtype: str, shape: Sequence[int]) -> dict[str, Any]:
        """Appends bytes; the answer stands for them in the header."""
        reference = {"$a": [self._size, dtype, list(shape)]}
        padded = data + b"\0" * (-len(data) % 8)
        self._parts.append(padded)
        self._size += len(padded)
        return reference

    def array(self, values: np.ndarray) -> dict[str, Any]:
        """Appends an array: floats as 32 bits, bytes as they are, other integers as 32 bits."""
        small = values.dtype in (np.uint8, np.bool_)
        dtype = "u1" if small else DTYPES["i" if values.dtype.kind in "iu" else "f"]
        return self.add(np.ascontiguousarray(values, dtype).tobytes(), dtype[-2:], values.shape)

    def column(self, column: Column, start: int) -> dict[str, Any]:
        """Appends the rows of a column from `start` on."""
        if isinstance(column, Levels):
            return {**self.array(column.codes[start:]), "lo": column.low, "hi": column.high}
        return self.array(column[start:])

    def lifted(self, part: Any) -> Any:
        """What stands in the header for something that JSON does not know: a reference for an array."""
        if isinstance(part, bytes):
            return self.add(part, "u1", [len(part)])
        if isinstance(part, np.ndarray):
            return self.array(part) if part.dtype.kind in "fiub" else part.tolist()
        if isinstance(part, np.generic):
            return part.item()
        if isinstance(part, Mapping):
            return dict(part)
        raise TypeError(f"{type(part).__name__} cannot be sent")

    def message(self, header: Mapping[str, Any]) -> bytes:
        """The header with its length, then all arrays; numbers that are not finite stand as null."""
        begun = len(self._parts), self._size
        try:
            text = self._written(header).encode()
        except ValueError:  # JSON knows no NaN
            self._size, self._parts[begun[0] :] = begun[1], []
            text = self._written(_finite(header)).encode()
        text += b" " * (-(4 + len(text)) % 8)
        return struct.pack("<I", len(text)) + text + b"".join(self._parts)

    def _written(self, header: Mapping[str, Any]) -> str:
        return json.dumps(
            header, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=self.lifted
        )


def message(
    header: Mapping[str, Any],
    films: Sequence[Film],
    start: int = 0,
    known: Mapping[str, str] | None = None,
    digests: Sequence[str] | None = None,
) -> bytes:
    """One message: the films' rows from `start` on, and the heads that are not known yet.

    Args:
        header: what else the stage is told.
        films: the pictures of the stage, the largest first.
        start: the first row to send.
        known: digest by film of the heads that the browser has.
        digests: of the films, if they are at hand.
    """
    blobs = Blobs()
    rows = max((film.length for film in films), default=0) - start
    present = digests or [digest(film) for film in films]
    packed = [
        _film(film, own, start, (known or {}).get(film.name), blobs) for film, own in zip(films, present)
    ]
    return blobs.message({**header, "start": start, "rows": max(rows, 0), "films": packed})


def _film(film: Film, present: str, start: int, known: str | None, blobs: Blobs) -> dict[str, Any]:
    return {
        "name": film.name,
        "digest": present,
        "head": None if present == known else _head(film),
        "moves": [[blobs.column(column, start) for column in move.columns.values()] for move in film.moves],
        "labels": [_rows(label, start, blobs) for label in film.labels],
    }


def _head(film: Film) -> dict[str, Any]:
    return {
        "figure": film.figure,
        "moves": [
            {"kind": move.kind, "trace": move.trace, "attrs": list(move.columns)} for move in film.moves
        ],
        "labels": [_place(label) for label in film.labels],
        "title": film.title,
        "alt": film.alt,
        "click": film.click,
        "draw": film.draw,
        "peek": film.peek,
        "parts": film.parts and vars(film.parts),
        "words": film.figure is None,
    }


def _place(label: Label) -> dict[str, Any]:
    places = ("template", "x", "y", "xref", "yref", "xanchor", "yanchor", "size", "color", "shy", "edit")
    return {**{name: getattr(label, name) for name in places}, "strings": label.strings is not None}


def _rows(label: Label, start: int, blobs: Blobs) -> dict[str, Any]:
    if label.strings is not None:
        return {"strings": list(label.strings[start:])}
    return {name: blobs.array(values[start:]) for name, values in label.values.items()}


def digest(film: Film) -> str:
    """Tells a film's head from any other; new rows leave it as it is."""
    return hashlib.blake2b(Blobs().message(_head(film)), digest_size=8).hexdigest()


def _finite(part: Any) -> Any:
    """A copy with None for what is not finite."""
    if isinstance(part, Mapping):
        return {key: _finite(value) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_finite(value) for value in part]
    if isinstance(part, np.ndarray) and part.dtype.kind == "O":
        return _finite(part.tolist())
    value = part.item() if isinstance(part, np.generic) else part
    return None if isinstance(value, float) and not np.isfinite(value) else value
