"""A small network learns points of the plane, and every unit of it shows what it has become."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int32, UInt8
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor

from dlviz.config import Config as BaseConfig
from dlviz.data.own import Points
from dlviz.data.uploads import ColumnNumber, Digest, examples_source, suggested
from dlviz.lessons.mlp_playground.changes import checked_changes, place_of, read_changes
from dlviz.lessons.mlp_playground.datasets import (
    MEASURED,
    REGRESSION,
    DataName,
    Examples,
    InputName,
    load_examples,
)
from dlviz.lessons.mlp_playground.layers import (
    InitialisationName,
    activations_of,
    checked_activations,
    checked_hidden,
    first_layer,
    sizes_of,
)
from dlviz.lessons.mlp_playground.looks import SIDE, Look
from dlviz.lessons.mlp_playground.losses import LossName, outputs_for, used_loss
from dlviz.lessons.mlp_playground.network import Board, Network
from dlviz.lessons.mlp_playground.optimizers import Optimizer, OptimizerName
from dlviz.lessons.mlp_playground.scenes import Scene, scene
from dlviz.lessons.mlp_playground.training import learn

__all__ = ["Config", "Frame", "Scene", "run", "scene"]

MAP_BYTES = 37_000_000  # that the maps of a recording may take
COLUMNS = {"": (0, 1, 2), "iris": (2, 3, 2), "breast_cancer": (0, 1, 2)}  # features and target
CHANGEABLE = ("learning_rate", "weight_decay", "l1", "dropout", "batch_size")
Integer = int | np.integer  # as `run` yields it, and as a recording gives it back


class Config(BaseConfig):
    """One network and how it learns.

    Attributes:
        data: synthetic (circle, xor, gauss, spiral, moons, three classes; plane and hills have values to predict),
            real (iris, breast_cancer), painted by the learner (own) or uploaded (table).
        points: of "own", as text.
        table: of "table", the digest of an upload.
        feature_x, feature_y, target: columns of a real table, or others where one cannot serve; the target is that
            of an upload.
        examples: points drawn; of a table at most that many rows.
        noise: of synthetic data: 0 none, 0.5 hardly anything else.
        train_share: of the examples that are learnt from; the others test.
        inputs: what the network sees of a point.
        hidden: units of each hidden layer, "4-2"; "" is the perceptron.
        activations: of each hidden layer, "tanh-relu"; one alone is that of all.
        dropout: share of hidden outputs set to 0 in an update.
        batch_norm: before each activation.
        loss: cross_entropy, hinge or squared; the latter two judge each of three classes against the others. Values
            to predict have squared error whatever is chosen.
        weight_decay, l1: on weights, not on biases; AdamW's decay is decoupled.
        batch_size: examples per update; as many as there are, or more: all of them.
        epochs: passes over the training examples.
        changes: what is changed while it trains, "40:learning_rate=0.01,60:w1.0.2=1.5"; see `changes`.
    """

    data: DataName = "circle"
    points: Points = ""
    table: Digest = ""
    feature_x: ColumnNumber = 0
    feature_y: ColumnNumber = 1
    target: ColumnNumber = 2
    examples: Annotated[int, Field(ge=20, le=1000, json_schema_extra={"scale": "log"})] = 400
    noise: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    train_share: Annotated[float, Field(ge=0.1, le=0.9)] = 0.7
    inputs: Annotated[tuple[InputName, ...], Field(min_length=1)] = ("x", "y")
    hidden: Annotated[str, Field(max_length=11)] = "4-2"
    activations: Annotated[str, Field(max_length=47)] = "tanh"
    dropout: Annotated[float, Field(ge=0, le=0.8)] = 0.0
    batch_norm: bool = False
    initialisation: InitialisationName = "default"
    loss: LossName = "cross_entropy"
    optimizer: OptimizerName = "sgd"
    learning_rate: Annotated[float, Field(ge=1e-4, le=10, json_schema_extra={"scale": "log"})] = 0.03
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    l1: Annotated[float, Field(ge=0, le=1)] = 0.0
    batch_size: Annotated[int, Field(ge=1, le=512, json_schema_extra={"scale": "log"})] = 10
    epochs: Annotated[int, Field(ge=10, le=2000, json_schema_extra={"scale": "log"})] = 300
    changes: Annotated[str, Field(max_length=400)] = ""

    @field_validator("hidden")
    @classmethod
    def _layers(cls, hidden: str) -> str:
        return checked_hidden(hidden)

    @field_validator("activations")
    @classmethod
    def _one_or_one_each(cls, activations: str, info: ValidationInfo) -> str:
        return checked_activations(activations, info.data.get("hidden", ""))

    @field_validator("inputs")
    @classmethod
    def _each_once(cls, inputs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(inputs))

    @field_validator("changes")
    @classmethod
    def _readable(cls, changes: str, info: ValidationInfo) -> str:
        return checked_changes(changes, info.data.get("inputs", ()), info.data.get("hidden", ""))

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A loss and columns that fit the data, all rows of a table, and a rate that fits the optimiser."""
        data, table = chosen.get("data"), chosen.get("table")
        adaptive = chosen.get("optimizer") in ("rmsprop", "adam", "adamw")
        columns = COLUMNS.get(str(data), COLUMNS[""])
        if data == "table" and isinstance(table, str):
            columns = suggested(table)
        return {
            "loss": "squared" if data in REGRESSION else "cross_entropy",
            "learning_rate": 0.01 if adaptive else 0.03,
            "examples": 1000 if data in MEASURED else 400,
            "feature_x": columns[0],
            "feature_y": columns[1],
            "target": columns[2],
        }

    def embedded(self) -> dict[str, str]:
        """An uploaded table as source, for a script that runs where the table is not."""
        if self.data != "table" or not self.table:
            return {}
        rows = examples_source(self.table, self.feature_x, self.feature_y, self.target)
        return {"dlviz.data.uploads.examples": rows}

    def length(self) -> int:
        """The start and a frame every epoch, or every few where the maps would take too much memory."""
        return 1 + -(-self.epochs // epochs_per_frame(self))


@dataclass(frozen=True)
class Frame:
    """The network after an epoch. I inputs, U units (hidden layer by hidden layer, then the outputs), E weights,
    L layers (hidden ones and the output), K classes (1 where values are predicted), G grid side, B bins.

    Nodes are numbered inputs first, then units. A changed value shows in the frame of its epoch, before any
    update with it.

    Attributes:
        epoch: how many passes over the training examples were made.
        weights: in the order of `Scene.edges`.
        biases: of the units.
        loss, test_loss: mean over the examples, without the penalties.
        accuracy, test_accuracy: share of examples whose class is right; where values are predicted R², at least 0.
        confusion: (training, test) examples by true class (row) and answer (column).
        maps: what each unit says at every place of the plane, rows along y upwards: reach · (m - 127) / 127.
            Hidden units after their activation. Outputs: with two classes one unit, > 0 for the second class
            (cross-entropy 2p - 1, hinge the margin, squared error tanh); with three or more the probability of each
            class (cross-entropy) or its score; else the predicted value.
        reach: the largest size on the unit's map, and at least 1.
        dropped: units that dropout had switched off for the last example of the last update.
        gradients: size ‖∂L/∂W‖ of each layer's weight gradient over all training examples, without dropout.
        activations: share of (training example, unit) pairs of a layer by activation, in B equal bins of ±spread;
            the last layer's before squashing.
        spread: of each layer's bins: the largest size there, and at least 1.
    """

    epoch: Integer
    weights: Float32[np.ndarray, " E"]
    biases: Float32[np.ndarray, " U"]
    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: float
    confusion: Int32[np.ndarray, "2 K K"]
    maps: UInt8[np.ndarray, "U G G"]
    reach: Float32[np.ndarray, " U"]
    dropped: Bool[np.ndarray, " U"]
    gradients: Float32[np.ndarray, " L"]
    activations: Float32[np.ndarray, "L B"]
    spread: Float32[np.ndarray, " L"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns epoch by epoch; a frame of every epoch, or of every few.

    Returns:
        None; "few" when there are fewer than two examples; "diverged" when a number is no longer finite.
    """
    torch.manual_seed(config.seed)
    examples = load_examples(config)
    network = first_network(config, examples, config.hidden)
    look = Look(examples, config.inputs, network)
    count = len(examples.train_x)
    x, target = look.x[:, :, :count], look.target[:, :count]  # (1, I + 1, N), (K, N)
    optimizer = Optimizer(config.optimizer, network.parameters, network.is_weight)
    present = {name: float(getattr(config, name)) for name in CHANGEABLE}
    shuffler = torch.Generator().manual_seed(config.seed)
    board_for = cache(lambda batch_size: Board(network.sizes, batch_size))
    keep: list[Tensor] = []  # of dropout

    for epoch in range(config.epochs + 1):
        if epoch > 0:
            rate = torch.tensor([present["learning_rate"]])
            keep = learn(network, optimizer, board_for, x, target, rate, present, shuffler)
        for change in read_changes(config.changes):
            if change.epoch == epoch:
                make_change(network, present, change.name, change.value)
        if epoch % epochs_per_frame(config) == 0 or epoch == config.epochs:
            now = look.frame(epoch, keep)
            if now is None:
                return "diverged"
            yield Frame(**now)
            if count + len(examples.test_x) < 2:
                return "few"
    return None


def first_network(config: Any, examples: Examples, hidden: str) -> Network:
    """The network before training, with these hidden layers."""
    activations = activations_of(config.activations, hidden)
    loss = used_loss(config.loss, examples.classes)
    sizes = (len(config.inputs), *sizes_of(hidden), outputs_for(examples.classes))
    network = Network(sizes, activations, loss, config.batch_norm)
    for weight, inputs, outputs in zip(network.weights, sizes, sizes[1:]):
        weight[0] = first_layer(inputs, outputs, config.initialisation)
    return network


def make_change(network: Network, present: dict[str, float], name: str, value: float) -> None:
    """Sets a hyper-parameter, or a weight if the network has it."""
    place = place_of(name)
    if place is None:
        present[name] = value
    elif place[0] < len(network.weights) and place[1] < network.sizes[place[0] + 1]:
        layer, unit, source = place
        network.weights[layer][0, unit, source] = value


def epochs_per_frame(config: Config) -> int:
    """1, or as many as keep the recorded maps within bounds."""
    units = sum(sizes_of(config.hidden)) + 1
    most = min(1000, MAP_BYTES // (units * SIDE * SIDE))
    return -(-config.epochs // most)
