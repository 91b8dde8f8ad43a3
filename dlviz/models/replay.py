"""One training that several recordings look at: its moments are made when somebody asks for them, and kept."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar

Moment = TypeVar("Moment")
SHARE = 0.25  # of DLVIZ_CACHE_MB, for the moments of all trainings together


class Replay(Generic[Moment]):
    """The moments of one training, made when somebody asks for them and kept.

    Attributes:
        nbytes: what the moments hold so far.
    """

    def __init__(self, source: Iterator[Moment]) -> None:
        self.nbytes = 0
        self._moments: list[Moment] = []
        self._source = source
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._moments)

    def __iter__(self) -> Iterator[Moment]:
        at = 0
        while True:
            with self._lock:
                if at == len(self._moments):
                    fresh = next(self._source, None)
                    if fresh is None:
                        return
                    self._moments.append(fresh)
                    self.nbytes += _nbytes(fresh)
            yield self._moments[at]
            at += 1


class Room:
    """Where all replays of this process are: within a budget, the least recently used ones go first.

    Args:
        budget: bytes that they may hold together; who still reads one that went keeps it until its end.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.kept: OrderedDict[tuple[int, Hashable], Replay[Any]] = OrderedDict()
        self.lock = threading.Lock()

    def spare(self) -> None:
        """Lets go of what does not fit; the one used last always stays. The caller holds the lock."""
        while len(self.kept) > 1 and sum(replay.nbytes for replay in self.kept.values()) > self.budget:
            self.kept.popitem(last=False)


class Replays(Generic[Moment]):
    """The trainings of one lesson, by their cause."""

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or ROOM

    def of(self, cause: Hashable, learn: Callable[[], Iterator[Moment]]) -> Replay[Moment]:
        """The training of a cause; `learn` begins it if there is none."""
        room, key = self._room, (id(self), cause)
        with room.lock:
            if key not in room.kept:
                room.kept[key] = Replay(learn())
            room.kept.move_to_end(key)
            room.spare()
            return room.kept[key]

    def held(self, cause: Hashable) -> int:
        """How many moments of a cause are made already."""
        with self._room.lock:
            return len(self._room.kept.get((id(self), cause), ()))

    def forget(self, cause: Hashable) -> None:
        """Lets the next one who asks train anew."""
        with self._room.lock:
            self._room.kept.pop((id(self), cause), None)

    def clear(self) -> None:
        """Forgets all trainings of this lesson."""
        with self._room.lock:
            for key in [key for key in self._room.kept if key[0] == id(self)]:
                del self._room.kept[key]


def _nbytes(moment: Any) -> int:
    """The memory of the arrays of a moment, and roughly of all else."""
    if is_dataclass(moment):
        return sum(_nbytes(getattr(moment, part.name)) for part in fields(moment))
    if isinstance(moment, (list, tuple)):
        return sum(map(_nbytes, moment))
    return int(getattr(moment, "nbytes", 64))


ROOM = Room(int(SHARE * float(os.environ.get("DLVIZ_CACHE_MB", "256")) * 2**20))
