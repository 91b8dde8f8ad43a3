"""The pictures of back-propagation: the graph with its numbers, and what becomes of them over the updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlviz.lessons.backprop.closeups import curves_of_gradients, curves_of_outputs, curves_of_weights, loss
from dlviz.lessons.backprop.experiment import APPLY, BACKWARD, DESIGN, ERROR, FORWARD
from dlviz.lessons.backprop.formula import SYMBOLS, n, product_so_far, words
from dlviz.plots import graph as drawing
from dlviz.plots import theme
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

# kind of node: the operations that are it, its colour, its symbol
KINDS = {
    "data": (("input", "learned", "target"), "--dl-data", "square"),
    "one": (("one",), "--dl-muted", "circle"),
    "sum": (("sum",), "--dl-model", "circle"),
    "loss": (("squared_error", "cross_entropy", "cross_entropy_of_classes"), "--dl-gradient", "diamond"),
}
FUNCTION = ("--dl-prediction", "circle")  # any other operation
RESTING, KNOWN = 1.85, 2.45  # size of a node before and after its value is known, in sizes of its numbers
GAP = 0.24  # between a node's centre and its numbers, in rows
BELOW = 0.48  # between a level edge and its local derivative, below the gradients of its nodes
WAY, RISE = 0.26, 0.32  # where the numbers of a weight begin, so that those of crossing edges stay apart
LARGE, SMALL = 17, 14  # numbers of a graph of few nodes and of many, in pixels
NARROWED = 0.78  # of these, on a telephone
ASIDE = 0.08  # between a slanted edge and its local derivative
STEPS = 8


def pictures_of(config: Any) -> tuple[str, ...]:
    """The third pictures that a config has."""
    return ("gradients", "weights", "outputs")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"picture": pictures_of(config)}


def stage(recording: Recording, others: Mapping[str, Recording], text: Text, *, picture: str) -> list[Film]:
    """All pictures of the page, the largest first."""
    third = {
        "gradients": curves_of_gradients,
        "weights": curves_of_weights,
        "outputs": curves_of_outputs,
    }[picture](recording, text)
    return [graph(recording, text), loss(recording, text), third, words(recording, text)]


def size_of(scene: Any) -> int:
    """How large the numbers of a graph are."""
    return LARGE if len(scene.names) < 8 else SMALL


def graph(recording: Recording, text: Text) -> Film:
    """The graph: values above, gradients below; what flows back is wide where it is large, dashed where negative."""
    data, moves = _graph(recording, text)
    places = np.array([[k % 4 + 0.12, 1.5 - k // 4] for k in range(STEPS)])  # two rows of four
    muted = {"color": "--dl-paper", "size": 24, "line": {"color": "--dl-grid", "width": 1.5}}
    quiet = {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "xaxis": "x2", "yaxis": "y2"}
    data.append({**quiet, "x": places[:, 0], "y": places[:, 1], "marker": muted})
    stages = recording.track("stage")[:, None] == np.arange(1, STEPS + 1)  # (T, 8)
    spot, moved = drawing.spots(
        len(data), text("legend.stage"), "--dl-attention", places, stages, size=26, opacity=0.5, axes="2"
    )
    data.append(spot)
    moves.append(moved)
    scene = recording.scene
    axes = drawing.bare_axes(*_ranges(scene), domain=[0, 0.84])
    quiet_axis: dict[str, Any] = {"visible": False, "fixedrange": True}
    second = {
        "xaxis2": theme.axis(**quiet_axis, range=[0, 4], anchor="y2"),
        "yaxis2": theme.axis(**quiet_axis, range=[0, 2], domain=[0.86, 1], anchor="x2"),
    }
    layout = theme.layout(
        **axes,
        **second,
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        dragmode=False,
        hovermode=False,
        meta={"letters": NARROWED, "narrow": _on_a_telephone(scene)},
    )
    labels = [*_step_labels(places, text), *_node_labels(recording), *_edge_labels(recording)]
    if "learned" in scene.operations:
        products = [product_so_far(scene, frame) for frame in recording]
        middle: dict[str, Any] = {"x": 2.6, "y": -0.5, "xref": "x", "yref": "y", "xanchor": "center"}
        labels.append(Label(strings=products, yanchor="middle", size=SMALL, color="--dl-gradient", **middle))
    name = text.option("graph", recording.config.graph)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.graph", name=name), text("alt.graph", name=name)
    return Film("graph", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def miniature(recording: Recording, text: Text) -> Film:
    """The graph, small and without numbers."""
    data, moves = _graph(recording, text)
    room = [[low - 0.2 * (high - low), high + 0.2 * (high - low)] for low, high in _ranges(recording.scene)]
    layout = theme.layout(
        **drawing.bare_axes(*room),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
        hovermode=False,
    )
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def first_gradient(recording: Recording, text: Text) -> str | None:
    """The error and the gradient of the first update in words, once it is walked through."""
    done = np.flatnonzero(recording.track("stage") == APPLY)
    if not len(done):
        return None
    frame, scene = recording[int(done[0])], recording.scene
    output = scene.outputs[0]
    (sum_before,) = scene.edges[scene.edges[:, 1] == output, 0]
    target = scene.targets[int(frame.example), 0]
    error, gradient = target - frame.values[output], frame.gradients[sum_before]
    return f"d − y = {n(error)}, ∂L/∂{scene.names[sum_before]} = {n(gradient)}"


def _graph(recording: Recording, text: Text) -> tuple[list[dict[str, Any]], list[Any]]:
    scene, stages, present = recording.scene, recording.track("stage"), recording.track("node")
    ends = scene.places[scene.edges]  # (E, 2, 2)
    known = np.isfinite(recording.track("values"))  # (T, N)
    forth = known[:, scene.edges[:, 1]]  # (T, E)
    drawn = drawing.lit(1, text("legend.forward"), "--dl-prediction", ends, forth)
    names = (text("legend.positive"), text("legend.negative"))
    drawn += drawing.flows(2, names, ends, _flowing(recording))
    here = present[:, None] == np.arange(len(scene.names))  # (T, N)
    drawn.append(
        drawing.spots(
            12,
            text("legend.here"),
            "--dl-attention",
            scene.places,
            here,
            size=3.6 * size_of(scene),
            opacity=0.6,
        )
    )
    for name, color, symbol, which in _kinds(scene):
        sizes = (size_of(scene) * np.where(known[:, which], KNOWN, RESTING)).astype(np.uint8)  # (T, n)
        drawn.append(
            drawing.nodes(len(drawn) + 1, text(f"legend.{name}"), color, symbol, scene.places[which], sizes)
        )
    reached = here[:, scene.edges[:, 1]]  # the edges at the node that is visited, (T, E)
    free = np.array([scene.operations[u] != "target" for u in scene.edges[:, 0]])
    going = np.isin(stages, (FORWARD, ERROR))[:, None]
    coming = (stages == BACKWARD)[:, None] & free
    places = drawing.along(ends, 0.62)
    for name, color, symbol, when in (
        ("forward", "--dl-prediction", "triangle-right", going),
        ("backward", "--dl-gradient", "triangle-left", coming),
    ):
        drawn.append(
            drawing.spots(
                len(drawn) + 1, text(f"legend.{name}"), color, places, reached & when, symbol=symbol, size=17
            )
        )
    data = [drawing.links("--dl-contour", ends), *(look for look, _ in drawn)]
    return data, [move for _, move in drawn]


def _flowing(recording: Recording) -> np.ndarray:
    """The gradient on every edge: of its weight, or what it passes back; none to a target, (T, E)."""
    scene, passed = recording.scene, recording.track("passed").copy()
    weighted = scene.edge_weights >= 0
    passed[:, weighted] = recording.track("weight_gradients")[:, scene.edge_weights[weighted]]
    passed[:, [scene.operations[u] == "target" for u in scene.edges[:, 0]]] = np.nan
    return passed


def _kinds(scene: Any) -> Iterator[tuple[str, str, str, list[int]]]:
    """The nodes by their kind."""
    left = set(range(len(scene.names)))
    for name, (operations, color, symbol) in KINDS.items():
        which = [v for v, operation in enumerate(scene.operations) if operation in operations]
        left -= set(which)
        if which:
            yield name, color, symbol, which
    if left:
        yield "function", *FUNCTION, sorted(left)


def _ranges(scene: Any) -> tuple[list[float], list[float]]:
    (left, low), (right, high) = scene.places.min(0), scene.places.max(0)
    side = (0.1 if size_of(scene) == LARGE else 0.065) * (
        right - left
    )  # room for the numbers of the outermost
    return [float(left - side), float(right + side)], [float(low) - 0.5, float(high) + 0.45]


def _on_a_telephone(scene: Any) -> dict[str, Any]:
    """The axes where the picture is narrow: room for the outermost nodes, and for two rows of steps."""
    (left, right), _ = _ranges(scene)
    more = 0.03 * (right - left)
    return {
        "xaxis": {"range": [left - more, right + more]},
        "yaxis": {"domain": [0, 0.78]},
        "xaxis2": {"range": [-0.14, 3.9]},
        "yaxis2": {"domain": [0.8, 1]},
    }


def _step_labels(places: np.ndarray, text: Text) -> Iterator[Label]:
    for k, (x, y) in enumerate(places.tolist()):
        where: dict[str, Any] = {"xref": "x2", "yref": "y2", "y": y, "yanchor": "middle"}
        yield Label(f"<b>{k + 1}</b>", x=x, xanchor="center", **where)
        yield Label(text(f"step.{k + 1}"), x=x + 0.15, **where)


def _node_labels(recording: Recording) -> Iterator[Label]:
    scene = recording.scene
    values, gradients, size = recording.track("values"), recording.track("gradients"), size_of(scene)
    for v, (x, y) in enumerate(scene.places.tolist()):
        where: dict[str, Any] = {"x": x, "xref": "x", "yref": "y", "xanchor": "center"}
        yield Label(f"<b>{scene.names[v]}</b>", y=y, yanchor="middle", size=size + 1, **where)
        if scene.operations[v] == "one":
            continue
        above: dict[str, Any] = {"y": y + GAP, "yanchor": "bottom", "size": size, "shy": True}
        edit = _field_of(recording, v)
        yield Label("{v:.2f}", {"v": values[:, v]}, edit=edit, **above, **where)
        if scene.operations[v] != "target":
            column, low = {"g": gradients[:, v]}, {"y": y - GAP, "yanchor": "top", "size": size}
            yield Label("{g:+.3f}", column, color="--dl-gradient", shy=True, **low, **where)


def _field_of(recording: Recording, node: int) -> str:
    """What a node's number is called where it can be changed (`presets.editable`): the pairs of XOR are as they are."""
    scene, graph = recording.scene, recording.config.graph
    if graph == "softmax" and scene.operations[node] == "target":
        return "d" + str(1 + [v for v, name in enumerate(scene.operations) if name == "target"].index(node))
    inputs = [v for v, operation in enumerate(scene.operations) if operation in ("input", "learned")]
    if node in inputs and graph != "network":
        return f"x{inputs.index(node) + 1}"
    return "target" if scene.operations[node] == "target" and graph in ("chain", "neuron") else ""


