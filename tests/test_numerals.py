"""Truths about Korean numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.data import numerals
from dlviz.data.refusal import Refusal

KNOWN = {
    0: "영",
    1: "일",
    10: "십",
    11: "십일",
    325: "삼백이십오",
    1203: "천이백삼",
    10_000: "만",
    21_015: "이만천십오",
}
KNOWN |= {110_000: "십일만", 12_345_678: "천이백삼십사만오천육백칠십팔", 90_000_001: "구천만일"}
numbers = st.integers(0, numerals.MOST)


def test_numerals_are_those_that_people_say() -> None:
    for number, text in KNOWN.items():
        assert numerals.korean(number) == text
        assert numerals.number(text) == number


@given(numbers)
def test_a_numeral_says_its_number_and_no_other(number: int) -> None:
    text = numerals.korean(number)
    assert numerals.number(text) == number
    assert (number % 10_000 or number < 10_000) or text.endswith(numerals.MYRIAD)


def test_a_one_that_nobody_says_is_understood() -> None:
    assert numerals.number("일천이백삼") == 1203
    assert numerals.number("일만일천일백일십일") == 11111


@pytest.mark.parametrize("text", ["", "hello", "백천", "이이", "십백", "만만", "영일", "일영", "삼 백", "억"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="numeral"):
        numerals.number(text)


def test_the_letters_that_say_a_digit_are_known() -> None:
    assert numerals.said_by(1203) == [[0], [1, 2], [], [3]]
    assert numerals.said_by(0) == [[0]]
    assert numerals.said_by(10_000) == [[0], [], [], [], []]
    assert numerals.said_by(120_003) == [[0], [1], [], [], [], [3]]


@given(numbers.filter(bool))
def test_the_letters_of_a_digit_say_it_and_every_letter_is_somebodys(number: int) -> None:
    text, said = numerals.korean(number), numerals.said_by(number)
    for digit, places in zip(str(number), said, strict=True):
        heard = [text[at] for at in places if text[at] in numerals.ONES]
        spoken = [str(numerals.ONES.index(letter) + 1) for letter in heard] or (["1"] if places else ["0"])
        assert spoken == [digit]
    loose = {at for at in range(len(text)) if text[at] != numerals.MYRIAD} - {at for p in said for at in p}
    assert not loose


@pytest.mark.parametrize("number", [-1, numerals.MOST + 1])
def test_numbers_beyond_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="from 0"):
        numerals.korean(number)
