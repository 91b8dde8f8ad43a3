"""The playground's tick against plain JavaScript under node, and its sweep against 25 runs in turn.

A tick is an epoch, the losses on training and test examples, and the maps of all units. The work is that of TensorFlow
Playground: circle, 250 examples to learn from, batches of 10, squared error with tanh, maps of 100 x 100 as it draws
them; the lesson's frame (gradients, distributions, confusion, bytes) is included on our side only. The rows with maps
of 50 x 50, as the lesson records them, are told too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path
from statistics import median
from time import perf_counter

import torch

from dlviz.lessons.mlp_playground import experiment, sweep
from dlviz.lessons.mlp_playground.datasets import load_examples
from dlviz.lessons.mlp_playground.experiment import first_network
from dlviz.lessons.mlp_playground.looks import Look
from dlviz.lessons.mlp_playground.network import Board
from dlviz.lessons.mlp_playground.optimizers import Optimizer
from dlviz.lessons.mlp_playground.training import learn
from dlviz.recording import Tape

REPETITIONS, TICKS = 15, 60  # short turns: a neighbour on the same core slows both, not one
NETWORKS = {"2-4-2-1": "4-2", "6 x 8": "8-8-8-8-8-8"}


def config_of(hidden: str) -> experiment.Config:
    """The Playground's default, with these hidden layers."""
    return experiment.Config(hidden=hidden, examples=500, train_share=0.5, loss="squared", batch_size=10)


def tick_seconds(hidden: str, side: int) -> float:
    """The median tick of the lesson's code, as `run` writes it, with maps of another size."""
    config = config_of(hidden)
    torch.manual_seed(config.seed)
    examples = load_examples(config)
    network = first_network(config, examples, hidden)
    look = Look(examples, config.inputs, network, side)
    x, target = look.x[:, :, : look.train], look.target[:, : look.train]
    optimizer, rate = Optimizer(config.optimizer, network.parameters, network.is_weight), torch.tensor([0.03])
    present = {"batch_size": config.batch_size, "dropout": 0.0, "weight_decay": 0.0, "l1": 0.0}
    board_for, shuffler = cache(partial(Board, network.sizes)), torch.Generator().manual_seed(config.seed)
    seconds = []
    for epoch in range(TICKS):
        begun = perf_counter()
        keep = learn(network, optimizer, board_for, x, target, rate, present, shuffler)
        look.frame(epoch, keep)
        seconds.append(perf_counter() - begun)
    return median(seconds[TICKS // 4 :])


def script_seconds(hidden: str, side: int) -> tuple[float, float] | None:
    """The median tick of playground.js on the same examples, plain and with flat arrays; None without node."""
    node = shutil.which("node")
    if node is None:
        return None
    examples = load_examples(config_of(hidden))
    rows = {
        name: [[*place, 2 * label - 1] for place, label in zip(x.tolist(), target.tolist())]
        for name, x, target in (
            ("train", examples.train_x, examples.train_target),
            ("test", examples.test_x, examples.test_target),
        )
    }
    text = json.dumps({"sizes": [2, *map(int, hidden.split("-")), 1], **rows})
    command = [node, str(Path(__file__).with_suffix(".js")), str(side), str(TICKS)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    plain, flat = map(float, done.stdout.split())
    return plain, flat


def sweep_seconds(config: sweep.Config) -> tuple[float, float]:
    """The whole sweep, and its networks one after the other, each at the full width."""
    begun = perf_counter()
    for _ in sweep.run(config):
        pass
    together = perf_counter() - begun
    widest = len(sweep.WIDTHS) - 1
    begun = perf_counter()
    for row in range(len(sweep.RATES)):
        for _ in sweep.WIDTHS:
            for _ in experiment.run(sweep.single(config, row, widest)):
                pass
    return together, perf_counter() - begun


def measure() -> list[tuple[str, float, str]]:
    """Medians; ours and theirs take turns. One thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows: list[tuple[str, float, str]] = []
    for side, targets in ((100, (">= 2 times", ">= 8 times")), (50, ("times", "times"))):
        for (name, hidden), target in zip(NETWORKS.items(), targets):
            pairs = [(tick_seconds(hidden, side), script_seconds(hidden, side)) for _ in range(REPETITIONS)]
            ours = median(pair[0] for pair in pairs)
            rows.append((f"playground tick, {name}, maps {side} x {side}", 1000 * ours, "ms"))
            theirs = [pair[1] for pair in pairs if pair[1] is not None]
            if theirs:
                plain, flat = (median(times) for times in zip(*theirs))
                ratio = median(pair[1][0] / pair[0] for pair in pairs if pair[1] is not None)
                rows.append(("  plain JavaScript under node", 1000 * plain, "ms"))
                rows.append(("  JavaScript with flat typed arrays", 1000 * flat, "ms"))
                rows.append(("  the lesson against plain JavaScript", ratio, target))

    turns = [sweep_seconds(sweep.Config(hidden=NETWORKS["6 x 8"], epochs=30)) for _ in range(3)]
    together = median(pair[0] for pair in turns)
    rows.append(("sweep, 25 networks of 6 layers x 30 epochs", together, "s"))
    rows.append(
        ("  against 25 runs of 6 x 8 in turn", median(pair[1] for pair in turns) / together, ">= 4 times")
    )

    for name, bound in (("default", 12), ("6 x 8", 40)):
        config = experiment.Config() if name == "default" else experiment.Config(hidden=NETWORKS[name])
        tape = Tape("", experiment, config)
        tape.advance(1, float("inf"))
        first = tape.seconds
        tape.advance(tape.length, float("inf"))
        rows += [
            (f"playground, {name}: first frame", 1000 * first, "< 300 ms"),
            (f"playground, {name}: epochs a second, recorded", config.epochs / tape.seconds, ">= 120 /s"),
            (f"playground, {name}: memory of a recording", tape.nbytes() / 1e6, f"< {bound} MB"),
        ]
    torch.set_num_threads(threads)
    return rows
