"""What is drawn of tokens is what they are, whatever a learner wrote."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlviz.plots import tokens
from dlviz.plots.film import Film
from dlviz.plots.theme import layout

EVIL = '<a href="http://x">x</a>'


@given(st.text(max_size=30))
def test_no_token_is_markup(token: str) -> None:
    assert not set(tokens.shown(token)) & set("<>")
    assert not set(tokens.shown(token)) & set(" \n\t") or len(token) > 1


def test_an_axis_names_every_token() -> None:
    parts = tokens.ticks(["a", " ", "\n", EVIL])
    assert parts["ticktext"][:3] == ["a", "␣", "⏎"]
    assert parts["tickvals"].tolist() == [0, 1, 2, 3]
    assert "<" not in parts["ticktext"][3]


def test_the_most_probable_tokens_are_found_and_in_order() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(9), (4, 3)).astype(np.float32)  # (T, S, V)
    numbers, values = tokens.top(p, 4)
    assert np.array_equal(values, np.sort(p, axis=-1)[..., ::-1][..., :4])
    assert np.array_equal(np.take_along_axis(p, numbers, -1), values)
    assert tokens.top(p, 20)[0].shape[-1] == 9


def test_bars_are_as_long_as_probabilities_and_each_stands_in_one_of_two_traces() -> None:
    values = np.array([[0.2, 0.7, np.nan], [1.0, 0.0, 0.5]])
    right = np.array([[True, False, True], [False, True, True]])
    drawn = tokens.bars(0, np.zeros((3, 2)), values, right, length=2.0, thick=0.5, names=("r", "o"))
    (_, one), (_, other) = drawn
    total = np.asarray(one.columns["x"]) + np.asarray(other.columns["x"])
    assert np.allclose(total, 2 * np.nan_to_num(values))
    assert np.all(np.asarray(one.columns["x"])[~right] == 0)


def test_names_follow_their_numbers_and_are_bold_where_they_are_marked() -> None:
    numbers = np.array([[0, 1], [1, 0]])
    marked = np.array([[True, False], [False, False]])
    labels = tokens.candidates(numbers, ["a", EVIL], np.zeros((2, 2)), marked=marked)
    assert [labels[0].at(0), labels[1].at(1)] == ["<b>a</b>", "a"]
    assert labels[1].at(0) == tokens.shown(EVIL)


def test_a_map_of_states_keeps_every_number_where_it_belongs() -> None:
    values = np.random.default_rng(0).uniform(-1, 1, (5, 6, 4))  # (T, S, H)
    look, move = tokens.states(0, values)
    film = Film("x", 5, {"data": [look], "layout": layout()}, (move,), alt="x")
    drawn = film.still(3).data[0]
    for position, unit in ((0, 0), (5, 3), (2, 1)):
        column = int(np.argmin(np.abs(np.asarray(drawn.x) - position)))
        row = int(np.argmin(np.abs(np.asarray(drawn.y) + unit)))
        assert abs(drawn.z[row][column] - values[3, position, unit]) < 0.005
    one, moved = tokens.strip(0, (0, 0, 1, 4), values[:, 2])
    assert np.allclose(np.asarray(moved.columns["z"][3])[::-1, 0], values[3, 2], atol=0.005)
    assert len(one["y"]) == 4


def test_a_place_hits_the_token_that_stands_there() -> None:
    assert [tokens.position_at(x, 3) for x in (-0.6, -0.4, 1.2, 2.4, 2.6)] == [None, 0, 1, 2, None]
