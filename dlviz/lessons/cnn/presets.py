"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.cnn.experiment import Config
from dlviz.models.recipe import Recipe

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "sketch": (Config(), "sketch"),
    "edges": (Config(data="shapes", kernel_size="7", blocks=2, weight_decay=1.0, seed=1), "unit"),
    "parts": (Config(data="shapes", seed=5), "unit"),
    "shortcut": (Config(data="shortcut"), "confusion"),
    "average": (Config(data="shapes", head="average"), "plane"),
    "bare": (Config(batch_norm=False), "layer"),
    "apart": (Config(data="digits", example=7), "plane"),
    "mine": (Config(data="faces"), "brought"),
}
UNITS = {"parts": {"unit": "3.11"}, "edges": {"unit": "1.5"}}  # that show the point
PREDICTION = Config(filters=2)
ANSWERS = ("few", "half", "most")
TAKEN = (*Recipe.model_fields, "album", "example")  # what makes this network and its picture, in any lesson


def in_sight(config: Config) -> tuple[str, ...]:
    """The controls next to the picture."""
    return ("example", "blocks", "filters", "kernel_size", "head")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    pooling = ["pooling"] if config.blocks > 1 else []
    return [
        *pooling,
        "batch_norm",
        "dropout",
        "optimizer",
        "learning_rate",
        "weight_decay",
        "schedule",
        "batch_size",
        "epochs",
        "seed",
    ]
