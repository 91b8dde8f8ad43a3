"""How the three cells look, and how far the gradient reaches: what several pictures share."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.vanishing_gradient.learning import CELLS
from dlviz.recording import Recording

COLORS = {"rnn": "--dl-series-1", "gru": "--dl-series-3", "lstm": "--dl-series-2"}
DASHES = {"rnn": "dot", "gru": "dash", "lstm": "solid"}
FAINTEST = -4.0  # decimal logarithm of what is drawn as nothing
HEARD = 0.01  # a share of the gradient that is less is lost


def gradients(recording: Recording, state: str) -> np.ndarray:
    """|∂L/∂h_t| over the steps of the recording, (N, C, T); of the LSTM |∂L/∂c_t| if what is carried is asked."""
    hidden = recording.track("hidden_gradient")
    if state == "hidden":
        return hidden
    return np.concatenate([hidden[:, :2], recording.track("cell_gradient")[:, None]], axis=1)


def shares(recording: Recording, state: str) -> np.ndarray:
    """The same as a share of that at the last step, (N, C, T)."""
    found = gradients(recording, state).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return found / found[..., -1:]


def horizons(shared: np.ndarray) -> np.ndarray:
    """How many steps back the share is still a hundredth, without a gap, (N, C)."""
    back = shared[..., ::-1]  # from the last step back
    reached = np.where(back >= HEARD, 1, 0).cumprod(axis=-1).sum(axis=-1) - 1
    return np.where(np.isfinite(back[..., 0]), reached, np.nan).astype(np.float32)


def factors(shared: np.ndarray) -> np.ndarray:
    """By what a step back multiplies the gradient, the geometric mean over the sequence, (N, C)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(np.log(shared[..., 0]) / (shared.shape[-1] - 1)).astype(np.float32)


def accuracy(recording: Recording) -> np.ndarray:
    """At the delay of the training, (N, C)."""
    found: np.ndarray = recording.track("accuracy")[:, :, recording.config.delay - 1]
    return found


def updates(config: Any) -> np.ndarray:
    """At which update each frame is, those that are still to come too."""
    return np.arange(config.length(), dtype=np.float32) * config.every()


def each(recording: Recording) -> list[tuple[int, str, str, str]]:
    """Number, name, colour and dash of the cells."""
    return [(k, name, COLORS[name], DASHES[name]) for k, name in enumerate(CELLS)]
