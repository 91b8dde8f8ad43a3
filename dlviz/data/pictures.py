"""Pictures that learners bring, kept by this process, and photographs that a library carries: arrays of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Annotated, Any, Literal

import numpy as np
from PIL import Image
from pydantic import AfterValidator, Field

from dlviz.data.carried import carried_path
from dlviz.data.shelf import Shelf

SIDE = 256  # pixels of the longer side that are kept

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
    if not digest:
        return (
            "def photo(digest: str, side: int) -> np.ndarray:\n"
            '    """Nothing was uploaded."""\n'
            "    raise LookupError(digest)"
        )
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

    Source: danielbuechele and vultilion (CC BY); as scikit-learn carries them.
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
    with Image.open(carried_path("sklearn", "datasets", "images", f"{name}.jpg")) as image:
        image.draft(None, (2 * SIDE, 2 * SIDE))
        return smaller(array_of(image), SIDE)


def _present(digest: str) -> str:
    if digest:
        pictured(digest)
    return digest


SHELF: Shelf[Picture] = Shelf(32 * 2**20)
PictureDigest = Annotated[str, Field(max_length=16), AfterValidator(_present)]
