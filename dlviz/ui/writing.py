"""The room where a learner's own text is taken in, typed or from a file, or refused in one sentence."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dlviz.data import texts
from dlviz.data.refusal import Refusal
from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.site import presenting
from dlviz.ui.upload import why

HEIGHT = 160  # pixels of the place to write


def writing(choices: Choices, text: Text, field: str, *, pairs: bool = False, **then: Any) -> None:
    """Takes in a text; one that cannot be used stays where it was typed, with the reason.

    Args:
        choices: what the learner has chosen.
        text: the words.
        field: the field of the config that names the text, a `texts.TextName`.
        pairs: whether its lines are "source<TAB>target".
        then: what else is chosen with a text that is taken.
    """
    state: dict[str, Any] = st.session_state.setdefault(
        f"{choices.slug}.{field}.written", {"name": "", "writing": None, "refused": None, "left": 0}
    )
    name = getattr(choices.config, field)
    if state["name"] != name:  # it came from elsewhere: a preset, a link
        state.update(name=name, refused=None, left=0)
    state["writing"] = texts.writing_of(name)  # as long as the session holds it, the process keeps it
    present, key = presenting(), choices.key(field)
    if {"controls", field} & present.hidden:
        return
    kind, locked = "pairs" if pairs else "text", bool(present.locked & {field, "train"})

    def take(source: str) -> None:
        given = st.session_state[source]
        if given is None:
            return  # the file was taken from the list: what it brought stays
        state["refused"] = None
        try:
            read = texts.read(given if isinstance(given, str) else given.getvalue())
            if pairs:
                texts.pairs_of(read.characters)
        except Refusal as refusal:
            state["refused"] = refusal
            return
        state.update(name=texts.name_of(read), writing=read, left=read.left)
        choices.change(by=field if source == key else None, **{field: state["name"]}, **then)

    if state["refused"] is None:
        st.session_state[key] = texts.text_of(name)
    usual: dict[str, Any] = {"on_change": choices.heard(field, take), "disabled": locked}
    label, hint = text(f"upload.{kind}"), text(f"upload.{kind}_help")
    st.text_area(label, height=HEIGHT, help=hint, key=key, args=(key,), **usual)
    file = f"{choices.slug}.{field}.file"
    st.file_uploader(text("upload.text_file"), key=file, args=(file,), **usual)
    if state["refused"]:
        st.error(why(text, state["refused"]))
    elif name:
        characters = texts.text_of(name)
        count = len(texts.pairs_of(characters)) if pairs else len(characters)
        st.caption(text(f"upload.{kind}_read", count=count))
        if state["left"]:
            st.caption(text("upload.text_left", count=state["left"]))
