"""What can layers do that a line cannot? The storyboard of the lesson."""

from typing import Any

import streamlit as st

from dlviz.lessons.mlp_playground import experiment, figures, sweep
from dlviz.lessons.mlp_playground.layers import ACTIVATIONS
from dlviz.lessons.mlp_playground.presets import ANSWERS, PREDICTION, PRESETS, columns_of, details, shape_of
from dlviz.ui import brush, layers, lesson
from dlviz.ui.changing import change_at
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.examples import examples
from dlviz.ui.stage import PLAY, Stage

SLUG = "mlp_playground"

text = lesson.open(SLUG)
choices = Choices(SLUG, experiment.Config)


def sweep_of(config: experiment.Config) -> dict[str, tuple[Any, Any]]:
    return {"sweep": (sweep, figures.sweep_config(sweep.Config, config))}


@st.fragment(key=PLAY)
def play() -> None:
    with lesson.beside_stage() as (left, right):
        config, seen = choices.config, figures.units_seen(choices.config)
        view = choices.views({**figures.views_of(config), **seen})
        hand, beside = brush.held(choices, figures.COLORS), sweep_of if view["picture"] == "sweep" else None
        with left:
            lesson.problems(choices, text)
            stage = Stage(choices, experiment, text, beside, report=True)
            lesson.steady(choices, stage, shape_of, PRESETS, PREDICTION)
            clicks = {
                "network": lambda x, y: layers.pick(choices, figures.clicked(stage.tape.scene, x, y)),
                "sweep": lambda x, y: choices.set(figures.cell_at(choices.config, x, y)),
            }
            draws, marks = {"paint": hand.on(choices, "points")}, lambda own: figures.marks(own, text)
            pictures = lambda own, others: figures.stage(own, others, text, **view)  # noqa: E731
            recording = stage.show(pictures, clicks, draws=draws, brush=hand, marks=marks)
            lesson.tries(choices, text, PRESETS)
        with right:
            examples(choices, text, hand, [figures.axis_name(text, name) for name in columns_of(config.data)])
            layers.panel(choices, text, ACTIVATIONS, ("learning_rate",))
            lesson.views(choices, text, figures.views_of(config))
            layers.units(choices, text, seen, bent=view["picture"] == "warp")
            change_at(choices, text, *figures.changeable(recording, text, stage.step, view["weight"]))
            lesson.controls(choices, text, (), details(config))
    lesson.predict(
        choices, text, PREDICTION, ANSWERS, lambda: figures.result(recording, text), field="prediction"
    )


play()
lesson.words(text)
code(experiment, figures.network, choices, text)
