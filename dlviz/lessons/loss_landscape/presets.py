"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.loss_landscape.experiment import Config

EIGHT = Config(depth=8, learning_rate=0.1, seed=2)  # a clear difference on every machine

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "flat": (
        Config(width=32, batch_size=8, updates=1000, optimizers=("small", "large")),
        "sharpness",
    ),
    "edge": (Config(optimizers=("large",), large_batch=1257), "sharpness"),
    "rough": (EIGHT, "around"),
    "skip": (EIGHT.changed(skip=True), "around"),
    "filter": (Config(normalization="none"), "slices"),
    "barrier": (Config(same_start=False, optimizers=("small", "large")), "line"),
    "joined": (Config(optimizers=("small", "large")), "line"),
    "illusion": (Config(optimizers=("small", "adam")), "honest"),
    "norm": (Config(batch_norm=True), "sharpness"),
}
PLANES = {
    name: {"plane": {"barrier": "between", "joined": "between"}.get(name, "random")}
    for name in ("rough", "skip", "filter", "illusion", "barrier", "joined")
} | {name: {"plane": "pca"} for name in ("flat", "edge", "norm")}
PREDICTION = Config(architecture="cnn", optimizers=("small", "large"))
ANSWERS = ("most", "third", "guess")

FURTHER = (
    "batch_size",
    "large_batch",
    "adam_rate",
    "weight_decay",
    "width",
    "normalization",
    "same_start",
    "updates",
    "seed",
)
ONLY = {"width": "mlp"}  # the CNN's width is fixed
OWN = {"adam_rate": "adam", "large_batch": "large"}  # of one optimiser


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture: the network, who trains it, and how fast."""
    return ("architecture", "depth", "skip", "batch_norm", "optimizers", "learning_rate")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    return [
        name
        for name in FURTHER
        if ONLY.get(name, config.architecture) == config.architecture
        and OWN.get(name, config.optimizers[0]) in config.optimizers
    ]
