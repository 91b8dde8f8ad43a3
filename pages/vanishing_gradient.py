"""Why does it forget? The storyboard of the lesson."""

from functools import partial

from dlviz.lessons.vanishing_gradient import experiment, figures, presets
from dlviz.ui.choices import held
from dlviz.ui.storyboard import Play, storyboard


def choose(play: Play, x: float, y: float) -> None:
    play.choices.change(delay=round(held(experiment.Config, {"delay": x})["delay"]))


storyboard(
    "vanishing_gradient",
    experiment,
    figures,
    presets,
    listed=figures.horizon,
    reveal=figures.result,
    clicks=lambda play: {"delay": partial(choose, play)},
)
