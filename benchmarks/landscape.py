"""The loss over 51 x 51 weights of one plane, on all training digits: against a pass of a data loader per point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from dlviz.lessons.loss_landscape import experiment, grid
from dlviz.lessons.loss_landscape.directions import random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.networks import Network, flat, load
from dlviz.recording import Tape

SIDE, ROUNDS = 51, 7
LOADED = 8  # points of a round that the literature's loop is timed on; its time per point is the same at all
BATCH = 128  # of its loader


@dataclass
class Case:
    """One network and a plane of two random directions.

    Attributes:
        share: of all points that a round evaluates here; the time is scaled.
    """

    name: str
    config: experiment.Config
    share: float = 1.0
    times: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network = experiment.network_of(self.config)
        self.images, self.labels = experiment.examples()[0]
        origin, generator = flat(self.network), torch.Generator().manual_seed(0)
        pair = [random_direction(self.network, origin, generator, filters=True) for _ in range(2)]
        self.vectors = torch.stack([origin, *pair])  # (3, P)
        line = torch.linspace(-1, 1, SIDE)
        x, y = torch.meshgrid(line, line, indexing="xy")
        self.places = torch.stack([torch.ones_like(x), x, y], -1).view(-1, 3)  # (2601, 3)

    def batched(self) -> Tensor:
        """The lesson's way, the first layer's products included."""
        some = self.places[: round(self.share * len(self.places))]
        return Evaluation(self.network, self.vectors, (self.images, self.labels)).at(some)

    def loaded(self, workers: int = 0, points: int = LOADED) -> None:
        """The literature's way (Li et al., 2018): load the weights, then pass a data loader."""
        data = TensorDataset(self.images, self.labels)
        loader = DataLoader(data, BATCH, num_workers=workers)
        for place in self.places[:points]:
            load(self.network, place @ self.vectors)
            judge(self.network, loader)

    def serial(self) -> None:
        """One point after the other, all examples at once, no loader."""
        for place in self.places[:LOADED]:
            load(self.network, place @ self.vectors)
            judge(self.network, [(self.images, self.labels)])

    def seconds(self, way: str) -> float:
        """The median time of a whole grid."""
        return median(self.times[way])

    def operations(self) -> float:
        """Additions and multiplications of the matrix products that `batched` makes for a whole grid."""
        shapes = [(2.0 * 3) * self.network_width()]  # combinations of the first layer's products
        shapes += [2.0 * self.network_width() ** 2] * (self.config.depth - 1)
        shapes += [2.0 * 10 * self.network_width()]
        return sum(shapes) * len(self.images) * len(self.places)

    def network_width(self) -> int:
        """Numbers that a layer hands on; a convolution is multiplied out as a matrix."""
        return self.network.output.in_features


@torch.no_grad()
def judge(network: Network, batches: Any) -> tuple[float, float]:
    """Mean loss and accuracy, batch after batch."""
    network.eval()
    loss, correct, count = 0.0, 0, 0
    for images, labels in batches:
        logits = network(images)
        loss += float(nn.functional.cross_entropy(logits, labels)) * len(labels)
        correct += int((logits.argmax(1) == labels).sum())
        count += len(labels)
    return loss / count, correct / count


def timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def peak() -> float:
    """Operations a second of a large matrix product."""
    side = 1024
    a, b = torch.randn(side, side), torch.randn(side, side)
    a @ b
    return 2 * side**3 / min(timed(lambda: a @ b) for _ in range(5))


def first_surface() -> float:
    """Computing until the default page can show 17 x 17 points, the training included."""
    config = grid.Config()
    experiment.forget(config)
    tape = Tape("", grid, config)
    return timed(lambda: tape.advance(grid.least(config), float("inf")))


def default_run(frames: int) -> float:
    """The first frames of the default training."""
    config = experiment.Config()
    experiment.forget(config)
    return timed(lambda: Tape("", experiment, config).advance(frames, float("inf")))


def measure() -> list[tuple[str, float, str]]:
    """Medians; all take turns, so that a busy machine is busy for all. One thread for torch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    cases = [Case("MLP", experiment.Config()), Case("CNN", experiment.Config(architecture="cnn"), share=0.2)]
    first_surface(), default_run(1)  # the first optimiser of a process takes a second
    surfaces, runs, begun, peaks = [], [], [], []
    for _ in range(ROUNDS):
        for case in cases:
            scale = len(case.places) / LOADED
            ways = {
                "batched": timed(case.batched) / case.share,
                "loaded": timed(case.loaded) * scale,
                "serial": timed(case.serial) * scale,
            }
            for way, seconds in ways.items():
                case.times.setdefault(way, []).append(seconds)
        surfaces.append(first_surface())
        runs.append(default_run(101))
        begun.append(default_run(1))
        peaks.append(peak())
    for case in cases:
        case.times["workers"] = [timed(lambda: case.loaded(2, 2)) * len(case.places) / 2 for _ in range(2)]  # noqa: B023
    torch.set_num_threads(threads)
    rows: list[tuple[str, float, str]] = []
    for case, target in zip(cases, (">= 100 times", ">= 5 times")):
        batched = case.seconds("batched")
        own = Evaluation(case.network, case.vectors, (case.images, case.labels))
        held = own.first.nbytes + own.layers.nbytes + 4 * own.logits.nbytes  # logits and what is made of them
        title = f"loss over 51 x 51 weights, {case.name}"
        rows += [
            (f"{title}: in batches", batched, "s"),
            (f"{title}: a data loader per point", case.seconds("loaded"), "s"),
            (f"{title}: a loader with two workers", case.seconds("workers"), "s"),
            (f"{title}: point by point, no loader", case.seconds("serial"), "s"),
            (f"{title}: batches against the loader", case.seconds("loaded") / batched, target),
            (f"{title}: memory", held / 1e6, "< 300 MB"),
            (f"{title}: of the peak of products", 100 * case.operations() / batched / max(peaks), "%"),
        ]
    return [
        *rows,
        ("peak of matrix products, one thread", max(peaks) / 1e9, "GFLOP/s"),
        ("17 x 17 surface of the default training, computing", median(surfaces), "< 1 s"),
        ("default training with its slices", median(runs), "< 3 s"),
        ("its first frame", 1000 * median(begun), "< 300 ms"),
    ]
