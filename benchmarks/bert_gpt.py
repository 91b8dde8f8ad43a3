"""The lesson on BERT and GPT: how soon both have learnt the default text, and how well."""

from __future__ import annotations

import gzip
import math
from statistics import median
from typing import Any

import torch

from dlviz.lessons.bert_gpt import experiment, figures, stored
from dlviz.lessons.bert_gpt.corpus import read
from dlviz.plots.wire import message
from dlviz.recording import Tape
from dlviz.text import lesson_text


def trained(config: Any) -> tuple[float, Tape]:
    """Seconds to the first frame, and the whole recording, trained anew."""
    stored.KEPT.clear()
    tape = Tape("", experiment, config)
    tape.advance(1, float("inf"))
    first = tape.seconds
    tape.advance(tape.length, float("inf"))
    return first, tape


def zipped(tape: Tape) -> float:
    """The films of a recording, in megabytes."""
    views = {name: options[0] for name, options in figures.views_of(tape.config).items()}
    films = figures.stage(tape.recording(), {}, lesson_text("bert_gpt", "ko"), **views)
    return len(gzip.compress(message({}, films))) / 1e6


def measure() -> list[tuple[str, float, str]]:
    """One thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    trained(experiment.Config(updates=20))  # warm
    firsts = []
    for _ in range(3):
        read.cache_clear()  # the text is split anew
        firsts.append(trained(experiment.Config(updates=20))[0])
    whole = trained(experiment.Config())[1]
    last = whole.recording()[-1]
    numerals, hunger = (trained(experiment.Config(task=task))[1] for task in ("numerals", "hunger"))
    replayed = Tape("", experiment, experiment.Config(**stored.LONG))
    replayed.advance(replayed.length, float("inf"))
    torch.set_num_threads(threads)
    best = hunger.recording().track("loss")[:, :, 1].min(axis=0)
    right = numerals.recording()[-1].right
    return [
        ("BERT and GPT: first frame, text split anew", 1000 * median(firsts), "< 300 ms"),
        ("  whole recording", whole.seconds, "< 10 s"),
        ("  BERT's test perplexity", math.exp(last.loss[0, 1]), ""),
        ("  GPT's test perplexity", math.exp(last.loss[1, 1]), ""),
        ("  film, zipped", zipped(whole), "< 1.5 MB"),
        ("  the long run, replayed", replayed.seconds, "< 1 s"),
        ("  numerals: whole recording", numerals.seconds, "< 10 s"),
        ("  exact, encoder and decoder", 100 * float(right[2]), ">= 80 %"),
        ("  hunger: whole recording", hunger.seconds, "< 10 s"),
        ("  transformer's test perplexity, a sixteenth", math.exp(best[0]), ""),
        ("  and all of the text", math.exp(best[len(best) // 2 - 1]), ""),
        ("  LSTM's, all of the text", math.exp(best[-1]), ""),
    ]
