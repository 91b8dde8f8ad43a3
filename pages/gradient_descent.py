"""How does a network find its way down? The storyboard of the lesson."""

from typing import Any

from dlviz.lessons.gradient_descent import basins, experiment, figures, presets
from dlviz.ui.storyboard import Play, storyboard

CLICKS = {"start": ("start_x", "start_y"), "phase": ("learning_rate", "momentum")}


def beside(play: Play, config: experiment.Config) -> dict[str, tuple[Any, Any]]:
    if play.view["picture"] != "basins":
        return {}
    return {"basins": (basins, figures.basin_config(basins.Config, config, play.view["which"]))}


storyboard(
    "gradient_descent",
    experiment,
    figures,
    presets,
    listed=figures.plane,
    reveal=figures.final_losses,
    answers="optimizers",
    beside=beside,
    clicks=lambda play: CLICKS,
)
