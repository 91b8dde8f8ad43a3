"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.rnn.experiment import Config

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "say": (Config(), "states"),
    "two": (Config(hidden_size=2, updates=400, learning_rate=0.05, seed=2), "weights"),
    "factory": (Config(text="factory"), "states"),
    "boat": (Config(text="boat"), "states"),
    "wood": (Config(text="wood"), "generated"),
    "brackets": (Config(task="brackets"), "states"),
    "spelling": (Config(task="spelling", example=3), "cell"),
    "reverse": (Config(task="reverse"), "states"),
    "wave": (Config(task="series"), "cell"),
    "shuffle": (Config(shuffle=True), "generated"),
}
VIEWS = {  # further views that show the point
    "say": {"position": "1", "stretch": "1-1"},
    "two": {"position": "1"},
    "factory": {"position": "2", "stretch": "2-2"},
    "boat": {"position": "16", "stretch": "15-16"},
    "wood": {"position": "0"},
    "spelling": {"position": "1"},
}
PREDICTION = Config(task="series", series="GOOG")
ANSWERS = ("network", "equal", "today")


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the pictures."""
    what = {"text": ("text",), "series": ("series",)}.get(config.task, ("example",))
    return ("task", *what, "cell", "hidden_size", "shuffle")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    where = {"text": ["split", "example"], "series": ["example"]}.get(config.task, [])
    return [*where, "layers", "learning_rate", "clip", "updates", "seed"]
