"""One network of the three: it reads, is differentiated through time, and takes a step."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlviz.lessons.vanishing_gradient.starts import set_forget_bias, set_radius, spectral_radius
from dlviz.lessons.vanishing_gradient.tasks import LEAD, SIZES, loss_of, right
from dlviz.lessons.vanishing_gradient.through_time import back_through_time, of_weights
from dlviz.models.cells import KINDS, CellName, Weights, inside, unroll

CELLS: tuple[CellName, ...] = ("rnn", "gru", "lstm")
LEVELS = 254  # of what is looked at
LOOKED = {"rnn": (), "gru": ("update", "reset"), "lstm": ("forget", "input", "output")}  # gates, by cell
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "linear": torch.positive}
SLOPES: dict[str, Callable[[Tensor], Tensor]] = {  # of an activation, from what it gave
    "tanh": lambda h: 1 - h * h,
    "relu": lambda h: (h > 0).to(h.dtype),
    "linear": torch.ones_like,
}


class Learner:
    """A cell, a layer that answers from its last hidden state, and their optimiser.

    Attributes:
        loss: of the sequences that were read last.
        slopes: how it hangs on all that happened while they were read.
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
        self.activation, self.slope = ACTIVATIONS[config.activation], SLOPES[config.activation]
        self.threshold = config.threshold if config.clipping else math.inf
        self.diverged = -1

    def states(self, X: Tensor) -> Tensor:
        """h after every step of sequences, steps first: (T, B, D) -> (T, B, H)."""
        if self.kind == "rnn" and self.activation is not torch.tanh:
            # torch's own cells know no straight line
            steps = unroll("rnn", X.unbind(), Weights.of(self.cell), activation=self.activation)
            return torch.stack([step.hidden for step in steps])
        hidden: Tensor = self.cell(X)[0]
        return hidden

    def differentiate(self, X: Tensor, y: Tensor, update: int) -> None:
        """Back-propagation through time: how the loss of sequences, (B, T, D), hangs on every state on the way."""
        if self.diverged >= 0:
            return
        X, weights = X.transpose(0, 1), Weights.of(self.cell)  # steps first
        with torch.no_grad():
            steps = inside(self.kind, X, self.states(X), weights)
        last = steps.hidden[-1].requires_grad_()
        loss = loss_of(self.head(last), y)
        self.optimizer.zero_grad()
        loss.backward()  # as far as the last state; from there on it is written out
        self.slopes = back_through_time(self.kind, steps, weights.W_hh, gradient_of(last), self.slope)
        for name, found in vars(of_weights(self.slopes, X, steps.hidden)).items():
            getattr(weights, name).grad = found
        self.loss = loss.item()
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


def lengths(gradients: Tensor) -> np.ndarray:
    """The mean length of the gradients that B sequences have at each of T states, (T, B, H) -> (T,)."""
    # the loss is a mean over B, so that a sequence's own gradient is B times what is found
    own = gradients.double() * gradients.shape[1]
    return own.norm(dim=2).mean(dim=1).float().numpy()


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
    lead, length = LEAD[config.task], config.steps()
    X = X.transpose(0, 1)
    states = learner.states(X)  # (T', B, H)
    answers = learner.head(states)  # (T', B, K)
    steps = inside(learner.kind, X[:length, :1], states[:length, :1], Weights.of(learner.cell))
    last = answers[length - 1, 0]  # to the first sequence, after the delay of the training
    well = 1.0 if learner.diverged < 0 else math.nan
    numbers = {
        "loss": learner.loss,
        "norm": learner.norm,
        "radius": spectral_radius(learner.kind, learner.cell),
        "answer": last.argmax().item() if len(last) > 1 else last.item(),
        "hidden_gradient": lengths(learner.slopes.hidden),
        "cell_gradient": lengths(learner.slopes.cell),
        "accuracy": right(answers[lead:], y).float().mean(dim=1).numpy(),  # (P,)
    }
    carried = (steps.cell.tanh() if learner.kind == "lstm" else steps.hidden)[:, 0]  # (T, H)
    reach = max(carried.abs().max().item(), 1e-6)
    gates = [steps.gates[name][:, 0] for name in LOOKED[learner.kind]]
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
