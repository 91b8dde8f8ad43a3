"""Korean numerals and the digits that they say, both ways."""

from __future__ import annotations

import re

from dlviz.data.refusal import Refusal

ZERO = "영"
ONES = "일이삼사오육칠팔구"
UNITS = "천백십"  # of a group of four digits
MYRIAD = "만"
MOST = 10**8 - 1

# One group of four digits: a unit may stand without its "one".
GROUP = "".join(f"(?:([{ONES}]?)({unit}))?" for unit in UNITS) + f"([{ONES}]?)"
NUMERAL = re.compile(f"(?:{GROUP}({MYRIAD}))?{GROUP}")
PER_GROUP = 2 * len(UNITS) + 1  # parts that the pattern captures of one group


def korean(number: int) -> str:
    """A number from 0 to 99,999,999 in letters, without the "one" that nobody says: 1203 is 천이백삼.

    Raises:
        ValueError: another number.
    """
    if not 0 <= number <= MOST:
        raise ValueError(f"from 0 to {MOST}, not {number}")
    if number == 0:
        return ZERO
    myriads, rest = divmod(number, 10**4)
    high = "" if myriads < 2 else _group(myriads)  # 10,000 is a myriad, not one myriad
    return (high + MYRIAD if myriads else "") + _group(rest)


def number(text: str) -> int:
    """The number that a numeral says; "one" may stand before a unit too.

    Raises:
        Refusal: "numeral": this is none.
    """
    if text == ZERO:
        return 0
    found = NUMERAL.fullmatch(text)
    if not text or found is None:
        raise Refusal("numeral", 0, text)
    high, low = (_value(found.groups()[k : k + PER_GROUP]) for k in (0, PER_GROUP + 1))
    return (high or 1) * 10**4 * bool(found[PER_GROUP + 1]) + low


def said_by(number: int) -> list[list[int]]:
    """Of each digit the places of the letters in `korean(number)` that say it; a zero inside is said by none."""
    text, digits = korean(number), str(number)
    if number == 0:
        return [[0]]
    said: list[list[int]] = [[] for _ in digits]
    place = len(digits) - 1 - 4 * (MYRIAD in text)  # of the digit that is said next, if no unit follows
    begun: list[int] = []
    for at, letter in enumerate(text):
        begun.append(at)
        if letter in ONES:
            continue
        if letter in UNITS:
            said[place - 3 + UNITS.index(letter)] += begun
        else:  # the myriad ends its group, and says its last digit if nothing else does
            before = begun[:-1] or ([at] if at == 0 else [])
            said[place] += before
            place += 4
        begun = []
    said[place] += begun
    return said


def _group(number: int) -> str:
    """A number below 10,000; nothing for 0."""
    text = ""
    for unit, digit in zip((*UNITS, ""), map(int, f"{number:04}")):
        if digit:
            text += ("" if unit and digit == 1 else ONES[digit - 1]) + unit
    return text


def _value(parts: tuple[str | None, ...]) -> int:
    """The number of a group: a digit and a unit each, and the ones."""
    value = 0
    for digit, unit in zip(parts[0::2], (*parts[1::2], "")):
        own = ONES.index(digit) + 1 if digit else (1 if unit else 0)
        value += own * (10 ** (len(UNITS) - UNITS.index(unit)) if unit else 1)
    return value
