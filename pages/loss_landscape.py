"""What does the loss of a real network look like? The storyboard of the lesson."""

from typing import Any

import streamlit as st

from dlviz.lessons.loss_landscape import experiment, figures
from dlviz.lessons.loss_landscape.presets import ANSWERS, PLANES, PREDICTION, PRESETS, details, in_sight
from dlviz.ui import lesson
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Stage

SLUG = "loss_landscape"

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def page(config: experiment.Config) -> tuple[Any, ...]:
    return in_sight(config), details(config), figures.views_of(config)


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config = choices.config
        view = choices.views(figures.views_of(config))

        def beside(config: experiment.Config) -> dict[str, tuple[Any, Any]]:
            return figures.beside(config, picture=view["picture"], plane=view["plane"])

        with left:
            lesson.problems(choices, text)
            stage = Stage(choices, experiment, text, beside)
            lesson.steady(choices, stage, page, PRESETS, PREDICTION)
            recording = stage.show(lambda own, others: figures.stage(own, others, text, **view))
            lesson.tries(choices, text, PRESETS, PLANES)
        with right:
            lesson.controls(choices, text, in_sight(config), details(config))
            lesson.views(choices, text, figures.views_of(config))
    lesson.predict(
        choices,
        text,
        PREDICTION,
        ANSWERS,
        lambda: figures.left_after_a_walk(recording, text),
        field="prediction",
    )


play()
lesson.words(text)
code(experiment, figures.relief, choices, text)
