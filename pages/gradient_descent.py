"""How does a network find its way down? The storyboard of the lesson."""

import streamlit as st

from dlviz.lessons.gradient_descent import basins, experiment, figures
from dlviz.lessons.gradient_descent.presets import PREDICTION, PRESETS
from dlviz.ui import lesson
from dlviz.ui.choices import Choices, within
from dlviz.ui.code import code
from dlviz.ui.stage import Stage

SLUG = "gradient_descent"
IN_SIGHT = ("landscape", "optimizers", "learning_rate", "momentum", "schedule")
DETAILS = ("steps", "start_x", "start_y", "beta2", "weight_decay", "seed")
OF_LANDSCAPE = {
    "bowl": ("condition", "noise"),
    "formula": ("formula", "extent", "noise"),
    "diabetes": ("batch_size", "standardize"),
    "breast_cancer": ("batch_size", "standardize"),
}


def clicked_start(x: float, y: float) -> dict[str, float]:
    return within(experiment.Config, {"start_x": x, "start_y": y})


def clicked_phase(log_rate: float, momentum: float) -> dict[str, float]:
    return within(experiment.Config, {"learning_rate": 10**log_rate, "momentum": momentum})


text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


@st.fragment
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config = choices.config
        of_landscape = OF_LANDSCAPE.get(config.landscape, ("noise",))
        with right:
            lesson.controls(choices, text, (IN_SIGHT[0], *of_landscape, *IN_SIGHT[1:]), DETAILS)
            view = lesson.views(
                choices, text, picture=figures.pictures_of(config), which=figures.detail_of(config)
            )
        with left:
            lesson.problems(choices, text)
            beside = {"basins": (basins, figures.basin_config(basins.Config, choices.config, view["which"]))}
            stage = Stage(choices, experiment, text, beside if view["picture"] == "basins" else None)
            recording = stage.show(
                lambda recording, others: figures.stage(recording, others, text, **view),
                clicks={"start": clicked_start, "phase": clicked_phase},
            )
            lesson.tries(choices, text, PRESETS)
    lesson.predict(
        choices, text, PREDICTION, PREDICTION.optimizers, lambda: figures.final_losses(recording, text)
    )
    code(experiment, choices.config, text, SLUG)


play()
lesson.words(text)
