"""The same recordings on the processor and on a graphics processor; nothing is measured where there is none."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any

import torch

from dlviz.lessons.cnn import experiment as cnn
from dlviz.lessons.loss_landscape import experiment as landscape
from dlviz.lessons.loss_landscape import grid
from dlviz.lessons.loss_landscape.directions import random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.networks import flat
from dlviz.lessons.self_attention import experiment as attention
from dlviz.models.device import DeviceName, device_of, has_gpu, name_of
from dlviz.recording import Tape

ROUNDS, SIDE = 3, 51
DEVICES: tuple[DeviceName, ...] = ("cpu", "gpu")
TRAININGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "CNN of the digits, as it opens": (cnn, {}),
    "CNN of the shapes, 16 filters of 7 x 7, batches of 256": (
        cnn,
        {"data": "shapes", "filters": 16, "kernel_size": "7", "batch_size": 256, "epochs": 1},
    ),
    "transformer, as it opens": (attention, {"updates": 60}),
    "transformer, 4 layers of 64, batches of 128": (
        attention,
        {"layers": 4, "heads": "8", "width": "64", "batch_size": 128, "updates": 20},
    ),
}


def training(experiment: Any, choices: dict[str, Any], device: DeviceName) -> float:
    """Seconds of a whole recording that nobody has trained before."""
    config = experiment.Config(**choices, device=device)
    experiment.forget(config)
    begun = perf_counter()
    Tape("", experiment, config).advance(config.length(), float("inf"))
    return perf_counter() - begun


def surface(architecture: str, depth: int, device: DeviceName) -> tuple[float, torch.Tensor]:
    """Seconds of the loss at 51 x 51 weights of one plane, over all digits, and the values."""
    config = grid.Config.model_validate({"architecture": architecture, "depth": depth})
    network = landscape.network_of(config)
    origin, generator = flat(network), torch.Generator().manual_seed(0)
    pair = [random_direction(network, origin, generator, filters=True) for _ in range(2)]
    x, y = torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="xy")
    places = torch.stack([torch.ones_like(x), x, y], -1).view(-1, 3)  # (2601, 3)
    begun = perf_counter()
    found = Evaluation(network, torch.stack([origin, *pair]), *landscape.examples(), device_of(device)).at(
        places
    )
    return perf_counter() - begun, found


def measure() -> list[tuple[str, float, str]]:
    """Medians; the devices take turns. One thread for torch, as the server has it."""
    if not has_gpu():
        return []
    torch.set_num_threads(1)
    rows: list[tuple[str, float, str]] = []
    gpu = name_of(device_of("gpu"))
    for title, (experiment, choices) in TRAININGS.items():
        for device in DEVICES:
            training(experiment, choices, device)  # libraries are loaded
        times = [[training(experiment, choices, device) for device in DEVICES] for _ in range(ROUNDS)]
        slow, fast = (median(column) for column in zip(*times, strict=True))
        rows += [
            (f"{title}: CPU", slow, "s"),
            (f"{title}: {gpu}", fast, "s"),
            (f"{title}: ratio", slow / fast, "times"),
        ]
    for architecture, depth in (("mlp", 2), ("cnn", 2), ("cnn", 8)):
        both = [[surface(architecture, depth, device) for device in DEVICES] for _ in range(ROUNDS)]
        slow, fast = (median(pair[k][0] for pair in both) for k in range(2))
        title = f"loss at 51 x 51 weights, {architecture} of depth {depth}"
        apart = (both[-1][0][1] - both[-1][1][1])[:, :2].abs() / both[-1][0][1][:, :2].abs().clamp(min=1)
        rows += [
            (f"{title}: CPU", slow, "s"),
            (f"{title}: {gpu}", fast, "s"),
            (f"{title}: ratio", slow / fast, "times"),
        ]
        rows += [(f"{title}: largest difference", float(apart.max()), "< 0.001")]
    return rows
