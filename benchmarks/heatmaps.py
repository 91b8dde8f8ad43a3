"""The lesson on heat maps: how long each method takes on one picture, and its recording."""

from __future__ import annotations

import gzip
from statistics import median
from time import perf_counter

import torch

from dlviz.data.examples import examples_of
from dlviz.lessons.heatmaps import experiment, figures, training
from dlviz.lessons.heatmaps.experiment import OTHERS, answers
from dlviz.lessons.heatmaps.methods import METHODS, Question, explain
from dlviz.lessons.heatmaps.pieces import baseline_of
from dlviz.lessons.heatmaps.subject import subject
from dlviz.models.training import blank_network, load_weights
from dlviz.plots.wire import message
from dlviz.recording import Tape
from dlviz.text import lesson_text

ROUNDS = 7


def question(config: experiment.Config) -> Question:
    """Why does the trained network answer so?"""
    examples = examples_of(config)
    network = blank_network(config, examples)
    load_weights(network, [*training.replay(config)][-1].weights)
    X = subject(config).X[:1]
    target = network(X).argmax(dim=1)
    others = examples.train_images[:OTHERS]
    return Question(network, X, target, baseline_of(X, config.baseline), config.blocks - 1, others)


def measure() -> list[tuple[str, float, str]]:
    """Medians of the usual config's picture, 32x32 in colour. One thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    config = experiment.Config()
    asked = question(config)
    explain(asked, "lime")  # Captum is loaded
    times: dict[str, list[float]] = {name: [] for name in (*METHODS, "all")}
    for _ in range(ROUNDS):
        begun = perf_counter()
        for name, _ in answers(asked, 0):
            ended = perf_counter()
            times[name].append(ended - begun)
            begun = ended
        times["all"].append(sum(times[name][-1] for name in METHODS))
    slowest = max(METHODS, key=lambda name: median(times[name]))
    training.KEPT.clear()
    tape = Tape("", experiment, config)
    tape.advance(1, float("inf"))
    first = tape.seconds
    tape.advance(tape.length, float("inf"))
    views = {name: options[0] for name, options in figures.views_of(config).items()}
    sent = message({}, figures.stage(tape.recording(), {}, lesson_text("heatmaps", "ko"), **views))
    torch.set_num_threads(threads)
    return [
        ("heat maps of one picture, all methods", median(times["all"]), "< 1.5 s"),
        ("  Grad-CAM", 1000 * median(times["grad_cam"]), "< 20 ms"),
        ("  Occlusion, windows in one pass", 1000 * median(times["occlusion"]), "< 100 ms"),
        (f"  the slowest: {slowest}", 1000 * median(times[slowest]), ""),
        ("heat maps: training, recorded", tape.seconds, "< 10 s"),
        ("heat maps: first frame", 1000 * first, "< 300 ms"),
        ("heat maps: film, zipped", len(gzip.compress(sent)) / 1e6, "< 1.5 MB"),
    ]
