"""Cells as controls: a small matrix of numbers, and the choice of a row and a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.fold import fold
from dlviz.ui.site import presenting

DECIMALS = 4


def matrix(
    choices: Choices,
    text: Text,
    field: str,
    cells: Sequence[Sequence[float]],
    put: Callable[[list[list[str]]], None],
) -> None:
    """A number input per cell.

    Args:
        choices: what the learner has chosen.
        text: the words, with `field.{field}` and `matrix.cell`.
        field: the field of the config that the cells end up in.
        cells: the present numbers.
        put: takes all cells as they are written after one has changed; a refusal is told by another field's control
            that changes along with it.
    """
    present = presenting()
    if present.hides("controls", field):
        return
    locked = present.locks(field, "train")
    hint = text(f"help.{field}") if text.has(f"help.{field}") else None
    key = choices.key(field)

    written = [[f"{round(number, DECIMALS):.6g}" for number in line] for line in cells]

    def changed(row: int, column: int, of: str) -> None:
        fresh = [list(line) for line in written]
        fresh[row][column] = st.session_state[of].strip().replace("−", "-") or "0"
        if fresh != written:  # a browser may say once more what it was told to show
            put(fresh)

    inside = fold(choices.slug, field, text.field(field))
    if not inside:
        return
    with inside, st.container(key=f"matrix-{field}"):
        if hint:
            st.caption(hint)
        for i, line in enumerate(written):
            for j, (column, number) in enumerate(zip(st.columns(len(line), gap=None), line)):
                name = f"{key}.{len(cells)}.{i}.{j}"
                st.session_state[name] = number
                column.text_input(
                    text("matrix.cell", row=i + 1, column=j + 1),
                    key=name,
                    max_chars=8,
                    label_visibility="collapsed",
                    disabled=locked,
                    on_change=choices.heard(field, changed),
                    args=(i, j, name),
                )


def place(choices: Choices, text: Text, view: str, options: Sequence[str]) -> None:
    """A row and a column of a picture, "row.column", as two numbers; the last option is the last of both."""
    if presenting().hides("controls", view):
        return
    chosen = choices.view(view, options)
    ends = options[-1].split(".")
    keys = [choices.key(f"view.{view}") + f".{part}" for part in ("row", "column")]

    def change() -> None:
        choices.set_view(view, ".".join(str(st.session_state[key] - 1) for key in keys), by=view)

    heard = choices.heard(f"view.{view}", change)
    inside = fold(choices.slug, view, text.field(view))
    if not inside:
        return
    with inside:
        parts = zip(st.columns(2), keys, ("row", "column"), chosen.split("."), ends)
        for column, key, part, number, end in parts:
            st.session_state[key] = int(number) + 1
            column.number_input(text(f"matrix.{part}"), 1, int(end) + 1, key=key, on_change=heard)
