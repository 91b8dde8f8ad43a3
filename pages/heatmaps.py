"""Where did it look, and can you trust the picture? The storyboard of the lesson."""

from typing import Any

from dlviz.lessons.heatmaps import experiment, figures, presets
from dlviz.ui import album, controls, lesson, upload
from dlviz.ui.storyboard import Play, storyboard


def page(config: experiment.Config) -> tuple[Any, ...]:
    return (
        presets.in_sight(config),
        presets.details(config),
        config.data,
        config.album,
        config.image,
        config.photo,
        config.after,
    )


def choose(play: Play, x: float, y: float) -> None:
    method = figures.method_at(play.stage.tape.scene, x, y)
    if method:
        play.choices.set_view("method", method)


def panel(play: Play) -> None:
    choices, text, config = play.choices, play.text, play.config
    album.choice(choices, text, "data", "album")
    upload.image(choices, text, "image", "photo")
    controls.named(choices, text, "target", figures.targets_of(config, text))
    play.controls()
    lesson.views(choices, text, figures.methods_of(config))
    play.views()


storyboard(
    "heatmaps",
    experiment,
    figures,
    presets,
    listed=figures.wall,
    reveal=figures.result,
    page=page,
    seen=figures.methods_of,
    also=presets.SEEN,
    panel=panel,
    clicks=lambda play: {"method": lambda x, y: choose(play, x, y)},
    marks=figures.marks,
)
