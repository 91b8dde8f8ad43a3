"""The pictures of the lesson: the unrolled network, losses, the path of its state, a close-up by choice, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlviz.lessons.rnn.closeup_cell import cell, unit_at
from dlviz.lessons.rnn.closeup_made import errors_of, forecast, generated
from dlviz.lessons.rnn.closeups import path, point_at, states, weights
from dlviz.lessons.rnn.figures_network import NOTHING, columns_of, input_name, unrolled
from dlviz.lessons.rnn.tasks import sequences_of
from dlviz.plots import curves, graph, theme, tokens
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

ACTIONS = ("position", "point", "unit")  # of clicks
TEMPERATURES = ("0.7", "0", "1", "1.5")
THRESHOLDS = ("0.5", "0.3", "0.7")
USUAL = {"brackets": 9, "reverse": 4, "series": 11}  # positions that are chosen at first; 1 elsewhere
LONGEST = 59  # the last position of a map of states


class Stretches(Sequence[str]):
    """All brushed stretches that there are, as the options of a view: none is the usual one."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        return ("",)[at]

    def __contains__(self, text: object) -> bool:
        found = (
            re.fullmatch(r"(\d{1,2})-(\d{1,2})", text, re.ASCII) if isinstance(text, str) and text else None
        )
        return text == "" or (found is not None and int(found[1]) <= int(found[2]) <= LONGEST)


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    makes = ("generated",) if config.task == "text" else ()
    return ("cell", "states", *makes, "weights", *(("path",) if config.task == "series" else ()))


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"picture": pictures_of(config)}


def views_seen(config: Any, picture: str) -> dict[str, tuple[str, ...]]:
    """The views that have a control of their own where a picture is seen."""
    of = {"generated": ("temperature", TEMPERATURES), "states": ("threshold", THRESHOLDS)}
    return {"picture": pictures_of(config), **({of[picture][0]: of[picture][1]} if picture in of else {})}


def seen(config: Any) -> dict[str, Sequence[str]]:
    """Further views: what is chosen with the mouse, and what belongs to one picture alone."""
    units = [
        f"{layer}.{k}" for layer in range(1, config.layers + 1) for k in range(1, config.hidden_size + 1)
    ]
    count = sequences_of(config).inputs.shape[1]
    usual = min(USUAL.get(config.task, 1), count - 1)
    places = tuple(str(k) for k in sorted(range(count), key=lambda k: (k != usual, k)))
    return {"position": places, "unit": tuple(units), "stretch": Stretches(), "temperature": TEMPERATURES,
            "threshold": THRESHOLDS}  # fmt: skip


def choices_of(config: Any) -> tuple[Any, ...]:
    """All on which the page beside the pictures depends."""
    names = "task", "text", "own", "split", "series", "example", "shuffle", "seed", "layers", "hidden_size"
    return views_of(config), [getattr(config, name) for name in names]


