"""Truths about trainings that several recordings look at: made once, forgotten on demand, bounded together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dlviz.models.replay import Replays, Room


@dataclass(frozen=True)
class Moment:
    number: int
    weights: np.ndarray


def training(begun: list[str], name: str, count: int = 4) -> Iterator[Moment]:
    """Moments of a kilobyte each; tells that it has begun."""
    begun.append(name)
    for number in range(count):
        yield Moment(number, np.full(256, number, np.float32))


def test_two_who_look_at_one_training_train_it_once() -> None:
    begun: list[str] = []
    replays: Replays[Moment] = Replays(Room(10**6))
    first = iter(replays.of("a", lambda: training(begun, "a")))
    second = iter(replays.of("a", lambda: training(begun, "a")))
    assert [next(first).number, next(second).number, next(second).number] == [0, 0, 1]
    assert [moment.number for moment in first] == [1, 2, 3]
    assert begun == ["a"]
    assert replays.held("a") == 4


def test_a_forgotten_training_begins_anew() -> None:
    begun: list[str] = []
    replays: Replays[Moment] = Replays(Room(10**6))
    list(replays.of("a", lambda: training(begun, "a")))
    replays.forget("a")
    assert replays.held("a") == 0
    list(replays.of("a", lambda: training(begun, "a")))
    assert begun == ["a", "a"]


def test_all_lessons_share_one_budget_and_the_least_recently_used_training_goes_first() -> None:
    begun: list[str] = []
    room = Room(10 * 1024)  # two trainings and a half
    one, other = Replays[Moment](room), Replays[Moment](room)
    list(one.of("a", lambda: training(begun, "a")))
    list(other.of("b", lambda: training(begun, "b")))
    one.of("a", lambda: training(begun, "a"))  # used again
    list(other.of("c", lambda: training(begun, "c")))
    other.of("c", lambda: training(begun, "c"))
    assert (one.held("a"), other.held("b"), other.held("c")) == (4, 0, 4)
    assert begun == ["a", "b", "c"]


def test_who_reads_a_training_that_had_to_go_reads_it_to_its_end() -> None:
    begun: list[str] = []
    replays: Replays[Moment] = Replays(Room(0))
    reader = iter(replays.of("a", lambda: training(begun, "a")))
    next(reader)
    list(replays.of("b", lambda: training(begun, "b")))
    assert replays.held("a") == 0
    assert [moment.number for moment in reader] == [1, 2, 3]
