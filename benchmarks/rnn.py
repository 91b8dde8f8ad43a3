"""The recurrent lesson: how fast it learns, how soon it is seen, how large its film is."""

from __future__ import annotations

import gzip
from time import perf_counter
from typing import Any

import torch

from dlviz.data.texts import MOST, name_of, read, text_of
from dlviz.lessons.rnn import experiment, figures
from dlviz.plots.wire import message
from dlviz.recording import Tape
from dlviz.text import lesson_text


def long_text() -> str:
    """The name of a text as long as any that is read."""
    saying = text_of("@wood")
    return name_of(read((saying + " ") * (MOST // len(saying) + 1)))


def cases() -> dict[str, dict[str, Any]]:
    """Configs that are measured, by what they are called."""
    own = {"text": "own", "own": long_text()}
    return {
        "default": {},
        "brackets": {"task": "brackets"},
        "reverse": {"task": "reverse"},
        "wave": {"task": "series"},
        "20,000 characters, GRU": {**own, "split": "character"},
        "20,000 characters, 2 LSTM of 64": {
            **own, "split": "character", "cell": "lstm", "layers": 2, "hidden_size": 64,
        },
    }  # fmt: skip


def measure() -> list[tuple[str, float, str]]:
    """One run of each; one thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    text, rows = lesson_text("rnn", "ko"), []
    for name, chosen in cases().items():
        config = experiment.Config(**chosen)
        tape = Tape("", experiment, config)
        tape.advance(1, float("inf"))
        first = tape.seconds
        tape.advance(tape.length, float("inf"))
        recording = tape.recording()
        begun = perf_counter()
        films = figures.stage(recording, {}, text, picture="states")
        drawn = perf_counter() - begun
        rows += [
            (f"RNN, {name}: training, recorded", tape.seconds, "< 10 s"),
            (f"RNN, {name}: first frame", 1000 * first, "< 300 ms"),
            (f"RNN, {name}: memory of a recording", tape.nbytes() / 1e6, "< 40 MB"),
            (f"RNN, {name}: films, made", 1000 * drawn, "< 120 ms"),
            (f"RNN, {name}: films, zipped", len(gzip.compress(message({}, films))) / 1e6, "< 1.5 MB"),
            (f"RNN, {name}: right at the end", 100 * float(recording[-1].accuracy), ""),
        ]
    torch.set_num_threads(threads)
    return rows
