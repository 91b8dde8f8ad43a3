"""What does each word look at? The storyboard of the lesson."""

from functools import partial

from dlviz.lessons.self_attention import experiment, figures, presets
from dlviz.ui import layers, lesson
from dlviz.ui.storyboard import Play, storyboard


def choose(play: Play, action: str, x: float, y: float) -> None:
    for name, option in figures.hit(play.stage.tape.scene, action, x, y).items():
        play.choices.set_view(name, option)


def place(play: Play, x: float, y: float) -> None:
    token, moved = figures.placed(play.config, play.view["token"], x, y)
    play.choices.set_view("token", token)
    if moved:
        play.choices.change(**moved)


def panel(play: Play) -> None:
    play.controls()
    chosen = figures.chosen_of(play.config)
    layers.units(play.choices, play.text, chosen, bent=False)
    lesson.views(play.choices, play.text, {"token": chosen["token"]})
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
    clicks=lambda play: {
        **{action: partial(choose, play, action) for action in ("heads", "line")},
        "place": partial(place, play),
    },
)
