"""The way from one lesson to another that goes on with the same model."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dlviz.text import Text
from dlviz.ui import site


def onward(text: Text, slug: str, query: Mapping[str, str]) -> None:
    """A link to a lesson with some of its choices; its words are "onward.slug"."""
    if site.presenting().hides("onward") or site.presenting().locks("train"):
        return
    asked = {**query, "lang": text.lang}
    st.page_link(site.page_of(slug), label=text(f"onward.{slug}"), icon=":material/east:", query_params=asked)
