"""What does a network learn to see? The storyboard of the lesson."""

from collections.abc import Callable

import streamlit as st

from dlviz.lessons.cnn import experiment, figures
from dlviz.lessons.cnn.presets import ANSWERS, IN_SIGHT, PREDICTION, PRESETS, UNITS, details
from dlviz.ui import layers, lesson, sketch
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Stage

SLUG = "cnn"

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def chooses(stage: Stage, action: str) -> Callable[[float, float], None]:
    def choose(x: float, y: float) -> None:
        name, value = figures.hit(stage.tape.recording(), action, x, y, stage.step)
        if name == "example":
            choices.change(example=value)
        elif name:
            choices.set_view(name, value)

    return choose


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config, hand = choices.config, sketch.held(choices)
        units, views = figures.units_of(config), figures.views_of(config)
        view = choices.views({**views, **units, **sketch.SKETCHES})
        with left:
            lesson.problems(choices, text)
            stage = Stage(choices, experiment, text)
            lesson.steady(choices, stage, figures.choices_of, PRESETS, PREDICTION)
            clicks = {action: chooses(stage, action) for action in figures.ACTIONS}
            draws = {"sketch": sketch.on(choices, hand, figures.on_pad)}
            pictures = lambda own, others: figures.stage(own, others, text, **view)  # noqa: E731
            recording = stage.show(pictures, clicks, draws=draws, brush=hand)
            lesson.tries(choices, text, PRESETS, UNITS)
        with right:
            lesson.controls(choices, text, IN_SIGHT, details(config))
            lesson.views(choices, text, views)
            layers.units(choices, text, units, bent=False)
            if view["picture"] == "sketch":
                sketch.control(choices, text, hand)
    done = lambda: figures.result(recording, text)  # noqa: E731
    lesson.predict(choices, text, PREDICTION, ANSWERS, done, field="prediction")


play()
lesson.words(text)
code(experiment, figures.network, choices, text)
