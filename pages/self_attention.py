"""What does each word look at? The storyboard of the lesson."""

from functools import partial

import numpy as np

from dlviz.lessons.self_attention import experiment, figures, presets
from dlviz.ui import layers, lesson
from dlviz.ui.brush import Brush
from dlviz.ui.storyboard import Play, storyboard


def choose(play: Play, action: str, x: float, y: float) -> None:
    for name, option in figures.hit(play.stage.tape.scene, action, x, y).items():
        play.choices.set_view(name, option)


def drag(play: Play, points: np.ndarray) -> None:
    token, moved = figures.dragged(play.config, play.view["token"], points)
    play.choices.set_view("token", token)
    if moved:
        play.choices.change(**moved)


def panel(play: Play) -> None:
    play.controls()
    chosen = figures.chosen_of(play.config)
    layers.units(play.choices, play.text, chosen, bent=False)
    names = figures.names_of(play.recording.scene)
    lesson.views(play.choices, play.text, {"token": chosen["token"]}, {"token": names})
    play.views()


storyboard(
    "self_attention",
    experiment,
    figures,
    presets,
    listed=figures.heads,
    reveal=figures.result,
    page=figures.choices_of,
    seen=figures.chosen_of,
    also=presets.VIEWS,
    panel=panel,
    clicks=lambda play: {action: partial(choose, play, action) for action in figures.ACTIONS},
    brush=lambda choices: Brush("0", ("--dl-attention",), spacing=0.05, drags=True, hint="drag"),
    draws=lambda play: {"place": partial(drag, play)},
    stays=lambda config: config.task == "hand",
)
