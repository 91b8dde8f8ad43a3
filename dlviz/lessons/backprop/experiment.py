"""Back-propagation written out: each node passes back what arrives times its local derivative."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float32, Int32
from pydantic import Field
from torch import Tensor

from dlviz.config import Config as BaseConfig
from dlviz.lessons.backprop.graphs import Graph, GraphName, make_graph
from dlviz.lessons.backprop.operations import Activation, Elementary, Loss
from dlviz.lessons.backprop.passes import (
    blank,
    gradients_of,
    is_finite,
    look,
    place_pair,
    visit_backward,
    visit_forward,
)

# What a frame shows, and which of the eight steps of supervised learning that is.
DESIGN, INITIALISE, PRESENT, FORWARD, ERROR, BACKWARD, APPLY, REPEAT = range(1, 9)
XOR = ([0, 0], [0, 1], [1, 0], [1, 1]), ([0], [1], [1], [0])
STILL = 1e-6  # who moves less does not change
PATIENCE = 12  # updates in a row without a change end the run: three rounds of the four pairs
Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
VALUE = Annotated[float, Field(ge=-5, le=5)]
WEIGHT = Annotated[float, Field(ge=-10, le=10)]


class Config(BaseConfig):
    """One graph and how it learns.

    Attributes:
        graph: the chain L(h(g(f(x)))), one neuron, a 2-2-1 network on XOR, or a softmax layer of three classes.
        f, g, h: of the chain.
        activation: of the neuron and the network; with cross-entropy the output itself is a sigmoid.
        loss: of the neuron and the network; the chain has squared error, softmax has cross-entropy.
        steps: updates at most, one example each.
        walked: how many of the first updates are walked through node by node.
        x1, x2, target: the example of the chain (x1 alone), the neuron and the softmax layer (with target_class);
            a target of cross-entropy is held between 0 and 1.
        start: first weights drawn from a normal distribution, or w1 to w9, in the order of the graph.
    """

    graph: GraphName = "network"
    f: Elementary = "square"
    g: Elementary = "sin"
    h: Elementary = "exp"
    activation: Activation = "sigmoid"
    loss: Loss = "cross_entropy"
    learning_rate: Annotated[float, Field(ge=1e-3, le=10, json_schema_extra={"scale": "log"})] = 2.0
    steps: Annotated[int, Field(ge=1, le=1000)] = 500
    walked: Annotated[int, Field(ge=1, le=4)] = 1
    x1: VALUE = 1.0
    x2: VALUE = -1.0
    target: VALUE = 1.0
    target_class: Literal["1", "2", "3"] = "1"
    start: Literal["random", "own"] = "random"
    w1: WEIGHT = 0.5
    w2: WEIGHT = -0.5
    w3: WEIGHT = 0.5
    w4: WEIGHT = 1.0
    w5: WEIGHT = 1.0
    w6: WEIGHT = -0.5
    w7: WEIGHT = 1.0
    w8: WEIGHT = -1.0
    w9: WEIGHT = 0.0

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """As many updates as a graph needs; small graphs start where the learner says."""
        graph = chosen.get("graph", "network")
        steps = {"chain": 40, "neuron": 100, "network": 500, "softmax": 60}.get(graph, 500)
        rate = {"chain": 0.05, "neuron": 0.5, "network": 2.0, "softmax": 0.2}.get(graph, 2.0)
        return {
            "steps": steps,
            "learning_rate": rate,
            "start": "random" if graph == "network" else "own",
        }

    def length(self) -> int:
        """Design, first weights, the updates walked through node by node, and a frame for each one after."""
        walked = min(self.walked, self.steps)
        return 2 + walked * (2 + 2 * len(graph_of(self).computed())) + self.steps - walked


@dataclass(frozen=True)
class Frame:
    """One node visited, or one update; N nodes, E edges, P parameters, M examples, K outputs.

    Attributes:
        stage: which of the eight steps this is: 1 design, 2 initialise, 3 present a pair, 4 output, 5 error,
            6 change, 7 apply, 8 repeat (a whole update at once).
        node: the node visited, -1 if none is.
        update: updates made.
        example: the number of the pair.
        values: of the nodes; NaN where the forward pass has not been.
        gradients: of the loss by the nodes; NaN where the backward pass has not been.
        local: ∂to/∂from of every edge; NaN likewise.
        passed: what an edge passes back: the gradient that arrives at its end times `local`.
        weights: the parameters, after the update if there was one.
        weight_gradients: of the loss by the parameters; NaN likewise.
        loss: mean over all pairs, of the present parameters.
        outputs: for all pairs, of the present parameters.
    """

    stage: Integer
    node: Integer
    update: Integer
    example: Integer
    values: Float32[np.ndarray, " N"]
    gradients: Float32[np.ndarray, " N"]
    local: Float32[np.ndarray, " E"]
    passed: Float32[np.ndarray, " E"]
    weights: Float32[np.ndarray, " P"]
    weight_gradients: Float32[np.ndarray, " P"]
    loss: float
    outputs: Float32[np.ndarray, "M K"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns by back-propagation, one pair after the other, until nothing changes.

    Returns:
        None; "settled" when no weight changes any more; "undefined" when the first forward pass has no finite loss;
        "diverged" when a later one has none.
    """
    torch.manual_seed(config.seed)
    graph = graph_of(config)
    inputs, targets = pairs_of(config)  # (M, I), (M, K)
    weights = first_weights(config, graph)  # (P,)
    nodes = graph.computed()
    state = blank(graph)
    loss, outputs = look(graph, weights, inputs, targets)
    quiet = 0  # updates in a row that changed nothing

    def frame(stage: int, update: int, node: int = -1) -> Frame:
        arrays = {name: np.array(numbers, np.float32) for name, numbers in state.items()}
        example = update % len(inputs) if stage not in (APPLY, REPEAT) else (update - 1) % len(inputs)
        return Frame(
            stage,
            node,
            update,
            example,
            weights=weights.float().numpy(),
            loss=loss,
            outputs=outputs,
            **arrays,
        )

    yield frame(DESIGN, 0)
    if not is_finite(loss, weights):
        return "undefined"
    yield frame(INITIALISE, 0)
    for update in range(config.steps):
        slowly = update < config.walked
        example = update % len(inputs)
        state = blank(graph)
        place_pair(graph, state["values"], weights, inputs[example], targets[example])
        if slowly:
            yield frame(PRESENT, update)
        for node in nodes:
            visit_forward(graph, node, state["values"], weights)
            if slowly:
                yield frame(ERROR if node == nodes[-1] else FORWARD, update, node)
        state["gradients"][nodes[-1]] = torch.ones(()).double()  # ∂L/∂L = 1
        for node in reversed(nodes):
            visit_backward(graph, node, state, weights)
            if slowly:
                yield frame(BACKWARD, update, node)
        # w ← w - η ∂L/∂w
        change = config.learning_rate * torch.stack(gradients_of(graph, state))
        weights = weights - change
        loss, outputs = look(graph, weights, inputs, targets)
        if not is_finite(loss, weights):
            return "diverged"
        yield frame(APPLY if slowly else REPEAT, update + 1)
        quiet = quiet + 1 if change.abs().max() < STILL else 0
        if quiet == PATIENCE:
            return "settled"
    return None


