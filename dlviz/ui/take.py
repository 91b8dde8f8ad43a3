"""Files that a learner takes away and that the server makes."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from dlviz.plots.film import gif

PICTURES = 120  # frames of an animated picture at most, and their size in bytes
PICTURE_BYTES = 2**20
PIXELS = 100_000_000  # of all frames: a kilobyte of PNG may unfold to millions


def animated(asked: Mapping[str, Any]) -> bytes | None:
    """The pictures that a browser has painted as one animated GIF; nothing if they are no such pictures."""
    urls = [url for url in asked.get("frames", [])[:PICTURES] if isinstance(url, str)]
    pictures = [base64.b64decode(url.partition(",")[2]) for url in urls]
    if not pictures or any(len(picture) >= PICTURE_BYTES for picture in pictures):
        return None
    heads = [Image.open(io.BytesIO(picture), formats=("PNG",)) for picture in pictures]
    if sum(head.width * head.height for head in heads) > PIXELS:
        return None
    out = io.BytesIO()
    gif(pictures, out, min(max(float(asked.get("delay", 80)), 20), 2000) / 1000)
    return out.getvalue()
