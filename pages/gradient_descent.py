"""How does a network find its way down? The storyboard of the lesson."""

from typing import Any

import streamlit as st

from dlviz.lessons.gradient_descent import basins, experiment, figures
from dlviz.lessons.gradient_descent.presets import PREDICTION, PRESETS, details, in_sight
from dlviz.ui import lesson
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Stage

SLUG = "gradient_descent"
CLICKS = {"start": ("start_x", "start_y"), "phase": ("learning_rate", "momentum")}

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def page(config: experiment.Config) -> tuple[Any, ...]:
    return in_sight(config), details(config), figures.views_of(config)


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config = choices.config
        view = choices.views(figures.views_of(config))

        def basins_of(config: experiment.Config) -> dict[str, tuple[Any, Any]]:
            return {"basins": (basins, figures.basin_config(basins.Config, config, view["which"]))}

        with left:
            lesson.problems(choices, text)
            stage = Stage(choices, experiment, text, basins_of if view["picture"] == "basins" else None)
            lesson.steady(choices, stage, page, PRESETS, PREDICTION)
            recording = stage.show(lambda own, others: figures.stage(own, others, text, **view), CLICKS)
            lesson.tries(choices, text, PRESETS)
        with right:
            lesson.controls(choices, text, in_sight(config), details(config))
            lesson.views(choices, text, figures.views_of(config))
    lesson.predict(
        choices, text, PREDICTION, PREDICTION.optimizers, lambda: figures.final_losses(recording, text)
    )


play()
lesson.words(text)
code(experiment, figures.plane, choices, text)
