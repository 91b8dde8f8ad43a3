"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.heatmaps.experiment import Config
from dlviz.lessons.heatmaps.subject import FIRST

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the third picture that shows its point
    "forms": (Config(), "losses"),
    "shortcut": (Config(data="shortcut"), "losses"),
    "unmarked": (Config(data="shortcut", example=203), "losses"),
    "sanity": (Config(after="layers"), "alike"),
    "ranking": (Config(after="pictures"), "ranking"),
    "against": (Config(target=FIRST), "scores"),
    "stranger": (Config(image="flower"), "losses"),
}
SEEN = {
    "shortcut": {"method": "occlusion"},
    "unmarked": {"method": "occlusion"},
    "sanity": {"method": "occlusion"},
    "against": {"method": "ablation"},
}
PREDICTION = Config(after="layers", seed=1)
ANSWERS = ("none", "some", "most")


def in_sight(config: Config) -> tuple[str, ...]:
    """The controls next to the picture, besides what is learnt, the picture and the class."""
    example = ("example",) if config.image == "test" else ()
    return *example, "after", "layer"


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    pooling = ["pooling"] if config.blocks > 1 else []
    shape = ["baseline", "blocks", "filters", "kernel_size", *pooling, "head", "batch_norm", "dropout"]
    return [*shape, "optimizer", "learning_rate", "weight_decay", "schedule", "batch_size", "epochs", "seed"]
