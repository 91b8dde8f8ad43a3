"""What the map of the lessons shows of this one: two quick maps at every step. All thirteen would take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import UInt8

from dlviz.data.examples import examples_of
from dlviz.lessons.heatmaps import experiment
from dlviz.lessons.heatmaps.experiment import ZERO, Config, Integer, Scene
from dlviz.lessons.heatmaps.methods import Question, explain, map_of
from dlviz.lessons.heatmaps.pieces import baseline_of
from dlviz.lessons.heatmaps.subject import subject
from dlviz.lessons.heatmaps.training import replay
from dlviz.models.training import blank_network, load_weights

METHODS = ("cam", "grad_cam_plus_plus")  # those that need no library


@dataclass(frozen=True)
class Frame:
    """Of the fields of `experiment.Frame` the maps of these methods, and which picture they lie on.

    Attributes:
        picture, maps: as they are there.
    """

    picture: Integer
    maps: UInt8[np.ndarray, "M H W"]


def run(config: Config) -> Iterator[Frame]:
    """Learns, and is asked twice at every step."""
    examples, X = examples_of(config), subject(config).X[:1]  # (1, C, H, W)
    network, block = blank_network(config, examples), min(config.layer, config.blocks) - 1
    for moment in replay(config):
        load_weights(network, moment.weights)
        target = network.eval()(X).detach().argmax(dim=1)
        asked = Question(network, X, target, baseline_of(X, config.baseline), block, X)
        found = [explain(asked, method) for method in METHODS]
        maps = torch.cat(
            [torch.zeros_like(X[:, 0]) if one is None else map_of(one) for one in found]
        )  # (M, H, W)
        reach = maps.abs().amax(dim=(1, 2), keepdim=True).clamp(min=1e-30)
        levels = (maps / reach * ZERO + ZERO).round().to(torch.uint8)
        yield Frame(picture=0, maps=levels.numpy())


def scene(config: Config) -> Scene:
    """The same, with these methods alone."""
    return replace(experiment.scene(config), methods=METHODS)
