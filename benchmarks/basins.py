"""The basin map: 65,536 balls as one tensor, against one torch.optim run per ball and a JavaScript loop."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from statistics import median
from time import perf_counter

import torch

from dlviz.lessons.gradient_descent import basins, experiment
from dlviz.lessons.gradient_descent.surfaces import himmelblau

REPETITIONS = 9
CONFIG = basins.Config(
    landscape="himmelblau", optimizer="adam", learning_rate=0.06, momentum=0.8, beta2=0.999
)


def map_seconds() -> float:
    """The map as the lesson makes it, all its frames included; the third of three, as of the script."""
    for _ in range(3):
        begun = perf_counter()
        for _ in basins.run(CONFIG):
            pass
        seconds = perf_counter() - begun
    return seconds


def ball_seconds() -> float:
    """One ball with an optimiser of its own, and nothing recorded."""
    begun = perf_counter()
    place = torch.tensor([-4.0, 1.0], requires_grad=True)
    optimizer = torch.optim.Adam([place], lr=CONFIG.learning_rate, betas=(CONFIG.momentum, CONFIG.beta2))
    for _ in range(CONFIG.steps):
        optimizer.zero_grad()
        himmelblau(*place).backward()
        optimizer.step()
    return perf_counter() - begun


def race_seconds() -> float:
    """The lesson's default race."""
    begun = perf_counter()
    for _ in experiment.run(experiment.Config()):
        pass
    return perf_counter() - begun


def script_seconds() -> tuple[float, float] | None:
    """basins.js, third of three: update by update, and ten updates of a ball at once; None without node."""
    node = shutil.which("node")
    if node is None:
        return None
    script = Path(__file__).with_suffix(".js")
    lines = subprocess.run([node, str(script), "3"], capture_output=True, text=True, check=True).stdout
    plain, blocked = (float(word) for word in lines.splitlines()[-1].split()[:2])
    return plain, blocked


def measure() -> list[tuple[str, float, str]]:
    """Medians; all take turns, so that a busy machine is busy for all. One thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    map_seconds(), ball_seconds(), race_seconds()  # the first optimiser of a process takes a second
    rounds = [(map_seconds(), ball_seconds(), race_seconds(), script_seconds()) for _ in range(REPETITIONS)]
    torch.set_num_threads(threads)
    maps, singles, races, scripts = zip(*rounds, strict=True)
    balls, whole, single = CONFIG.grid**2, median(maps), median(singles)
    rows = [
        ("default race, 3 optimisers x 200 updates", 1000 * median(races), "< 400 ms"),
        ("basin map 256 x 256 x 200 Adam updates", whole, "< 1 s"),
        ("its ball-updates a second", balls * CONFIG.steps / whole, "/s"),
        ("one torch.optim run per ball, ball-updates a second", CONFIG.steps / single, "/s"),
        ("basin map against one run per ball", balls * single / whole, ">= 10000 times"),
    ]
    if all(scripts):
        plain, blocked = (median(times) for times in zip(*scripts, strict=True))
        rows += [
            ("plain JavaScript loop under node, same map", plain, "s"),
            ("JavaScript, ten updates of a ball at once", blocked, "s"),
            ("basin map against the plain JavaScript loop", plain / whole, ">= 4 times"),
        ]
    return rows
