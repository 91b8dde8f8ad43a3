"""The formula of the node that is visited, with its numbers put in."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.backprop.experiment import (
    APPLY,
    BACKWARD,
    DESIGN,
    ERROR,
    FORWARD,
    INITIALISE,
    PRESENT,
)
from dlviz.lessons.backprop.graphs import LEAVES
from dlviz.plots.film import Film, Label, number
from dlviz.recording import Recording
from dlviz.text import Text

# operation: as a function of its one input, and its derivative by it
CALLS = {
    "linear": ("{u}", "1"),
    "double": ("2 · {u}", "2"),
    "plus_one": ("{u} + 1", "1"),
    "square": ("{u}²", "2{u}"),
    "sin": ("sin({u})", "cos {u}"),
    "exp": ("exp({u})", "exp({u})"),
    "log": ("ln({u})", "1 / {u}"),
    "sigmoid": ("σ({u})", "{v}(1 − {v})"),
    "tanh": ("tanh({u})", "(1 − {v}²)"),
    "relu": ("max(0, {u})", "[{u} > 0]"),
    "squared_error": ("½ ({d} − {u})²", "({u} − {d})"),
    "cross_entropy": ("−{d} ln {u} − (1 − {d}) ln(1 − {u})", "({u} − {d}) / ({u}(1 − {u}))"),
}
# operation: as it stands beside its edge
SYMBOLS = {
    "linear": "=",
    "double": "×2",
    "plus_one": "+1",
    "square": "( )²",
    "sin": "sin",
    "exp": "exp",
    "log": "ln",
    "sigmoid": "σ",
    "tanh": "tanh",
    "relu": "ReLU",
}


def words(recording: Recording, text: Text) -> Film:
    """Two lines: what happens, and the formula with its numbers."""
    weights = recording.track("weights")
    pairs = [pair_name(recording.scene, example) for example in range(len(recording.scene.targets))]
    lines = [
        _lines(recording, frame, weights[max(step - 1, 0)], pairs[frame.example], text)
        for step, frame in enumerate(recording)
    ]
    labels = tuple(Label(strings=[line[k] for line in lines]) for k in range(2))
    return Film("numbers", len(recording), None, labels=labels)


def _lines(recording: Recording, frame: Any, before: np.ndarray, pair: str, text: Text) -> tuple[str, str]:
    scene, stage = recording.scene, int(frame.stage)
    name = scene.names[frame.node] if frame.node >= 0 else ""
    if stage in (DESIGN, INITIALISE):
        return text(f"live.stage_{stage}"), text(f"live.about_{stage}")
    if stage == PRESENT:
        return text("live.present", pair=pair), text("live.about_3")
    if stage in (FORWARD, ERROR):
        told = text("live.forward", name=name) if stage == FORWARD else text("live.error", pair=pair)
        return told, forward_formula(scene, frame)
    if stage == BACKWARD:
        return backward_words(scene, frame, text), backward_formula(scene, frame)
    most = int(np.argmax(np.abs(frame.weight_gradients)))
    rule = text(
        "live.rule",
        name=scene.parameters[most],
        before=n(before[most]),
        rate=n(recording.config.learning_rate),
        gradient=bracketed(frame.weight_gradients[most]),
        after=n(frame.weights[most]),
    )
    change = n(float(np.abs(frame.weights - before).max()))
    if stage == APPLY:
        return text("live.apply", update=int(frame.update), change=change), rule
    y = [frame.values[v] for v in scene.outputs]
    known = {"update": int(frame.update), "pair": pair, "output": listed(y), "loss": n(frame.loss)}
    return text("live.repeat", **known, change=change), rule


def forward_formula(scene: Any, frame: Any) -> str:
    """v = f(u) = f(numbers) = number."""
    v, name, operation, parents = _node(scene, frame)
    values, value = frame.values, n(frame.values[v])
    if operation == "sum":
        weights = [scene.parameters[k] for k in _weights(scene, v)]
        terms = [
            w if scene.operations[u] == "one" else f"{w} {scene.names[u]}" for w, u in zip(weights, parents)
        ]
        before = frame.weights[_weights(scene, v)]
        products = [f"{bracketed(w)} × {bracketed(values[u])}" for w, u in zip(before, parents)]
        return f"{name} = {' + '.join(terms)} = {' + '.join(products)} = <b>{value}</b>"
    if operation == "softmax":
        z = [scene.names[u] for u in parents]
        total = " + ".join(f"exp({n(values[u])})" for u in parents)
        return f"{name} = exp({z[0]}) / Σ exp(z) = exp({n(values[parents[0]])}) / ({total}) = <b>{value}</b>"
    if operation == "cross_entropy_of_classes":
        (own,) = (p for p, d in zip(parents, parents[len(parents) // 2 :]) if values[d] == 1)
        return f"{name} = −Σ d ln p = −ln {scene.names[own]} = −ln {n(values[own])} = <b>{value}</b>"
    u, *rest = parents
    call = CALLS[operation][0]
    symbols, numbers = {"u": scene.names[u]}, {"u": n(values[u])}
    if rest:
        symbols["d"], numbers["d"] = scene.names[rest[0]], n(values[rest[0]])
        numbers["u"] = bracketed(values[u])
    return f"{name} = {call.format(**symbols)} = {call.format(**numbers)} = <b>{value}</b>"


def backward_words(scene: Any, frame: Any, text: Text) -> str:
    """Arriving gradient × local derivative = passed on, with its numbers."""
    v, name, operation, _ = _node(scene, frame)
    arriving = n(frame.gradients[v])
    if operation == "sum":
        return text("live.weights", name=name, arriving=arriving)
    if operation in ("softmax", "cross_entropy_of_classes"):
        return text("live.several", name=name, arriving=arriving)
    edge = _edges(scene, v)[0]
    return text(
        "live.backward",
        name=name,
        arriving=bracketed(frame.gradients[v]),
        local=bracketed(frame.local[edge]),
        passed=n(frame.passed[edge]),
    )


def backward_formula(scene: Any, frame: Any) -> str:
    """The chain rule at one node."""
    v, name, operation, parents = _node(scene, frame)
    arriving = bracketed(frame.gradients[v])
    edges = _edges(scene, v)
    if operation == "sum":
        weights = _weights(scene, v)
        names = ", ".join(scene.parameters[k] for k in weights)
        values = listed([frame.values[u] for u in parents])
        gradients = listed(frame.weight_gradients[weights])
        told = f"∂L/∂({names}) = {arriving} × {values} = <b>{gradients}</b>"
        hidden = [k for k, u in enumerate(parents) if scene.operations[u] not in LEAVES]
        if not hidden:
            return told
        names = ", ".join(scene.names[parents[k]] for k in hidden)
        local, passed = listed(frame.local[edges[hidden]]), listed(frame.passed[edges[hidden]])
        return f"{told} · ∂L/∂({names}) = {arriving} × {local} = <b>{passed}</b>"
    if operation in ("softmax", "cross_entropy_of_classes"):
        own = len(parents) // 2 if operation != "softmax" else len(parents)
        names = ", ".join(scene.names[u] for u in parents[:own])
        local, passed = listed(frame.local[edges[:own]]), listed(frame.passed[edges[:own]])
        return f"∂L/∂({names}) : {arriving} × {local} = <b>{passed}</b>"
    u = parents[0]
    symbols = {"u": scene.names[u], "v": name, "d": "d"}
    slope = CALLS[operation][1].format(**symbols)
    return (
        f"∂L/∂{scene.names[u]} = ∂L/∂{name} · ∂{name}/∂{scene.names[u]} = ∂L/∂{name} · {slope} "
        f"= <b>{n(frame.passed[edges[0]])}</b>"
    )


def product_so_far(scene: Any, frame: Any) -> str:
    """Of a chain: the local derivatives that the backward pass has gathered, multiplied."""
    edges = [e for e in reversed(range(len(scene.edges))) if scene.operations[scene.edges[e, 0]] != "target"]
    there = [e for e in edges if np.isfinite(frame.local[e])]
    if not there:
        return ""
    factors = " × ".join(bracketed(frame.local[e]) for e in there)
    return f"∂L/∂{scene.names[scene.edges[there[-1], 0]]} = {factors} = <b>{n(frame.passed[there[-1]])}</b>"


def pair_name(scene: Any, example: int) -> str:
    """A pair in numbers, e.g. (0, 1) → 1."""
    target = scene.targets[example]
    goal = n(target[0]) if len(target) == 1 else str(int(target.argmax()) + 1)
    if "learned" in scene.operations:
        return f"d = {goal}"
    return f"{listed(scene.inputs[example])} → {goal}"


def n(value: float) -> str:
    """A number as the formulas show it: three decimals, or two digits of a small one."""
    size = abs(value)
    if not 1e-4 <= size < 1e4:
        return number(float(value), ".1e") if size else "0"
    text = f"{value:.3f}".rstrip("0").rstrip(".") if size >= 0.01 else f"{value:.2g}"
    return text.replace("-", "−")


def bracketed(value: float) -> str:
    """A number after × or −: in brackets if it is negative."""
    return f"({n(value)})" if value < 0 else n(value)


def listed(values: Any) -> str:
    """Numbers in brackets; one stands alone."""
    return f"({', '.join(map(n, values))})" if len(values) > 1 else n(values[0])


def _node(scene: Any, frame: Any) -> tuple[int, str, str, list[int]]:
    v = int(frame.node)
    parents = [int(u) for u, w in scene.edges if w == v]
    return v, scene.names[v], scene.operations[v], parents


def _edges(scene: Any, v: int) -> np.ndarray:
    found: np.ndarray = np.flatnonzero(scene.edges[:, 1] == v)
    return found


def _weights(scene: Any, v: int) -> np.ndarray:
    weights: np.ndarray = scene.edge_weights[_edges(scene, v)]
    return weights
