"""The code behind a picture: as a listing, a script and a notebook."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dlviz import source
from dlviz.config import Config
from dlviz.recording import Experiment
from dlviz.text import Text
from dlviz.ui.site import presenting


def code(experiment: Experiment, config: Config, text: Text, slug: str) -> None:
    """The source that ran, and two downloads that reproduce the present recording without this app."""
    if "code" in presenting().hidden:
        return
    names = {name: text.field(name) for name in type(config).model_fields}
    with st.container(key="section-code"):
        st.subheader(text("code.title"), anchor=False)
        st.markdown(text("code.about"))
        with st.container(horizontal=True):
            script = partial(source.script, experiment, config, names)
            notebook = partial(
                source.notebook, experiment, config, text("title"), labels=names
            )  # made when asked
            st.download_button(text("code.script"), script, f"{slug}.py", "text/x-python", on_click="ignore")
            kind = "application/x-ipynb+json"
            st.download_button(text("code.notebook"), notebook, f"{slug}.ipynb", kind, on_click="ignore")
    with st.expander(text("code.listing")):
        st.code(source.listing(experiment), language="python")
