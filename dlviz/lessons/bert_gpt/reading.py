"""What a recording says of heads and tokens, in numbers and names that pictures share."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.asking import END, SIGNS
from dlviz.plots import tokens
from dlviz.plots.attention import HIGHEST
from dlviz.recording import Recording

MEAN = "mean"  # of all heads of the last layer
COLORS = ("--dl-series-2", "--dl-series-1", "--dl-series-3")  # of BERT, GPT and the third


def units_of(config: Any) -> tuple[str, ...]:
    """The heads by layer and number, "2.1", after the mean of those of the last layer."""
    every = [
        f"{layer}.{head}" for layer in range(1, config.layers + 1) for head in range(1, int(config.heads) + 1)
    ]
    return (MEAN, *every)


def levels(recording: Recording, which: str, unit: str) -> np.ndarray:
    """The weights of one head as levels, (T, R, C) uint8; the mean over the last layer where that is chosen."""
    maps, heads = recording.track(which), int(recording.config.heads)
    if unit == MEAN:
        return np.rint(maps[:, -heads:].mean(axis=1)).astype(np.uint8)
    layer, head = (int(part) - 1 for part in unit.split("."))
    return maps[:, min(layer * heads + head, maps.shape[1] - 1)]


def share(level: float) -> str:
    """A level of attention in percent."""
    return f"{100 * level / HIGHEST:.0f}"


def plain(token: str, kind: str, longest: float = 12) -> str:
    """A token as it is read: one that goes on with a word begins with a hyphen."""
    if token in SIGNS or kind == "character":
        return tokens.shown(token, longest)
    goes_on = kind == "bpe" and not token.startswith(" ") and token[:1].isalnum()
    return tokens.shown(("-" if goes_on else "") + token.strip(), longest)


def named(recording: Recording, longest: float = 12) -> np.ndarray:
    """All tokens as they are read, (V,) of texts."""
    kind = "word" if recording.config.task == "numerals" else recording.config.tokens
    return np.array([plain(token, kind, longest) for token in recording.scene.tokens], object)


def sentence(recording: Recording, numbers: np.ndarray, longest: float = np.inf) -> str:
    """Tokens as a text to read, without what is no text; cut where it is longer, in letters."""
    known = recording.scene.tokens
    text = "".join(known[k] for k in numbers.tolist() if k > END)
    return tokens.shown(text.strip(), longest)


def blank_of(recording: Recording, view: str) -> int:
    """Which blank is chosen, counted from 0."""
    return min(int(view), len(recording.scene.blanks)) - 1
