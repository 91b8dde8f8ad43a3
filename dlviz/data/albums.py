"""Albums that learners bring: small pictures of two to four classes, kept by this process under a digest."""

from __future__ import annotations

from base64 import b85encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated
from zlib import compress

import numpy as np
from PIL import Image
from pydantic import AfterValidator, Field

from dlviz.data.refusal import Refusal
from dlviz.data.shelf import Shelf

SIDE = 32  # pixels of a picture
FEWEST, MANY = 2, 4  # classes
LEAST, MOST = 5, 24  # pictures of a class
LETTERS = 12  # of a class's name


@dataclass(frozen=True, eq=False)
class Album:
    """Small square pictures of some classes.

    Attributes:
        names: of the classes; a learner's own words, letters and digits alone.
        pixels: red, green and blue; read-only.
        labels: numbers of the classes, in order.
    """

    names: tuple[str, ...]
    pixels: np.ndarray  # (N, 32, 32, 3) uint8
    labels: np.ndarray  # (N,) int64

    def nbytes(self) -> int:
        """The memory that the pixels hold, in bytes."""
        return self.pixels.nbytes

    def of_class(self, k: int) -> np.ndarray:
        """The pictures of one class, (n, 32, 32, 3)."""
        own: np.ndarray = self.pixels[self.labels == k]
        return own


def square(pixels: np.ndarray, side: int = SIDE) -> np.ndarray:
    """The middle square of a picture (H, W, 3) with so many pixels a side, each the mean of what it covers."""
    height, width = pixels.shape[:2]
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    middle = Image.fromarray(pixels[top : top + least, left : left + least])
    return np.array(middle.resize((side, side), Image.Resampling.BOX))


def named(text: str) -> str:
    """What a class may be called: the letters and digits of a text, and single blanks between."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else " " for letter in text)
    return " ".join(kept.split())[:LETTERS].strip()


def bound(classes: Sequence[tuple[str, Sequence[np.ndarray]]]) -> Album:
    """Makes an album of names and small pictures.

    Raises:
        Refusal: "album_few": a class has too few pictures; "album_same": two classes have one name or none.
    """
    for k, (_, pictures) in enumerate(classes):
        if len(pictures) < LEAST:
            raise Refusal("album_few", k, str(len(pictures)))
    names = tuple(named(name) for name, _ in classes)
    if len({*names}) < len(names) or "" in names:
        raise Refusal("album_same")
    pixels = np.stack([picture for _, pictures in classes for picture in pictures[:MOST]])
    pixels.setflags(write=False)
    counts = [min(len(pictures), MOST) for _, pictures in classes]
    return Album(names, pixels, np.repeat(np.arange(len(classes)), counts))


def album_of(digest: str) -> Album:
    """The album of a digest.

    Raises:
        Refusal: "album_absent": this process does not have it.
    """
    return SHELF.take(digest, "album_absent")


def album_source(digest: str) -> str:
    """`album_of` written anew, with the pictures in it: a script finds them on no server."""
    head = "def album_of(digest: str) -> Album:\n"
    if not digest:
        return f'{head}    """Nothing was uploaded."""\n    raise LookupError(digest)'
    album = album_of(digest)
    text = b85encode(compress(album.pixels.tobytes(), 9)).decode()
    lines = "".join(f'        b"{text[k : k + 100]}"\n' for k in range(0, len(text), 100))
    return (
        f'{head}    """The uploaded pictures, made small."""\n'
        "    import base64\n    import zlib\n\n"
        f"    packed = (\n{lines}    )\n"
        "    pixels = np.frombuffer(zlib.decompress(base64.b85decode(packed)), np.uint8)\n"
        f"    labels = np.repeat(np.arange({len(album.names)}), {np.bincount(album.labels).tolist()})\n"
        f"    return Album({album.names!r}, pixels.reshape{album.pixels.shape}, labels)"
    )


def keep(album: Album) -> Album:
    """Keeps an album: the same one as before if it holds the same."""
    return SHELF.keep(digest_of(album), album)


def digest_of(album: Album) -> str:
    """16 hexadecimal digits that tell what an album holds."""
    state = blake2b(repr((album.names, album.labels.tolist())).encode(), digest_size=8)
    state.update(album.pixels.tobytes())
    return state.hexdigest()


def _present(digest: str) -> str:
    if digest:
        album_of(digest)
    return digest


SHELF: Shelf[Album] = Shelf(32 * 2**20)
AlbumDigest = Annotated[str, Field(max_length=16), AfterValidator(_present)]
