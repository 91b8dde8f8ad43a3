"""The code behind a picture: as a listing, a script and a notebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import getmodule
from typing import Any, cast

import streamlit as st

from dlviz import source
from dlviz.plots.film import Film
from dlviz.recording import Experiment
from dlviz.text import Text
from dlviz.ui.choices import Choices
from dlviz.ui.fold import fold
from dlviz.ui.site import presenting


def code(experiment: Experiment, picture: Callable[..., Film], choices: Choices, text: Text) -> None:
    """The source that ran and drew, and two downloads that reproduce the recording of the present choices."""
    if presenting().hides("code"):
        return
    names, slug = {name: text.field(name) for name in choices.type.model_fields}, choices.slug

    def script() -> str:
        return source.script(experiment, choices.config, names)

    def notebook() -> str:
        return source.notebook(experiment, choices.config, text("title"), labels=names)

    with st.container(key="section-code"):
        st.markdown(f"## {text('code.title')}\n\n{text('code.about')}", anchors=False)
        with st.container(horizontal=True):
            st.download_button(text("code.script"), script, f"{slug}.py", "text/x-python", on_click="ignore")
            kind = "application/x-ipynb+json"
            st.download_button(text("code.notebook"), notebook, f"{slug}.ipynb", kind, on_click="ignore")
    _listings(slug, experiment, picture, text)


@st.fragment
def _listings(slug: str, experiment: Experiment, picture: Callable[..., Film], text: Text) -> None:
    """The listings in a fold: a browser loads 1.6 MB to colour them."""
    if inside := fold(slug, "listing", text("code.listing")):
        with inside:
            st.code(_listing(cast(Any, experiment), "run"), language="python")
            st.code(_listing(getmodule(picture), picture.__name__), language="python")


@cache
def _listing(module: Any, name: str) -> str:
    return source.listing(module, name)
