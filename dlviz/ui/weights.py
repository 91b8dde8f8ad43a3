"""A row of weights that is set by hand: which row, and a slider for each of its tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.site import presenting

HEIGHT = 260  # pixels of the place of the sliders, beyond which it is scrolled


def row(choices: Choices, text: Text, view: str, options: Sequence[str]) -> None:
    """The choice of a row by its number."""
    if {"controls", view} & presenting().hidden:
        return
    key = choices.key(f"view.{view}")
    st.session_state[key] = int(choices.view(view, options))

    def change() -> None:
        choices.set_view(view, str(st.session_state[key]), by=view)

    locked = view in presenting().locked
    heard = choices.heard(f"view.{view}", change)
    st.number_input(text.field(view), 1, len(options), key=key, on_change=heard, disabled=locked)


def sliders(
    choices: Choices,
    text: Text,
    field: str,
    names: Sequence[str],
    present: Sequence[float],
    put: Callable[[list[float] | None], str],
) -> None:
    """A slider for each token, and a button each that leaves this row or all rows alone.

    Args:
        choices: what the learner has chosen.
        text: the words, with `field.{field}`, `bend.row` and `bend.all`.
        field: the field of the config that holds the rows.
        names: of the tokens.
        present: their weights.
        put: the field's text with other weights in the row, or without it.
    """
    shown = presenting()
    if {"controls", field} & shown.hidden:
        return
    locked, key = bool({field, "train"} & shown.locked), choices.key(field)
    turn = f"{key}.{choices.query.get('row', '1')}"

    def changed() -> None:
        weights = [st.session_state[f"{turn}.{k}"] for k in range(len(names))]
        if weights != [float(weight) for weight in present]:  # a browser may say once more what it was told
            choices.change(**{field: put(weights)})

    heard = choices.heard(field, changed)
    st.caption(text.field(field), help=text(f"help.{field}"))
    with st.container(height=HEIGHT if len(names) > 4 else "content", border=False):
        for k, (name, weight) in enumerate(zip(names, present)):
            st.session_state[f"{turn}.{k}"] = float(weight)
            label = f"{k + 1}: `{name.replace('`', ' ')}`"
            st.slider(label, 0.0, 1.0, step=0.01, key=f"{turn}.{k}", on_change=heard, disabled=locked)
    value = getattr(choices.config, field)
    for name, after in (("row", put(None)), ("all", "")):
        st.button(
            text(f"bend.{name}"),
            on_click=lambda after=after: choices.change(**{field: after}),
            disabled=locked or after == value,
            key=f"{turn}.{name}",
        )
