"""How does a translator know where to look? The storyboard of the lesson."""

from functools import partial

from dlviz.lessons.seq2seq import experiment, figures, presets
from dlviz.lessons.seq2seq.bending import bent
from dlviz.ui import weights
from dlviz.ui.storyboard import Play, storyboard
from dlviz.ui.writing import writing


def choose(play: Play, action: str, x: float, y: float) -> None:
    name, value = figures.hit(play.stage.tape.recording(), action, x, y)
    if name == "row":
        play.choices.set_view(name, value)
    elif name:
        play.choices.change(**{name: value})


def panel(play: Play) -> None:
    choices, text, config = play.choices, play.text, play.config
    if config.task == "own":
        writing(choices, text, "pairs", pairs=True)
    play.controls()
    play.views()
    rows = figures.rows_seen(config)["row"]
    row = play.view["row"]
    if play.view["picture"] in ("sum", "bend"):
        weights.row(choices, text, "row", rows)
    if play.view["picture"] == "bend":
        present = figures.present_row(play.recording, row)
        put = partial(bent, config.bend, int(row) - 1)
        weights.sliders(choices, text, "bend", play.recording.scene.source, present, put)


storyboard(
    "seq2seq",
    experiment,
    figures,
    presets,
    listed=figures.alignment,
    reveal=figures.result,
    seen=figures.rows_seen,
    panel=panel,
    clicks=lambda play: {action: partial(choose, play, action) for action in figures.ACTIONS},
    marks=figures.marks,
)
