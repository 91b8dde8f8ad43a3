"""Truths about the basin map: what one ball alone does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlviz.lessons.gradient_descent import basins, experiment
from dlviz.recording import record
from tests.lessons.descents import configs


def single_run(config: basins.Config, scene: basins.Scene, row: int, column: int) -> tuple[int, int]:
    """One ball alone, judged from its whole path."""
    run = experiment.Config(
        **{
            name: getattr(config, name)
            for name in ("landscape", "formula", "standardize", "steps", "momentum")
        },
        learning_rate=config.learning_rate,
        optimizers=(config.optimizer,),
        start_x=float(scene.x[column]),
        start_y=float(scene.y[row]),
    )
    frames = list(experiment.run(run))
    if frames[-1].diverged[0] >= 0:
        return basins.LOST, 0
    path = np.stack([frame.position[0] for frame in frames])  # (T, 2)
    distance = np.linalg.norm(path[:, None] - scene.minima, axis=-1)  # (T, M)
    there = distance < scene.radius
    if not there[-1].any():
        return basins.NOWHERE, config.steps
    minimum = int(distance[-1].argmin())
    looks = [*range(0, config.steps, basins.EVERY), config.steps]
    missed = [t for t in looks if not there[t, minimum]]  # the last look that did not find it there, ...
    away = np.flatnonzero(~there[: missed[-1] + basins.EVERY, minimum]) if missed else []
    return minimum, int(away[-1]) + 1 if len(away) else 0  # ... and when it came in the ten updates after


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"optimizer": "sgd", "learning_rate": 0.014},
        {"optimizer": "momentum", "learning_rate": 0.01},
        {"optimizer": "adamw"},
        {"optimizer": "rmsprop"},
        {"optimizer": "nesterov", "learning_rate": 0.003},
        {"optimizer": "adagrad", "learning_rate": 1.0},
        {"landscape": "formula"},
        {"landscape": "rastrigin"},
        {"landscape": "saddle", "optimizer": "sgd"},
        {"landscape": "diabetes"},
        {"landscape": "breast_cancer", "learning_rate": 0.5},
    ],
    ids=lambda choices: "-".join(map(str, choices.values())) or "default",
)
def test_every_basin_cell_equals_its_single_run(choices: dict[str, object]) -> None:
    config = basins.Config(grid=48, **choices)
    recording = record(basins, config)
    frame, scene = recording[-1], recording.scene
    cells = np.random.RandomState(1).randint(0, len(scene.x), (30, 2))
    for row, column in cells:
        minimum, needed = single_run(config, scene, row, column)
        assert frame.minimum[row, column] == minimum, (row, column)
        assert minimum == basins.LOST or frame.needed[row, column] == needed, (row, column)


def test_the_map_shows_every_minimum_of_himmelblau_and_fills_with_time() -> None:
    recording = record(basins, basins.Config(grid=64))
    assert len(recording) == recording.config.length() == 21
    there = (recording.track("minimum") < basins.NOWHERE).sum((1, 2))
    assert there[0] < 20
    assert there[-1] > 0.9 * 64 * 64
    assert set(np.unique(recording[-1].minimum)) >= {0, 1, 2, 3}
    assert recording.track("update").tolist() == list(range(0, 201, 10))


def test_balls_that_diverge_are_lost() -> None:
    frame = record(basins, basins.Config(landscape="bowl", optimizer="sgd", learning_rate=3.0, grid=16))[-1]
    assert (frame.minimum == basins.LOST).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configs(basins.Config, grid=st.just(16), steps=st.just(25)))
def test_the_map_of_any_config_counts_minima_that_exist(config: basins.Config) -> None:
    recording = record(basins, config)
    assert len(recording) == config.length()
    known = recording.track("minimum")
    assert ((known < len(recording.scene.minima)) | (known >= basins.NOWHERE)).all()
    assert (recording.track("needed") <= recording.track("update")[:, None, None]).all()
