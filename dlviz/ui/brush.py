"""A brush for pictures that are drawn on: which class it paints, or whether it erases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from dlviz.data import own
from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.site import presenting

ERASER = "eraser"
RADIUS = 0.3  # that the eraser reaches
SPACING = 0.25  # between the points of a stroke
STROKE = own.MOST  # points of one stroke at most


@dataclass(frozen=True)
class Brush:
    """What the learner holds.

    Attributes:
        kind: the number of a class, or ERASER.
        colors: tokens of the classes' colours.
        spacing: between the points of a stroke.
        radius: that the eraser reaches.
        drags: whether it takes along what it is pressed on instead of painting; a stroke is then where it began, of
            where it was heard before if it was, and where it is: one, two or three points.
        hint: what a stroke does, in the stage's words: "draw", "drag" or "mark".
    """

    kind: str
    colors: tuple[str, ...]
    spacing: float = SPACING
    radius: float = RADIUS
    drags: bool = False
    hint: str = "draw"

    @property
    def look(self) -> dict[str, Any]:
        """What the browser needs to paint with it at once."""
        erases = self.kind == ERASER
        color = "" if erases else self.colors[int(self.kind)]
        spacing = self.radius if erases else self.spacing
        return {"erases": erases, "color": color, "spacing": spacing, "drags": self.drags, "hint": self.hint}

    def on(self, choices: Choices, field: str) -> Callable[[np.ndarray], None]:
        """What adds painted points to a field of the config, or takes them from it."""

        def paint(points: np.ndarray) -> None:
            text = getattr(choices.config, field)
            if presenting().locks(field):
                return
            if self.kind == ERASER:
                choices.change(**{field: own.erase(text, points, self.radius)})
            else:
                choices.change(**{field: own.add(text, points, int(self.kind))})

        return paint


def held(choices: Choices, colors: tuple[str, ...]) -> Brush:
    """The brush that the learner has chosen; the first class unless another one was.

    Args:
        choices: what the learner has chosen.
        colors: tokens of the colours of the classes, as many as there are.
    """
    kinds = kinds_of(colors)
    kind = st.session_state.get(key_of(choices))
    return Brush(kind if kind in kinds else kinds[0], colors)


def control(choices: Choices, text: Text, brush: Brush, field: str) -> None:
    """The control of the brush, with a button that wipes all points away.

    Args:
        choices: what the learner has chosen.
        text: the words; of a class those of the lesson (`option.brush.0`) or the shared ones.
        brush: what is held.
        field: the field of the config that holds the points.
    """
    key, present = key_of(choices), presenting()
    if present.hides("controls", field):
        return
    locked = present.locks(field, "train")
    st.session_state[key] = brush.kind  # a widget that was away has lost its value
    st.pills(
        text("brush.label"),
        kinds_of(brush.colors),
        format_func=lambda kind: text.option("brush", kind),
        key=key,
        required=True,
        disabled=locked,
        help=text("brush.help"),
    )
    count = len(own.decode(getattr(choices.config, field))[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text("brush.count", count=count, most=own.MOST))
        st.button(
            text("brush.wipe"),
            on_click=lambda: choices.change(**{field: ""}),
            disabled=locked or not count,
            key=f"{key}.wipe",
        )


def kinds_of(colors: tuple[str, ...]) -> list[str]:
    """A class for each colour, and the eraser."""
    return [*(str(k) for k in range(len(colors))), ERASER]


def key_of(choices: Choices) -> str:
    """Where the session keeps the choice: it is no part of a link."""
    return f"{choices.slug}.brush"
