"""Configs worth trying, by the names that the text gives them; and the one that a learner predicts."""

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
