"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.self_attention.experiment import Config

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "hand": (Config(task="hand"), "arcs"),
    "matcher": (Config(), "arcs"),
    "share": (Config(heads="2"), "off"),
    "shallow": (Config(layers=1), "places"),
    "off": (Config(task="reverse", heads="1"), "off"),
    "mask": (Config(task="reverse", causal=True), "places"),
    "rotary": (Config(task="reverse", position="rotary"), "places"),
    "neighbour": (Config(task="copy"), "arcs"),
    "sum": (Config(task="add"), "arcs"),
    "sentence": (Config(task="reverse", sequence="I see the cat see me"), "arcs"),
}
VIEWS = {"sum": {"unit": "1.4", "token": "9"}}  # that show the point
PREDICTION = Config(task="reverse", position="none")
ANSWERS = ("few", "half", "most")


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture."""
    if config.task == "hand":
        return ("task", "turn_query", "turn_key", "turn_value", "stretch", "causal")
    return ("task", "sequence", "layers", "heads", "position", "causal")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    if config.task == "hand":
        return ["x1", "y1", "x2", "y2", "x3", "y3", "seed"]
    return ["width", "norm", "dropout", "learning_rate", "batch_size", "updates", "seed"]
