"""The pictures of convolution: the sliding kernel, the way back from a pixel, and a close-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.convolution import closeups, cortex, keypoints
from dlviz.lessons.convolution.boards import plan_of
from dlviz.lessons.convolution.experiment import CONVOLVE
from dlviz.lessons.convolution.figures_numbers import words
from dlviz.lessons.convolution.figures_sliding import miniature, sliding
from dlviz.lessons.convolution.images import shape_of
from dlviz.plots.film import Film
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["miniature", "sliding"]

PICTURES = ("whole", "weights", "cortex", "keypoints")


def pictures_of(config: Any) -> tuple[str, ...]:
    """The third pictures that a config has."""
    return PICTURES


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return {"picture": PICTURES, "change": keypoints.CHANGES}


def views_seen(config: Any, picture: str) -> dict[str, tuple[str, ...]]:
    """Those that matter beside a third picture."""
    views = views_of(config)
    return views if picture == "keypoints" else {"picture": views["picture"]}


def beside(config: Any, picture: str, change: Any) -> dict[str, tuple[Any, Any]]:
    """The recordings that a third picture needs beside the sliding kernel: experiment and config by name."""
    if picture == "cortex":
        return {"cortex": (cortex, cortex.Config(angle=config.angle))}
    if picture == "keypoints":
        names = ("image", "photo", "turn", "scan")
        chosen = {name: getattr(config, name) for name in names}
        return {"keypoints": (keypoints, keypoints.Config(change=change, **chosen))}
    return {}


def pixels_of(config: Any) -> dict[str, tuple[str, ...]]:
    """The pixels that can be asked where they go, "row.column", the middle one first."""
    height, width = shape_of(config.image, config.photo, config.pixels)
    every = tuple(f"{row}.{column}" for row in range(height) for column in range(width))
    return {"pixel": (f"{height // 2}.{width // 2}", *every)}


def pixel_at(scene: Any, x: float, y: float) -> str | None:
    """The pixel that was clicked in the large picture."""
    for board in plan_of(scene).inputs:
        if cell := board.at(x, y):
            row, column = cell[0] - scene.padding, cell[1] - scene.padding
            inside = 0 <= row < scene.height and 0 <= column < scene.width
            return f"{row}.{column}" if inside else None
    return None


def step_at(scene: Any, x: float, y: float) -> int | None:
    """The step that makes the number that was clicked in the output, or in what is pooled."""
    for board, first in plan_of(scene).growing:
        if cell := board.at(x, y):
            return first + cell[0] * board.columns + cell[1]
    return None


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    change: str = "shift",
    pixel: str = "",
) -> list[Film]:
    """All pictures of the page, the largest first; `others` are "cortex" or "keypoints" where those are seen."""
    scene = recording.scene
    chosen = pixel or f"{scene.height // 2}.{scene.width // 2}"
    row, column = (int(part) for part in chosen.split("."))
    third = {
        "whole": lambda: closeups.whole(recording, text),
        "weights": lambda: closeups.weights(recording, text),
        "cortex": lambda: closeups.tuning(recording, others.get("cortex"), text),
        "keypoints": lambda: closeups.corners(recording, others.get("keypoints"), text, change=change),
    }[picture]()
    return [
        sliding(recording, text, pixel=(row, column)),
        closeups.way_back(recording, text, pixel=(row, column)),
        third,
        words(recording, text),
    ]


def moved_by(recording: Recording, text: Text) -> str | None:
    """By how many columns the output's bright part lies beside the picture's, once all of it is there."""
    scene = recording.scene
    values = recording.track("value")[recording.track("stage") == CONVOLVE]
    if len(values) < scene.rows * scene.columns:
        return None
    output, inside = values.reshape(scene.rows, scene.columns), scene.padding
    image = scene.image[0, inside : inside + scene.height, inside : inside + scene.width]
    centre = [float((part * np.arange(part.shape[1])).sum() / part.sum()) for part in (image, output)]
    return text("predict.moved", columns=f"{centre[1] - centre[0]:+.2f}".replace("-", "−"))
