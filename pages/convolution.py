"""What does a filter see? The storyboard of the lesson."""

from typing import Any

import streamlit as st

from dlviz.lessons.convolution import experiment, figures
from dlviz.lessons.convolution.kernels import make_kernel, write_kernel
from dlviz.lessons.convolution.presets import ANSWERS, CHANGES, PREDICTION, PRESETS, details, in_sight
from dlviz.ui import lesson, matrix, upload
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Stage

SLUG = "convolution"

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def page(config: experiment.Config) -> tuple[Any, ...]:
    cells = config.kernel, config.size, config.angle, config.weights
    return in_sight(config), details(config), cells, config.image, config.photo, config.pixels


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config, pixels = choices.config, figures.pixels_of(choices.config)
        view = choices.views({**figures.views_of(config), **pixels})

        def pick(x: float, y: float) -> None:
            if (step := figures.step_at(stage.tape.scene, x, y)) is not None:
                stage.seek(step)
            choices.set_view("pixel", figures.pixel_at(stage.tape.scene, x, y) or view["pixel"])

        with left:
            lesson.problems(choices, text)
            beside = lambda config: figures.beside(config, view["picture"], view["change"])  # noqa: E731
            stage = Stage(choices, experiment, text, beside)
            lesson.steady(choices, stage, page, PRESETS, PREDICTION)
            pictures = lambda own, others: figures.stage(own, others, text, **view)  # noqa: E731
            recording = stage.show(pictures, {"pixel": pick})
            lesson.tries(choices, text, PRESETS, CHANGES)
        with right:
            upload.image(choices, text, "image", "photo")
            lesson.controls(choices, text, in_sight(config), details(config))
            kernel = make_kernel(config.kernel, config.size, config.angle, config.weights).tolist()
            own = lambda cells: choices.change(by="weights", kernel="own", weights=write_kernel(cells))  # noqa: E731
            matrix.matrix(choices, text, "weights", kernel, own)
            matrix.place(choices, text, "pixel", pixels["pixel"])
            lesson.views(choices, text, figures.views_seen(config, view["picture"]))
    lesson.predict(
        choices, text, PREDICTION, ANSWERS, lambda: figures.moved_by(recording, text), field="prediction"
    )


play()
lesson.words(text)
code(experiment, figures.sliding, choices, text)
