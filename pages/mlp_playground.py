"""What can layers do that a line cannot? The storyboard of the lesson."""

from typing import Any

from dlviz.lessons.mlp_playground import experiment, figures, presets, sweep
from dlviz.lessons.mlp_playground.layers import ACTIVATIONS
from dlviz.ui import brush, layers, lesson
from dlviz.ui.changing import change_at
from dlviz.ui.examples import examples
from dlviz.ui.storyboard import Play, storyboard


def beside(play: Play, config: experiment.Config) -> dict[str, tuple[Any, Any]]:
    swept = play.view["picture"] == "sweep"
    return {"sweep": (sweep, figures.sweep_config(sweep.Config, config))} if swept else {}


def clicks(play: Play) -> dict[str, Any]:
    return {
        "network": lambda x, y: layers.pick(play.choices, figures.clicked(play.stage.tape.scene, x, y)),
        "sweep": lambda x, y: play.choices.set(figures.cell_at(play.config, x, y)),
    }


def panel(play: Play) -> None:
    choices, text, view = play.choices, play.text, play.view
    columns = [figures.axis_name(text, name) for name in presets.columns_of(play.config.data)]
    examples(choices, text, play.brush, columns)
    layers.panel(choices, text, ACTIVATIONS, ("learning_rate",))
    play.views()
    layers.units(choices, text, figures.units_seen(play.config), bent=view["picture"] == "warp")
    change_at(choices, text, *figures.changeable(play.recording, text, play.stage.step, view["weight"]))
    lesson.controls(choices, text, (), presets.details(play.config))


storyboard(
    "mlp_playground",
    experiment,
    figures,
    presets,
    listed=figures.network,
    reveal=figures.result,
    page=presets.shape_of,
    seen=figures.units_seen,
    panel=panel,
    beside=beside,
    clicks=clicks,
    brush=lambda choices: brush.held(choices, figures.COLORS),
    draws=lambda play: {"paint": play.brush.on(play.choices, "points")},
    marks=figures.marks,
    report=True,
)
