"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.data import numerals, sentences
from dlviz.lessons.seq2seq.experiment import Config

CROSSING = next(source for source, target in sentences.sentences() if target == "I wrote a book yesterday")

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "numeral": (Config(), "sum"),
    "bent": (Config(bend="0:0,0,0,1"), "bend"),
    "long": (Config(sentence=numerals.korean(378_645)), "states"),
    "date": (Config(task="dates"), "sum"),
    "crossing": (Config(task="sentences", sentence=CROSSING), "sum"),
    "mirror": (Config(task="reverse"), "beam"),
    "months": (Config(task="dates", sentence="September 23, 1999", attention="dot"), "tests"),
}
PREDICTION = Config(task="reverse", sentence="abcdefghij")
ANSWERS = ("few", "half", "most")


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture."""
    return ("task", "sentence", "attention", "cell", "hidden_size", "beam")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    own = ["split_by"] if config.task == "own" else []
    return [*own, "teacher_forcing", "learning_rate", "batch_size", "updates", "seed"]
