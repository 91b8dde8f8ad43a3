"""A pad to draw a digit on: a pen, a rubber, and what is drawn as part of the view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from dlviz.data import sketch
from dlviz.data.refusal import Refusal
from dlviz.text import Text
from dlviz.ui.brush import ERASER, Brush
from dlviz.ui.choices import Choices
from dlviz.ui.site import presenting

VIEW = "drawing"  # its name in a link
PEN = "0"


class Sketches(Sequence[str]):
    """All sketches that there are, as the options of a view: the empty one is the usual one."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        return ("",)[at]

    def __contains__(self, text: object) -> bool:
        try:
            return isinstance(text, str) and bool(sketch.decode(text).any() or not text)
        except Refusal:
            return False


SKETCHES = {VIEW: Sketches()}


def held(choices: Choices) -> Brush:
    """Pen or rubber, whatever the learner has chosen."""
    kind = st.session_state.get(f"{choices.slug}.pen")
    return Brush(kind if kind == ERASER else PEN, ("--dl-text",), spacing=1.0, radius=sketch.RUBBER)


def on(
    choices: Choices, hand: Brush, spots: Callable[[np.ndarray], np.ndarray]
) -> Callable[[np.ndarray], None]:
    """What adds a stroke to the drawing, or rubs it out; `spots` tells places on the pad from painted points."""

    def draw(points: np.ndarray) -> None:
        if not presenting().locks(VIEW):
            before = choices.view(VIEW, SKETCHES[VIEW])
            choices.set_view(VIEW, sketch.drawn(before, spots(points), erases=hand.kind == ERASER))

    return draw


def control(choices: Choices, text: Text, hand: Brush) -> None:
    """The choice of pen or rubber, and a button that wipes the pad."""
    present, key = presenting(), f"{choices.slug}.pen"
    if present.hides("controls", VIEW):
        return
    locked = present.locks(VIEW, "train")
    st.session_state[key] = hand.kind
    kinds = [PEN, ERASER]
    label = text("sketch.label")
    names = {PEN: text("sketch.pen"), ERASER: text("sketch.rubber")}
    st.segmented_control(
        label,
        kinds,
        format_func=names.__getitem__,
        key=key,
        required=True,
        disabled=locked,
        help=text("sketch.help"),
    )
    st.button(
        text("sketch.wipe"),
        on_click=lambda: choices.set_view(VIEW, ""),
        disabled=locked or not choices.view(VIEW, SKETCHES[VIEW]),
        key=f"{key}.wipe",
    )
