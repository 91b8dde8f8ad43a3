"""What learners bring with them: the room where a file is taken in, or refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import streamlit as st

from dlviz.data import photos, pictures, sheets, uploads
from dlviz.data.refusal import Refusal
from dlviz.text import Text
from dlviz.ui.choices import Choices, quoted
from dlviz.ui.controls import panel
from dlviz.ui.site import presenting

NAMES = 6  # that a sentence lists


class Photos(Sequence[str]):
    """All pictures that this process keeps, as the options of a view: none is the usual one."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        return ("",)[at]

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and (not digest or pictures.SHELF.find(digest) is not None)


PHOTOS = {"photo": Photos()}


def table(choices: Choices, text: Text, file: str, columns: tuple[str, str, str]) -> None:
    """Takes in a table, says what was left out of it, and lets its columns be chosen.

    Args:
        choices: what the learner has chosen.
        text: the words, with labels of the three columns.
        file: the field of the config that holds the table's digest.
        columns: the fields that hold the numbers of the two inputs' columns and of the target's.
    """
    state, present = _held(choices, file), presenting()
    if present.hides("controls", file):
        return
    locked = present.locks(file, "train")
    key = f"{choices.slug}.{file}.file"

    def take() -> None:
        given = st.session_state[key]
        state["refused"] = None
        if given is None:
            return  # the file was taken from the list: what it brought stays
        try:
            state["table"] = uploads.keep(sheets.read(given.getvalue()))
        except Refusal as refusal:
            state["refused"] = refusal
            return
        digest = uploads.digest_of(state["table"])
        opening: dict[str, Any] = dict(zip(columns, uploads.suggested(digest)))
        choices.change(**{file: digest}, **opening)

    st.file_uploader(text("upload.label"), help=text("upload.help"), key=key, on_change=take, disabled=locked)
    if state["refused"]:
        st.error(why(text, state["refused"]))
    if getattr(choices.config, file):
        _columns(choices, text, state["table"], file, columns)
        for sentence in said(text, state["table"]):
            st.caption(sentence)


def image(choices: Choices, text: Text, field: str, photo: str) -> None:
    """The choice of a picture, and the room for one's own where that is chosen.

    Args:
        choices: what the learner has chosen.
        text: the words.
        field: the field of the config that names the picture, "own" among its options.
        photo: the field that holds the digest of the own one.
    """
    panel(choices, text, (field,))
    if getattr(choices.config, field) == "own":
        picture(choices, text, photo)


def picture(choices: Choices, text: Text, field: str, **then: Any) -> None:
    """Takes in a picture from a file or a camera.

    Args:
        choices: what the learner has chosen.
        text: the words.
        field: the field of the config that holds the picture's digest.
        then: what else is chosen with a picture that is taken.
    """
    choose = lambda digest: choices.change(**{field: digest}, **then)  # noqa: E731
    _picture(choices, text, field, getattr(choices.config, field), choose)


def looked_at(choices: Choices, text: Text, view: str) -> None:
    """Takes in a picture that no recording depends on: it is part of the view."""
    digest = choices.view(view, PHOTOS[view])
    _picture(choices, text, view, digest, lambda digest: choices.set_view(view, digest))
    if st.query_params.get(view) and not digest:
        st.caption(text("unusable.picture_absent"))


def _picture(choices: Choices, text: Text, name: str, digest: str, choose: Callable[[str], None]) -> None:
    state: dict[str, Any] = st.session_state.setdefault(
        f"{choices.slug}.{name}", {"picture": None, "refused": None}
    )
    if digest:
        state["picture"] = pictures.pictured(digest)  # as long as the session holds it, the process keeps it
    present = presenting()
    if present.hides("controls", name):
        return
    locked = present.locks(name, "train")
    key = f"{choices.slug}.{name}.file"

    def take(source: str) -> None:
        given = st.session_state[source]
        state["refused"] = None
        if given is None:
            return  # the file was taken from the list: what it brought stays
        try:
            state["picture"] = pictures.keep(photos.read(given.getvalue()))
        except Refusal as refusal:
            state["refused"] = refusal
            return
        choose(pictures.digest_of(state["picture"]))

    usual: dict[str, Any] = {"on_change": take, "disabled": locked}
    if st.toggle(text("upload.camera"), key=f"{key}.camera", disabled=locked):
        st.camera_input(text("upload.camera"), key=f"{key}.shot", args=(f"{key}.shot",), **usual)
    else:
        hint = text("upload.picture_help")
        st.file_uploader(text("upload.picture"), help=hint, key=key, args=(key,), **usual)
    if state["refused"]:
        st.error(why(text, state["refused"]))
    if digest:
        height, width = state["picture"].pixels.shape[:2]
        st.caption(text("upload.picture_read", height=height, width=width))


def why(text: Text, refusal: Refusal) -> str:
    """Why a file cannot be used, in one sentence."""
    return text(f"refused.{refusal.reason}").format(at=refusal.at + 1, piece=quoted(refusal.piece))


def said(text: Text, table: sheets.Table) -> Iterator[str]:
    """What was read of a file, and what was left out."""
    yield text("upload.read", rows=len(table.columns[0].values), columns=len(table.columns))
    if table.left_columns:
        yield text("upload.left_columns", names=listed(table.left_columns))
    for name in ("more_columns", "more_rows", "odd_rows"):
        if count := getattr(table, name):
            yield text(f"upload.{name}", count=count)


def listed(names: tuple[str, ...]) -> str:
    """Names from a file as they read, the first ones of many."""
    return ", ".join(map(quoted, names[:NAMES])) + (", …" if len(names) > NAMES else "")


def _held(choices: Choices, file: str) -> dict[str, Any]:
    """What this session holds: as long as it does, the process keeps the table."""
    state: dict[str, Any] = st.session_state.setdefault(
        f"{choices.slug}.{file}", {"table": None, "refused": None}
    )
    if digest := getattr(choices.config, file):
        state["table"] = uploads.uploaded(digest)
    return state


def _columns(
    choices: Choices, text: Text, table: sheets.Table, file: str, columns: tuple[str, str, str]
) -> None:
    """Three columns to choose; one that is chosen twice changes places."""
    chosen = uploads.serving(table, *(getattr(choices.config, name) for name in columns))
    inputs = [k for k in uploads.inputs_of(table) if k != chosen[2]]
    present = presenting()
    for place, (name, options) in enumerate(zip(columns, (inputs, inputs, uploads.targets_of(table)))):
        if present.hides(name):
            continue
        key = choices.key(name)
        st.session_state[key] = chosen[place]

        def choose(place: int = place, name: str = name, key: str = key) -> None:
            picked = st.session_state[key]
            wished = [chosen[place] if column == picked else column for column in chosen]
            wished[place] = picked
            serving = uploads.serving(table, *wished)
            choices.change(by=name, **dict(zip(columns, serving)))

        st.selectbox(
            text.field(name),
            options,
            format_func=lambda k: table.columns[k].name,
            key=key,
            on_change=choices.heard(name, choose),
            disabled=present.locks(name, file, "train"),
        )
    used = uploads.examples(getattr(choices.config, file), *chosen)
    if used.classes:
        st.caption(text("upload.classes", count=len(used.classes), names=listed(used.classes)))
    else:
        st.caption(text("upload.number"))
    if used.left_out:
        st.caption(text("upload.holes", count=used.left_out))
