"""What the recorded networks wrote, as tokens and as lines to read."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.data.texts import joined
from dlviz.lessons.seq2seq.decoding import NOTHING
from dlviz.lessons.seq2seq.examples import load_examples
from dlviz.lessons.seq2seq.tasks import split_by, tokens_of

SPARE = 2  # rows that are shown beyond what is meant: the end, and one too many


def longest(config: Any) -> int:
    """Tokens of a target with its end, at most."""
    return load_examples(config.task, config.pairs, config.split_by).longest


def rows_of(recording: Any) -> int:
    """How many target tokens are shown: as many as are meant and two more, or all that there may be."""
    most = recording.track("written").shape[1]
    return min(most, len(recording.scene.truth) + SPARE) if recording.scene.truth else int(most)


def names(recording: Any, numbers: np.ndarray) -> list[list[str]]:
    """The tokens of numbers (T, R), those of each row over the steps; nothing where there is none."""
    known = np.array([*recording.scene.targets, ""], object)
    return [known[row].tolist() for row in numbers.T]


def read(recording: Any, numbers: np.ndarray) -> str:
    """A sequence of numbers (O,) as a line, without its end."""
    config = recording.config
    known = recording.scene.targets
    return joined([known[k] for k in numbers.tolist() if k > 0], split_by(config.task, config.split_by))


def tidied(config: Any, target: str) -> str:
    """A target as the network would write it."""
    by = split_by(config.task, config.split_by)
    return joined(tokens_of(target, by), by)


def meant(recording: Any) -> np.ndarray | None:
    """The numbers that would be right, with the end, (O,); None where no rule tells it, or no vocabulary."""
    scene = recording.scene
    if not scene.truth or not set(scene.truth) <= set(scene.targets):
        return None
    most = recording.track("written").shape[1]
    found = np.full(most, NOTHING)
    known = [*(scene.targets.index(token) for token in scene.truth), 0][:most]
    found[: len(known)] = known
    return found


def is_right(recording: Any, field: str) -> np.ndarray:
    """At which steps a field holds what is meant, (T,); never where no rule tells."""
    truth, written = meant(recording), recording.track(field)
    if truth is None:
        return np.zeros(len(written), bool)
    right: np.ndarray = (written == truth).all(axis=1)
    return right
