"""Truths of uploaded pictures: what a file shows arrives upright, what it cannot be is refused with its reason."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from dlviz.data import photos, pictures
from dlviz.data.refusal import Refusal
from dlviz.text import LANGUAGES, words

HOUSE = Path(__file__).parents[1]
APP = HOUSE / "tests" / "fixtures" / "pictured_app.py"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def quarters(width: int = 60, height: int = 40) -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, WHITE])
    return image.resize((width, height), Image.Resampling.NEAREST)


def corners(pixels: np.ndarray) -> np.ndarray:
    """The four colours near the corners, row after row, (4, 3)."""
    height, width = pixels.shape[:2]
    rows, columns = [height // 6, -1 - height // 6], [width // 6, -1 - width // 6]
    return np.array([pixels[r, c] for r in rows for c in columns], int)


def png(width: int, height: int, depth: int = 8, kind: int = 2, data: bytes = b"") -> bytes:
    """A PNG as its chunks say, whatever its data are."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)),
        (b"IDAT", data),
        (b"IEND", b""),
    ]
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def note(kind: bytes) -> bytes:
    """A chunk of a PNG that unpacks to a hundred million letters."""
    packed = zlib.compressobj(9)
    data = b"k\0\0" + b"".join(packed.compress(bytes(10**6)) for _ in range(100)) + packed.flush()
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_arrives_with_its_colours_in_their_places(kind: str) -> None:
    pixels = photos.read(saved(quarters(), kind)).pixels
    assert pixels.shape == (40, 60, 3)
    assert np.abs(corners(pixels) - [RED, GREEN, BLUE, WHITE]).max() < 12
    assert not pixels.flags.writeable


@pytest.mark.parametrize(
    ("image", "shade"),
    [
        (quarters().quantize(8), 0),
        (quarters().convert("CMYK"), 0),
        (quarters().convert("RGBA"), 0),
        (quarters().convert("LA"), None),
        (quarters().convert("1"), None),
    ],
    ids=["palette", "cmyk", "rgba", "grey with alpha", "one bit"],
)
def test_every_kind_of_pixel_is_all_right(image: Image.Image, shade: int | None) -> None:
    pixels = photos.read(saved(image, "JPEG" if image.mode == "CMYK" else "PNG")).pixels
    assert pixels.shape == (40, 60, 3)
    assert (corners(pixels)[3] > 243).all()
    if shade is not None:
        assert np.abs(corners(pixels) - [RED, GREEN, BLUE, WHITE]).max() < 12


def test_sixteen_bits_keep_their_shades() -> None:
    ramp = np.linspace(0, 65535, 200).astype(np.uint16)[None].repeat(20, axis=0)
    pixels = photos.read(saved(Image.fromarray(ramp))).pixels
    assert np.abs(pixels[..., 0] - ramp / 256).max() < 1.01


def test_what_is_transparent_lies_over_white() -> None:
    image = quarters().convert("RGBA")
    image.putalpha(0)
    assert (photos.read(saved(image)).pixels == 255).all()
    half = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert np.abs(photos.read(saved(half)).pixels - 127.0).max() <= 1
    ghost = quarters().quantize(8)
    told = saved(ghost, transparency=ghost.getpixel((5, 5)))
    assert corners(photos.read(told).pixels).tolist() == [[*WHITE], [*GREEN], [*BLUE], [*WHITE]]


@pytest.mark.parametrize("held", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(held: int) -> None:
    undo: Any = {**photos.TURNED, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}.get(held)
    stored = quarters().transpose(undo) if undo is not None else quarters()
    exif = Image.Exif()
    exif[0x0112] = held
    pixels = photos.read(saved(stored, "JPEG", exif=exif, quality=95)).pixels
    assert pixels.shape == (40, 60, 3)
    assert np.abs(corners(pixels) - [RED, GREEN, BLUE, WHITE]).max() < 12


@given(st.integers(1, 900), st.integers(1, 900))
def test_the_longer_side_has_256_pixels_at_most_and_proportions_stay(width: int, height: int) -> None:
    rows, columns, _ = photos.read(saved(Image.new("RGB", (width, height)), compress_level=0)).pixels.shape
    scale = min(1, 256 / max(width, height))
    assert max(rows, columns) == min(max(width, height), 256)
    assert abs(rows - scale * height) <= 1
    assert abs(columns - scale * width) <= 1


def test_a_smaller_picture_is_the_mean_of_what_each_pixel_covers() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    means = pixels.reshape(16, 4, 24, 4, 3).mean(axis=(1, 3))
    assert np.abs(pictures.smaller(pixels, 24) - means).max() <= 1
    assert np.array_equal(pictures.smaller(pixels, 500), pixels)


def test_only_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, BLUE, BLUE)]
    for kind in ("GIF", "WEBP"):
        data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
        assert (np.abs(photos.read(data).pixels.reshape(-1, 3).astype(int) - RED) < 12).all()


