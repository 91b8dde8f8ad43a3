"""Numbers over the updates: the loss, each weight and its gradient, the output for each pair."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.backprop.experiment import APPLY, REPEAT
from dlviz.lessons.backprop.formula import pair_name
from dlviz.plots import curves, surface, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.plots.theme import SERIES
from dlviz.recording import Recording
from dlviz.text import Text

DASHES = ("solid", "dash", "dot")
MARKS = {"solid": "—", "dash": "╌", "dot": "···"}


def loss(recording: Recording, text: Text) -> Film:
    """The mean loss over all pairs."""
    values = recording.track("loss").astype(np.float32)
    return _film(recording, text, "loss", [(text("axis.loss"), "--dl-gradient", "solid", values)], [0.0])


def curves_of_gradients(recording: Recording, text: Text) -> Film:
    """The gradient of each parameter, mean over as many updates as there are pairs."""
    lines = _per_parameter(recording, _mean_of_last_updates(recording))
    return _film(recording, text, "gradients", lines, [0.0])


def curves_of_weights(recording: Recording, text: Text) -> Film:
    """Each parameter."""
    lines = _per_parameter(recording, recording.track("weights"))
    return _film(recording, text, "weights", lines, [0.0])


def curves_of_outputs(recording: Recording, text: Text) -> Film:
    """The output for each pair, and for each class."""
    outputs, scene, lines = recording.track("outputs"), recording.scene, []
    for m in range(outputs.shape[1]):
        for k in range(outputs.shape[2]):
            name = pair_name(scene, m) if outputs.shape[2] == 1 else scene.names[scene.outputs[k]]
            dash = DASHES[0] if scene.targets[m, k] > 0 else DASHES[1]
            lines.append((name, SERIES[(m + k) % len(SERIES)], dash, outputs[:, m, k]))
    return _film(recording, text, "outputs", lines, scene.targets.reshape(-1).tolist())


def _per_parameter(recording: Recording, values: np.ndarray) -> list[tuple[str, str, str, np.ndarray]]:
    return [
        (name, SERIES[k % len(SERIES)], DASHES[k // len(SERIES)], values[:, k])
        for k, name in enumerate(recording.scene.parameters)
    ]


def _mean_of_last_updates(recording: Recording) -> np.ndarray:
    """Mean gradient of the last M updates up to each step, one for every pair; NaN before those, (T, P)."""
    made = np.isin(recording.track("stage"), (APPLY, REPEAT))  # (T,)
    gradients = recording.track("weight_gradients")[made].astype(np.float64)  # (U, P)
    total = np.concatenate([np.zeros((1, gradients.shape[1])), gradients.cumsum(0)])  # (1 + U, P)
    last = made.cumsum()  # updates made up to a step
    pairs = len(recording.scene.targets)
    mean = (total[last] - total[np.maximum(last - pairs, 0)]) / pairs
    return np.where(last[:, None] >= pairs, mean, np.nan).astype(np.float32)


def _film(
    recording: Recording,
    text: Text,
    name: str,
    lines: list[tuple[str, str, str, np.ndarray]],
    held: list[float],
) -> Film:
    """Lines over the updates; `held` are heights that stay in view."""
    updates = recording.track("update").astype(np.float32)
    data: list[dict[str, Any]] = []
    moves = []
    for title, color, dash, values in lines:
        look, move = curves.curve(len(data), title, color, values.astype(np.float32), dash=dash, width=2)
        data.append(look)
        moves.append(Move(move.trace, {**move.columns, "x": updates}, "grow"))
        if len(lines) == 1:
            spot, moved = surface.head(len(data), title, color, x=updates, y=values.astype(np.float32))
            data.append(spot)
            moves.append(moved)
    y = theme.axis(
        text(f"axis.{name}"),
        autorangeoptions={"include": list(held)},
        rangemode="tozero" if name == "loss" else "normal",
        nticks=6,
    )
    x = theme.axis(text("axis.updates"), range=[0, recording.config.steps], nticks=6)
    many = len(lines) > 1
    legend: dict[str, Any] = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": {"size": 12}}
    margin = {"l": 58, "r": 14, "t": 46 if many else 8, "b": 42}
    labels: list[Label] = []
    if len(lines) > 5:  # many short names stand beside the lines
        margin |= {"t": 8, "r": 58}
        labels = [
            Label(
                f"{MARKS[dash]} {title}", x=1.02, y=1 - (k + 0.5) / len(lines), yanchor="middle", color=color
            )
            for k, (title, color, dash, _) in enumerate(lines)
        ]
    look = theme.layout(xaxis=x, yaxis=y, showlegend=many and not labels, legend=legend, margin=margin)
    pairs = len(recording.scene.targets)
    label = f"{name}_mean" if name == "gradients" and pairs > 1 else name
    title, alt = text(f"picture.{label}", pairs=pairs), text(f"alt.{label}", pairs=pairs)
    return Film(
        name,
        len(recording),
        {"data": data, "layout": {**look, "uirevision": recording.config.graph}},
        tuple(moves),
        tuple(labels),
        title=title,
        alt=alt,
    )
