"""How does the error find its way back? The storyboard of the lesson."""

from functools import partial
from typing import Any

import streamlit as st

from dlviz.lessons.backprop import experiment, figures
from dlviz.lessons.backprop.presets import ANSWERS, PREDICTION, PRESETS, begun, details, editable, in_sight
from dlviz.ui import lesson
from dlviz.ui.choices import Choices, held
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Stage

SLUG = "backprop"

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def page(config: experiment.Config) -> tuple[Any, ...]:
    return in_sight(config), details(config), figures.views_of(config)


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config = choices.config
        view = choices.views(figures.views_of(config))
        with left:
            lesson.problems(choices, text)
            stage = Stage(choices, experiment, text)
            lesson.steady(choices, stage, page, PRESETS, PREDICTION)

            def edit(field: str, value: float, _: float) -> None:
                first = stage.tape.recording().track("weights")[0].tolist()
                number = held(experiment.Config, {field: value})
                choices.change(**{**begun(choices.config, first, field), **number})

            clicks = {f"edit:{field}": partial(edit, field) for field in editable(config)}
            recording = stage.show(lambda own, others: figures.stage(own, others, text, **view), clicks)
            lesson.tries(choices, text, PRESETS)
        with right:
            lesson.controls(choices, text, in_sight(config), details(config))
            lesson.views(choices, text, figures.views_of(config))
    lesson.predict(
        choices,
        text,
        PREDICTION,
        ANSWERS,
        lambda: figures.first_gradient(recording, text),
        field="prediction",
    )


play()
lesson.words(text)
code(experiment, figures.graph, choices, text)
