"""Dates as Korean and English write them, and as ISO 8601 does: 2024-03-05."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dlviz.data.numerals import korean, number
from dlviz.data.refusal import Refusal

FIRST, LAST = 1950, 2049  # years; of two digits 50 to 99 mean the century before
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = "월화수목금토일"
SPOKEN = {6: "유", 10: "시"}  # months that are not said as their numbers are

# Every notation; "_" is a blank.
NOTATIONS = (
    "{y}년_{m}월_{d}일",
    "{y}년_{m}월_{d}일_{w}요일",
    "{yy}년_{m}월_{d}일",
    "{ky}년_{km}월_{kd}일",
    "{y}._{m}._{d}.",
    "{y}.{mm}.{dd}",
    "{y}/{m}/{d}",
    "'{yy}.{m}.{d}",
    "{M}_{d},_{y}",
    "{d}_{M}_{y}",
    "{b}_{d},_{y}",
    "{d}_{b}_{yy}",
)
PARTS = {
    "y": r"(?P<y>\d{4})",
    "yy": r"(?P<y>\d\d)",
    "ky": r"(?P<y>[영일이삼사오육칠팔구십백천]+)",
    "m": r"(?P<m>\d{1,2})",
    "mm": r"(?P<m>\d\d)",
    "km": r"(?P<m>[영일이삼사오육유칠팔구십시]+)",
    "d": r"(?P<d>\d{1,2})",
    "dd": r"(?P<d>\d\d)",
    "kd": r"(?P<d>[영일이삼사오육칠팔구십]+)",
    "w": f"[{WEEKDAYS}]",
    "M": rf"(?P<m>{'|'.join(MONTHS)})",
    "b": rf"(?P<m>{'|'.join(month[:3] for month in MONTHS)})",
}


def written(day: date, notation: int) -> str:
    """A day in one of the notations."""
    month = MONTHS[day.month - 1]
    parts = {
        "y": day.year,
        "yy": f"{day.year % 100:02}",
        "ky": korean(day.year),
        "m": day.month,
        "mm": f"{day.month:02}",
        "km": SPOKEN.get(day.month, korean(day.month)),
        "d": day.day,
        "dd": f"{day.day:02}",
        "kd": korean(day.day),
        "w": WEEKDAYS[day.weekday()],
        "M": month,
        "b": month[:3],
    }
    return NOTATIONS[notation].replace("_", " ").format(**parts)


def iso(text: str) -> str:
    """The ISO notation of a date that is written in one of the notations.

    Raises:
        Refusal: "date": it is not, or there is no such day.
    """
    return _read(text)[0].isoformat()


def said_by(text: str) -> list[list[int]]:
    """Of each character of `iso(text)` the places of those that say it: the whole year, month or day; of "-" none."""
    spans = {name: list(range(*span)) for name, span in _read(text)[1].items()}
    return [spans[part] if part != "-" else [] for part in "yyyy-mm-dd"]


def _read(text: str) -> tuple[date, dict[str, tuple[int, int]]]:
    """The day, and from where to where its year "y", month "m" and day "d" stand."""
    for found in _found(text):
        year, month, day = (_number(found[part]) for part in "ymd")
        if year < 100:
            year += 1900 if year >= FIRST % 100 else 2000
        try:
            return date(year, month, day), {part: found.span(part) for part in "ymd"}
        except ValueError:
            break
    raise Refusal("date", 0, text)


def _found(text: str) -> Iterator[re.Match[str]]:
    for notation in NOTATIONS:
        pattern = re.sub(r"\\\{(\w+)\\\}", lambda part: PARTS[part[1]], re.escape(notation.replace("_", " ")))
        if found := re.fullmatch(pattern, text, re.ASCII):
            yield found


def _number(part: str) -> int:
    months = [month[: len(part)] for month in MONTHS]
    if part in months:
        return months.index(part) + 1
    spoken = {letter: month for month, letter in SPOKEN.items()}
    if part.isdecimal():
        return int(part)
    try:
        return spoken.get(part) or number(part)
    except Refusal:
        raise Refusal("date", 0, part) from None
