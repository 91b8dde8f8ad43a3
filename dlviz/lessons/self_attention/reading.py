"""What a recording says of heads and tokens, in numbers that pictures and words share."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.plots.attention import HIGHEST
from dlviz.plots.mosaic import NOTHING
from dlviz.recording import Recording
from dlviz.text import Text

PLAIN = 0.5  # share of its attention from which on a head is called after a role
LIFT = 1.6  # and how many times the share of one that looks everywhere alike
EVERYWHERE = 0.9  # spread from which on a head looks everywhere alike


def units_of(config: Any) -> tuple[str, ...]:
    """The heads by layer and number, "2.1", the last layer first."""
    if config.task == "hand":
        return ("1.1",)
    return tuple(f"{l}.{h}" for l in range(config.layers, 0, -1) for h in range(1, int(config.heads) + 1))  # noqa: E741


def head_of(unit: str) -> tuple[int, int]:
    """Layer and head, counted from 0."""
    layer, head = unit.split(".")
    return int(layer) - 1, int(head) - 1


def levels(recording: Recording, layer: int, head: int) -> np.ndarray:
    """The weights of a head as levels, (T, R, C) uint8; nothing where the mask forbids to look."""
    weights = recording.track("weights")[:, layer, head]
    codes = np.rint(HIGHEST * weights).astype(np.uint8)
    return np.where(recording.scene.allowed, codes, np.uint8(NOTHING))


def doings(recording: Recording, text: Text) -> list[list[str]]:
    """What each head does at each step in words, measured from its weights, H lists of T."""
    shares, base, spread = (recording.track(name) for name in ("shares", "base", "spread"))
    roles = recording.scene.roles
    if not roles:
        return [[""] * len(recording)]
    lift = shares / np.maximum(base[:, None], 1e-6)  # (T, H, R)
    # of several that are true the one that says most: share · log(share / base)
    best = np.where(shares >= PLAIN, shares * np.log(np.maximum(lift, 1e-6)), -np.inf).argmax(-1)  # (T, H)
    every = []
    for head in range(shares.shape[1]):
        own = []
        for step in range(len(recording)):
            role = int(best[step, head])
            share = float(shares[step, head, role])
            if share >= PLAIN and lift[step, head, role] >= LIFT:
                told = text(f"role.{roles[role]}", share=f"{100 * share:.0f}")
                own.append(f"<b>{told}</b>")
            else:
                own.append(text("role.spread" if spread[step, head] > EVERYWHERE else "role.mixed"))
        every.append(own)
    return every


def answered(recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """The answer at each token and its probability, (T, n) each."""
    probabilities = recording.track("probabilities")
    return probabilities.argmax(-1), probabilities.max(-1)
