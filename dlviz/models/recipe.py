"""What can be chosen of a small convolutional network and of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from dlviz.config import Config
from dlviz.data.examples import DataName, examples_of
from dlviz.models.convnet import HeadName, KernelName, PoolingName, sides_of, widths_of
from dlviz.models.device import DeviceName
from dlviz.models.training import OptimizerName, ScheduleName


class Recipe(Config):
    """One network and how it learns.

    Attributes:
        data: digits 8x8; faces 25x25, or patches that are none; generated shapes 32x32 in colour; the same with a
            shortcut: a mark in the corner of every star; pictures of the learner's own where a lesson takes them.
        blocks: of convolution, batch normalisation and ReLU, with pooling between two.
        filters: of the first block; the others have twice as many.
        kernel_size: pixels along a side of a filter.
        head: what the last layer sees: flatten all pixels of all maps, average the mean of each map.
        dropout: share of the last layer's inputs set to 0 in an update.
        learning_rate: the highest, or that of all updates.
        weight_decay: each update shrinks the weights by this, times the learning rate.
        device: where it learns.
    """

    data: DataName = "digits"
    blocks: Annotated[int, Field(ge=1, le=3)] = 2
    filters: Annotated[int, Field(ge=2, le=16)] = 8
    kernel_size: KernelName = "3"
    pooling: PoolingName = "max"
    batch_norm: bool = True
    dropout: Annotated[float, Field(ge=0, le=0.8)] = 0.0
    head: HeadName = "flatten"
    optimizer: OptimizerName = "adam"
    learning_rate: Annotated[float, Field(ge=1e-4, le=1, json_schema_extra={"scale": "log"})] = 0.01
    weight_decay: Annotated[float, Field(ge=0, le=2)] = 0.0
    schedule: ScheduleName = "one_cycle"
    batch_size: Annotated[int, Field(ge=8, le=256, json_schema_extra={"scale": "log"})] = 32
    epochs: Annotated[int, Field(ge=1, le=20)] = 4
    device: DeviceName = "auto"

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """As many blocks and epochs as the pictures need, and a rate that fits the optimiser."""
        chosen = {**cls.defaults(), **chosen}
        averages = chosen["head"] == "average"
        rate = {"momentum": 0.05, "sgd": 0.2}.get(str(chosen["optimizer"]), 0.01)
        usual = {"learning_rate": rate, "blocks": 3, "batch_size": 32}
        if chosen["data"] == "digits":
            return {**usual, "blocks": 3 if averages else 2, "epochs": 4}
        if chosen["data"] == "faces" or (chosen["data"] == "own" and chosen.get("album")):
            return {**usual, "batch_size": 16, "epochs": 12}
        return {**usual, "epochs": 10 if averages else 6}

    def updates(self) -> int:
        """How many the training makes."""
        count = len(examples_of(self).train_images)
        return self.epochs * -(-count // self.batch_size)


def parameters(config: Recipe) -> int:
    """How many weights and biases the network learns."""
    examples = examples_of(config)
    _, channels, side, _ = examples.train_images.shape
    classes = len(examples.classes)
    widths, kernel = widths_of(config), int(config.kernel_size)
    # a filter has kernel² weights per input channel and a bias; batch normalisation a factor and a bias
    filters = sum(after * (before * kernel**2 + 1) for before, after in zip((channels, *widths), widths))
    factors = sum(widths) if config.batch_norm else 0
    features = widths[-1] * (1 if config.head == "average" else sides_of(config, side)[-1] ** 2)
    return filters + factors + classes * (features + 1)
