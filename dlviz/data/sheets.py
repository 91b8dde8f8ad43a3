"""The bytes of a learner's CSV file as columns of numbers and of categories; nothing in it is ever evaluated."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlviz.data.refusal import Refusal

LARGEST = 2 * 2**20  # bytes of a file
COLUMNS = 64
ROWS = 20_000
FEWEST = 20  # rows
HOLED = 0.2  # of a column may be missing: then any three columns still share 8 rows
CLASSES = 3  # different texts of a column at most
NAME = 40  # characters of a name that are kept
SEPARATORS = ",;\t"
HUGE = 1e30  # float32 ends at 3.4e38
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
HOLES = {"", "-", ".", "?", "na", "n/a", "#n/a", "nan", "null", "none"}
MOSTLY = 0.9  # of a column's cells are numbers: the others are holes


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes:
        name: from the first line of the file, or its number in it: "#3".
        values: numbers, or the numbers of categories; NaN is a hole.
        categories: the different texts, sorted; none if the column holds numbers.
    """

    name: str
    values: np.ndarray  # (N,) float64
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """What could be read of a file.

    Attributes:
        columns: those that can be used.
        left_columns: names of the others: full of holes, of one value, or of more than three different texts.
        more_columns, more_rows: how many came after those that are read.
        odd_rows: how many had another number of cells than the first.
    """

    columns: tuple[Column, ...]
    left_columns: tuple[str, ...] = ()
    more_columns: int = 0
    more_rows: int = 0
    odd_rows: int = 0

    def nbytes(self) -> int:
        """The memory that the numbers hold, in bytes."""
        return sum(column.values.nbytes for column in self.columns)


def read(data: bytes) -> Table:
    """Reads a file.

    Raises:
        Refusal: "file_large", "file_empty", "file_excel", "file_binary", "file_encoding", "file_cells" (it cannot
            be cut into cells), "file_separator", "file_rows" (too few) or "file_numbers" (too few columns of
            numbers, or none left for a target).
    """
    if len(data) > LARGEST:
        raise Refusal("file_large")
    rows = cells(decoded(data))
    width = len(rows[0])
    even = [row for row in rows if len(row) == width]
    named = not any(is_number(cell) for cell in even[0])
    body = even[1:] if named else even
    if len(body) < FEWEST:
        raise Refusal("file_rows")
    names = distinct(even[0] if named else [""] * width)
    kept, left = [], []
    for name, column in zip(names[:COLUMNS], zip(*body[:ROWS])):
        found = read_column(name, column)
        if found is None:
            left.append(name)
        else:
            kept.append(found)
    if sum(not column.categories for column in kept) < 2 or len(kept) < 3:
        raise Refusal("file_numbers")
    odd, more = len(rows) - len(even), max(0, len(body) - ROWS)
    return Table(tuple(kept), tuple(left), max(0, width - COLUMNS), more, odd)


def decoded(data: bytes) -> str:
    """The text of a file in one of the encodings that Korean programs write."""
    if not data.strip(b"\0\r\n\t ,;"):
        raise Refusal("file_empty")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refusal("file_excel")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:  # ASCII letters in UTF-16: every other byte is 0
        halves = {"utf-16-le": data[1::2], "utf-16-be": data[::2]}
        encodings = [name for name, half in halves.items() if half.count(0) > len(half) / 3]
        if not encodings:
            raise Refusal("file_binary")
    else:
        encodings = ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refusal("file_binary")
        return text
    raise Refusal("file_encoding")


def cells(text: str) -> list[list[str]]:
    """Rows of cells, empty rows left out, cut at the separator by which most of the first rows are equally long."""
    head = "\n".join(text.splitlines()[:50])
    best = max(SEPARATORS, key=lambda separator: evenness(cut(head, separator)))
    rows = cut(text, best)
    if len(rows[0]) < 2:
        raise Refusal("file_separator", 0, rows[0][0][:NAME])
    return rows


def cut(text: str, separator: str) -> list[list[str]]:
    """Rows of cells; quoted cells may hold separators and line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows = []
    try:
        for row in reader:
            stripped = [cell.strip() for cell in row]
            if any(stripped):
                rows.append(stripped)
    except csv.Error:
        raise Refusal("file_cells", reader.line_num - 1) from None
    if not rows:
        raise Refusal("file_empty")
    return rows


def evenness(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many rows are as long as the first, if it has more than one cell; then how long it is."""
    width = len(rows[0])
    return (sum(len(row) == width for row in rows), width) if width > 1 else (0, 0)


def read_column(name: str, texts: Sequence[str]) -> Column | None:
    """A column of numbers or of a few categories; None if it is neither."""
    full = [text for text in texts if text.lower() not in HOLES]
    categories: list[str] = []
    if sum(map(is_number, full)) >= MOSTLY * len(full):
        values = np.array([float(text) if is_number(text) else np.nan for text in texts])
        values[~(abs(values) <= HUGE)] = np.nan
    else:
        categories = sorted(set(full))
        number = {text: float(k) for k, text in enumerate(categories)}
        values = np.array([number.get(text, np.nan) for text in texts])
    holes = np.isnan(values)
    if holes.mean() > HOLED or len(np.unique(values[~holes])) < 2 or len(categories) > CLASSES:
        return None
    return Column(name, values, tuple(distinct(categories)))


def is_number(text: str) -> bool:
    """Whether a cell is a number with a decimal point."""
    return NUMBER.fullmatch(text) is not None


def distinct(texts: Sequence[str]) -> list[str]:
    """Short names, no two alike; a number instead of none."""
    names: list[str] = []
    for k, text in enumerate(texts):
        plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:NAME] or f"#{k + 1}"
        name, again = plain, 2
        while name in names:
            name, again = f"{plain} ({again})", again + 1
        names.append(name)
    return names
