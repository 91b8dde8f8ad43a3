"""Tables that learners bring: kept by this process under the digest of what they hold, which a config names."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, Field

from dlviz.data.sheets import CLASSES, Column, Table
from dlviz.data.shelf import Shelf

NOWHERE = (0, 1, 2)


@dataclass(frozen=True, eq=False)
class Examples:
    """What a network learns from three columns of a table.

    Attributes:
        inputs: in the table's own units.
        target: the number, or the number of the class.
        names: of the two inputs and the target; text from a file, to be shown as it is.
        classes: their names; none where the target is a number.
        left_out: rows with a hole in one of the three.
    """

    inputs: np.ndarray  # (N, 2) float64
    target: np.ndarray  # (N,) float64, or int64 of a class
    names: tuple[str, str, str]
    classes: tuple[str, ...]
    left_out: int


def examples(table: str, x: int, y: int, target: int) -> Examples:
    """The rows that three columns of a kept table make; a column that cannot serve falls back to a suggestion.

    Args:
        table: digest of the table.
        x, y, target: numbers of the columns.
    """
    whole = uploaded(table)
    chosen = [whole.columns[k] for k in serving(whole, x, y, target)]
    classes = classes_of(chosen[2])
    goal = chosen[2].values
    if classes and not chosen[2].categories:  # 3.0, 7.0 -> class 0, 1
        goal = np.where(np.isnan(goal), np.nan, np.searchsorted(_whole_numbers(goal), goal))
    rows = np.stack([chosen[0].values, chosen[1].values, goal], axis=1)  # (N, 3)
    full = ~np.isnan(rows).any(axis=1)
    return Examples(
        rows[full, :2],
        rows[full, 2].astype(np.int64) if classes else rows[full, 2],
        (chosen[0].name, chosen[1].name, chosen[2].name),
        classes,
        int((~full).sum()),
    )


def examples_source(table: str, x: int, y: int, target: int) -> str:
    """`examples` written anew, with the rows in it: a script finds them on no server."""
    used = examples(table, x, y, target)
    kind = "int64" if used.classes else "float64"
    rows = "".join(f"        {[*map(float, row)]},\n" for row in np.column_stack([used.inputs, used.target]))
    return (
        "def examples(table: str, x: int, y: int, target: int) -> Examples:\n"
        '    """The rows of the uploaded file that these choices use, as they were read from it."""\n'
        f"    rows = np.array([\n{rows}    ])\n"
        f"    names, classes = {used.names!r}, {used.classes!r}\n"
        f"    return Examples(rows[:, :2], rows[:, 2].astype(np.{kind}), names, classes, {used.left_out})"
    )


def inputs_of(table: Table) -> list[int]:
    """The columns that can be an input: numbers."""
    return [k for k, column in enumerate(table.columns) if not column.categories]


def targets_of(table: Table) -> list[int]:
    """The columns that can be the target: those that leave two inputs."""
    return [k for k in range(len(table.columns)) if len({*inputs_of(table)} - {k}) >= 2]


def classes_of(column: Column) -> tuple[str, ...]:
    """The classes that a column of 2 or 3 different texts or whole numbers tells apart; none if it is a number."""
    if column.categories:
        return column.categories
    numbers = _whole_numbers(column.values)
    return tuple(str(int(number)) for number in numbers) if 2 <= len(numbers) <= CLASSES else ()


def serving(table: Table, x: int, y: int, target: int) -> tuple[int, int, int]:
    """Three different columns that can serve: those that are named, or others instead."""
    targets, inputs = targets_of(table), inputs_of(table)
    classes = (k for k in reversed(targets) if classes_of(table.columns[k]))  # a target often stands last
    goal = next(k for k in chain([target], classes, reversed(targets)) if k in targets)
    first = next(k for k in [x, *inputs] if k in inputs and k != goal)
    second = next(k for k in [y, *inputs] if k in inputs and k not in (goal, first))
    return first, second, goal


def suggested(table: str) -> tuple[int, int, int]:
    """The columns that a table opens with; any three numbers where there is no such table."""
    found = SHELF.find(table)
    return serving(found, -1, -1, -1) if found else NOWHERE


def keep(table: Table) -> Table:
    """Keeps a table: the same one as before if it holds the same.

    It stays for as long as anybody holds the answer, and then until newer tables need the room.
    """
    return SHELF.keep(digest_of(table), table)


def uploaded(digest: str) -> Table:
    """The table of a digest.

    Raises:
        Refusal: "absent": this process does not have it.
    """
    return SHELF.take(digest, "absent")


def digest_of(table: Table) -> str:
    """16 hexadecimal digits that tell what a table holds."""
    state = blake2b(digest_size=8)
    for column in table.columns:
        state.update(repr((column.name, column.categories, len(column.values))).encode())
        state.update(column.values.tobytes())
    return state.hexdigest()


def _whole_numbers(values: np.ndarray) -> np.ndarray:
    """The different whole numbers of a column, sorted; none if it has others too, or very many."""
    numbers = np.unique(values[~np.isnan(values)])
    return numbers if len(numbers) <= CLASSES and (numbers == np.rint(numbers)).all() else numbers[:0]


def _present(digest: str) -> str:
    if digest:
        uploaded(digest)
    return digest


SHELF: Shelf[Table] = Shelf(32 * 2**20)
Digest = Annotated[str, Field(max_length=16), AfterValidator(_present)]
ColumnNumber = Annotated[int, Field(ge=0, le=63)]
