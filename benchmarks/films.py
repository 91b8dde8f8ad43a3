"""The film of the default config: how large, how soon built; against the same pictures as Plotly's frames."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.plotly_frames import VIEW, films, framed
from dlviz.lessons.gradient_descent import experiment, figures
from dlviz.plots.page import page
from dlviz.plots.wire import message
from dlviz.recording import record
from dlviz.text import lesson_text

REPETITIONS = 15
BASELINE_REPETITIONS = 3
MEGABYTE = 1e6


def seconds(work: Callable[[], Any], repetitions: int) -> float:
    """The median of some runs after one that warms up."""
    work()
    times = []
    for _ in range(repetitions):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return median(times)


def zipped(data: bytes) -> float:
    """Megabytes after gzip."""
    return len(gzip.compress(data, 6)) / MEGABYTE


def measure() -> list[tuple[str, float, str]]:
    """Sizes and medians of times."""
    recording = record(experiment, experiment.Config())
    text = lesson_text("gradient_descent", "en")
    build = seconds(lambda: message({}, figures.stage(recording, {}, text, **VIEW)), REPETITIONS)
    data = message({}, films())
    pictures = [film for film in films() if film.figure is not None]
    plotly = seconds(lambda: [framed(film).to_json() for film in pictures], BASELINE_REPETITIONS)
    frames = "".join(framed(film).to_json() for film in pictures).encode()
    return [
        ("film of the default config, to build and pack", 1000 * build, "< 100 ms"),
        ("its size gzipped", zipped(data), "< 1.5 MB"),
        ("its size as it is", len(data) / MEGABYTE, "MB"),
        (
            "its page that plays from disk, player and Plotly included",
            len(page(films()).encode()) / MEGABYTE,
            "MB",
        ),
        ("the same as Plotly's frames, to build and pack", 1000 * plotly, "ms"),
        ("its size gzipped as Plotly's frames", zipped(frames), "MB"),
        ("its size as it is as Plotly's frames", len(frames) / MEGABYTE, "MB"),
    ]
