"""The pictures of the lesson: the network, its filters, losses and accuracies, a close-up by choice, live numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.cnn import tiles
from dlviz.lessons.cnn.closeup_brought import brought
from dlviz.lessons.cnn.closeup_layer import below_hit, layer_in_detail
from dlviz.lessons.cnn.closeup_sketch import sketch
from dlviz.lessons.cnn.closeup_unit import unit_in_detail
from dlviz.lessons.cnn.closeups import confusion, misread_at, plane, point_at
from dlviz.lessons.cnn.experiment import widths_of
from dlviz.lessons.cnn.figures_filters import filters
from dlviz.lessons.cnn.figures_network import ASPECT, class_name, network, unit_hit
from dlviz.lessons.cnn.reading import on_pad
from dlviz.plots import curves, graph, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["filters", "network", "on_pad"]

ACTIONS = ("unit", "misread", "point", "made", "sum")  # of clicks
DEPTHS = ("layer", "unit")  # below the network: how a map is made, and one of its sums
SCALES = ("layer", "unit", "network")


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    drawn = ("sketch",) if config.data == "digits" else ()
    return (*DEPTHS, "confusion", "plane", *drawn, "brought")


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; units are chosen beside it."""
    return {"picture": pictures_of(config), "scale": SCALES}


def units_of(config: Any) -> dict[str, tuple[str, ...]]:
    """The units that a config has, block by block: "1.1", "1.2", ..."""
    widths = widths_of(config)
    units = [f"{block}.{k}" for block, width in enumerate(widths, 1) for k in range(1, width + 1)]
    return {"unit": tuple(units)}


