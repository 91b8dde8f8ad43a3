"""Pictures that learners bring, and photographs that a library carries, as arrays of at most 256 pixels a side."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from PIL import Image, PngImagePlugin
from pydantic import AfterValidator, Field

from dlviz.data.refusal import Refusal
from dlviz.data.shelf import Shelf

LARGEST = 5 * 2**20  # bytes of a file
SIDE = 256  # pixels of the longer side that are kept
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

PhotographName = Literal["flower", "china"]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that was read.

    Attributes:
        pixels: red, green and blue; read-only.
    """

    pixels: np.ndarray  # (H, W, 3) uint8

    def nbytes(self) -> int:
        """The memory that the pixels hold, in bytes."""
        return self.pixels.nbytes


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


def array_of(image: Any) -> np.ndarray:
    """The pixels of a picture, (H, W, 3) uint8; nobody may write into them."""
    pixels = np.array(image.convert("RGB"))
    pixels.setflags(write=False)
    return pixels


def smaller(pixels: np.ndarray, side: int) -> np.ndarray:
    """A picture whose longer side has so many pixels, or as many as there are; each the mean of what it covers."""
    height, width = pixels.shape[:2]
    scale = min(side / max(height, width), 1)
    size = max(1, round(scale * width)), max(1, round(scale * height))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def photo(digest: str, side: int) -> np.ndarray:
    """An uploaded picture, made smaller; (H, W, 3) uint8.

    Raises:
        Refusal: "picture_absent": this process does not have it.
    """
    return smaller(pictured(digest).pixels, side)


def photo_source(digest: str, side: int) -> str:
    """`photo` written anew, with the pixels in it: a script finds them on no server."""
    pixels = photo(digest, side)
    numbers = pixels.tobytes().hex()
    lines = "".join(f'        "{numbers[k : k + 96]}"\n' for k in range(0, len(numbers), 96))
    return (
        "def photo(digest: str, side: int) -> np.ndarray:\n"
        '    """The uploaded picture, made smaller."""\n'
        f"    pixels = bytes.fromhex(\n{lines}    )\n"
        f"    return np.frombuffer(pixels, np.uint8).reshape{pixels.shape}"
    )


def photograph(name: PhotographName, side: int) -> np.ndarray:
    """A photograph that scikit-learn carries, its middle square; (side, side, 3) uint8.

    Source: China and Flower, Yann Forget and dany13 (CC BY); as scikit-learn carries them.
    """
    whole = _photograph(name)
    height, width = whole.shape[:2]
    left = (width - height) // 2
    return smaller(whole[:, left : left + height], side)


def keep(picture: Picture) -> Picture:
    """Keeps a picture: the same one as before if it is the same."""
    return SHELF.keep(digest_of(picture), picture)


def pictured(digest: str) -> Picture:
    """The picture of a digest.

    Raises:
        Refusal: "picture_absent": this process does not have it.
    """
    return SHELF.take(digest, "picture_absent")


def digest_of(picture: Picture) -> str:
    """16 hexadecimal digits that tell what a picture shows."""
    state = blake2b(repr(picture.pixels.shape).encode(), digest_size=8)
    state.update(picture.pixels.tobytes())
    return state.hexdigest()


@cache
def _photograph(name: PhotographName) -> np.ndarray:
    """The file is read from its folder: importing the library would take 180 MB and a second."""
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).parent / "datasets" / "images" / f"{name}.jpg"
    return read(file.read_bytes()).pixels


def _present(digest: str) -> str:
    if digest:
        pictured(digest)
    return digest


SHELF: Shelf[Picture] = Shelf(32 * 2**20)
PictureDigest = Annotated[str, Field(max_length=16), AfterValidator(_present)]
