"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from typing import Any

from dlviz.lessons.vanishing_gradient.experiment import Config

EXPLODING: dict[str, Any] = {
    "activation": "linear",
    "orthogonal": True,
    "radius": 1.2,
    "optimizer": "sgd",
    "learning_rate": 0.05,
}
PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "short": (Config(delay=5), "curves"),
    "shut": (Config(forget_bias="0"), "belt"),
    "chrono": (Config(), "belt"),
    "turn": (Config(orthogonal=True, radius=1.0, learning_rate=0.003, fillers=False), "radius"),
    "power": (Config(activation="linear", orthogonal=True, radius=0.9), "radius"),
    "explode": (Config(**EXPLODING, clipping=False), "clipping"),
    "clip": (Config(**EXPLODING), "clipping"),
    "adding": (Config(task="adding", delay=20), "curves"),
}
PREDICTION = Config(forget_bias="1")
ANSWERS = ("all", "gated", "gru", "none")
SIGHT = ("task", "delay", "forget_bias", "radius", "learning_rate", "clipping")
FURTHER = (
    "hidden_size",
    "orthogonal",
    "activation",
    "fillers",
    "optimizer",
    "batch_size",
    "updates",
    "seed",
)


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture."""
    return SIGHT


def details(config: Config) -> list[str]:
    """The choices under "More"."""
    return [*(["threshold"] if config.clipping else []), *FURTHER]
