"""What is changed while a network trains: from the step on at which the learner looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.controls import refusal
from dlviz.ui.site import presenting

Entry = tuple[int, str, str]  # from which step on, what, its value as it is written


def change_at(
    choices: Choices,
    text: Text,
    step: int,
    options: Mapping[str, str],
    now: Callable[[str], float],
    field: str = "changes",
) -> None:
    """A form "from this step on", and the changes that there are, each with a button that removes it.

    Args:
        choices: what the learner has chosen.
        text: the words.
        step: from which the change holds, e.g. the stage's.
        options: what can be changed, by the name that the config has for it.
        now: the present value of such a name, which the form begins with.
        field: the field of the config that holds all changes, "40:learning_rate=0.01,60:w1.0.2=1.5".
    """
    present = presenting()
    if present.hides("controls", field):
        return
    locked = present.locks(field, "train")
    key = f"{choices.slug}.{field}"
    entries = entries_of(getattr(choices.config, field))

    def apply() -> None:
        others = [entry for entry in entries if entry[:2] != (step, what)]
        put([*others, (step, what, f"{st.session_state[value_key]:.6g}")])

    def put(entries: list[Entry]) -> None:
        choices.change(**{field: written(entries)})

    with st.popover(text("change.title"), icon=":material/tune:", disabled=locked, width="stretch"):
        st.markdown(f"**{text('change.from', step=step)}**", help=text("change.help"))
        what = st.selectbox(
            text("change.what"), list(options), format_func=lambda name: options[name], key=f"{key}.what"
        )
        start = float(f"{now(what):.6g}")
        value_key = f"{key}.value.{what}.{step}"
        st.number_input(text("change.value"), value=start, step=None, format="%.6g", key=value_key)
        st.button(text("change.apply"), type="primary", on_click=apply, key=f"{key}.apply")
    refused = choices.refused(field)
    if refused is not None:
        st.error(refusal(text, field, refused))
    for k, (begun, name, value) in enumerate(entries):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(text("change.present", step=begun, what=options.get(name, name), value=value))
            st.button(
                text("change.remove"),
                type="tertiary",
                on_click=lambda k=k: put([entry for j, entry in enumerate(entries) if j != k]),
                disabled=locked,
                key=f"{key}.remove.{k}",
            )


def entries_of(changes: str) -> list[Entry]:
    """The changes of a config's text."""
    parts = (part.partition(":") for part in changes.split(",") if part)
    return [(int(step), *assigned.split("=", 1)) for step, _, assigned in parts]  # type: ignore[misc]


def written(entries: list[Entry]) -> str:
    """Changes as a config's text, the earliest first."""
    return ",".join(f"{step}:{what}={value}" for step, what, value in sorted(entries, key=lambda e: e[0]))
