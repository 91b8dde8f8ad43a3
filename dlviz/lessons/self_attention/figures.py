"""The pictures of the lesson: all heads, the sum of one token, its arcs, losses, and the words with live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.self_attention import figures_heads, figures_line
from dlviz.lessons.self_attention.figures_hand import dragged, plane, stages, values
from dlviz.lessons.self_attention.figures_heads import heads, miniature
from dlviz.lessons.self_attention.figures_line import arcs, off, places
from dlviz.lessons.self_attention.figures_sum import PARTS, part_at, sum_of
from dlviz.lessons.self_attention.reading import answered, head_of, units_of
from dlviz.lessons.self_attention.tasks import puzzle
from dlviz.plots import curves, theme, tokens
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["dragged", "heads", "miniature"]

ACTIONS = ("heads", "line", "sum")  # of clicks


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    return ("arcs",) if config.task == "hand" else ("arcs", "off", "places")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; heads and tokens are chosen beside it."""
    parts = {} if config.task == "hand" else {"part": tuple(PARTS)}
    return {**parts, "picture": pictures_of(config)}


def chosen_of(config: Any) -> dict[str, tuple[str, ...]]:
    """The heads, and the tokens that can look: first the one that has to look farthest."""
    if config.task == "hand":
        return {"unit": ("1.1",), "token": ("1", "2", "3")}
    own = puzzle(config.task, config.sequence)
    names = [str(k + 1) for k in range(len(own.tokens))]
    first = names[-1]
    if config.task == "brackets":
        first = names[_farthest(own.tokens.tolist())]
    return {"unit": units_of(config), "token": (first, *(name for name in names if name != first))}


def _farthest(kinds: list[int]) -> int:
    """The closing bracket whose partner is farthest away."""
    waiting, best = [], (0, 0)
    for at, kind in enumerate(kinds):
        if kind < max(kinds):
            waiting.append(at)
        else:
            best = max(best, (at - waiting.pop(), at))
    return best[1]


def choices_of(config: Any) -> tuple[Any, ...]:
    """All on which the page beside the pictures depends."""
    return config.task, config.sequence, views_of(config), chosen_of(config)


def names_of(scene: Any) -> dict[str, str]:
    """What the tokens are called where one is chosen, by their number: "3 · word"."""
    return {str(k): f"{k} · {name}" if scene.answers else name for k, name in enumerate(scene.names, 1)}


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    unit: str = "",
    token: str = "",
    part: str = "all",
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        unit: the head that is looked at closely, "2.1" is the first of the second layer.
        token: the one that looks, counted from 1.
        part: how far its sum is shown.
    """
    token = token or chosen_of(recording.config)["token"][0]
    unit = unit or units_of(recording.config)[0]
    if recording.config.task == "hand":
        return [
            plane(recording, text, token=token),
            sum_of(recording, text, token=token),
            values(recording, text, token=token),
            stages(recording, text, token=token),
        ]
    fourth = {
        "arcs": lambda: arcs(recording, text, unit=unit, token=token),
        "off": lambda: off(recording, text),
        "places": lambda: places(recording, text),
    }[picture]()
    return [
        heads(recording, text, unit=unit, token=token),
        sum_of(recording, text, unit=unit, token=token, part=part),
        losses(recording, text),
        fourth,
        numbers(recording, text, unit=unit, token=token),
    ]


def hit(scene: Any, action: str, x: float, y: float) -> dict[str, str]:
    """The views that a click chooses."""
    if action == "heads":
        found = figures_heads.hit(scene, x, y)
        return {"unit": found[0], "token": found[1]} if found else {}
    if action == "sum":
        return {"part": part_at(scene, x, y)}
    token = figures_line.token_at(scene, x)
    return {"token": token} if token else {}


def losses(recording: Recording, text: Text) -> Film:
    """Loss on training and test sequences, and which share of symbols and of whole sequences is right."""
    loss, accuracy = recording.track("loss"), recording.track("accuracy")  # (T, 2) each
    lines = [
        (text("legend.loss_train"), "--dl-gradient", "y", loss[:, 0], False),
        (text("legend.loss_test"), "--dl-gradient", "y", loss[:, 1], True),
        (text("legend.symbols"), "--dl-prediction", "y2", accuracy[:, 0], False),
        (text("legend.whole"), "--dl-prediction", "y2", accuracy[:, 1], True),
    ]
    data, moves = curves.of_updates(recording.track("update"), lines)
    x = theme.axis(text("axis.updates"), range=[0, recording.config.updates], nticks=6)
    y = theme.axis(range=[0, 1.15 * float(loss[0].max())], nticks=5)
    y2 = curves.share_axis()
    high: dict[str, Any] = {"y": 1.02, "yanchor": "bottom", "size": 12}
    labels = (
        Label(text("legend.loss"), x=0.0, color="--dl-gradient", **high),
        Label(text("legend.accuracy"), x=1.0, xanchor="right", color="--dl-prediction", **high),
    )
    layout = theme.layout(xaxis=x, yaxis=y, yaxis2=y2, margin={"l": 40, "r": 44, "t": 26, "b": 36})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.losses"), text("alt.losses")
    return Film("losses", len(recording), figure, tuple(moves), labels, title=title, alt=alt)


def numbers(recording: Recording, text: Text, *, unit: str, token: str) -> Film:
    """Two lines of live numbers: how well it does, and what the chosen token looks at and answers."""
    scene, t = recording.scene, int(token) - 1
    layer, head = head_of(unit)
    accuracy, loss = recording.track("accuracy"), recording.track("loss")
    known = {
        "update": recording.track("update").astype(np.float32),
        "loss": loss[:, 1],
        "symbols": 100 * accuracy[:, 0],
        "whole": 100 * accuracy[:, 1],
        "parameters": np.full(len(recording), scene.parameters, np.float32),
    }
    weights = recording.track("weights")[:, layer, head, t]  # (T, n)
    said = []
    given, sure = answered(recording)
    for step, best in enumerate(weights.argmax(1).tolist()):
        values = {
            "token": tokens.shown(scene.names[t]),
            "place": t + 1,
            "layer": layer + 1,
            "head": head + 1,
            "seen": tokens.shown(scene.names[best]),
            "there": best + 1,
            "share": f"{100 * weights[step, best]:.0f}",
        }
        line = text("live.looks", **values)
        if scene.targets[t] >= 0:
            answer = int(given[step, t])
            verdict = "live.right" if answer == scene.targets[t] else "live.wrong"
            line += text(
                verdict, answer=tokens.shown(scene.answers[answer]), share=f"{100 * sure[step, t]:.0f}",
                expected=tokens.shown(scene.expected[t]),
            )  # fmt: skip
        said.append(line)
    labels = (Label(text("live.numbers"), known), Label(strings=said))
    return Film("numbers", len(recording), None, labels=labels)


def result(recording: Recording, text: Text) -> str | None:
    """The last accuracy in words, once the training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    accuracy = 100 * recording.track("accuracy")[-1]
    if not len(accuracy):
        return None
    return text("predict.result", symbols=f"{accuracy[0]:.0f}", whole=f"{accuracy[1]:.0f}")
