"""Truths of films: what a browser gets is what the recording holds."""

from __future__ import annotations

import base64
import io
import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move, fill, number, spaced
from dlviz.plots.wire import message
from dlviz.ui.take import PICTURE_BYTES, PIXELS, animated

T = 7
Y = np.sin(np.arange(T, dtype=np.float32))
HEAT = np.linspace(0, 1, T * 6, dtype=np.float32).reshape(T, 2, 3)


def film(length: int = T) -> Film:
    data = [
        {"type": "scatter", "name": "path", "x": [], "y": [], "line": {"color": "--dl-model"}},
        {"type": "heatmap", "name": "map"},
        {"type": "scatter", "name": "dot", "marker": {}},
    ]
    moves = (
        Move(0, {"x": np.arange(length, dtype=np.float32), "y": Y[:length]}, "grow"),
        Move(1, {"z": HEAT[:length]}),
        Move(2, {"marker.size": np.arange(length, dtype=np.int64)[:, None]}),
    )
    labels = (Label("y = {y:.2f}", {"y": Y[:length]}), Label(strings=[f"<b>{t}</b>" for t in range(length)]))
    return Film("f", length, {"data": data, "layout": {}}, moves, labels, "Title", "Alt")


def unpacked(data: bytes) -> tuple[dict[str, Any], Any]:
    """Reads a message as a browser does."""
    (size,) = struct.unpack_from("<I", data)
    header, area = json.loads(data[4 : 4 + size]), data[4 + size :]

    def array(reference: dict[str, Any]) -> np.ndarray:
        offset, dtype, shape = reference["$a"]
        assert offset % 8 == 0
        return np.frombuffer(area, "<" + dtype, int(np.prod(shape)), offset).reshape(shape)

    return header, array


def test_a_still_shows_one_step() -> None:
    still = film().still(3)
    assert list(still.data[0].y) == list(Y[:4])
    assert np.array_equal(still.data[1].z, HEAT[3])
    assert still.data[2].marker.size == (3,)
    assert [a.text for a in still.layout.annotations] == [f"y = {Y[3]:.2f}", "<b>3</b>"]
    assert film().still(-1).layout.annotations[1].text == "<b>6</b>"


def test_a_still_wears_the_colours_of_its_theme() -> None:
    assert film().still(0).data[0].line.color == theme.LIGHT["--dl-model"]
    assert film().still(0, dark=True).data[0].line.color == theme.DARK["--dl-model"]


def test_both_themes_know_every_colour() -> None:
    assert theme.LIGHT.keys() == theme.DARK.keys()


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "muted",
        "data",
        "model",
        "gradient",
        "prediction",
        "attention",
        *(f"series-{k}" for k in range(1, 8)),
    ],
)
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_colour_can_be_seen_on_its_ground(look: str, name: str) -> None:
    def luminance(color: str) -> float:
        parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    colors = theme.THEMES[look]
    a, b = sorted((luminance(colors[f"--dl-{name}"]), luminance(colors["--dl-paper"])))
    assert (b + 0.05) / (a + 0.05) >= 4.5  # WCAG 2.2, text


def test_a_message_holds_the_rows_bit_for_bit() -> None:
    header, array = unpacked(message({"tape": "a"}, [film()]))
    sent = header["films"][0]
    assert np.array_equal(array(sent["moves"][0][1]), Y)
    assert np.array_equal(array(sent["moves"][1][0]), HEAT)
    assert np.array_equal(array(sent["labels"][0]["y"]), Y)
    assert sent["labels"][1]["strings"][2] == "<b>2</b>"
    assert (header["start"], header["rows"]) == (0, T)


def test_a_message_of_new_rows_continues_the_old_ones() -> None:
    early, array_early = unpacked(message({}, [film(4)]))
    late, array_late = unpacked(message({}, [film()], start=4))
    parts = [a(h["films"][0]["moves"][1][0]) for h, a in ((early, array_early), (late, array_late))]
    assert np.array_equal(np.concatenate(parts), HEAT)
    assert (late["start"], late["rows"]) == (4, T - 4)


def test_a_head_that_is_known_is_not_sent_again() -> None:
    digest = unpacked(message({}, [film(3)]))[0]["films"][0]["digest"]
    again = unpacked(message({}, [film()], known={"f": digest}))[0]["films"][0]
    assert again["digest"] == digest  # new rows leave the head alone
    assert again["head"] is None
    assert unpacked(message({}, [film()], known={"f": "other"}))[0]["films"][0]["head"]["title"] == "Title"


def test_no_message_holds_what_json_cannot() -> None:
    odd = Film(
        "odd",
        1,
        {
            "data": [{"type": "scatter", "z": float("nan"), "n": np.float64("inf"), "k": np.int64(3)}],
            "layout": {},
        },
    )
    trace = unpacked(message({"x": np.float32(2)}, [odd]))[0]["films"][0]["head"]["figure"]["data"][0]
    assert trace == {"type": "scatter", "z": None, "n": None, "k": 3}


def test_numbers_that_are_not_there_stay_so_as_levels() -> None:
    levels = Levels.of(np.array([[0.0, np.nan, 1.0, np.inf, 0.5]]), 0, 1)
    assert levels.codes.tolist() == [[0, 255, 254, 255, 127]]
    assert np.array_equal(np.isnan(levels[0]), [False, True, False, True, False])


@given(st.lists(st.floats(-3, 5), min_size=1, max_size=9))
def test_levels_are_true_to_half_a_level(values: list[float]) -> None:
    levels = Levels.of(np.array([values]), -3, 5)
    assert np.abs(levels[0] - values).max() <= 8 / 254 / 2 + 1e-6


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1.2345, ".2f", "1.23"), (-1.5, ".1f", "−1.5"), (-0.0004, ".2f", "0.00"),
        (0.5, "+.1f", "+0.5"), (12345.678, ".3g", "1.23e+04"),
        (3.0, "d", "3"), (12.5, "d", "13"), (-2.5, "+d", "−3"), (-0.4, "d", "0"), (float("nan"), ".2f", "–"),
        (float("inf"), ".3g", "∞"), (float("-inf"), "d", "−∞"), (1e-7, ".2e", "1.00e−07"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_a_reader_expects(value: float, form: str, text: str) -> None:
    assert number(value, form) == text


def test_a_template_takes_the_numbers_of_its_step() -> None:
    assert fill("{a:.1f} of {b:d}", {"a": np.array([0.5, 1.5]), "b": np.array([3, 4])}, 1) == "1.5 of 4"


def test_a_table_has_a_row_per_step_and_the_numbers_that_move() -> None:
    lines = film().to_csv().splitlines()
    assert len(lines) == T + 1
    assert lines[0].startswith("step,path.x,path.y,map.z[0]")
    assert float(lines[3].split(",")[2]) == Y[2]


def test_spaced_steps_keep_both_ends() -> None:
    assert spaced(201, 60)[0] == 0
    assert spaced(201, 60)[-1] == 200
    assert len(spaced(201, 60)) == 60
    assert spaced(3, 60) == [0, 1, 2]


def test_frames_that_would_unfold_to_more_than_the_server_can_hold_are_refused() -> None:
    def frame(side: int) -> str:
        file = io.BytesIO()
        Image.new("P", (side, side)).save(file, "PNG")
        assert len(file.getvalue()) < PICTURE_BYTES
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

    made = animated({"frames": [frame(40), frame(40)]})
    assert made is not None
    assert made.startswith(b"GIF89a")
    assert PIXELS < 5 * 5000**2
    assert animated({"frames": [frame(5000)] * 5}) is None
