"""A config's fields as widgets: the declaration says which widget, the text says what it is called."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dlviz.config import Domain, domain
from dlviz.text import Text
from dlviz.ui import site
from dlviz.ui.choices import Choices, shown

MANTISSAS = (1.0, 2.0, 5.0)
VISIBLE = 4  # options of a choice that stand side by side
TYPED = 1000  # whole numbers from this range on are typed


def panel(choices: Choices, text: Text, fields: Sequence[str]) -> None:
    """The widgets of some fields, one below the other.

    Args:
        choices: what the learner has chosen.
        text: labels, options and help of the fields.
        fields: names, in order.
    """
    present = site.presenting()
    for field in fields:
        if not present.hides("controls", field):
            control(choices, text, field, disabled=present.locks(field))


def control(choices: Choices, text: Text, field: str, *, disabled: bool = False) -> None:
    """One field as the widget of its domain."""
    key, value, of = choices.key(field), getattr(choices.config, field), domain(choices.type, field)
    refused = choices.refused(field)
    if refused is None:
        st.session_state[key] = value if of.kind != "subset" else list(value)
    hint = text(f"help.{field}") if text.has(f"help.{field}") else None
    usual: dict[str, Any] = {"key": key, "disabled": disabled, "help": hint}
    label = text.field(field)
    if of.kind == "choice":
        _choice(choices, text, field, of, label, usual)
    elif of.kind == "subset":
        change = choices.changer(field, lambda chosen: tuple(o for o in of.options if o in chosen))
        st.pills(
            label,
            of.options,
            selection_mode="multi",
            format_func=lambda o: text.option(field, o),
            on_change=change,
            **usual,
        )
    elif of.kind == "switch":
        st.toggle(label, on_change=choices.changer(field), **usual)
    elif of.kind == "text":
        st.text_input(label, max_chars=of.length, on_change=choices.changer(field), **usual)
    elif of.log:
        _scale(choices, text, field, of, label, usual)
    else:
        _number(choices, field, of, label, usual)
    if refused is not None:
        st.error(refusal(text, field, refused))


def named(choices: Choices, text: Text, field: str, names: Sequence[str]) -> None:
    """A whole number as a choice among names, e.g. a column of a table; one beyond the last is the last."""
    present = site.presenting()
    if present.hides("controls", field):
        return
    key = choices.key(field)
    st.session_state[key] = min(getattr(choices.config, field), len(names) - 1)
    st.selectbox(
        text.field(field),
        range(len(names)),
        format_func=lambda k: names[k],
        key=key,
        on_change=choices.changer(field),
        disabled=present.locks(field, "train"),
    )


def refusal(text: Text, field: str, error: Any) -> str:
    """Why an entry cannot be used, in one sentence of the learner's language."""
    cause = error.errors()[0].get("ctx", {}).get("error")
    reason = getattr(cause, "reason", None)
    if reason is None or not text.has(f"refused.{reason}"):
        return text("refused.value", field=text.field(field))
    piece = str(cause.piece).replace("`", "'")
    return text(f"refused.{reason}").format(at=cause.at + 1, piece=f"`{piece}`" if piece else "")


def _choice(
    choices: Choices, text: Text, field: str, of: Domain, label: str, usual: Mapping[str, Any]
) -> None:
    widget: Any = st.segmented_control if len(of.options) <= VISIBLE else st.selectbox
    more = {"required": True} if len(of.options) <= VISIBLE else {}
    change = choices.changer(field)
    widget(
        label,
        of.options,
        format_func=lambda option: text.option(field, option),
        on_change=change,
        **more,
        **usual,
    )


def _scale(
    choices: Choices, text: Text, field: str, of: Domain, label: str, usual: Mapping[str, Any]
) -> None:
    """A logarithmic slider; a value between its marks, from a link or a click, gets a mark of its own."""
    value = getattr(choices.config, field)
    marks = sorted({*marks_of(of), value})
    integer = of.kind == "integer"
    change = choices.changer(field, int if integer else float)
    st.select_slider(label, marks, format_func=lambda v: shown(text, field, v), on_change=change, **usual)


def _number(choices: Choices, field: str, of: Domain, label: str, usual: Mapping[str, Any]) -> None:
    """A slider of about a hundred places; a box to type in for coordinates and for large whole numbers."""
    span = of.high - of.low
    kind: type[int] | type[float] = int if of.kind == "integer" else float
    typed = of.low < 0 or (kind is int and span >= TYPED)
    coarse = 10.0 if span > 100 and not typed else 1.0
    grain = coarse if kind is int else 10.0 ** math.floor(math.log10(span / 50))
    bounds = {"min_value": kind(of.low), "max_value": kind(of.high), "step": kind(grain)}
    form = "%d" if kind is int else f"%.{max(0, -round(math.log10(grain)))}f"
    widget: Any = st.number_input if typed else st.slider
    widget(label, format=form, on_change=choices.changer(field), **bounds, **usual)


def marks_of(of: Domain) -> list[float]:
    """The marks of a logarithmic domain: 1, 2, 5, 10, ... or the powers of two of an integer."""
    if of.kind == "integer":
        powers = [2**k for k in range(int(math.log2(of.high)) + 1)]
        return [p for p in powers if of.low <= p <= of.high]
    decades = range(math.floor(math.log10(of.low)), math.ceil(math.log10(of.high)) + 1)
    marks = (float(f"{m}e{d}") for d in decades for m in MANTISSAS)
    return [mark for mark in marks if of.low <= mark <= of.high]
