"""What does a network learn to see? The storyboard of the lesson."""

from functools import partial

from dlviz.lessons.cnn import experiment, figures, presets
from dlviz.ui import album, layers, sketch, upload
from dlviz.ui.onward import onward
from dlviz.ui.storyboard import Play, storyboard


def choose(play: Play, action: str, x: float, y: float) -> None:
    now = {name: play.view[name] for name in ("picture", "unit")}
    chosen = figures.hit(play.stage.tape.recording(), action, x, y, play.stage.step, **now)
    if "example" in chosen:
        play.choices.change(**chosen)
    else:
        for name, value in chosen.items():
            play.choices.set_view(name, value)


def panel(play: Play) -> None:
    if play.view["picture"] == "brought":
        upload.looked_at(play.choices, play.text, "photo")
    album.choice(play.choices, play.text, "data", "album")
    play.controls()
    play.views()
    layers.units(play.choices, play.text, figures.units_of(play.config), bent=False)
    if play.view["picture"] == "sketch":
        sketch.control(play.choices, play.text, play.brush)
    onward(play.text, "heatmaps", play.config.spelled(presets.TAKEN))


storyboard(
    "cnn",
    experiment,
    figures,
    presets,
    listed=figures.network,
    reveal=figures.result,
    page=figures.choices_of,
    seen=lambda config: {**figures.units_of(config), **sketch.SKETCHES, **upload.PHOTOS},
    also=presets.UNITS,
    panel=panel,
    clicks=lambda play: {action: partial(choose, play, action) for action in figures.ACTIONS},
    brush=sketch.held,
    draws=lambda play: {"sketch": sketch.on(play.choices, play.brush, figures.on_pad)},
)
