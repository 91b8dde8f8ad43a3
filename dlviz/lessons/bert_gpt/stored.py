"""The long run as it was recorded once: the weights of its moments, so that nobody waits for them.

Whoever asks for a training gets one. The file is made by `python -m tools.long_run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.training import Moment, moments, parameters
from dlviz.models.replay import Replay, Replays

ASKED = ("sentence", "prompt", "numeral", "temperature", "top_k", "top_p")  # on which no training depends
FOLDER = Path(__file__).parents[3] / "assets" / "recordings"
KEPT: Replays[Moment] = Replays()
WISHED: set[Any] = set()  # causes of which somebody wants to see a training
READ: set[Any] = set()  # causes whose moments are read from a file


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on."""
    return tuple((name, value) for name, value in vars(config).items() if name not in ASKED)


def file_of(config: Any) -> Path | None:
    """The file that holds a config's moments, if there is one."""
    file = FOLDER / f"bert_gpt.{config.corpus}.npz"
    usual = type(config)(task="text", corpus=config.corpus, **LONG) if config.corpus != "own" else None
    stored = usual is not None and cause_of(config) == cause_of(usual)
    return file if stored and file.exists() else None


LONG: dict[str, Any] = {"layers": 2, "learning_rate": 0.005, "batch_size": 32, "updates": 2000}


def recorded(config: Any) -> list[Moment] | None:
    """The stored moments of a config; None where it must be trained."""
    file = file_of(config)
    if file is None:
        return None
    with np.load(file, allow_pickle=False) as stored:
        columns = {name: stored[name] for name in stored.files}
    if columns["weights"].shape[1:] != (2, parameters(config)):
        return None  # recorded with other tokens
    made = []
    for k in range(len(columns["update"])):
        row = {field.name: columns[field.name][k] for field in fields(Moment)}
        whole = {"update": int(row["update"]), "weights": tuple(row["weights"]), "looks": float(row["looks"])}
        made.append(Moment(**{**row, **whole}))
    return made


def replay(config: Any, learn: Any = moments) -> Replay[Moment]:
    """One training for all that is asked of it: recorded, or made now."""
    cause = cause_of(config)

    def begin() -> Iterator[Moment]:
        wished = cause in WISHED
        WISHED.discard(cause)
        known = None if wished else recorded(config)
        (READ.add if known else READ.discard)(cause)
        return iter(known) if known else learn(config)

    return KEPT.of(cause, begin)


def forget(config: Any) -> None:
    """Lets the next recording of a config train, even if one is stored."""
    KEPT.forget(cause_of(config))
    if file_of(config):
        WISHED.add(cause_of(config))


def kept(config: Any) -> int:
    """How many moments of a config are replayed, not trained."""
    cause = cause_of(config)
    held = KEPT.held(cause)
    read = cause in READ if held else cause not in WISHED and file_of(config)
    return config.length() if read else held
