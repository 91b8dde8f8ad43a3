"""Truths about the sweep: each of its networks is what it would be alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlviz.lessons.mlp_playground import experiment, sweep
from dlviz.recording import record

CHOICES: list[dict[str, Any]] = [
    {},
    {"data": "three", "hidden": "4", "activations": "relu", "dropout": 0.2},
    {"data": "hills", "optimizer": "adamw", "weight_decay": 0.01, "hidden": "4-4-4"},
    {"batch_norm": True, "loss": "hinge", "activations": "gelu"},
    {"data": "iris", "hidden": "", "activations": "sigmoid", "optimizer": "momentum"},
]


def compare(config: sweep.Config, rows: int, epochs: int) -> None:
    """Compares the first frames of the networks of the first rates with those of their single runs."""
    together = record(sweep, config)
    for row in range(rows):
        for column in range(len(sweep.WIDTHS)):
            alone = record(experiment, sweep.single(config, row, column))
            for name in ("loss", "test_loss", "accuracy", "test_accuracy"):
                mine = together.track(name)[: epochs // sweep.EVERY + 1]
                theirs = alone.track(name)[: epochs + 1 : sweep.EVERY]
                near = 0.02 if "accuracy" in name else 1e-4
                assert mine[:, row, column] == pytest.approx(theirs, rel=2e-3, abs=near), (row, column, name)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_every_cell_equals_its_single_run(choices: dict[str, Any]) -> None:
    # A rate that is too large lets rounding grow until the runs part; the smallest two rates are not.
    compare(sweep.Config(**choices, epochs=12), rows=2, epochs=12)


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_every_cell_makes_the_first_updates_of_its_single_run(choices: dict[str, Any]) -> None:
    compare(sweep.Config(**choices, epochs=10, batch_size=512), rows=5, epochs=2)


def test_a_cells_map_is_the_single_runs_output_map() -> None:
    config = sweep.Config(epochs=10)
    frame, scene = record(sweep, config)[-1], sweep.scene(config)
    alone = record(experiment, sweep.single(config, 2, 4))
    said = (frame.maps[2, 4, 0].astype(float) - 127) / 127  # (32, 32)
    fine = (alone[-1].maps[-1].astype(float) - 127) / 127  # (50, 50)
    for row, column in ((0, 0), (0, 31), (31, 31)):  # the corners are places of both grids
        assert said[row, column] == pytest.approx(fine[-(row > 0), -(column > 0)], abs=0.02)
    assert scene.x[[0, -1]] == pytest.approx(alone.scene.x[[0, -1]])


def test_states_tell_who_learns_and_who_explodes() -> None:
    frame = record(sweep, sweep.Config(epochs=60))[-1]
    assert frame.state[0, 0] == sweep.LEARNING
    assert frame.state[2, 4] == sweep.CONVERGED
    assert frame.accuracy[2, 4] > 0.95
    lost = record(sweep, sweep.Config(data="hills", activations="relu", epochs=60))[-1]
    assert (lost.state[4] == sweep.EXPLODED).all()
    broken = ~np.isfinite(lost.loss)
    assert broken.any()
    assert (lost.maps[broken] == sweep.ABSENT).all()
    assert (lost.maps[~broken] < sweep.ABSENT).all()


@pytest.mark.parametrize(("epochs", "last", "frames"), [(10, 10, 6), (11, 11, 7), (2000, 120, 61)])
def test_a_sweep_has_the_length_that_it_says(epochs: int, last: int, frames: int) -> None:
    recording = record(sweep, sweep.Config(epochs=epochs, hidden="4", examples=20))
    assert len(recording) == recording.config.length() == frames
    assert recording[-1].epoch == last


def test_narrow_networks_have_no_more_weights_than_alone() -> None:
    config = sweep.Config(
        hidden="4-4", weight_decay=0.1, l1=0.01, optimizer="adam", activations="sigmoid", epochs=10
    )
    examples = sweep.load_examples(config)
    network = sweep.first_networks(config, examples)
    assert network.exists is not None
    count = sum(int(view[0].sum()) for view in network.views(network.exists))  # of width 1
    assert count == (2 + 1) + (1 + 1) + (1 + 1)
