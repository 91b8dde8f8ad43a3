"""The CNN lesson: how fast it learns, and its kind of training against plain JavaScript under node.

The network compared is that of ConvNetJS' MNIST demo, the same on both sides: 24x24 pictures, 5x5x8 and 5x5x16 filters,
pooling by 2 and by 3, ten classes, batches of 20, gradient descent with momentum.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path
from statistics import median
from time import perf_counter

import torch
from torch import nn

from dlviz.data.examples import load_examples
from dlviz.lessons.cnn import experiment, figures, training
from dlviz.models.training import learn, new_network
from dlviz.plots.wire import message
from dlviz.recording import Tape
from dlviz.text import lesson_text

SIDE, BATCH, EXAMPLES, ROUNDS = 24, 20, 400, 5


def torch_seconds() -> float:
    """The median time for one example of torch's training of that network."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3),
        nn.Flatten(), nn.Linear(16 * 16, 10),
    )  # fmt: skip
    optimizer = torch.optim.SGD(network.parameters(), 0.01, momentum=0.9)
    X, y = torch.rand(BATCH, 1, SIDE, SIDE), torch.arange(BATCH) % 10
    times = []
    for _ in range(ROUNDS + 1):
        begun = perf_counter()
        for _ in range(EXAMPLES // BATCH):
            loss = nn.functional.cross_entropy(network(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        times.append((perf_counter() - begun) / EXAMPLES)
    return median(times[1:])


def script_seconds() -> float | None:
    """The same of cnn.js; None without node."""
    node = shutil.which("node")
    if node is None:
        return None
    command = [node, str(Path(__file__).with_suffix(".js")), str(EXAMPLES // 2), str(SIDE)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def training_seconds(config: experiment.Config) -> float:
    """The training alone, without looking at it."""
    examples = load_examples(config.data)
    begun = perf_counter()
    for _ in learn(config, new_network(config, examples), examples):
        pass
    return perf_counter() - begun


def measure() -> list[tuple[str, float, str]]:
    """Medians; ours and theirs take turns. One thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    pairs = [(torch_seconds(), script_seconds()) for _ in range(3)]
    ours, theirs = median(pair[0] for pair in pairs), [pair[1] for pair in pairs if pair[1] is not None]
    rows: list[tuple[str, float, str]] = [("CNN 24x24, an example of training in torch", 1000 * ours, "ms")]
    if theirs:
        rows.append(("  plain JavaScript under node", 1000 * median(theirs), "ms"))
        rows.append(("  torch against plain JavaScript", median(theirs) / ours, ">= 20 times"))

    text = lesson_text("cnn", "ko")
    for name, config, least in (
        ("digits", experiment.Config(), ">= 97 %"),
        ("shapes", experiment.Config(data="shapes"), ">= 88 %"),
    ):
        alone = median(training_seconds(config) for _ in range(3))
        training.KEPT.clear()
        tape = Tape("", experiment, config)
        tape.advance(1, float("inf"))
        first = tape.seconds
        tape.advance(tape.length, float("inf"))
        recording = tape.recording()
        views = {name: options[0] for name, options in figures.views_of(config).items()}
        sent = len(gzip.compress(message({}, figures.stage(recording, {}, text, **views))))
        rows += [
            (f"CNN, {name}: training alone", alone, "< 3 s"),
            (f"CNN, {name}: training, recorded", tape.seconds, "< 10 s"),
            (f"CNN, {name}: first frame", 1000 * first, "< 300 ms"),
            (f"CNN, {name}: test accuracy", 100 * float(recording[-1].test_accuracy[0]), least),
            (f"CNN, {name}: memory of a recording", tape.nbytes() / 1e6, "< 15 MB"),
            (f"CNN, {name}: film, zipped", sent / 1e6, "< 1.5 MB"),
        ]
        begun = perf_counter()
        for _ in experiment.run(config.changed(example=11)):
            pass
        rows.append((f"CNN, {name}: another picture, whole recording", perf_counter() - begun, "< 0.5 s"))
    torch.set_num_threads(threads)
    return rows
