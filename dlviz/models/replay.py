"""One training that several recordings look at: its moments are made when somebody asks for them, and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Moment = TypeVar("Moment")
MOST = 3


class Replay(Generic[Moment]):
    """The moments of one training, made when somebody asks for them and kept."""

    def __init__(self, source: Iterator[Moment]) -> None:
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
            yield self._moments[at]
            at += 1


class Replays(Generic[Moment]):
    """The last few trainings, by their cause."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Replay[Moment]] = OrderedDict()

    def of(self, cause: Hashable, learn: Callable[[], Iterator[Moment]]) -> Replay[Moment]:
        """The training of a cause; `learn` begins it if there is none."""
        if cause not in self._kept:
            self._kept[cause] = Replay(learn())
        self._kept.move_to_end(cause)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return self._kept[cause]

    def held(self, cause: Hashable) -> int:
        """How many moments of a cause are made already."""
        return len(self._kept[cause]) if cause in self._kept else 0

    def forget(self, cause: Hashable) -> None:
        """Lets the next one who asks train anew."""
        self._kept.pop(cause, None)

    def clear(self) -> None:
        """Forgets all."""
        self._kept.clear()
