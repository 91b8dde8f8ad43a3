"""A recording: the frames that `run(config)` yields, kept as columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from time import monotonic, thread_time
from typing import Any, Protocol, overload

import numpy as np
import torch

from dlviz.config import Config


class Experiment(Protocol):
    """A module with a `Config`, a `Frame`, a `run`, and perhaps a `scene`."""

    @property
    def Config(self) -> type[Any]:
        """What can be chosen."""

    @property
    def Frame(self) -> type[Any]:
        """What is kept of a step."""

    @property
    def run(self) -> Callable[[Any], Iterator[Any]]:
        """Yields the frames of a config."""


class Recording(Sequence[Any]):
    """Immutable frames and the config that caused them.

    Attributes:
        config: the whole cause.
        scene: what stays the same over the steps, or None.
        ended: why the run ended before its length, a neutral id, or None.
    """

    def __init__(
        self, frame: type[Any], config: Config, scene: Any, columns: dict[str, Any], ended: str | None
    ) -> None:
        self._frame, self._columns = frame, columns
        self.config: Any = config
        self.scene, self.ended = scene, ended

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    @overload
    def __getitem__(self, step: int) -> Any: ...
    @overload
    def __getitem__(self, step: slice) -> Recording: ...
    def __getitem__(self, step: int | slice) -> Any:
        if isinstance(step, slice):
            columns = {name: column[step] for name, column in self._columns.items()}
            return Recording(self._frame, self.config, self.scene, columns, self.ended)
        return self._frame(**{name: column[step] for name, column in self._columns.items()})

    def track(self, name: str) -> np.ndarray:
        """One field over all steps, (T, ...), read-only and without a copy.

        Raises:
            KeyError: frames have no field of that name.
        """
        column: np.ndarray = self._columns[name]
        return column


class Tape:
    """A recording that grows: frames are made when somebody asks for them.

    Attributes:
        name: tells this tape from all others, also from an earlier one of the same config.
        length: frames at most.
        done: whether the run has ended.
        seconds: time spent on making the frames.
    """

    def __init__(self, name: str, experiment: Experiment, config: Config) -> None:
        self.name, self.config, self.length = name, config, config.length()
        self.done, self.ended, self.scene, self.seconds = False, None, None, 0.0
        self._experiment = experiment
        self._names = [field.name for field in fields(experiment.Frame)]
        self._columns: dict[str, Any] = {}
        self._count = 0
        self._frames: Generator[Any, None, str | None] | None = None
        self._random = _SEEDED

    def __len__(self) -> int:
        return self._count

    def recording(self) -> Recording:
        """What is recorded so far; it does not change when the tape grows.

        Raises:
            ValueError: nothing is recorded yet.
        """
        count = self._count  # rows below it are never written again
        if not count:
            raise ValueError("this tape has no frame yet: advance it first")
        columns = {name: column[:count] for name, column in self._columns.items()}
        return Recording(
            self._experiment.Frame, self.config, self.scene, columns, self.ended if self.done else None
        )

    def nbytes(self) -> int:
        """The memory that the columns and the scene hold, in bytes."""
        return _nbytes([*self._columns.values(), self.scene])

    def advance(self, until: int, seconds: float) -> None:
        """Makes frames until there are `until` or that many seconds are computed; the caller holds the turn."""
        begun, late = thread_time(), monotonic() + 4 * seconds  # other threads take their share of the time
        with self._own_random():
            if self._frames is None:
                self.scene = (
                    self._experiment.scene(self.config) if hasattr(self._experiment, "scene") else None
                )
                self._frames = self._experiment.run(self.config)  # type: ignore[assignment]
            frames: Any = self._frames
            while not self.done and self._count < until:
                try:
                    self._append(next(frames))
                except StopIteration as stop:
                    self.done, self.ended, self._frames = True, stop.value, None
                if self._count >= self.length:
                    self.done, self._frames = True, None
                if thread_time() - begun > seconds or monotonic() > late:
                    break
        self.seconds += thread_time() - begun

    def _append(self, frame: Any) -> None:
        for name in self._names:
            value = getattr(frame, name)
            if name not in self._columns:
                self._columns[name] = _column(value, self.length)
            column = self._columns[name]
            if isinstance(column, np.ndarray):
                column[self._count] = value
            else:
                column.append(value)
        self._count += 1

    @contextmanager
    def _own_random(self) -> Iterator[None]:
        """Lends this tape the random streams: torch, numpy and Python have ONE each per process."""
        process = _random_state()
        _set_random_state(self._random)
        try:
            yield
        finally:
            self._random = _random_state()
            _set_random_state(process)


def _random_state() -> tuple[Any, ...]:
    return torch.get_rng_state(), np.random.get_state(), random.getstate()


def _set_random_state(state: tuple[Any, ...]) -> None:
    torch.set_rng_state(state[0])
    np.random.set_state(state[1])
    random.setstate(state[2])


def _seeded() -> tuple[Any, ...]:
    before = _random_state()
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    seeded = _random_state()
    _set_random_state(before)
    return seeded


_SEEDED = _seeded()


def _column(value: Any, length: int) -> Any:
    """An empty column for values of this shape and kind: (length, ...), or a list for what is no number."""
    array = np.asarray(value)
    return [] if array.dtype.kind in "OUS" else np.empty((length, *array.shape), array.dtype)


def _nbytes(held: Any) -> int:
    """The memory of arrays and tensors, of what holds them, and roughly of all else."""
    if is_dataclass(held):
        return sum(_nbytes(getattr(held, part.name)) for part in fields(held))
    if isinstance(held, (list, tuple)):
        return sum(map(_nbytes, held))
    if isinstance(held, dict):
        return sum(map(_nbytes, held.values()))
    return int(getattr(held, "nbytes", 64))


def record(experiment: Experiment, config: Config) -> Recording:
    """Runs a config to its end, here and now, alone: neither shared nor kept."""
    tape = Tape("", experiment, config)
    tape.advance(tape.length, float("inf"))
    return tape.recording()
