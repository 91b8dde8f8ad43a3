"""Learning rate by width: 25 networks learn the same examples at once, as ONE stack of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from dlviz.lessons.mlp_playground import experiment
from dlviz.lessons.mlp_playground.datasets import Examples, lattice, load_examples, seen
from dlviz.lessons.mlp_playground.experiment import CHANGEABLE, Integer, first_network
from dlviz.lessons.mlp_playground.layers import activations_of, sizes_of
from dlviz.lessons.mlp_playground.looks import explained
from dlviz.lessons.mlp_playground.losses import answer, losses_of, outputs_for, targets_for, used_loss
from dlviz.lessons.mlp_playground.network import Board, Network
from dlviz.lessons.mlp_playground.optimizers import Optimizer
from dlviz.lessons.mlp_playground.training import learn

RATES = (0.001, 0.01, 0.1, 1.0, 10.0)
WIDTHS = (1, 2, 4, 6, 8)
NETWORKS = len(RATES) * len(WIDTHS)
SIDE = 32  # places along one side of a small decision surface
EPOCHS = 120  # at most
EVERY = 2  # epochs between two frames
LEARNING, CONVERGED, EXPLODED = range(3)
ENOUGH, EXPLAINED = 0.95, 0.9  # accuracy, or R², from which on a network has converged
TOO_MUCH = 10.0  # times the first loss is an explosion
ABSENT = 255  # on the map of a network without numbers


class Config(experiment.Config):
    """A network of the playground: `hidden` says how many layers (one at least), the first 120 epochs are trained;
    its learning rate and its changes do not matter."""

    def length(self) -> int:
        """The start and a frame every other epoch."""
        return 1 + -(-min(self.epochs, EPOCHS) // EVERY)


@dataclass(frozen=True)
class Frame:
    """All networks after an epoch; R learning rates, W widths, K outputs, G places a side.

    Attributes:
        epoch: how many passes over the training examples were made.
        maps: what each output says at every place, as in `experiment.Frame.maps`, but of a reach of 1: larger
            numbers are cut off; 255 where the network has no numbers any more.
        loss, test_loss, accuracy, test_accuracy: as in `experiment.Frame`; NaN likewise.
        state: 0 still learning, or stuck; 1 converged: an accuracy of 0.95 or an R² of 0.9 on the training
            examples; 2 exploded: no numbers any more, or ten times its first loss.
    """

    epoch: Integer
    maps: UInt8[np.ndarray, "R W K G G"]
    loss: Float32[np.ndarray, "R W"]
    test_loss: Float32[np.ndarray, "R W"]
    accuracy: Float32[np.ndarray, "R W"]
    test_accuracy: Float32[np.ndarray, "R W"]
    state: UInt8[np.ndarray, "R W"]


@dataclass(frozen=True)
class Scene:
    """Which networks there are.

    Attributes:
        rates, widths: of the rows and of the columns.
        x, y: the grid of the maps.
    """

    rates: Float32[np.ndarray, " R"]
    widths: tuple[int, ...]
    x: Float32[np.ndarray, " G"]
    y: Float32[np.ndarray, " G"]


def scene(config: Config) -> Scene:
    """The axes."""
    line = lattice(load_examples(config).extent, SIDE)[:SIDE, 0].numpy()
    return Scene(np.array(RATES, np.float32), WIDTHS, line, line)


def run(config: Config) -> Iterator[Frame]:
    """All networks learn the same batches; a narrow one is a wide one of which some weights stay 0."""
    torch.manual_seed(config.seed)
    examples = load_examples(config)
    network = first_networks(config, examples)
    rate = torch.empty_like(network.parameters)
    for view in network.views(rate):
        view.copy_(torch.tensor(RATES).repeat_interleave(len(WIDTHS))[:, None, None])
    optimizer = Optimizer(config.optimizer, network.parameters, network.is_weight)
    present = {name: float(getattr(config, name)) for name in CHANGEABLE}
    shuffler = torch.Generator().manual_seed(config.seed)
    board_for = cache(lambda examples: Board(network.sizes, examples, NETWORKS))
    look = Look(examples, config, network)
    x, target = look.x[:, :, : look.train], look.target[:, : look.train]  # (S, I + 1, N), (K, N)

    epochs = min(config.epochs, EPOCHS)
    for epoch in range(epochs + 1):
        if epoch > 0:
            learn(network, optimizer, board_for, x, target, rate, present, shuffler)
        if epoch % EVERY == 0 or epoch == epochs:
            yield look.frame(epoch)


def layers_of(config: Config, width: int) -> str:
    """As many hidden layers as the config has, at least one, all of a width."""
    return "-".join([str(width)] * max(len(sizes_of(config.hidden)), 1))


def single(config: Config, row: int, column: int) -> experiment.Config:
    """The config of one cell, to be trained alone."""
    cell = {"learning_rate": RATES[row], "hidden": layers_of(config, WIDTHS[column]), "changes": ""}
    return experiment.Config(**config.model_dump() | cell)


def first_networks(config: Config, examples: Examples) -> Network:
    """The networks before training, row by row; those of a width begin alike."""
    widest = layers_of(config, max(WIDTHS))
    sizes = (len(config.inputs), *sizes_of(widest), outputs_for(examples.classes))
    activations, loss = activations_of(config.activations, widest), used_loss(config.loss, examples.classes)
    stack = Network(sizes, activations, loss, config.batch_norm, NETWORKS)
    exists = Network(sizes, activations, loss, config.batch_norm, NETWORKS)
    for column, width in enumerate(WIDTHS):
        torch.manual_seed(config.seed)
        one = first_network(config, examples, layers_of(config, width))
        own = slice(column, None, len(WIDTHS))  # the networks of this width
        for wide, there, weight in zip(stack.weights, exists.weights, one.weights):
            units, inputs = weight.shape[1], weight.shape[2] - 1
            wide[own, :units, :inputs], wide[own, :units, -1] = weight[:, :, :-1], weight[:, :, -1]
            there[own, :units, :inputs], there[own, :units, -1] = 1, 1
        for gamma, beta in zip(exists.gamma, exists.beta):
            gamma[own, width:], beta[own, :width] = 0, 1
    stack.exists = exists.parameters
    return stack


class Look:
    """Looks at all networks at once; attributes as of `looks.Look`, for S networks."""

    def __init__(self, examples: Examples, config: Config, network: Network) -> None:
        self.network, self.classes = network, examples.classes
        self.train, self.tested = len(examples.train_x), len(examples.train_x) + len(examples.test_x)
        places = torch.cat([examples.train_x, examples.test_x, lattice(examples.extent, SIDE)])
        self.x = seen(places, config.inputs).expand(NETWORKS, -1, -1).contiguous()
        self.truth = torch.cat([examples.train_target, examples.test_target])
        self.target = targets_for(network.loss, self.truth, examples.classes)
        self.board = Board(network.sizes, len(places), NETWORKS)
        self.first_loss: Tensor | None = None

    @torch.inference_mode()
    def frame(self, epoch: int) -> Frame:
        """What is seen after an epoch."""
        loss_name, train = self.network.loss, self.train
        z = self.network.forward(self.board, self.x)  # (S, K, N + M + G²)
        said, plane = z[:, :, : self.tested], answer(loss_name, z[:, :, self.tested :])
        each = losses_of(loss_name, said, self.target)  # (S, N + M)
        right = self.right(said)  # (S, 2)
        loss, test_loss = each[:, :train].mean(dim=1), each[:, train:].mean(dim=1)
        weights = torch.cat([weight.flatten(1) for weight in self.network.weights], dim=1)  # (S, P / S)
        sound = torch.cat([weights, z.flatten(1)], dim=1).isfinite().all(dim=1)  # (S,)
        for numbers in (loss, test_loss, right):
            numbers[~sound] = torch.nan
        maps = plane.nan_to_num().clamp(-1, 1).mul_(127).add_(127.5).to(torch.uint8)  # (S, K, G²)
        maps[~sound] = ABSENT
        if self.first_loss is None:
            self.first_loss = loss
        exploded = ~(loss <= TOO_MUCH * self.first_loss)
        converged = right[:, 0] >= (ENOUGH if self.classes else EXPLAINED)
        state = torch.where(exploded, EXPLODED, torch.where(converged, CONVERGED, LEARNING))
        grid = (len(RATES), len(WIDTHS))
        return Frame(
            epoch=epoch,
            maps=maps.view(*grid, -1, SIDE, SIDE).numpy(),
            loss=loss.view(grid).numpy(),
            test_loss=test_loss.view(grid).numpy(),
            accuracy=right[:, 0].view(grid).numpy(),
            test_accuracy=right[:, 1].view(grid).numpy(),
            state=state.to(torch.uint8).view(grid).numpy(),
        )

    def right(self, z: Tensor) -> Tensor:
        """Share of right answers, or R², of the training and the test examples, (S, 2)."""
        parts = (slice(self.train), slice(self.train, None))
        if not self.classes:
            return torch.tensor([[explained(one[0, p], self.truth[p]) for p in parts] for one in z])
        answers = z[:, 0] > 0 if self.classes == 2 else z.argmax(dim=1)
        hits = (answers == self.truth).float()  # (S, N + M)
        return torch.stack([hits[:, p].mean(dim=1) for p in parts], dim=1)
