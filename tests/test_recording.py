"""Truths of recordings: the same frames however they are asked for, shared, bounded, fair."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Annotated, Any, NamedTuple, cast

import numpy as np
import pytest
import torch
from pydantic import Field

from dlviz.config import Config as BaseConfig
from dlviz.library import Library, Turns
from dlviz.recording import Tape, record


class Config(BaseConfig):
    steps: Annotated[int, Field(ge=1, le=500)] = 40
    width: Annotated[int, Field(ge=1, le=100_000)] = 3
    stop: Annotated[int, Field(ge=0, le=500)] = 500

    def length(self) -> int:
        return self.steps


@dataclass(frozen=True)
class Frame:
    weights: np.ndarray
    drawn: float
    word: str


def run(config: Config) -> Iterator[Frame]:
    torch.manual_seed(config.seed)
    weights = torch.zeros(config.width)
    for step in range(config.steps):
        if step == config.stop:
            return "stopped"
        weights = weights + torch.randn(config.width)
        yield Frame(weights.numpy().copy(), float(np.random.rand()) + random.random(), f"step {step}")
    return None


EXPERIMENT: Any = SimpleNamespace(Config=Config, Frame=Frame, run=run)


def same(one: Any, other: Any) -> bool:
    words = one.track("word") == other.track("word")
    return words and all(np.array_equal(one.track(name), other.track(name)) for name in ("weights", "drawn"))


def test_a_tape_advanced_in_pieces_is_the_recording_made_at_once() -> None:
    whole = record(EXPERIMENT, Config())
    tape = Tape("t", EXPERIMENT, Config())
    for until in (1, 2, 17, 40):
        tape.advance(until, 10)
        torch.randn(5), np.random.rand(3), random.random()  # others draw in between
    assert tape.done
    assert same(tape.recording(), whole)


def test_a_run_leaves_the_random_streams_of_the_process_alone() -> None:
    torch.manual_seed(7)
    expected = torch.randn(2)
    torch.manual_seed(7)
    record(EXPERIMENT, Config())
    assert torch.equal(torch.randn(2), expected)


def test_many_learners_at_once_change_no_frame() -> None:
    library = Library(2**28)
    configs = [Config(seed=seed) for seed in range(12)]
    tapes = [library.tape(EXPERIMENT, config) for config in configs]
    threads = [threading.Thread(target=library.advance, args=(tape, 40, 60)) for tape in tapes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(same(t.recording(), record(EXPERIMENT, c)) for t, c in zip(tapes, configs, strict=True))


def test_a_recording_does_not_change_when_its_tape_grows() -> None:
    tape = Tape("t", EXPERIMENT, Config())
    tape.advance(10, 10)
    early = tape.recording()
    before = early.track("weights").copy()
    tape.advance(40, 10)
    assert len(early) == 10
    assert np.array_equal(early.track("weights"), before)
    assert np.array_equal(early[3].weights, early[:5][3].weights)


def test_the_end_of_a_run_says_why() -> None:
    recording = record(EXPERIMENT, Config(stop=5))
    assert (len(recording), recording.ended) == (5, "stopped")
    assert record(EXPERIMENT, Config()).ended is None


def test_an_empty_tape_has_no_recording() -> None:
    with pytest.raises(ValueError, match="no frame"):
        Tape("t", EXPERIMENT, Config()).recording()


def test_learners_of_one_config_share_one_tape() -> None:
    library = Library(2**20)
    tape = library.tape(EXPERIMENT, Config())
    assert library.tape(EXPERIMENT, Config()) is tape
    assert library.tape(EXPERIMENT, Config(seed=1)) is not tape


def test_training_again_is_a_new_tape_and_others_keep_theirs() -> None:
    library = Library(2**20)
    first = library.tape(EXPERIMENT, Config())
    library.advance(first, 40, 10)
    again = library.again(EXPERIMENT, Config(), first.name)
    assert again.name != first.name
    assert len(again) == 0
    assert len(first.recording()) == 40


def test_who_trains_again_joins_a_training_under_way() -> None:
    library = Library(2**20)
    old = library.tape(EXPERIMENT, Config())
    library.advance(old, 40, 10)
    young = library.again(EXPERIMENT, Config(), old.name)
    assert library.again(EXPERIMENT, Config(), old.name) is young
    library.advance(young, 40, 10)
    assert library.again(EXPERIMENT, Config(), old.name) is not young  # finished: watching it is no training


def test_the_least_recently_used_tapes_make_room() -> None:
    library = Library(3 * 500 * 4 * 1000)
    tapes = {}
    for seed in (0, 1, 0, 2, 3):
        tapes[seed] = library.tape(EXPERIMENT, Config(seed=seed, width=1000, steps=400))
        library.advance(tapes[seed], 5, 10)
    library.tape(EXPERIMENT, Config(seed=9))
    assert library.nbytes() <= library.budget
    assert library.tape(EXPERIMENT, Config(seed=3, width=1000, steps=400)) is tapes[3]
    assert library.tape(EXPERIMENT, Config(seed=1, width=1000, steps=400)) is not tapes[1]


def test_the_scene_counts_as_memory() -> None:
    class Scene(NamedTuple):
        grid: np.ndarray

    grid = np.zeros((100, 100), np.float32)
    drawn = SimpleNamespace(Frame=Frame, run=run, scene=lambda config: (Scene(grid), {"rows": [grid, "x"]}))
    bare, whole = Tape("", EXPERIMENT, Config()), Tape("", cast(Any, drawn), Config())
    for tape in (bare, whole):
        tape.advance(3, 10)
    assert 2 * grid.nbytes <= whole.nbytes() - bare.nbytes() < 2 * grid.nbytes + 1000


def test_a_tape_that_made_room_comes_back_as_it_was() -> None:
    library = Library(0)
    first = library.tape(EXPERIMENT, Config())
    library.advance(first, 40, 10)
    library.tape(EXPERIMENT, Config(seed=1))
    second = library.tape(EXPERIMENT, Config())
    library.advance(second, 40, 10)
    assert second is not first
    assert second.name == first.name
    assert same(first.recording(), second.recording())


def test_a_run_that_breaks_leaves_no_tape() -> None:
    def broken(config: Config) -> Iterator[Frame]:
        yield Frame(np.zeros(1), 0.0, "")
        raise RuntimeError("broken")

    experiment: Any = SimpleNamespace(Config=Config, Frame=Frame, run=broken)
    library = Library(2**20)
    tape = library.tape(experiment, Config())
    with pytest.raises(RuntimeError, match="broken"):
        library.advance(tape, 40, 10)
    assert library.tape(experiment, Config()) is not tape


def test_one_computes_at_a_time_in_the_order_of_asking_and_first_frames_go_first() -> None:
    turns, order, started = Turns(), [], monotonic()

    def ask(name: str, *, first: bool) -> None:
        with turns.turn(first=first):
            order.append(name)

    with turns.turn():
        threads = []
        for name, first in (("a", False), ("b", False), ("new", True), ("c", False)):
            threads.append(threading.Thread(target=ask, args=(name,), kwargs={"first": first}))
            threads[-1].start()
            while len(turns._waiting) < len(threads) and monotonic() - started < 10:
                sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == ["new", "a", "b", "c"]
