"""Truths about the notations of dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.data import dates
from dlviz.data.refusal import Refusal

days = st.dates(date(dates.FIRST, 1, 1), date(dates.LAST, 12, 31))
KNOWN = (
    "2024년 3월 5일",
    "2024년 3월 5일 화요일",
    "24년 3월 5일",
    "이천이십사년 삼월 오일",
    "2024. 3. 5.",
    "2024.03.05",
)
KNOWN += ("2024/3/5", "'24.3.5", "March 5, 2024", "5 March 2024", "Mar 5, 2024", "5 Mar 24")


def test_the_notations_are_those_that_people_write() -> None:
    assert tuple(dates.written(date(2024, 3, 5), k) for k in range(len(dates.NOTATIONS))) == KNOWN
    assert dates.written(date(2026, 6, 10), 3) == "이천이십육년 유월 십일"
    assert dates.written(date(2026, 10, 6), 3) == "이천이십육년 시월 육일"


@given(days, st.integers(0, len(dates.NOTATIONS) - 1))
def test_a_date_says_its_day_and_no_other(day: date, notation: int) -> None:
    assert dates.iso(dates.written(day, notation)) == day.isoformat()


@given(days, st.integers(0, len(dates.NOTATIONS) - 1))
def test_the_places_of_a_part_hold_that_part(day: date, notation: int) -> None:
    text = dates.written(day, notation)
    said = dates.said_by(text)
    assert len(said) == len("2024-03-05")
    assert said[4] == said[7] == []
    assert said[0] == said[3]
    assert said[5] == said[6]
    assert said[8] == said[9]
    shown = "".join(text[at] for at in said[9])
    assert shown in (str(day.day), f"{day.day:02}") or not shown.isascii()


@pytest.mark.parametrize(
    "text", ["", "2023년 2월 29일", "2024-03-05", "hello", "13월 5일", "백천년 삼월 오일", "31 Feb 24"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="date"):
        dates.iso(text)
