"""The forward and the backward pass, one node at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlviz.lessons.backprop.graphs import Graph
from dlviz.lessons.backprop.operations import forward, local_derivatives

NAN = float("nan")


def visit_forward(graph: Graph, node: int, values: list[Tensor], weights: Tensor) -> None:
    """Computes the value of one node from those before it."""
    inputs = [values[parent] for parent in graph.parents[node]]
    own = [weights[k] for k in graph.weights[node]]
    values[node] = forward(graph.operations[node], inputs, own)


def visit_backward(graph: Graph, node: int, state: dict[str, list[Any]], weights: Tensor) -> None:
    """Passes on what has arrived at one node: times its local derivatives, to all that it was made of."""
    values, gradients = state["values"], state["gradients"]
    arriving = gradients[node]  # ∂L/∂v, complete, as all nodes after this one were visited
    inputs = [values[parent] for parent in graph.parents[node]]
    own = [weights[k] for k in graph.weights[node]]
    slopes = local_derivatives(graph.operations[node], inputs, own, values[node])
    first = graph.first_edge(node)
    for k, (parent, slope) in enumerate(zip(graph.parents[node], slopes)):
        # ∂L/∂u gains ∂L/∂v · ∂v/∂u
        passed = arriving * slope
        state["local"][first + k], state["passed"][first + k] = slope, passed
        gradients[parent] = passed if math.isnan(gradients[parent]) else gradients[parent] + passed
    for k, u in zip(graph.weights[node], inputs):
        # ∂L/∂w = ∂L/∂z · u
        state["weight_gradients"][k] = arriving * u


def gradients_of(graph: Graph, state: dict[str, list[Any]]) -> list[Tensor]:
    """The gradient of every parameter; of a node that is learnt that of the node."""
    for node in graph.having("learned"):
        state["weight_gradients"][graph.weights[node][0]] = state["gradients"][node]
    return state["weight_gradients"]


def place_pair(graph: Graph, values: list[Any], weights: Tensor, pair: Tensor, target: Tensor) -> None:
    """Gives the leaves their values; pair (I, ...) and target (K, ...)."""
    for node, value in zip(graph.having("input"), pair):
        values[node] = value
    for node, value in zip(graph.having("target"), target):
        values[node] = value
    for node in graph.having("one"):
        values[node] = torch.ones_like(target[0])
    for node in graph.having("learned"):
        values[node] = weights[graph.weights[node][0]] * torch.ones_like(target[0])


def look(graph: Graph, weights: Tensor, inputs: Tensor, targets: Tensor) -> tuple[float, np.ndarray]:
    """The mean loss over all pairs, and the outputs for each, (M, K)."""
    values: list[Any] = [NAN] * len(graph.names)
    place_pair(graph, values, weights, inputs.T, targets.T)
    for node in graph.computed():
        visit_forward(graph, node, values, weights)
    outputs = torch.stack([values[node] for node in graph.outputs()], 1)
    return float(values[graph.computed()[-1]].float().mean()), outputs.float().numpy()


def blank(graph: Graph) -> dict[str, list[Any]]:
    """Nothing computed yet."""
    edges, nodes = len(graph.edges()), len(graph.names)
    return {
        "values": [NAN] * nodes,
        "gradients": [NAN] * nodes,
        "local": [NAN] * edges,
        "passed": [NAN] * edges,
        "weight_gradients": [NAN] * len(graph.parameters),
    }


def is_finite(loss: float, weights: Tensor) -> bool:
    """Whether the numbers can be shown."""
    return bool(np.isfinite(loss) and torch.isfinite(weights.float()).all())
