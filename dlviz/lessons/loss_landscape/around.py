"""The surface around the present weights, at some steps of the training: row after row of a small lattice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32

from dlviz.lessons.loss_landscape import experiment
from dlviz.lessons.loss_landscape.directions import random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.experiment import FRAMES, REACH, examples, network_of, replay
from dlviz.models.device import device_of

SIDE = 17  # points a side
EVERY = {"mlp": 5, "cnn": 20}  # frames of the training between two surfaces


class Config(experiment.Config):
    """As of the training."""

    def length(self) -> int:
        """A frame per row of points."""
        return SIDE * (1 + FRAMES // EVERY[self.architecture])


@dataclass(frozen=True)
class Frame:
    """One row of the surfaces of all optimisers; O optimisers.

    Attributes:
        step: the frame of the training.
        row: of the lattice.
        values: training loss, test loss, training and test accuracy.
    """

    step: int
    row: int
    values: Float32[np.ndarray, "O 17 4"]


def run(config: Config) -> Iterator[Frame]:
    """Stops a training at some steps to look around in two random directions, the same ones at all steps.

    With filters normalised a step to the side is as long, filter by filter, as the present weights.
    """
    network, filters = network_of(config), config.normalization == "filter"
    a = torch.linspace(-REACH, REACH, SIDE)
    for step, (weights, _) in enumerate(replay(config)):
        if step % EVERY[config.architecture]:
            continue
        evaluations = []
        for own in weights:  # (P,)
            generator = torch.Generator().manual_seed(config.seed)
            pair = [random_direction(network, own, generator, filters=filters) for _ in range(2)]
            evaluations.append(
                Evaluation(network, torch.stack([own, *pair]), *examples(), device_of(config.device))
            )
        for row, b in enumerate(a.tolist()):
            places = torch.stack([torch.ones(SIDE), a, torch.full((SIDE,), b)], 1)  # (17, 3)
            yield Frame(step, row, torch.stack([e.at(places) for e in evaluations]).numpy())