def names_of(recording: Recording) -> dict[str, str]:
    """What the positions are called where one is chosen: "3 · goodbye"."""
    scene = recording.scene
    numbers = enumerate(scene.inputs)
    read = [scene.tokens[int(x)] if scene.tokens else input_name(recording, k) for k, x in numbers]
    return {str(k): f"{k + 1} · {tokens.VISIBLE.get(name, name)}" for k, name in enumerate(read)}


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    position: str = "1",
    unit: str = "1.1",
    stretch: str = "",
    temperature: str = TEMPERATURES[0],
    threshold: str = THRESHOLDS[0],
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        position: of the sequence that is looked at, counted from 0; one beyond the last is the last.
        unit: that is chosen, "layer.number".
        stretch: positions that were brushed, "3-5".
        temperature: of what the network writes.
        threshold: from which size on a unit is on.
    """
    at = min(int(position), len(recording.scene.inputs) - 1)
    fourth = {
        "cell": lambda: cell(recording, text, position=at, unit=unit),
        "states": lambda: states(recording, text, position=at, stretch=stretch, threshold=float(threshold)),
        "generated": lambda: generated(recording, text, position=at, temperature=temperature),
        "weights": lambda: weights(recording, text, layer=int(unit.split(".")[0]) - 1),
        "path": lambda: path(recording, text, position=at),
    }[picture]()
    third = (
        forecast(recording, text) if recording.config.task == "series" else path(recording, text, position=at)
    )
    if fourth.name == third.name:
        fourth = Film(**{**vars(fourth), "name": "closeup"})
    films = [unrolled(recording, text, position=at), losses(recording, text), third, fourth]
    return [*films, numbers(recording, text, position=at)]


def hit(
    recording: Recording, action: str, view: Mapping[str, str], x: float, y: float, step: int
) -> tuple[str, str]:
    """What a click chooses: ("position", "3"), ("unit", "1.2"), or ("", "")."""
    count = len(recording.scene.inputs)
    if action == "unit":
        return "unit", unit_at(recording, view["unit"], y) or view["unit"]
    if action == "point":
        position = point_at(recording, x, y, min(step, len(recording) - 1))
    else:
        shown = columns_of(recording, min(int(view["position"]), count - 1))
        column = tokens.position_at(x, len(shown))
        position = None if column is None else shown.start + column
    return ("", "") if position is None else ("position", str(position))


def brushed(recording: Recording, points: np.ndarray) -> str:
    """The stretch that painted points cover; none if they cover none."""
    scene = recording.scene
    count = len(scene.text) if scene.tokens else len(scene.inputs)
    places = np.clip(np.rint(points[:, 0]), 0, count - 1).astype(int)
    return f"{places.min()}-{places.max()}" if len(places) else ""


def losses(recording: Recording, text: Text) -> Film:
    """Loss and share of right answers over the updates, of what is learnt and of what was kept aside."""
    lines = [
        ("axis.loss", "train", "--dl-gradient", "y", recording.track("loss")),
        ("axis.accuracy", "train", "--dl-prediction", "y2", recording.track("accuracy")),
    ]
    if np.isfinite(recording.track("test_loss")[0]):
        lines += [
            ("axis.loss", "test", "--dl-gradient", "y", recording.track("test_loss")),
            ("axis.accuracy", "test", "--dl-prediction", "y2", recording.track("test_accuracy")),
        ]
    named = [
        (text(f"legend.{split}_of", name=text(name)), color, axis, values, split == "test")
        for name, split, color, axis, values in lines
    ]
    data, moves = curves.of_updates(recording.track("update"), named)
    most = max(0.5, 1.25 * float(recording.track("loss")[0]))
    y2 = curves.share_axis()
    head: dict[str, Any] = {"y": 1.04, "yanchor": "bottom", "size": 12}
    names = ("legend.loss", "legend.accuracy") if len(lines) > 2 else ("axis.loss", "axis.accuracy")
    if recording.config.task == "series":
        names = ("legend.error", "legend.direction")
    labels = (
        Label(text(names[0]), x=0.0, color="--dl-gradient", **head),
        Label(text(names[1]), x=1.0, xanchor="right", color="--dl-prediction", **head),
    )
    layout = theme.layout(
        xaxis=theme.axis(text("axis.updates"), range=[0, recording.config.updates], nticks=6),
        yaxis=theme.axis(range=[0, most], nticks=5),
        yaxis2=y2,
        margin={"l": 40, "r": 44, "t": 26, "b": 36},
    )
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.losses"), text("alt.losses")
    return Film("losses", len(recording), figure, tuple(moves), labels, title=title, alt=alt)


def miniature(recording: Recording, text: Text) -> Film:
    """The hidden states of all positions, small and without words."""
    look, move = tokens.states(0, recording.track("hidden")[:, -1])
    count, units = recording.track("hidden").shape[2:]
    axes = graph.bare_axes([-0.5, count - 0.5], [0.5 - units, 0.5])
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False, hovermode=False)
    figure = {"data": [{**look, "xgap": 2}], "layout": layout}
    return Film("miniature", len(recording), figure, (move,), alt=text("sentence"))


def numbers(recording: Recording, text: Text, *, position: int = 0) -> Film:
    """Two lines of live numbers: how well it does, and what it says at the chosen position."""
    scene, series = recording.scene, recording.config.task == "series"
    values = {
        "update": recording.track("update").astype(np.float32),
        "loss": recording.track("loss").astype(np.float32),
        "accuracy": (100 * recording.track("accuracy")).astype(np.float32),
        "test": (100 * recording.track("test_accuracy")).astype(np.float32),
        "parameters": np.full(len(recording), scene.parameters, np.float32),
    }
    if series:
        errors = errors_of(recording)
        values["network"] = errors.pop("network").astype(np.float32)
        line = text("live.series", **{name: f"{value:.3f}" for name, value in errors.items()})
        return Film(
            "numbers", len(recording), None, labels=(Label(text("live.numbers"), values), Label(line, values))
        )
    tested = np.isfinite(values["test"][0])
    outputs = recording.track("outputs")[:, position]
    read = " ".join(input_name(recording, k, 9) for k in range(max(0, position - 5), position + 1))
    asked = scene.targets[position] != NOTHING
    said = [
        text(
            "live.says" if asked else "live.unasked",
            text=read,
            answer=tokens.shown(scene.answers[best]),
            share=f"{100 * share:.0f}",
        )
        for best, share in zip(outputs.argmax(axis=1).tolist(), outputs.max(axis=1).tolist())
    ]
    labels = (Label(text("live.tested" if tested else "live.numbers"), values), Label(strings=said))
    return Film("numbers", len(recording), None, labels=labels, alt=f"{position}: {read}")


def result(recording: Recording, text: Text) -> str | None:
    """The last errors in words, once the training is over."""
    if recording.config.task != "series" or len(recording) < recording.config.length():
        return None
    errors = errors_of(recording)
    last = {"network": float(errors["network"][-1]), "today": errors["today"], "linear": errors["linear"]}
    return text("predict.result", **{name: f"{value:.3f}" for name, value in last.items()})
