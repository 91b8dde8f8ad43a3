"""The map: where each lesson lies, with a live miniature of it."""

from functools import partial

import streamlit as st

import dlviz
from dlviz.curriculum import CHAPTERS
from dlviz.plots.film import Film
from dlviz.text import Text, words
from dlviz.ui import site
from dlviz.ui.choices import Choices
from dlviz.ui.map import rings
from dlviz.ui.stage import Stage

shared = words(site.language())
site.opening(shared("home.title"), shared("home.sentence"))
st.html(rings(shared))
st.caption(shared("home.how"))


def miniature(lesson: dlviz.Lesson, text: Text, recording: dlviz.Recording, _: object) -> list[Film]:
    return [lesson.figures.miniature(recording, text)]


for chapter, slugs in CHAPTERS.items():
    if not slugs:
        continue
    st.header(shared(f"chapter.{chapter}"), anchor=False)
    for slug, column in zip(slugs, st.columns(max(3, len(slugs))), strict=False):
        lesson, text = dlviz.lesson(slug), site.text(slug)
        with column, st.container(border=True, height="stretch"):
            choices = Choices(slug, lesson.experiment.Config, linked=False)
            stage = Stage(choices, lesson.glance, text, miniature=True)
            stage.show(partial(miniature, lesson, text))
            st.page_link(site.page_of(slug), label=f"**{text('title')}**", query_params={"lang": text.lang})
            st.caption(text("sentence"))
