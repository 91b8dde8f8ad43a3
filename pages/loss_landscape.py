"""What does the loss of a real network look like? The storyboard of the lesson."""

from typing import Any

from dlviz.lessons.loss_landscape import experiment, figures, presets
from dlviz.ui.storyboard import Play, storyboard


def beside(play: Play, config: experiment.Config) -> dict[str, tuple[Any, Any]]:
    return figures.beside(config, picture=play.view["picture"], plane=play.view["plane"])


storyboard(
    "loss_landscape",
    experiment,
    figures,
    presets,
    listed=figures.relief,
    reveal=figures.left_after_a_walk,
    also=presets.PLANES,
    beside=beside,
)
