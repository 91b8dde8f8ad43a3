"""What does a filter see? The storyboard of the lesson."""

from functools import partial
from typing import Any

from dlviz.lessons.convolution import experiment, figures, presets
from dlviz.lessons.convolution.kernels import make_kernel, write_kernel
from dlviz.ui import lesson, matrix, upload
from dlviz.ui.storyboard import Play, storyboard


def page(config: experiment.Config) -> tuple[Any, ...]:
    cells = config.kernel, config.size, config.angle, config.weights
    shown = presets.in_sight(config), presets.details(config)
    return *shown, cells, config.image, config.photo, config.pixels


def pick(play: Play, x: float, y: float) -> None:
    if (step := figures.step_at(play.stage.tape.scene, x, y)) is not None:
        play.stage.seek(step)
    play.choices.set_view("pixel", figures.pixel_at(play.stage.tape.scene, x, y) or play.view["pixel"])


def panel(play: Play) -> None:
    choices, text, config = play.choices, play.text, play.config
    upload.image(choices, text, "image", "photo")
    play.controls()
    kernel = make_kernel(config.kernel, config.size, config.angle, config.weights).tolist()
    own = lambda cells: choices.change(by="weights", kernel="own", weights=write_kernel(cells))  # noqa: E731
    matrix.matrix(choices, text, "weights", kernel, own)
    matrix.place(choices, text, "pixel", figures.pixels_of(config)["pixel"])
    lesson.views(choices, text, figures.views_seen(config, play.view["picture"]))


storyboard(
    "convolution",
    experiment,
    figures,
    presets,
    listed=figures.sliding,
    reveal=figures.moved_by,
    page=page,
    seen=figures.pixels_of,
    also=presets.CHANGES,
    panel=panel,
    beside=lambda play, config: figures.beside(config, play.view["picture"], play.view["change"]),
    clicks=lambda play: {"pixel": partial(pick, play)},
)
