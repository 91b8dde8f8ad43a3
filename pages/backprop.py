"""How does the error find its way back? The storyboard of the lesson."""

from functools import partial

from dlviz.lessons.backprop import experiment, figures, presets
from dlviz.ui.choices import held
from dlviz.ui.storyboard import Play, storyboard


def edit(play: Play, field: str, value: float, _: float) -> None:
    first = play.stage.tape.recording().track("weights")[0].tolist()
    number = presets.true_class(field, value)
    if number is None:
        number = held(experiment.Config, {field: value})
    play.choices.change(**{**presets.begun(play.config, first, field), **number})


storyboard(
    "backprop",
    experiment,
    figures,
    presets,
    listed=figures.graph,
    reveal=figures.first_gradient,
    clicks=lambda play: {f"edit:{name}": partial(edit, play, name) for name in presets.editable(play.config)},
)
