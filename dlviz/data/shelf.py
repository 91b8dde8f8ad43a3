"""A shelf for what learners bring: kept by this process under a digest, within a budget of memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from dlviz.data.refusal import Refusal


class Kept(Protocol):
    """What can lie on a shelf."""

    def nbytes(self) -> int:
        """The memory that it holds, in bytes."""


Thing = TypeVar("Thing", bound=Kept)


class Shelf(Generic[Thing]):
    """Things by their digests; each stays for as long as anybody holds it, and then until newer ones need the room.

    Args:
        budget: bytes of things that are kept though nobody looks at them.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._lock = threading.Lock()
        self._all: WeakValueDictionary[str, Thing] = WeakValueDictionary()  # everything that somebody holds
        self._recent: OrderedDict[int, Thing] = OrderedDict()  # what is held here

    def keep(self, digest: str, thing: Thing) -> Thing:
        """Puts a thing there; the answer is the one that lay there before if there was one."""
        with self._lock:
            kept = self._all.setdefault(digest, thing)
            self._use(kept)
            return kept

    def find(self, digest: str) -> Thing | None:
        """The thing of a digest, if it is there."""
        with self._lock:
            thing = self._all.get(digest)
            if thing is not None:
                self._use(thing)
            return thing

    def take(self, digest: str, reason: str) -> Thing:
        """The thing of a digest.

        Raises:
            Refusal: `reason`: this process does not have it.
        """
        thing = self.find(digest)
        if thing is None:
            raise Refusal(reason, 0, digest)
        return thing

    def _use(self, thing: Thing) -> None:
        """Marks a thing as the last one used, and lets go of those for which there is no room."""
        self._recent[id(thing)] = thing
        self._recent.move_to_end(id(thing))
        while len(self._recent) > 1 and sum(kept.nbytes() for kept in self._recent.values()) > self.budget:
            self._recent.popitem(last=False)
