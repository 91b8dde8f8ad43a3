"""A frame as numbers that can be printed, read back and compared."""

import dataclasses
import hashlib
import math
from typing import Any

import numpy as np

LARGE = 1000  # an array with more values than this is named by its shape and the digest of its bytes


def numbers(frame: Any) -> dict[str, Any]:
    """The fields of a frame in JSON's words, every digit kept; NaN is null, infinity is "inf" or "-inf"."""
    return {field.name: _plain(getattr(frame, field.name)) for field in dataclasses.fields(frame)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.size > LARGE:
        return {"shape": list(value.shape), "sha256": hashlib.sha256(value.tobytes()).hexdigest()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
