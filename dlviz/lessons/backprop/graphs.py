"""The graphs: which node takes what from which, and where it stands in the picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

GraphName = Literal["chain", "neuron", "network", "softmax"]

LEAVES = ("learned", "input", "one", "target")  # nodes that compute nothing
LOSSES = ("squared_error", "cross_entropy", "cross_entropy_of_classes")


@dataclass
class Graph:
    """Nodes in the order of the forward pass.

    Attributes:
        names: how a node is called, e.g. "z₁".
        operations: what it does: an operation, or "input", "one", "target", "learned" (a value that is learnt).
        parents: the nodes whose values it takes.
        weights: the parameter on each edge that reaches a "sum"; of a "learned" node the one that it is.
        places: where it stands.
        parameters: how the parameters are called, e.g. "w₁₁".
    """

    names: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    parents: list[tuple[int, ...]] = field(default_factory=list)
    weights: list[tuple[int, ...]] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)

    def node(
        self,
        name: str,
        operation: str,
        place: tuple[float, float],
        parents: tuple[int, ...] = (),
        parameters: tuple[str, ...] = (),
    ) -> int:
        """Adds a node; returns its number."""
        self.names.append(name)
        self.operations.append(operation)
        self.parents.append(parents)
        self.weights.append(tuple(range(len(self.parameters), len(self.parameters) + len(parameters))))
        self.places.append(place)
        self.parameters.extend(parameters)
        return len(self.names) - 1

    def having(self, *operations: str) -> list[int]:
        """The nodes that do one of these."""
        return [v for v, operation in enumerate(self.operations) if operation in operations]

    def computed(self) -> list[int]:
        """The nodes that compute, in the order of the forward pass; the loss is the last."""
        return [v for v, operation in enumerate(self.operations) if operation not in LEAVES]

    def outputs(self) -> list[int]:
        """What the loss compares with the targets."""
        compared = self.parents[self.computed()[-1]]
        return list(compared[: len(compared) // 2])

    def edges(self) -> list[tuple[int, int]]:
        """(from, to) of every edge, by the node that it reaches."""
        return [(u, v) for v, parents in enumerate(self.parents) for u in parents]

    def edge_weights(self) -> list[int]:
        """The parameter on every edge, -1 where there is none."""
        found: list[int] = []
        for parents, weights in zip(self.parents, self.weights):
            found += (weights if weights else (-1,) * len(parents)) if parents else ()
        return found

    def first_edge(self, node: int) -> int:
        """The number of the first edge that reaches a node."""
        return sum(len(parents) for parents in self.parents[:node])


def make_graph(name: str, activation: str, loss: str, functions: tuple[str, str, str]) -> Graph:
    """One of the four graphs.

    With cross-entropy the output is a probability: there the last activation is a sigmoid.
    """
    last = "sigmoid" if loss == "cross_entropy" else activation
    graph = Graph()
    if name == "chain":
        make_chain(graph, functions)
    elif name == "neuron":
        make_neuron(graph, last, loss)
    elif name == "network":
        make_network(graph, activation, last, loss)
    else:
        make_softmax(graph)
    return graph


def make_chain(graph: Graph, functions: tuple[str, str, str]) -> None:
    """L(T(x)) with T = h(g(f(x))); it is x that is learnt."""
    f, g, h = functions
    x = graph.node("x", "learned", (0, 1), (), ("x",))
    a = graph.node("a", f, (1.3, 1), (x,))
    b = graph.node("b", g, (2.6, 1), (a,))
    y = graph.node("y", h, (3.9, 1), (b,))
    d = graph.node("d", "target", (5.2, -0.15))
    graph.node("L", "squared_error", (5.2, 1), (y, d))


def make_neuron(graph: Graph, last: str, loss: str) -> None:
    """Two inputs and a bias, one sum, one activation."""
    x1, x2 = graph.node("x₁", "input", (0, 2)), graph.node("x₂", "input", (0, 1))
    one = graph.node("1", "one", (0, 0))
    z = graph.node("z", "sum", (2, 1), (x1, x2, one), ("w₁", "w₂", "b"))
    y = graph.node("y", last, (3.4, 1), (z,))
    d = graph.node("d", "target", (4.8, -0.15))
    graph.node("L", loss, (4.8, 1), (y, d))


def make_network(graph: Graph, activation: str, last: str, loss: str) -> None:
    """2-2-1: two inputs, two hidden units, one output."""
    x1, x2 = graph.node("x₁", "input", (0, 2)), graph.node("x₂", "input", (0, 1))
    one = graph.node("1", "one", (0, 0))
    z1 = graph.node("z₁", "sum", (1.65, 1.75), (x1, x2, one), ("w₁₁", "w₁₂", "b₁"))
    z2 = graph.node("z₂", "sum", (1.65, 0.6), (x1, x2, one), ("w₂₁", "w₂₂", "b₂"))
    h1 = graph.node("h₁", activation, (2.6, 1.75), (z1,))
    h2 = graph.node("h₂", activation, (2.6, 0.6), (z2,))
    bias = graph.node("1", "one", (2.6, -0.2))
    z3 = graph.node("z₃", "sum", (4.05, 1.2), (h1, h2, bias), ("v₁", "v₂", "b₃"))
    y = graph.node("y", last, (5.0, 1.2), (z3,))
    d = graph.node("d", "target", (5.9, -0.1))
    graph.node("L", loss, (5.9, 1.2), (y, d))


def make_softmax(graph: Graph) -> None:
    """Two inputs, three logits without bias, softmax, cross-entropy."""
    x1, x2 = graph.node("x₁", "input", (0, 1.8)), graph.node("x₂", "input", (0, 0.2))
    z = [
        graph.node(f"z{k}", "sum", (1.7, row), (x1, x2), (f"w{k}₁", f"w{k}₂"))
        for k, row in zip("₁₂₃", (2, 1, 0))
    ]
    p = [
        graph.node(f"p{k}", "softmax", (3.4, row), (z[i], *z[:i], *z[i + 1 :]))
        for i, (k, row) in enumerate(zip("₁₂₃", (2, 1, 0)))
    ]
    d = [graph.node(f"d{k}", "target", (6.0, row)) for k, row in zip("₁₂₃", (2, 1, 0))]
    graph.node("L", "cross_entropy_of_classes", (4.9, 1), (*p, *d))
