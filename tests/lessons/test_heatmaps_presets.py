"""What the presets of the lesson on heat maps promise, of the network of this machine and of one a millionth away."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from dlviz.data.examples import load_examples
from dlviz.data.shapes import shapes
from dlviz.lessons.heatmaps import trust
from dlviz.lessons.heatmaps.experiment import OTHERS, scatter
from dlviz.lessons.heatmaps.methods import METHODS, Question, explain, map_of
from dlviz.lessons.heatmaps.pieces import baseline_of
from dlviz.lessons.heatmaps.presets import PRESETS
from dlviz.lessons.heatmaps.subject import JUDGED
from dlviz.models.convnet import Network
from dlviz.models.training import learn, new_network

nudges = pytest.mark.parametrize("nudge", [0.0, 1e-6], ids=["as it is", "nudged"])


@cache
def learnt(nudge: float, updates: int = -1) -> Network:
    """The network of the first preset after some updates, or all; processors that round otherwise are nudged ones."""
    config, examples = PRESETS["forms"][0], load_examples("shapes")
    network = new_network(config, examples)
    random = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for part in network.parameters():
            part += nudge * torch.randn(part.shape, generator=random)
    for update in learn(config, network, examples):
        if update == updates:
            break
    return network.eval()


def asked(network: Network, rows: list[int], target: int | None = None) -> Question:
    """Why it answers so, or what speaks for a class."""
    config, examples = PRESETS["forms"][0], load_examples("shapes")
    X = examples.test_images[rows]
    goal = network(X).argmax(dim=1) if target is None else torch.full((len(rows),), target)
    others = examples.train_images[:OTHERS]
    return Question(network, X, goal, baseline_of(X, config.baseline), config.blocks - 1, others)


@nudges
def test_a_map_begins_to_mean_something_while_the_network_learns(nudge: float) -> None:
    areas = []
    for updates in (0, -1):
        question = asked(learnt(nudge, updates), [PRESETS["forms"][0].example])
        maps = map_of(explain(question, "grad_cam"))
        curves = trust.removal_curves(question.network, question.X, question.baseline, question.target, maps)
        areas.append(trust.area(curves)[0])  # deletion, insertion
        if updates == 0:
            assert float(curves.max() - curves.min()) < 0.1  # flat
    assert areas[1][1] - areas[1][0] > 0.3 > areas[0][1] - areas[0][0]


@nudges
def test_edges_and_saliency_fall_behind_at_pointing(nudge: float) -> None:
    config = PRESETS["ranking"][0]
    rows = list(range(config.example, config.example + JUDGED))
    question, hits = asked(learnt(nudge), rows), {}
    for method in METHODS:
        scatter(0)
        maps = map_of(explain(question, method))  # (50, H, W)
        masks = shapes().test.masks[rows]
        hits[method] = np.mean([trust.pointing(one[None], mask).item() for one, mask in zip(maps, masks)])
    worst = sorted(hits, key=hits.__getitem__)[:4]
    assert {"edges", "saliency"} <= {*worst}, hits


@nudges
def test_segments_of_a_star_speak_against_a_circle(nudge: float) -> None:
    config = PRESETS["against"][0]
    mask = shapes().test.masks[config.example]
    question = asked(learnt(nudge), [config.example], target=0)
    for method in ("ablation", "lime"):
        scatter(config.seed)
        found = map_of(explain(question, method))[0]
        assert float(found[mask].sum()) < 0, method
        assert mask[divmod(int(found.argmin()), 32)], method  # what objects most is the star
