"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.bert_gpt.corpus import example
from dlviz.lessons.bert_gpt.experiment import Config
from dlviz.lessons.bert_gpt.stored import LONG


def asking(name: str, corpus: str, **more: object) -> Config:
    """A config of a text with an example of another name."""
    sentence, prompt = example(name)
    return Config(**{"corpus": corpus, "sentence": sentence, "prompt": prompt, **more})  # type: ignore[arg-type]


PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "both_sides": (Config(), "masks"),
    "front": (asking("left_korean", "korean"), "places"),
    "english": (Config(corpus="english"), "places"),
    "greedy": (Config(temperature=0.0), "generated"),
    "wild": (Config(temperature=1.6, top_p=1.0), "generated"),
    "nucleus": (Config(temperature=1.6, top_p=0.5), "generated"),
    "fifteen": (Config(corpus="english", masked=0.15), "places"),
    "heart_korean": (asking("heart_korean", "korean", **LONG), "generated"),
    "heart_english": (asking("heart_english", "english", **LONG), "generated"),
    "numerals": (Config(task="numerals"), "right"),
    "hunger": (Config(task="hunger"), "course"),
}
ABROAD = {  # the same shown by another example, where the page is in another language
    "en": {"both_sides": Config(corpus="english"), "front": asking("left_english", "english")}
}
EITHER = ("greedy", "wild", "nucleus", "hunger")  # of whatever language
PREDICTION = Config(corpus="english", seed=1)
ANSWERS = ("bert", "same", "gpt")


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture."""
    if config.task == "numerals":
        return ("task", "numeral", "layers", "heads")
    if config.task == "hunger":
        return ("task", "corpus", "layers", "width")
    return ("task", "corpus", "sentence", "prompt", "temperature", "top_p")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    learning = ["learning_rate", "batch_size", "updates", "seed"]
    if config.task == "numerals":
        return ["width", *learning]
    if config.task == "hunger":
        return ["tokens", "heads", *learning]
    return ["top_k", "tokens", "masked", "layers", "heads", "width", *learning]
