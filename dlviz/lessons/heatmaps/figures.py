"""The pictures of the lesson: the wall of maps, one method in large, what is measured by choice, and live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.heatmaps.closeups import KEPT, alike, detail, scores
from dlviz.lessons.heatmaps.experiment import METHODS
from dlviz.lessons.heatmaps.figures_wall import method_at, miniature, wall
from dlviz.lessons.heatmaps.subject import classes_of
from dlviz.plots import curves, theme
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["method_at", "miniature", "wall"]

STRENGTHS = ("strong", "light", "map")
USUAL = "grad_cam"


def pictures_of(config: Any) -> tuple[str, ...]:
    """The third pictures that a config has."""
    first = {"nothing": (), "layers": ("alike",), "pictures": ("ranking",)}[config.after]
    return (*first, "losses", "scores")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; the method is chosen beside it."""
    return {"picture": pictures_of(config), "strength": STRENGTHS}


def methods_of(config: Any) -> dict[str, tuple[str, ...]]:
    """The methods, the usual one first."""
    return {"method": (USUAL, *(name for name in METHODS if name != USUAL))}


def targets_of(config: Any, text: Text) -> list[str]:
    """What `Config.target` can mean."""
    names = [class_name(text, name) for name in classes_of(config)]
    return [text("target.answered"), text("target.true"), *names]


def class_name(text: Text, name: str) -> str:
    """What a class is called."""
    return text(f"class.{name}") if text.has(f"class.{name}") else name


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    strength: str,
    method: str = USUAL,
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the third.
        strength: how much of the picture a map covers.
        method: that is seen in large.
    """
    third = {
        "losses": lambda: losses(recording, text),
        "scores": lambda: scores(recording, text),
        "ranking": lambda: scores(recording, text, mean=True),
        "alike": lambda: alike(recording, text),
    }[picture]()
    return [
        wall(recording, text, method=method, strength=strength),
        detail(recording, text, method=method, strength=strength),
        third,
        numbers(recording, text),
    ]


def marks(recording: Recording, text: Text) -> list[tuple[int, str]]:
    """The step after which something else than training follows."""
    scene, after = recording.scene, recording.config.after
    if after == "nothing" or len(recording) <= scene.trained + 1:
        return []
    return [(scene.trained + 1, text(f"mark.{after}", count=len(scene.numbers)))]


def losses(recording: Recording, text: Text) -> Film:
    """Loss and accuracy over the steps, on training and on test pictures."""
    tests = recording.track("test_accuracy")  # (T, S)
    lines = [
        ("legend.loss", "--dl-gradient", "y", recording.track("loss"), False),
        ("legend.train", "--dl-prediction", "y2", recording.track("accuracy"), False),
        ("legend.test", "--dl-prediction", "y2", tests[:, 0], True),
    ]
    if tests.shape[1] > 1:
        lines.append(("legend.clean", "--dl-attention", "y2", tests[:, 1], False))
    learning = recording.track("forgotten") == 0  # a network that forgets does not learn
    named = [
        (text(name), color, axis, np.where(learning, values, np.nan), dashed)
        for name, color, axis, values, dashed in lines
    ]
    data, moves = curves.of_updates(recording.track("update"), named)
    most = max(2.5, 1.8 * float(recording.track("loss")[0]))
    axes = {
        "xaxis": theme.axis(text("axis.updates"), range=[0, recording.config.updates()], nticks=6),
        "yaxis": theme.axis(range=[0, most], nticks=4),
        "yaxis2": curves.share_axis(),
    }
    head: dict[str, Any] = {"yanchor": "bottom", "y": 1.03, "size": 12}
    labels = [
        Label(text("legend.loss"), x=0.0, color="--dl-gradient", **head),
        Label(text("legend.accuracy"), x=1.0, xanchor="right", color="--dl-prediction", **head),
    ]
    if tests.shape[1] > 1:
        clean: dict[str, Any] = {"x": 0.98, "y": 0.42, "xanchor": "right", "yanchor": "bottom", "size": 12}
        labels.append(Label(text("legend.clean"), color="--dl-attention", **clean))
    layout = theme.layout(**axes, margin={"l": 36, "r": 44, "t": 24, "b": 34})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.losses"), text("alt.losses")
    return Film("losses", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def numbers(recording: Recording, text: Text) -> Film:
    """Two lines of live numbers: how well the network does, and what it says of the picture."""
    scene, tests = recording.scene, 100 * recording.track("test_accuracy")
    values = {
        "update": recording.track("update").astype(np.float32),
        "loss": recording.track("loss").astype(np.float32),
        "train": (100 * recording.track("accuracy")).astype(np.float32),
        "test": tests[:, 0],
    }
    line = text("live.numbers")
    if tests.shape[1] > 1:
        line, values["clean"] = text("live.clean"), tests[:, 1]
    names = [class_name(text, name) for name in scene.classes]
    said = []
    probabilities = recording.track("probabilities")
    for shown, target, share in zip(recording.track("picture"), recording.track("target"), probabilities):
        best, truth = int(share.argmax()), int(scene.labels[shown])
        known = {"answer": names[best], "share": f"{100 * share[best]:.0f}", "target": names[target],
                 "score": f"{100 * share[target]:.0f}"}  # fmt: skip
        if truth < 0:
            said.append(text("live.stranger", **known))
        else:
            said.append(text("live.picture", number=scene.numbers[shown], true=names[truth], **known))
    return Film("numbers", len(recording), None, labels=(Label(line, values), Label(strings=said)))


def result(recording: Recording, text: Text) -> str | None:
    """Which maps are much the same in the end although the network is random, once it is."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    last = recording.track("alike")[-1]
    kept = [
        text(f"option.method.{name}")
        for name, like in zip(recording.scene.methods, last.tolist())
        if like > KEPT and name != "edges"
    ]
    return text("predict.result", count=len(kept), all=len(last) - 1, names=", ".join(kept) or "–")
