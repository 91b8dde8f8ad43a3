"""What is the difference between BERT and GPT? The storyboard of the lesson."""

from dlviz.lessons.bert_gpt import experiment, figures, presets
from dlviz.ui import layers
from dlviz.ui.storyboard import Play, storyboard
from dlviz.ui.writing import writing


def choose(play: Play, x: float, y: float) -> None:
    blank = figures.hit(play.stage.tape.recording(), x, y)
    if blank:
        play.choices.set_view("blank", blank)


def panel(play: Play) -> None:
    config = play.config
    if config.task != "numerals" and config.corpus == "own":
        writing(play.choices, play.text, "own")
    play.controls()
    play.views()
    if config.task != "hunger":
        layers.units(play.choices, play.text, figures.seen(config), bent=False)


storyboard(
    "bert_gpt",
    experiment,
    figures,
    presets,
    listed=figures.maps,
    reveal=figures.result,
    begins=lambda lang: {"corpus": {"ko": "korean", "en": "english"}[lang]},
    page=figures.choices_of,
    seen=figures.seen,
    panel=panel,
    clicks=lambda play: {"maps": lambda x, y: choose(play, x, y)},
)
