"""All heads of all layers: who looks at whom, and in words what each head does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.lessons.self_attention.reading import doings, head_of, levels
from dlviz.plots import attention, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

WIDE, HIGH = 200.0, 86.0  # of the picture, in units of which a screen has about three pixels each
NAMES, GAP = 7.0, 4.5  # room for tokens, and between two maps
TITLE, SHORT = 11.5, 6.0  # room for two lines of words, and for one
LETTERS = 0.58  # of their size where the screen is narrow
READABLE, ROOMY, WIDEST = 2.6, 24.0, 40.0  # side of a cell with a name, of a map with words, with large ones


@dataclass(frozen=True)
class Board:
    """Where each head's map is: left, bottom, width, height, by layer and head."""

    boxes: dict[tuple[int, int], attention.Box]
    side: float
    cell: float


def board(scene: Any) -> Board:
    """The arrangement of heads in rows of whole layers in which the maps are largest."""
    count = scene.layers * scene.heads

    def side_of(columns: int) -> float:
        rows = -(-count // columns)
        across = (WIDE - NAMES - (columns - 1) * GAP) / columns
        title = TITLE if across >= ROOMY else SHORT
        return min(across, (HIGH - NAMES) / rows - title)

    together = [n for n in range(1, scene.layers + 1) if scene.layers % n == 0]  # layers in a row
    columns = max((n * scene.heads for n in together), key=side_of)
    side = side_of(columns)
    rows = -(-count // columns)
    title = TITLE if side >= ROOMY else SHORT
    left = NAMES + (WIDE - NAMES - columns * side - (columns - 1) * GAP) / 2
    low = NAMES + (HIGH - NAMES - rows * (side + title)) / 2
    boxes = {}
    for k in range(count):
        row, column = divmod(k, columns)
        bottom = low + (rows - 1 - row) * (side + title)
        boxes[divmod(k, scene.heads)] = (left + column * (side + GAP), bottom, side, side)
    return Board(boxes, side, side / len(scene.names))


def heads(recording: Recording, text: Text, *, unit: str = "", token: str = "1") -> Film:
    """A map per head, rows look at columns; a click chooses a head and the token that looks."""
    scene, at = recording.scene, board(recording.scene)
    chosen = head_of(unit) if unit else (scene.layers - 1, 0)
    data, moves = _maps(recording, at)
    row = int(token) - 1
    left, bottom, side, _ = at.boxes[chosen]
    top = bottom + side - row * at.cell
    data.append(_wanted(scene, at))
    data.append(attention.frame((left - 0.6, bottom - 0.6, side + 1.2, side + 1.2), "--dl-muted", 1.5))
    data.append(attention.frame((left, top - at.cell, side, at.cell), "--dl-text", 2.0))
    labels = [*_titles(recording, text, at), *_names(scene, at, len(recording))]
    role = text(f"wanted.{scene.roles[0]}")
    title, alt = text("picture.heads", role=role), text("alt.heads", layers=scene.layers, heads=scene.heads)
    figure = {"data": data, "layout": attention.layout([0, WIDE], [0, HIGH], letters=LETTERS)}
    return Film(
        "heads",
        len(recording),
        figure,
        tuple(moves),
        tuple(labels),
        title=title,
        alt=alt,
        click="heads",
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The maps, small and without words."""
    at = board(recording.scene)
    data, moves = _maps(recording, at)
    boxes = np.array(list(at.boxes.values()))
    x, y = (
        [boxes[:, k].min() - 2, (boxes[:, k] + boxes[:, 2 + k]).max() + 2]
        for k in (0, 1)
    )  # fmt: skip
    figure = {
        "data": data,
        "layout": attention.layout(x, y, letters=LETTERS) | {"margin": {"l": 0, "r": 0, "t": 0, "b": 0}},
    }
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def hit(scene: Any, x: float, y: float) -> tuple[str, str] | None:
    """The head and the token that looks at a point of `heads`."""
    at = board(scene)
    for (layer, head), (left, bottom, side, _) in at.boxes.items():
        if left <= x <= left + side and bottom <= y <= bottom + side:
            row = min(int((bottom + side - y) / at.cell), len(scene.names) - 1)
            return f"{layer + 1}.{head + 1}", str(row + 1)
    return None


def _maps(recording: Recording, at: Board) -> tuple[list[dict[str, Any]], list[Move]]:
    gap = 1 if at.cell >= READABLE else 0
    drawn = [
        attention.matrix(k, levels(recording, *which), box, xgap=gap, ygap=gap)
        for k, (which, box) in enumerate(at.boxes.items())
    ]
    return [look for look, _ in drawn], [move for _, move in drawn]


def _titles(recording: Recording, text: Text, at: Board) -> list[Label]:
    """Above each map its layer and head, and what it does where there is room."""
    labels = []
    for (layer, head), (left, bottom, side, _), told in zip(
        at.boxes, at.boxes.values(), doings(recording, text)
    ):
        where: dict[str, Any] = {"xref": "x", "yref": "y", "x": left + side / 2, "xanchor": "center"}
        where |= {"yanchor": "bottom"}
        if side >= ROOMY:
            large = side >= WIDEST
            name = text("unit.hidden", layer=layer + 1, k=head + 1) if large else f"{layer + 1}.{head + 1}"
            strings = [f"{name}<br>{words}" for words in told]
            size = 14 if large else fitting(list(text.group("role").values()), 3 * (side + GAP))
            labels.append(Label(strings=strings, y=bottom + side + 0.8, size=size, **where))
        else:
            short = f"{layer + 1}.{head + 1}"
            labels.append(Label(short, y=bottom + side + 0.6, size=11, color="--dl-muted", **where))
    return labels


def fitting(words: list[str], width: float) -> int:
    """The size of letters with which all words fit a width in pixels; Korean letters are twice as wide."""
    ems = max(sum(1.0 if ord(letter) > 0x1100 else 0.5 for letter in word.format(share=99)) for word in words)
    return int(min(13, max(9, width / ems)))


def _names(scene: Any, at: Board, length: int) -> list[Label]:
    """The tokens, left of the first column of maps and below the last row."""
    if at.cell < READABLE:
        return []
    first = min(left for left, *_ in at.boxes.values())
    lowest = min(bottom for _, bottom, *_ in at.boxes.values())
    labels = []
    for left, bottom, side, _ in at.boxes.values():
        box = (left, bottom, side, side)
        y, x = attention.centres(box, len(scene.names), len(scene.names))
        most = 2 if at.cell < 5 else 4
        short = [tokens.shown(name, most) for name in scene.names]
        size = 12 if at.cell >= 4 else 10
        if left == first:
            places = np.stack([np.full(len(y), left - 1.2), y], axis=1)
            labels += _tokens(short, places, length, xanchor="right", size=size)
        if bottom == lowest:
            places = np.stack([x, np.full(len(x), bottom - 3.6)], axis=1)
            labels += _tokens(short, places, length, size=size)
    return labels


def _tokens(names: list[str], places: np.ndarray, length: int, **look: Any) -> list[Label]:
    usual: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    return [
        Label(strings=[name] * length, x=x, y=y, **{**usual, **look})
        for name, (x, y) in zip(names, places.tolist(), strict=True)
    ]


def _wanted(scene: Any, at: Board) -> dict[str, Any]:
    """Rings on the cells that the first role of the task would choose."""
    rows, columns = np.nonzero(scene.wanted)
    centres = [attention.centres(box, *scene.wanted.shape) for box in at.boxes.values()]
    x = np.concatenate([across[columns] for _, across in centres])
    y = np.concatenate([down[rows] for down, _ in centres])
    line = {"width": 1.2}
    marker = {
        "symbol": "circle-open",
        "size": max(4, round(1.6 * at.cell)),
        "color": "--dl-text",
        "line": line,
    }
    look = {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "opacity": 0.55}
    return {**look, "hoverinfo": "skip"}
