"""Recordings beside the one that is played: pictures need them whole, and show them as soon as there is something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlviz.library import LIBRARY
from dlviz.recording import Experiment, Recording, Tape

ANSWER = 0.12  # seconds of computing for one request
FIRST_ANSWER = 0.6  # for what has nothing to show yet

Beside = Callable[[Any], Mapping[str, tuple[Experiment, Any]]]


class Others:
    """The recordings beside that of one config.

    Args:
        needed: experiment and config by name. An experiment whose first frames show nothing has a function
            `least(config)`: how many frames there must be until something is seen; the others are needed whole.
    """

    def __init__(self, needed: Mapping[str, tuple[Experiment, Any]]) -> None:
        self._tapes = {
            name: LIBRARY.tape(experiment, config) for name, (experiment, config) in needed.items()
        }
        self._least: dict[str, int] = {
            name: experiment.least(config)
            for name, (experiment, config) in needed.items()
            if hasattr(experiment, "least")
        }

    @property
    def working(self) -> bool:
        """Whether any is still being made."""
        return any(not tape.done for tape in self._tapes.values())

    @property
    def lacking(self) -> bool:
        """Whether any shows nothing yet though it soon would."""
        return bool(self._lacking())

    def recordings(self) -> dict[str, Recording]:
        """What there is of them so far, by name."""
        return {name: tape.recording() for name, tape in self._tapes.items() if len(tape)}

    def begin(self, seconds: float) -> None:
        """Computes for a moment what shows nothing yet though it soon would, until it does."""
        for name, tape in self._lacking().items():
            LIBRARY.advance(tape, self._least[name], seconds)

    def advance(self) -> None:
        """Computes for one request."""
        lacking = self._lacking()
        for name, tape in self._tapes.items():
            if name not in lacking:
                LIBRARY.advance(tape, tape.length, ANSWER if len(tape) else FIRST_ANSWER)
        self.begin(FIRST_ANSWER)

    def _lacking(self) -> dict[str, Tape]:
        return {
            name: self._tapes[name] for name, least in self._least.items() if len(self._tapes[name]) < least
        }
