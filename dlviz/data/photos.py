"""The bytes of a learner's picture file as pixels; how large it would become is looked at first."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from dlviz.data.pictures import SIDE, Picture, array_of
from dlviz.data.refusal import Refusal

LARGEST = 5 * 2**20  # bytes of a file
# Pixels that are decoded: 40 MB on the way to a smaller picture, and a fifth of a second.
MOST = {"PNG": 5_000_000, "BMP": 5_000_000, "JPEG": 5_000_000, "WEBP": 2_500_000, "GIF": 2_500_000}
MOST_PLAIN = 50_000_000  # a plain JPEG is decoded at an eighth of its size
TURNED = {  # how the camera was held, by the number in the file, and what sets the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Image.MAX_IMAGE_PIXELS = MOST_PLAIN  # Pillow itself refuses twice as many; what lies between is refused here
PngImagePlugin.MAX_TEXT_MEMORY = 2**20  # bytes of notes that a PNG may unpack


def read(data: bytes) -> Picture:
    """Reads a file: its size first, then a picture of at most 256 pixels a side, upright, over white.

    Raises:
        Refusal: "picture_bytes" (too many), "picture_empty", "picture_format" (no picture, or of another kind),
            "picture_pixels" (too many) or "picture_damaged".
    """
    if len(data) > LARGEST:
        raise Refusal("picture_bytes")
    if not data:
        raise Refusal("picture_empty")
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(MOST))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("picture_pixels") from None
    except Image.UnidentifiedImageError:
        raise Refusal("picture_format") from None
    except Exception:  # a damaged file may make Pillow raise anything
        raise Refusal("picture_damaged") from None
    with image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)  # a telephone's picture of several
        plain = kind == "JPEG" and "progressive" not in image.info
        if image.width * image.height > (MOST_PLAIN if plain else MOST[kind]):
            raise Refusal("picture_pixels")
        try:
            return Picture(array_of(upright(image)))
        except Exception:
            raise Refusal("picture_damaged") from None


def upright(image: Any) -> Any:
    """The first frame as a small RGB picture, turned as the camera was held."""
    turn = TURNED.get(image.getexif().get(0x0112, 1))
    image.draft(None, (2 * SIDE, 2 * SIDE))  # a JPEG skips what will not be seen
    image.load()
    if image.mode.startswith("I"):  # 16 bits
        image = Image.fromarray((np.asarray(image).clip(0, 65535) >> 8).astype(np.uint8))
    elif image.mode in ("P", "PA", "1") or "transparency" in image.info:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    scale = SIDE / max(image.size)
    if scale < 1:
        size = tuple(max(1, round(scale * side)) for side in image.size)
        image = image.resize(size, Image.Resampling.BOX)
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    image = image.convert("RGB")
    return image.transpose(turn) if turn is not None else image
