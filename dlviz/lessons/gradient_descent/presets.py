"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.gradient_descent.experiment import Config

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the fourth picture that shows its point
    "start": (Config(optimizers=("momentum", "adam")), "basins"),
    "ravine": (
        Config(
            landscape="bowl", condition=50, learning_rate=0.02, optimizers=("sgd", "momentum", "nesterov")
        ),
        "phase",
    ),
    "adam": (Config(landscape="beale", learning_rate=0.1, optimizers=("sgd", "rmsprop", "adam")), "update"),
    "diverge": (
        Config(landscape="bowl", condition=20, learning_rate=0.105, optimizers=("sgd", "momentum", "adam")),
        "phase",
    ),
    "noise": (
        Config(landscape="diabetes", batch_size=4, learning_rate=0.1, optimizers=("sgd", "adam")),
        "fit",
    ),
    "fewer": (Config(landscape="rosenbrock", steps=500), "update"),
    "cancer": (
        Config(landscape="breast_cancer", learning_rate=0.2, batch_size=32, optimizers=("sgd", "adam")),
        "fit",
    ),
    "saddle": (
        Config(
            landscape="saddle", start_y=0.001, optimizers=("sgd", "momentum", "adagrad", "rmsprop", "adam")
        ),
        "update",
    ),
}
PREDICTION = Config(
    landscape="bowl", condition=50, learning_rate=0.02, optimizers=("sgd", "momentum", "adam")
)
ANSWERS = PREDICTION.optimizers

DATA = ("diabetes", "breast_cancer")
OWN = {"bowl": "condition", "formula": "formula", "diabetes": "batch_size", "breast_cancer": "batch_size"}
ONLY = {"extent": ("formula",), "standardize": DATA}  # what other landscapes do not have
FURTHER = (
    "momentum",
    "schedule",
    "extent",
    "standardize",
    "noise",
    "steps",
    "start_x",
    "start_y",
    "beta2",
    "weight_decay",
    "seed",
)


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture: four, the second is the landscape's own."""
    return ("landscape", OWN.get(config.landscape, "momentum"), "optimizers", "learning_rate")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter on this landscape."""
    matter = [name for name in FURTHER if config.landscape in ONLY.get(name, (config.landscape,))]
    return [
        name
        for name in matter
        if name not in in_sight(config) and not (name == "noise" and config.landscape in DATA)
    ]
