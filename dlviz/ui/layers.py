"""The layers of a network as a control: how many, how wide, and the activation of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from dlviz.text import Text
from dlviz.ui import controls, site
from dlviz.ui.choices import Choices
from dlviz.ui.controls import refusal

DEEPEST, WIDEST = 6, 8
FRESH = 4  # units of a layer that is added to none
OF_A_LAYER = re.compile(r":[wb]\d")  # changes of a weight or a bias, "40:w1.0.2=1.5"


def panel(choices: Choices, text: Text, activations: Sequence[str], below: Sequence[str]) -> None:
    """The layers, and the fields that stand below them."""
    if not site.presenting().hides("controls"):
        with st.container(key="layers"):
            layers(choices, text, activations)
    controls.panel(choices, text, below)


def layers(choices: Choices, text: Text, activations: Sequence[str]) -> None:
    """A row per hidden layer, and a button each to add one and to take one.

    They are kept in the fields `hidden` ("4-2") and `activations` ("tanh-relu", or one name for all); a weight that
    was changed by hand goes with the layers that it belonged to.
    """
    present = site.presenting()
    if present.hides("hidden"):
        return
    config = choices.config
    widths = [int(width) for width in config.hidden.split("-") if width]
    names = config.activations.split("-")
    chosen = names if len(names) == len(widths) else names[:1] * len(widths)
    locked = present.locks("hidden")

    def put(widths: Sequence[int], chosen: Sequence[str], by: str | None = None) -> None:
        alike = len(set(chosen)) <= 1
        kept = [entry for entry in config.changes.split(",") if entry and not OF_A_LAYER.search(entry)]
        choices.change(
            by=by,
            hidden="-".join(map(str, widths)),
            activations=(*chosen, names[0])[0] if alike else "-".join(chosen),
            changes=",".join(kept),
        )

    def more() -> None:
        put(
            [*widths, widths[-1] if widths else FRESH],
            [*chosen, (chosen or names)[-1]],
        )

    def fewer() -> None:
        put(widths[:-1], chosen[:-1])

    head, plus, minus = st.columns([2.6, 1, 1], vertical_alignment="center", gap="small")
    head.markdown(f"{text('field.hidden')} **{len(widths)}**")
    key = choices.key("hidden")
    for column, icon, name, act, done in (
        (plus, ":material/add:", "more", more, len(widths) == DEEPEST),
        (minus, ":material/remove:", "fewer", fewer, not widths),
    ):
        hint, off = text(f"layers.{name}"), locked or done
        column.button(
            "", icon=icon, help=hint, on_click=act, key=f"{key}.{name}", disabled=off, width="stretch"
        )
    if not widths:
        st.caption(text("layers.none"))

    def changed(k: int) -> None:
        width, name = st.session_state[f"{key}.units.{k}"], st.session_state[f"{key}.activation.{k}"]
        put([*widths[:k], width, *widths[k + 1 :]], [*chosen[:k], name, *chosen[k + 1 :]], by="hidden")

    for k in range(len(widths)):
        st.session_state[f"{key}.units.{k}"], st.session_state[f"{key}.activation.{k}"] = widths[k], chosen[k]
        units, function = st.columns([1, 1.7], gap="small")
        for column, label, options, name in (
            (units, text("layers.units", layer=k + 1), range(1, WIDEST + 1), "units"),
            (function, text("layers.activation", layer=k + 1), activations, "activation"),
        ):
            words = (lambda a: text.option("activation", a)) if name == "activation" else str
            column.selectbox(
                label, options, key=f"{key}.{name}.{k}", format_func=words, label_visibility="collapsed",
                on_change=choices.heard("hidden", changed), args=(k,), disabled=locked,
            )  # fmt: skip
    refused = choices.refused("hidden")
    if refused is not None:
        st.error(refusal(text, "hidden", refused))


def units(choices: Choices, text: Text, options: Mapping[str, Sequence[str]], *, bent: bool) -> None:
    """Which units are looked at: the one seen in large, or the two that bend the plane where that is seen."""
    present = site.presenting()

    def called(unit: str) -> str:
        layer, _, number = unit.partition(".")
        return text("unit.hidden", layer=layer, k=number) if number else text("unit.out")

    for name in ("first", "second") if bent else ("unit",):
        if present.hides("controls", name) or len(options[name]) < 2:
            continue
        key = choices.key(f"view.{name}")
        st.session_state[key] = choices.view(name, options[name])

        def change(name: str = name, key: str = key) -> None:
            choices.set_view(name, st.session_state[key], by=name)

        st.selectbox(
            text.field(name),
            options[name],
            key=key,
            format_func=called,
            on_change=choices.heard(f"view.{name}", change),
            disabled=present.locks(name),
        )


def pick(choices: Choices, hit: tuple[str, str] | None) -> None:
    """Takes what was hit in the picture of a network: a unit to look at, or a weight to change."""
    if hit is None:
        return
    choices.set_view(*hit)
    if hit[0] == "weight":
        st.session_state[f"{choices.slug}.changes.what"] = hit[1]