def _edge_labels(recording: Recording) -> Iterator[Label]:
    scene = recording.scene
    ends = scene.places[scene.edges]
    begun = recording.track("stage") > DESIGN
    weights = np.where(begun[:, None], recording.track("weights"), np.float32(np.nan))
    gradients, local = recording.track("weight_gradients"), recording.track("local")
    here: dict[str, Any] = {"xref": "x", "yref": "y", "size": size_of(scene) - 1}
    for e, (u, v) in enumerate(scene.edges.tolist()):
        k = int(scene.edge_weights[e])
        (left, start), (right, end) = ends[e].tolist()
        if k >= 0:
            where = {**here, "x": left + WAY * (right - left), "xanchor": "left", "shy": True}
            y = start + RISE * (end - start)
            weight, gradient = {"w": weights[:, k]}, {"g": gradients[:, k]}
            edit = f"w{k + 1}"
            yield Label(
                "<b>{w:.2f}</b>", weight, y=y, yanchor="bottom", color="--dl-model", edit=edit, **where
            )
            yield Label("{g:+.3f}", gradient, y=y, yanchor="top", color="--dl-gradient", **where)
        elif scene.operations[u] != "target" and scene.operations[v] != "softmax":
            middle = {**here, "x": (left + right) / 2, "xanchor": "center", "shy": True}
            beside = {"y": start - BELOW, "yanchor": "top"}
            if len(scene.outputs) > 1:  # the edges meet at the loss: each number on the outer side of its own
                beside = {"y": (start + end) / 2 + 0.05, "yanchor": "top" if end > start else "bottom"}
            if start != end:
                middle |= {"x": (left + right) / 2 + ASIDE, "xanchor": "left"}
            yield Label("×{l:.3g}", {"l": local[:, e]}, **middle | beside)
            if scene.operations[v] in SYMBOLS:
                above = {"y": start + 0.04, "yanchor": "bottom", "color": "--dl-prediction"}
                yield Label(SYMBOLS[scene.operations[v]], **above, **{**middle, "shy": False})