def graph_of(config: Config) -> Graph:
    """The graph that a config names."""
    return make_graph(config.graph, config.activation, config.loss, (config.f, config.g, config.h))


def pairs_of(config: Config) -> tuple[Tensor, Tensor]:
    """Inputs (M, I) and targets (M, K)."""
    if config.graph == "network":
        inputs, targets = XOR
        return torch.tensor(inputs).double(), torch.tensor(targets).double()
    pair = torch.tensor([[config.x1, config.x2]]).double()
    if config.graph == "softmax":
        return pair, torch.tensor([[float(config.target_class == name) for name in "123"]]).double()
    target = config.target
    if config.graph == "neuron" and config.loss == "cross_entropy":
        target = min(max(target, 0.0), 1.0)
    return pair, torch.tensor([[target]]).double()


def first_weights(config: Config, graph: Graph) -> Tensor:
    """The parameters before the first update, (P,); the chain learns its x."""
    count = len(graph.parameters)
    if config.graph == "chain":
        return torch.tensor([config.x1]).double()
    if config.start == "random":
        return torch.randn(count).double()
    own = (config.w1, config.w2, config.w3, config.w4, config.w5, config.w6, config.w7, config.w8, config.w9)
    return torch.tensor(own[:count]).double()


@dataclass(frozen=True)
class Scene:
    """The graph as it is drawn, and the pairs.

    Attributes:
        names, operations: of the nodes.
        places: of the nodes.
        edges: (from, to) of every edge.
        edge_weights: the parameter on every edge, -1 where there is none.
        parameters: their names.
        outputs: the nodes that are compared with the targets.
        inputs, targets: of all pairs.
    """

    names: tuple[str, ...]
    operations: tuple[str, ...]
    places: Float32[np.ndarray, "N 2"]
    edges: Int32[np.ndarray, "E 2"]
    edge_weights: Int32[np.ndarray, " E"]
    parameters: tuple[str, ...]
    outputs: tuple[int, ...]
    inputs: Float32[np.ndarray, "M I"]
    targets: Float32[np.ndarray, "M K"]


def scene(config: Config) -> Scene:
    """What stays the same over the steps."""
    graph = graph_of(config)
    inputs, targets = pairs_of(config)
    return Scene(
        names=tuple(graph.names),
        operations=tuple(graph.operations),
        places=np.array(graph.places, np.float32),
        edges=np.array(graph.edges(), np.int32),
        edge_weights=np.array(graph.edge_weights(), np.int32),
        parameters=tuple(graph.parameters),
        outputs=tuple(graph.outputs()),
        inputs=inputs.float().numpy(),
        targets=targets.float().numpy(),
    )
