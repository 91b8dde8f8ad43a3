"""Truths about the phase diagram: what SGD with momentum really does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from dlviz.lessons.gradient_descent import experiment
from dlviz.lessons.gradient_descent.phases import phase_diagram
from dlviz.lessons.gradient_descent.surfaces import (
    load_examples,
)
from tests.lessons.descents import height_of


@pytest.mark.parametrize("landscape", ["bowl", "diabetes"])
def test_phases_are_what_sgd_with_momentum_really_does(landscape: str) -> None:
    scene = experiment.scene(experiment.Config(landscape=landscape))
    f = height_of(landscape)
    centre = torch.tensor(scene.minima[0]).double()
    chance = np.random.RandomState(0)
    seen = set()
    for row, column in chance.randint(0, 64, (70, 2)):
        near = scene.phase[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        if (near != scene.phase[row, column]).any() or scene.phase_rates[column] < 3e-3:
            continue  # at a border, or too slow to tell in 600 updates
        w = (centre + torch.tensor([1.0, 0.7]).double()).requires_grad_()
        optimizer = torch.optim.SGD(
            [w], lr=float(scene.phase_rates[column]), momentum=float(scene.phase_momenta[row])
        )
        offsets = [w.detach() - centre]
        for _ in range(600):
            optimizer.zero_grad()
            f(w[0], w[1]).backward()
            optimizer.step()
            offsets.append(w.detach() - centre)
            if not offsets[-1].norm() < 1e9:
                break
        path = torch.stack(offsets)
        turned = path if landscape == "bowl" else path @ directions()
        turns = (turned[1:].sign() != turned[:-1].sign()) & (turned[1:].abs() > 1e-7)
        diverged = not path[-1].norm() < 10
        really = 2 if diverged else int(bool((turns.sum(0) >= 1).any()))
        assert really == scene.phase[row, column], (scene.phase_rates[column], scene.phase_momenta[row])
        seen.add(really)
    assert seen == {0, 1, 2}


def directions() -> Tensor:
    """Eigenvectors of the Hessian of least squares."""
    train, _ = load_examples("diabetes", 0, True)
    rows = torch.stack((train[0].double(), torch.ones(len(train[0])).double()), 1)
    return torch.linalg.eigh(2 * rows.T @ rows / len(rows)).eigenvectors


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_divergence_begins_where_the_rate_is_twice_one_plus_the_momentum_over_the_curvature(
    momentum: float,
) -> None:
    curvatures = np.array([1.0, 10.0])
    border = 2 * (1 + momentum) / 10.0
    rates = border * np.array([0.999, 1.001])
    assert phase_diagram(curvatures, rates, np.array([momentum])).tolist() == [[1, 2]]
    # and oscillation where the rate passes (1 - √momentum)² over the curvature
    border = (1 - np.sqrt(momentum)) ** 2 / 10.0
    rates = border * np.array([0.999, 1.001])
    assert phase_diagram(curvatures, rates, np.array([momentum])).tolist() == [[0, 1]]


def test_other_surfaces_have_no_phase_diagram() -> None:
    assert experiment.scene(experiment.Config()).phase.size == 0
