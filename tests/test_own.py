"""Truths of painted points: a link brings every one of them back, and nothing else passes for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dlviz.config import domain
from dlviz.data.own import CLASSES, LETTERS, MOST, add, decode, encode, erase
from dlviz.data.refusal import Refusal
from tests.fixtures.lesson.brought import Config

place = st.integers(-600, 600)
painted = st.lists(st.tuples(place, place, st.integers(0, CLASSES - 1)), max_size=MOST)


def text_of(points: list[tuple[int, int, int]]) -> str:
    table = np.array(points).reshape(-1, 3)
    return encode(table[:, :2] / 100, table[:, 2])


@given(painted)
def test_points_on_the_grid_come_back_exactly_and_in_their_order(points: list[tuple[int, int, int]]) -> None:
    x, label = decode(text_of(points))
    assert np.rint(x.numpy() * 100).astype(int).tolist() == [[a, b] for a, b, _ in points]
    assert np.array_equal(
        x.numpy(), np.array([[a, b] for a, b, _ in points]).reshape(-1, 2).astype("f4") / np.float32(100)
    )
    assert label.tolist() == [c for _, _, c in points]


@given(painted)
def test_a_link_brings_painted_points_back(points: list[tuple[int, int, int]]) -> None:
    config = Config(points=text_of(points))
    assert Config.from_query(config.to_query()) == (config, [])


@given(st.text(max_size=12) | st.text(alphabet=LETTERS, max_size=12))
def test_a_text_is_the_one_text_of_its_points_or_refused(text: str) -> None:
    try:
        config = Config(points=text)
    except ValidationError:
        assert Config.from_query({"points": text})[1][0].field == "points"
    else:
        assert encode(*decode(config.points)) == text


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=9))
def test_what_is_painted_anywhere_lies_in_view_at_most_half_a_grid_away(
    points: list[tuple[float, float]],
) -> None:
    x, _ = decode(encode(points, [0] * len(points)))
    assert np.abs(x.numpy() - np.clip(points, -6, 6)).max() <= 0.005 + 1e-6


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("AAA", "points_cut"),
        ("AA A", "points_character"),
        ("AAAé", "points_character"),
        ("____", "points_place"),
    ],
)
def test_a_bad_text_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(text)
    assert refused.value.reason == reason
    assert Config.from_query({"points": text})[1][0].reason == reason


def test_no_more_than_the_link_can_hold() -> None:
    full = add("", np.zeros((MOST + 50, 2)), 1)
    assert len(decode(full)[0]) == MOST
    assert add(full, [[1, 1]], 0) == full
    assert len(full) == domain(Config, "points").length
    with pytest.raises(Refusal, match="points_many"):
        decode(full + full[:4])
    with pytest.raises(Refusal, match="points_many"):
        encode(np.zeros((MOST + 1, 2)), np.zeros(MOST + 1))
    with pytest.raises(Refusal, match="points_class"):
        encode([[0, 0]], [3])


near = st.integers(-45, 45)


@given(st.lists(st.tuples(near, near, st.integers(0, 2)), min_size=5, max_size=60), st.tuples(near, near))
def test_the_eraser_takes_what_lies_within_its_radius(
    points: list[tuple[int, int, int]], at: tuple[int, int]
) -> None:
    left = erase(text_of(points), [[at[0] / 100, at[1] / 100]], radius=0.3005)
    stays = [p for p in points if (p[0] - at[0]) ** 2 + (p[1] - at[1]) ** 2 > 30.05**2]
    assert left == text_of(stays)
