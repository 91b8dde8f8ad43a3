"""One network of the three: it reads, is differentiated through time, and takes a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlviz.lessons.vanishing_gradient.starts import set_forget_bias, set_radius, spectral_radius
from dlviz.lessons.vanishing_gradient.tasks import LEAD, SIZES, loss_of, right
from dlviz.models.cells import KINDS, CellName, Step, Weights, unroll

CELLS: tuple[CellName, ...] = ("rnn", "gru", "lstm")
LEVELS = 254  # of what is looked at
LOOKED = {"rnn": (), "gru": ("update", "reset"), "lstm": ("forget", "input", "output")}  # gates, by cell
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "linear": torch.positive}


class Learner:
    """A cell, a layer that answers from its last hidden state, and their optimiser.

    Attributes:
        loss: of the sequences that were read last.
        hidden_gradient, cell_gradient: the mean of |∂L/∂h_t| over them, and of |∂L/∂c_t|, (T,).
        norm: the length of the gradient of all weights.
        diverged: at which update there were no finite numbers any more, or -1.
    """

    def __init__(self, config: Any, kind: CellName) -> None:
        torch.manual_seed(config.seed)
        inputs, outputs = SIZES[config.task]
        self.kind, self.cell = kind, KINDS[kind](inputs, config.hidden_size)
        self.head = nn.Linear(config.hidden_size, outputs)
        if kind == "rnn":
            set_radius(self.cell, config.radius, orthogonal=config.orthogonal)
        else:
            set_forget_bias(kind, self.cell, config.forget_bias, config.delay)
        self.weights = [*self.cell.parameters(), *self.head.parameters()]
        self.optimizer = new_optimizer(config, self.weights)
        self.activation = ACTIVATIONS[config.activation]
        self.threshold = config.threshold if config.clipping else math.inf
        self.diverged = -1

    def read(self, X: Tensor) -> list[Step]:
        """What happens at every step of sequences, (B, T, D)."""
        return unroll(self.kind, X.unbind(1), Weights.of(self.cell), activation=self.activation)

    def differentiate(self, X: Tensor, y: Tensor, update: int) -> None:
        """Back-propagation through time: how the loss of sequences, (B, T, D), hangs on every state on the way."""
        if self.diverged >= 0:
            return
        steps = self.read(X)
        for step in steps:
            step.hidden.retain_grad()
            step.cell.retain_grad()
        loss = loss_of(self.head(steps[-1].hidden), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.loss = loss.item()
        self.hidden_gradient = lengths([step.hidden for step in steps])
        self.cell_gradient = lengths([step.cell for step in steps])
        gradients = torch.cat([gradient_of(weight).flatten() for weight in self.weights])
        self.norm = gradients.double().norm().item()
        if not math.isfinite(self.loss + self.norm):
            self.diverged = update

    def step(self) -> None:
        """One update; a gradient longer than the threshold is shortened to it first."""
        if self.diverged >= 0:
            return
        if self.norm > self.threshold:
            for weight in self.weights:
                # g ← g · threshold / |g|      Pascanu, Mikolov and Bengio, 2013
                gradient_of(weight).mul_(self.threshold / self.norm)
        self.optimizer.step()


def new_optimizer(config: Any, weights: Sequence[Tensor]) -> torch.optim.Optimizer:
    """Adam, or plain gradient descent."""
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, config.learning_rate, fused=True)
    return torch.optim.SGD(weights, config.learning_rate)


def gradient_of(tensor: Tensor) -> Tensor:
    """What the last backward pass has left there."""
    assert tensor.grad is not None
    return tensor.grad


def lengths(states: Sequence[Tensor]) -> np.ndarray:
    """The mean length of the gradients that B sequences have at each of T states, (T,)."""
    # the loss is a mean over B, so that a sequence's own gradient is B times what is found
    gradients = torch.stack([gradient_of(state) for state in states]).double() * len(states[0])  # (T, B, H)
    return gradients.norm(dim=2).mean(dim=1).float().numpy()


@torch.inference_mode()
def look(learners: Sequence[Learner], config: Any, X: Tensor, y: Tensor) -> dict[str, np.ndarray]:
    """How well they remember new sequences, and what goes on inside while they read the first; see `Frame`."""
    seen = [look_at(learner, config, X, y) for learner in learners]
    frame = {name: np.stack([part[name] for part in seen]) for name in seen[0] if name != "gates"}
    lstm = seen[[learner.kind for learner in learners].index("lstm")]
    frame["cell_gradient"] = lstm["cell_gradient"]
    return {**frame, "gates": np.concatenate([part["gates"] for part in seen])}


def look_at(learner: Learner, config: Any, X: Tensor, y: Tensor) -> dict[str, np.ndarray]:
    """The same of one of them; NaN for what is not there any more."""
    steps, lead, length = learner.read(X), LEAD[config.task], config.steps()
    answers = learner.head(torch.stack([step.hidden for step in steps]))  # (T', B, K)
    last = answers[length - 1, 0]  # to the first sequence, after the delay of the training
    well = 1.0 if learner.diverged < 0 else math.nan
    numbers = {
        "loss": learner.loss,
        "norm": learner.norm,
        "radius": spectral_radius(learner.kind, learner.cell),
        "answer": last.argmax().item() if len(last) > 1 else last.item(),
        "hidden_gradient": learner.hidden_gradient,
        "cell_gradient": learner.cell_gradient,
        "accuracy": right(answers[lead:], y).float().mean(dim=1).numpy(),  # (P,)
    }
    carried = torch.stack(
        [step.cell[0].tanh() if learner.kind == "lstm" else step.hidden[0] for step in steps[:length]]
    )  # (T, H)
    reach = max(carried.abs().max().item(), 1e-6)
    gates = [torch.stack([step.gates[name][0] for step in steps[:length]]) for name in LOOKED[learner.kind]]
    return {
        **{name: np.asarray(value * well, np.float32) for name, value in numbers.items()},
        "state": leveled(carried, -reach, reach),
        "reach": np.asarray(reach * well, np.float32),
        "gates": leveled(torch.stack(gates), 0, 1) if gates else np.empty((0, *carried.shape), np.uint8),
        "diverged": np.asarray(learner.diverged, np.int32),
    }


def leveled(values: Tensor, low: float, high: float) -> np.ndarray:
    """Numbers as 255 steps between two bounds; what is no number is the lowest."""
    share = ((values.nan_to_num() - low) / (high - low)).clamp(0, 1)
    return share.mul(LEVELS).round().to(torch.uint8).numpy()