def choices_of(config: Any) -> tuple[Any, ...]:
    """All on which the page beside the pictures depends."""
    return views_of(config), units_of(config), config.blocks, config.example, config.data, config.album


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    scale: str,
    unit: str = "1.1",
    drawing: str = "",
    photo: str = "",
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        scale: what full colour means: the largest number of the unit, of its layer or of the network.
        unit: that is chosen.
        drawing: a drawn digit, as text.
        photo: digest of an uploaded picture.
    """
    fourth = {
        "unit": lambda: unit_in_detail(recording, text, unit=unit),
        "layer": lambda: layer_in_detail(recording, text, unit=unit),
        "confusion": lambda: confusion(recording, text),
        "plane": lambda: plane(recording, text),
        "sketch": lambda: sketch(recording, text, drawing=drawing),
        "brought": lambda: brought(recording, text, photo=photo),
    }[picture]()
    films = [
        network(recording, text, unit=unit, scale=scale),
        filters(recording, text, unit=unit),
        losses(recording, text),
        fourth,
    ]
    if picture == "sketch":  # a hand needs room
        films = [fourth, films[0], films[2], films[1]]
    return [*films, numbers(recording, text)]


def hit(
    recording: Recording, action: str, x: float, y: float, step: int, *, picture: str = "", unit: str = "1.1"
) -> dict[str, Any]:
    """What a click chooses: {"example": 17}, or what is seen: {"unit": "1.2", "picture": "layer"}.

    From the network it leads to how a unit's map is made; from there to a sum of the unit, or to a unit of the block
    before; from the sum back to its layer.

    Args:
        recording: what was shown.
        action: of the film that was clicked.
        x, y: where.
        step: which was seen.
        picture, unit: that were chosen.
    """
    step = min(step, len(recording) - 1)
    if action == "sum":
        return {"picture": "layer"}
    if action == "made":
        before = below_hit(recording, unit, x, y)
        return {"unit": before} if before else {"picture": "unit"}
    if action == "unit":
        found = unit_hit(recording.scene, x, y)
        return {"unit": found, "picture": picture if picture in DEPTHS else DEPTHS[0]} if found else {}
    example = (misread_at if action == "misread" else point_at)(recording, x, y, step)
    return {} if example is None else {"example": example}


def losses(recording: Recording, text: Text) -> Film:
    """Loss and accuracy over the updates, on training and on test pictures."""
    tests = recording.track("test_accuracy")  # (T, S)
    lines = [
        ("axis.loss", "train", "--dl-gradient", "y", recording.track("loss")),
        ("axis.loss", "test", "--dl-gradient", "y", recording.track("test_loss")),
        ("axis.accuracy", "train", "--dl-prediction", "y2", recording.track("accuracy")),
        ("axis.accuracy", "test", "--dl-prediction", "y2", tests[:, 0]),
    ]
    if tests.shape[1] > 1:
        lines.append(("axis.accuracy", "clean", "--dl-attention", "y2", tests[:, 1]))
    named = [
        (text(f"legend.{split}_of", name=text(name)), color, axis, values, split == "test")
        for name, split, color, axis, values in lines
    ]
    data, moves = curves.of_updates(recording.track("update"), named)
    most = max(2.5, 1.2 * float(recording.track("loss")[0]))
    x = theme.axis(text("axis.updates"), range=[0, recording.config.updates()], nticks=6)
    y = theme.axis(range=[0, most], nticks=5)
    y2 = curves.share_axis()
    labels = [
        Label(text("legend.loss"), x=0.0, y=1.04, yanchor="bottom", color="--dl-gradient", size=12),
        Label(
            text("legend.accuracy"), x=1.0, y=1.04, xanchor="right", yanchor="bottom",
            color="--dl-prediction", size=12,
        ),
    ]  # fmt: skip
    if tests.shape[1] > 1:
        clean = text("legend.clean")
        labels.append(
            Label(clean, x=0.98, y=0.4, xanchor="right", yanchor="bottom", color="--dl-attention", size=12)
        )
    layout = theme.layout(xaxis=x, yaxis=y, yaxis2=y2, margin={"l": 40, "r": 44, "t": 26, "b": 36})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.losses"), text("alt.losses")
    return Film("losses", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def miniature(recording: Recording, text: Text) -> Film:
    """The maps of the first two blocks, small and without words."""
    widths = recording.scene.widths
    at = tiles.board(widths, ASPECT, answer=0.0)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for block in range(len(widths)):
        for look, move in tiles.block_tiles(
            recording, at, block, len(data), slopes=False, scale="layer", colors=tiles.ACTIVE
        ):
            data.append(look)
            moves.append(move)
    axes = graph.bare_axes([at.blocks[0] - 0.3, at.width - 0.4], [-0.2, at.rows + 0.1])
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False, hovermode=False)
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def numbers(recording: Recording, text: Text) -> Film:
    """Two lines of live numbers: how well it does, and what it says of the chosen picture."""
    scene = recording.scene
    tests = 100 * recording.track("test_accuracy")
    values = {
        "update": recording.track("update").astype(np.float32),
        "loss": recording.track("loss").astype(np.float32),
        "train": (100 * recording.track("accuracy")).astype(np.float32),
        "test": tests[:, 0],
        "parameters": np.full(len(recording), scene.parameters, np.float32),
    }
    line = text("live.numbers")
    if tests.shape[1] > 1:
        line, values["clean"] = text("live.clean"), tests[:, 1]
    probabilities = recording.track("probabilities")
    best = probabilities.argmax(1)
    truth = int(scene.test_labels[scene.picture])
    names = [class_name(text, name) for name in scene.classes]
    said = [
        text(
            "live.right" if answer == truth else "live.wrong",
            picture=scene.picture,
            true=names[truth],
            answer=names[answer],
            share=f"{100 * share:.0f}",
        )
        for answer, share in zip(best.tolist(), probabilities.max(1).tolist())
    ]
    lines = (Label(line, values), Label(strings=said))
    return Film("numbers", len(recording), None, labels=lines)


def result(recording: Recording, text: Text) -> str | None:
    """The last accuracies in words, once the training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    shares = [
        100 * float(recording.track("accuracy")[-1]),
        *(100 * recording.track("test_accuracy")[-1]).tolist(),
    ]
    names = ("train", "test", "clean")
    return text("predict.result", **{name: f"{share:.0f}" for name, share in zip(names, shares)})