BIG = saved(quarters(400, 300), "JPEG")
BAD = {
    "picture_empty": [b""],
    "picture_bytes": [b"\x89PNG\r\n\x1a\n" + bytes(photos.LARGEST)],
    "picture_format": [b"hello, I am a picture", b"<svg/>", saved(quarters(), "TIFF"), b"%PDF-1.4", BIG[2:]],
    "picture_pixels": [
        png(100_000, 100_000, data=zlib.compress(b"")),
        png(3000, 3000, data=zlib.compress(bytes(9_003_000), 9)),
        png(1, 2_000_000_000),
        saved(Image.new("1", (1600, 1601)), "GIF"),
    ],
    "picture_damaged": [
        BIG[: len(BIG) // 2],
        saved(quarters(300, 200))[:400],
        saved(quarters(99, 99), "BMP")[:999],
        png(60, 40, data=b"\x78\x9c" + bytes(40)),
        *(saved(quarters())[:33] + note(kind) + saved(quarters())[33:] for kind in (b"zTXt", b"iCCP")),
    ],
}


@pytest.mark.parametrize(
    ("reason", "data"), [(reason, data) for reason, all_ in BAD.items() for data in all_]
)
def test_what_is_no_picture_is_refused_with_its_reason(reason: str, data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        photos.read(data)
    assert refused.value.reason == reason


@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP"]), st.data())
def test_any_bytes_are_a_picture_or_a_refusal(noise: bytes, kind: str, data: Any) -> None:
    whole = saved(quarters(), kind)
    at = data.draw(st.integers(0, len(whole)))
    for odd in (noise, whole[:at] + noise + whole[at + len(noise) :]):
        with suppress(Refusal):
            assert max(photos.read(odd).pixels.shape) <= 256


MEASURE = """
import resource, sys, time
from dlviz.data import photos, pictures
pictures.photograph("flower", 64)  # Pillow's own libraries are loaded
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    photos.read(data)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(time.process_time() - begun, (after - before) * (1 if sys.platform == "darwin" else 1024))
"""


KINDS = ("plain jpeg", "progressive jpeg", "cmyk", "rgba", "16 bits", "palette", "gif", "webp")


@cache
def largest() -> dict[str, bytes]:
    """Files of every kind, as large as they may be."""
    coarse = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8))
    wide = coarse.resize((2500, 2000), Image.Resampling.NEAREST)
    row = np.linspace(0, 65535, 8000).astype(">u2").tobytes()  # 2000 pixels of four channels
    few = quarters(2400, 2000).quantize(8)
    frames = [Image.new("RGB", (1600, 1500), color) for color in (RED, BLUE) * 5]
    moving: dict[str, Any] = {"save_all": True, "append_images": frames[1:]}
    return {
        "plain jpeg": saved(coarse.resize((8000, 6000)), "JPEG", quality=60),
        "progressive jpeg": saved(wide, "JPEG", quality=60, progressive=True),
        "cmyk": saved(coarse.resize((8000, 6000)).convert("CMYK"), "JPEG", quality=40),
        "rgba": saved(wide.convert("RGBA")),
        "16 bits": png(2000, 2000, 16, 6, zlib.compress((b"\0" + row) * 2000)),
        "palette": saved(few, transparency=few.getpixel((5, 5))),
        "gif": saved(frames[0], "GIF", **moving),
        "webp": saved(frames[0], "WEBP", **moving),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_that_are_taken_are_quick_and_light(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "picture"
    file.write_bytes(largest()[kind])
    assert file.stat().st_size <= photos.LARGEST
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, file], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    seconds, memory = map(float, done.stdout.split())
    assert seconds < 0.4  # 0.1 at rest
    assert memory < 50e6


def test_a_photograph_of_the_library_is_a_square() -> None:
    assert pictures.photograph("flower", 24).shape == (24, 24, 3)
    assert pictures.photograph("china", 96).shape == (96, 96, 3)


def test_a_kept_picture_is_found_by_its_digest_and_made_smaller() -> None:
    kept = pictures.keep(photos.read(saved(quarters(64, 32))))
    digest = pictures.digest_of(kept)
    assert pictures.keep(photos.read(saved(quarters(64, 32)))) is kept
    assert pictures.photo(digest, 16).shape == (8, 16, 3)
    with pytest.raises(Refusal) as refused:
        pictures.pictured("0123456789abcdef")
    assert refused.value.reason == "picture_absent"


def test_a_script_carries_the_pixels_that_it_needs() -> None:
    kept = pictures.keep(photos.read(saved(quarters())))
    scope: dict[str, Any] = {"np": np}
    exec(pictures.photo_source(pictures.digest_of(kept), 20), scope)
    assert np.array_equal(scope["photo"]("", 20), pictures.photo(pictures.digest_of(kept), 20))


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def given_file(app: AppTest, data: bytes) -> AppTest:
    app.file_uploader[0].set_value(("picture.png", data, "image/png")).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_room_takes_a_picture_in_or_says_in_one_sentence_why_not(lang: Any) -> None:
    app = given_file(opened(lang=lang), saved(quarters()))
    read = words(lang)("upload.picture_read", height=40, width=60)
    assert read in [caption.value for caption in app.caption]
    for reason in ("picture_empty", "picture_format", "picture_pixels", "picture_damaged"):
        given_file(app, BAD[reason][0])
        assert [error.value for error in app.error] == [words(lang)(f"refused.{reason}")]
        assert read in [caption.value for caption in app.caption]  # the earlier one stays
    assert all(words(lang).has(f"refused.{reason}") for reason in BAD)


def test_a_link_to_a_picture_that_is_not_here_says_so_in_one_line() -> None:
    app = opened(lang="en", photo="0123456789abcdef")
    assert words("en")("unusable.picture_absent") in app.caption[0].value
