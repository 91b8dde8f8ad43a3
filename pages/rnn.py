"""How does a network remember? The storyboard of the lesson."""

from functools import partial

import numpy as np

from dlviz.lessons.rnn import experiment, figures, presets
from dlviz.ui import layers, writing
from dlviz.ui.brush import Brush
from dlviz.ui.lesson import views
from dlviz.ui.storyboard import Play, storyboard


def choose(play: Play, action: str, x: float, y: float) -> None:
    name, value = figures.hit(play.stage.tape.recording(), action, play.view, x, y, play.stage.step)
    if name:
        play.choices.set_view(name, value)


def mark(play: Play, points: np.ndarray) -> None:
    play.choices.set_view("stretch", figures.brushed(play.stage.tape.recording(), points))


def panel(play: Play) -> None:
    config, picture = play.config, play.view["picture"]
    play.controls()
    if config.task == "text" and config.text == "own":
        writing.writing(play.choices, play.text, "own")
    places = {"position": figures.seen(config)["position"]}
    views(play.choices, play.text, places, {"position": figures.names_of(play.recording)})
    views(play.choices, play.text, figures.views_seen(config, picture))
    if picture in ("cell", "weights"):
        layers.units(play.choices, play.text, {"unit": figures.seen(config)["unit"]}, bent=False)


storyboard(
    "rnn",
    experiment,
    figures,
    presets,
    listed=figures.unrolled,
    reveal=figures.result,
    page=figures.choices_of,
    seen=figures.seen,
    also=presets.VIEWS,
    panel=panel,
    clicks=lambda play: {action: partial(choose, play, action) for action in figures.ACTIONS},
    brush=lambda choices: Brush("0", ("--dl-attention",), hint="mark"),
    draws=lambda play: {"stretch": partial(mark, play)},
)
