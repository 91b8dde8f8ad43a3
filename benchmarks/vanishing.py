"""The lesson on vanishing gradients: how soon the LSTM remembers what the RNN forgets."""

from __future__ import annotations

import gzip
from statistics import median

import torch

from dlviz.lessons.vanishing_gradient import experiment, figures
from dlviz.plots.wire import message
from dlviz.recording import Tape
from dlviz.text import lesson_text

LEARNT, LSTM = 0.95, 2


def seconds_until_learnt(config: experiment.Config) -> tuple[float, float, Tape]:
    """To the first frame, and to the first one in which the LSTM remembers; and the whole recording."""
    tape = Tape("", experiment, config)
    tape.advance(1, float("inf"))
    first, learnt = tape.seconds, float("inf")
    while not tape.done:
        tape.advance(len(tape) + 1, float("inf"))
        if tape.recording()[-1].accuracy[LSTM, config.delay - 1] >= LEARNT:
            learnt = min(learnt, tape.seconds)
    return first, learnt, tape


def measure() -> list[tuple[str, float, str]]:
    """Medians of three; one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    config, text = experiment.Config(), lesson_text("vanishing_gradient", "ko")
    seconds_until_learnt(config.changed(updates=20))  # warm
    runs = [seconds_until_learnt(config) for _ in range(3)]
    tape = runs[-1][2]
    recording = tape.recording()
    views = {name: options[0] for name, options in figures.views_of(config).items()}
    sent = len(gzip.compress(message({}, figures.stage(recording, {}, text, **views))))
    rnn, gru, lstm = (100 * recording[-1].accuracy[:, config.delay - 1]).tolist()
    torch.set_num_threads(threads)
    return [
        ("vanishing gradients: first frame", 1000 * median(run[0] for run in runs), "< 300 ms"),
        ("  LSTM at 95 %, all three recorded", median(run[1] for run in runs), "< 2 s"),
        ("  whole recording", median(run[2].seconds for run in runs), "< 10 s"),
        ("  accuracy of the RNN (chance 25 %)", rnn, "< 40 %"),
        ("  accuracy of the GRU", gru, ">= 95 %"),
        ("  accuracy of the LSTM", lstm, ">= 95 %"),
        ("  film, zipped", sent / 1e6, "< 1.5 MB"),
    ]
