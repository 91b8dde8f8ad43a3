"""Truths about what a learner asks: texts that can be read, places that are known, rows that are set by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dlviz.data.refusal import Refusal
from dlviz.lessons.seq2seq import bending
from dlviz.lessons.seq2seq.experiment import Config
from dlviz.lessons.seq2seq.tasks import places, truth

rows = st.dictionaries(
    st.integers(0, 23),
    st.lists(st.integers(0, 100).map(lambda n: n / 100), min_size=1, max_size=5),
    max_size=4,
)


@given(rows)
def test_rows_set_by_hand_are_read_as_they_were_written(rows: dict[int, list[float]]) -> None:
    text = ""
    for row, weights in rows.items():
        text = bending.bent(text, row, weights)
    assert bending.rows_of(text) == rows
    for row in rows:
        text = bending.bent(text, row, None)
    assert text == ""


def test_weights_set_by_hand_sum_to_1() -> None:
    bends = bending.bends_of("0:1,1;2:0,0,0.5;3:0,0;4:0,0,0,0,1", 4)
    assert {row: weights.tolist() for row, weights in bends.items()} == {0: [0.5, 0.5, 0, 0], 2: [0, 0, 1, 0]}


@pytest.mark.parametrize("wrong", ["x", "0:", "0:1;;2", "0:-1", "123:1", "0:1,a", "0:1:2"])
def test_what_is_no_row_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Config(bend=wrong)


@pytest.mark.parametrize(
    ("task", "sentence", "reason"),
    [
        ("numerals", "", "sentence_empty"),
        ("numerals", "  \n", "sentence_empty"),
        ("numerals", "1203", "sentence_token"),
        ("numerals", "천이백삼<b>", "sentence_token"),
        ("numerals", "일" * 25, "sentence_long"),
        ("sentences", "나는 고래를 먹는다", "sentence_token"),
        ("reverse", "xyz", "sentence_token"),
    ],
)
def test_a_sentence_that_cannot_be_read_is_refused_with_a_reason(
    task: Any, sentence: str, reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Config(task=task, sentence=sentence)
    (error,) = caught.value.errors()
    assert error["loc"] == ("sentence",)
    refusal = error["ctx"]["error"]
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_blanks_that_do_not_matter_are_left_out() -> None:
    assert Config(sentence=" 천 이백  삼 ").sentence == "천이백삼"
    assert Config(task="sentences", sentence="나는  사과를 먹는다 ").sentence == "나는 사과를 먹는다"


def test_places_are_known_where_a_rule_knows_them() -> None:
    assert places("numerals", "천이백삼") == [[0], [1, 2], [], [3]]
    assert places("numerals", "일천이백삼") == []  # nobody writes it so: no rule for its places
    assert truth("numerals", "일천이백삼") == "1203"
    assert places("reverse", "abc") == [[2], [1], [0]]
    assert places("sentences", "나는 어제 사과를 먹었다") == [[0], [3], [2], [2], [1]]
    assert truth("sentences", "나는 어제 사과를 먹었다") == "I ate an apple yesterday"
    assert truth("own", "abc") is None
