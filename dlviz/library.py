"""The library: tapes shared by all sessions, bounded in memory, advanced in fair turns."""

from __future__ import annotations

import ctypes
import heapq
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from time import monotonic

from dlviz.config import Config
from dlviz.recording import Experiment, Tape

TURN = 0.06  # seconds of computing in one turn
FIRST_TURN = 0.01  # of a tape that has nothing to show yet


@dataclass(order=True)
class _Ticket:
    late: bool
    number: int
    called: threading.Event = field(compare=False, default_factory=threading.Event)


class Turns:
    """One computes at a time, in the order of asking; who has nothing to show yet goes first.

    Small networks live under Python's interpreter lock: two threads that train are slower than one, and unfair.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._numbers = count()
        self._busy = False

    @contextmanager
    def turn(self, *, first: bool = False) -> Iterator[None]:
        """Waits for its turn and holds it."""
        ticket = _Ticket(not first, next(self._numbers))
        with self._lock:
            if self._busy:
                heapq.heappush(self._waiting, ticket)
            else:
                self._busy = True
                ticket.called.set()
        ticket.called.wait()
        try:
            yield
        finally:
            with self._lock:
                self._busy = bool(self._waiting)
                if self._waiting:
                    heapq.heappop(self._waiting).called.set()


class Library:
    """Tapes by experiment and config: thirty learners on one config train it once.

    Args:
        budget: bytes that recordings may hold together; the least recently used tapes go first.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._tapes: OrderedDict[str, Tape] = OrderedDict()
        self._trainings: dict[str, int] = {}  # how often a config was trained again
        self._lock = threading.Lock()
        self._turns = Turns()

    def tape(self, experiment: Experiment, config: Config) -> Tape:
        """The present tape of a config; a new one, still empty, if there is none."""
        key = _key(experiment, config)
        with self._lock:
            tape = self._tapes.get(key)
            if tape is None:
                tape = Tape(f"{key}.{self._trainings.get(key, 0)}", experiment, config)
                self._tapes[key] = tape
            self._tapes.move_to_end(key)
            self._make_room(key)
        return tape

    def again(self, experiment: Experiment, config: Config, held: str) -> Tape:
        """A tape that is truly being trained, for a learner who holds the tape named `held`.

        If somebody else has begun a new one since and it still trains, the learner joins it. An experiment that
        keeps trainings of its own has a function `forget(config)`.
        """
        key = _key(experiment, config)
        with self._lock:
            present = self._tapes.get(key)
            if present is None or present.name == held or present.done:
                self._trainings[key] = self._trainings.get(key, 0) + 1
                self._tapes.pop(key, None)
                getattr(experiment, "forget", lambda config: None)(config)
        return self.tape(experiment, config)

    def advance(self, tape: Tape, until: int, seconds: float) -> None:
        """Makes frames of a tape until it has `until` of them or `seconds` of computing are used up.

        Waiting for others does not count as computing; it ends the work after four times `seconds`.
        """
        begun, used = monotonic(), tape.seconds
        while (
            not tape.done
            and len(tape) < until
            and tape.seconds - used < seconds
            and monotonic() - begun < 4 * seconds
        ):
            first = len(tape) == 0
            with self._turns.turn(first=first):
                try:
                    tape.advance(until, FIRST_TURN if first else TURN)
                except BaseException:
                    self._drop(tape)  # a run that broke is no recording
                    raise
                if tape.done:
                    _give_back()

    def nbytes(self) -> int:
        """What all recordings hold together, in bytes."""
        return sum(tape.nbytes() for tape in self._tapes.values())

    def _drop(self, tape: Tape) -> None:
        with self._lock:
            for key in [key for key, kept in self._tapes.items() if kept is tape]:
                del self._tapes[key]

    def _make_room(self, keep: str) -> None:
        for key in list(self._tapes):
            if self.nbytes() <= self.budget:
                return
            if key != keep:
                del self._tapes[key]


def _give_back() -> None:
    """Returns what a training no longer needs to the system: glibc keeps freed memory for itself."""
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", lambda pad: None)(0)  # musl has none


def _key(experiment: Experiment, config: Config) -> str:
    cause = f"{experiment.run.__module__}:{config.model_dump_json()}"
    return blake2b(cause.encode(), digest_size=8).hexdigest()


SHARE = 0.75  # of DLVIZ_CACHE_MB; the rest is for trainings that several recordings look at
LIBRARY = Library(
    int(SHARE * float(os.environ.get("DLVIZ_CACHE_MB", "256")) * 2**20)
)  # held by a module: no visitor can clear it
