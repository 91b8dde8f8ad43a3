"""An RNN, a GRU and an LSTM learn side by side to remember, and show how much of the gradient reaches the past."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float32, Int32, UInt8
from pydantic import Field

from dlviz.config import Config as BaseConfig
from dlviz.lessons.vanishing_gradient.learning import CELLS, Learner, look
from dlviz.lessons.vanishing_gradient.starts import KEEP, ForgetBias, rows_of
from dlviz.lessons.vanishing_gradient.tasks import LEAD, TaskName, examples
from dlviz.models.cells import Weights

LONGEST = 100  # delay at which memory is tested
TESTED = 128  # sequences
FRAMES = 50  # after the start, at most
ASIDE = 10_000  # from the seed of the weights to that of the sequences


class Config(BaseConfig):
    """Three networks and how they learn.

    Attributes:
        task: recall a symbol shown once, or add two marked numbers.
        delay: steps between what is to be remembered and the answer.
        fillers: something without meaning comes during the delay.
        forget_bias: of the LSTM's forget gate and the GRU's update gate at the start.
        hidden_size: numbers in a hidden state.
        radius: spectral radius of the RNN's W_h at the start.
        orthogonal: whether the RNN's W_h starts as a turn.
        activation: of the RNN.
        clipping: whether gradients longer than the threshold are shortened to it, each network's on its own.
    """

    task: TaskName = "recall"
    delay: Annotated[int, Field(ge=5, le=100)] = 50
    fillers: bool = True
    forget_bias: ForgetBias = "chrono"
    hidden_size: Annotated[int, Field(ge=2, le=64, json_schema_extra={"scale": "log"})] = 16
    radius: Annotated[float, Field(ge=0.1, le=1.3)] = 0.6
    orthogonal: bool = False
    activation: Literal["tanh", "relu", "linear"] = "tanh"
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: Annotated[float, Field(ge=1e-4, le=1, json_schema_extra={"scale": "log"})] = 0.015
    clipping: bool = True
    threshold: Annotated[float, Field(ge=0.01, le=10, json_schema_extra={"scale": "log"})] = 1.0
    batch_size: Annotated[int, Field(ge=8, le=128, json_schema_extra={"scale": "log"})] = 64
    updates: Annotated[int, Field(ge=20, le=600)] = 120

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Sums need more updates than symbols."""
        return {"updates": 500 if chosen.get("task") == "adding" else 120}

    def every(self) -> int:
        """Updates from one frame to the next."""
        return -(-self.updates // FRAMES)

    def length(self) -> int:
        """The start, and a frame every few updates."""
        return 1 + self.updates // self.every()

    def steps(self) -> int:
        """T, the length of a sequence in training."""
        return LEAD[self.task] + self.delay


@dataclass(frozen=True)
class Frame:
    """The three networks after some updates. C cells: RNN, GRU, LSTM; T steps of a sequence, H units, P delays.

    What belongs to a network that has diverged is NaN, or 0 where it is a byte.

    Attributes:
        update: how many are made.
        loss: of the sequences of the next update.
        accuracy: share of right answers after each delay from 1 on, of new sequences; trained was one delay alone.
        hidden_gradient: how the loss of a sequence changes with h after each step: |∂L/∂h_t|, the mean over the
            sequences of the next update.
        cell_gradient: the same of the LSTM's c.
        norm: length of the gradient of all weights, before it is clipped.
        radius: spectral radius of the W_h that makes what is new.
        state: what hands the past on while one test sequence is read, tanh c of the LSTM and h of the others; 0 to
            254 for -reach to reach.
        reach: the largest size there.
        gates: there, G = update, reset of the GRU, forget, input, output of the LSTM; 0 to 254 for 0 to 1.
        answer: what each network answers there: the symbol, or the sum.
        diverged: the update at which a network diverged, or -1.
    """

    update: int | np.integer
    loss: Float32[np.ndarray, " C"]
    accuracy: Float32[np.ndarray, "C P"]
    hidden_gradient: Float32[np.ndarray, "C T"]
    cell_gradient: Float32[np.ndarray, " T"]
    norm: Float32[np.ndarray, " C"]
    radius: Float32[np.ndarray, " C"]
    state: UInt8[np.ndarray, "C T H"]
    reach: Float32[np.ndarray, " C"]
    gates: UInt8[np.ndarray, "G T H"]
    answer: Float32[np.ndarray, " C"]
    diverged: Int32[np.ndarray, " C"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """All three networks learn from the same sequences, one update each in turn.

    Returns:
        None, or "diverged" when not one of the networks has finite numbers.
    """
    torch.manual_seed(config.seed)
    random = torch.Generator().manual_seed(config.seed + ASIDE)  # what is read does not hang on what is built
    test = examples(config.task, TESTED, LONGEST, random, fillers=config.fillers)
    learners = [Learner(config, kind) for kind in CELLS]
    for update in range(config.updates + 1):
        X, y = examples(config.task, config.batch_size, config.delay, random, fillers=config.fillers)
        for learner in learners:
            learner.differentiate(X, y, update)
        if update % config.every() == 0:
            yield Frame(update, **look(learners, config, *test))
        if all(learner.diverged >= 0 for learner in learners):
            return "diverged"
        for learner in learners:
            learner.step()
    return None


@dataclass(frozen=True)
class Scene:
    """The sequence that is looked at. T steps, D numbers at each, H units.

    Attributes:
        sequence: what is read.
        truth: the symbol or the sum.
        kept: the bias of the gate that keeps at the start, of the GRU and of the LSTM.
    """

    sequence: Float32[np.ndarray, "T D"]
    truth: float
    kept: Float32[np.ndarray, "2 H"]


def scene(config: Config) -> Scene:
    """The first test sequence, as long as those of the training."""
    random = torch.Generator().manual_seed(config.seed + ASIDE)
    X, y = examples(config.task, TESTED, LONGEST, random, fillers=config.fillers)
    kept = []
    for kind, gate in KEEP.items():
        cell = Learner(config, kind).cell
        kept.append(Weights.of(cell).b_xh.detach()[rows_of(kind, cell, gate)].numpy())
    return Scene(X[0, : config.steps()].numpy(), float(y[0]), np.stack(kept))
