"""Who looks at whom: the maps of all networks side by side, what the mask forbids hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.reading import COLORS, MEAN, blank_of, levels, named
from dlviz.plots import attention, graph, mosaic
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

WIDE, HIGH, TALL = 190.0, 98.0, 178.0  # of the picture, in units of about three pixels; TALL with three maps
BELOW, ABOVE = 14.0, 8.0  # room for names in two rows, and for a title
BESIDE, ANSWER = 16.0, 29.0  # room for names and for what is said
READABLE = 2.5  # side of a cell with a name
SAID = (
    7.2,
    9.0,
)  # letters of an answer beside the first map, where names of the second follow, and beside that
LINES = 11.0  # height of an answer, of two lines
LETTERS = 0.62  # of their size where the screen is narrow


@dataclass(frozen=True)
class Board:
    """One map.

    Attributes:
        which: the field of a frame.
        box: left, bottom, width, height.
        rows, columns: names, the same at all steps or a list for each.
        free: what the mask allows, rows look at columns.
        color: of its network.
    """

    which: str
    box: attention.Box
    rows: Sequence[Any]
    columns: Sequence[Any]
    free: np.ndarray
    color: str

    @property
    def cell(self) -> float:
        """The side of a cell."""
        return self.box[2] / len(self.columns)


def boards(recording: Recording) -> list[Board]:
    """The maps of a sentence: BERT's and GPT's; of a numeral three."""
    scene, config = recording.scene, recording.config
    if config.task == "numerals":
        return numeral_boards(recording)
    names = named(recording)
    own = [names[scene.tokens.index(token)] for token in scene.names]
    read = recording.track("filled")  # (T, n)
    count, half = len(own), WIDE / 2
    side = min(HIGH - BELOW - ABOVE, half - BESIDE - ANSWER)
    bottom = BELOW + (HIGH - BELOW - ABOVE - side) / 2
    every = np.ones((count, count), bool)
    filled = [names[read[:, k]].tolist() if k in scene.blanks else own[k] for k in range(count)]
    return [
        Board("first", (BESIDE, bottom, side, side), own, own, every, COLORS[0]),
        Board("second", (half + BESIDE, bottom, side, side), filled, filled, np.tril(every), COLORS[1]),
    ]


def numeral_boards(recording: Recording) -> list[Board]:
    """Letters, "=" and digits look at one another; below, the third's digits look at letters."""
    scene, names = recording.scene, named(recording)
    letters = [names[scene.tokens.index(token)] for token in scene.names]
    made = recording.track("answers")  # (T, 3, O)
    names[0] = ""  # nothing comes after the end
    digits = [[names[made[:, m, k]].tolist() for k in range(made.shape[2])] for m in range(3)]
    first = [*letters, "=", *["□"] * made.shape[2]]
    second = [*letters, "=", *digits[1][:-1]]
    every = np.ones((len(first), len(first)), bool)
    side, half = TALL / 2 - BELOW - ABOVE, WIDE / 2
    middle, wide = TALL / 2 + BELOW, 1.35 * side * min(1.0, len(letters) / made.shape[2])
    return [
        Board("first", (half / 2 - side / 2, middle, side, side), first, first, every, COLORS[0]),
        Board("second", (half * 1.5 - side / 2, middle, side, side), second, second,
              np.tril(every)[: len(second), : len(second)], COLORS[1]),
        Board("third", (half - wide / 2, BELOW, wide, side), digits[2], letters,
              np.ones((made.shape[2], len(letters)), bool), COLORS[2]),
    ]  # fmt: skip


def maps(recording: Recording, text: Text, *, unit: str = MEAN, blank: str = "1") -> Film:
    """The attention of all networks for the same tokens; rows look at columns."""
    every = boards(recording)
    data, moves = drawn(recording, every, unit)
    labels: list[Label] = []
    for board in every:
        left, bottom, width, height = board.box
        name = text(f"network.{recording.config.task}_{board.which}")
        place: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "size": 14}
        labels.append(
            Label(
                f"<b>{name}</b>",
                x=left + width / 2,
                y=bottom + height + 1.2,
                yanchor="bottom",
                color=board.color,
                **place,
            )
        )
        labels += names_of(board, len(recording))
        data.append(attention.frame(board.box, "--dl-muted", 1.2))
    if recording.config.task == "numerals":
        data.append(rings(every[2], recording.scene.said))
        task = "numerals"
    else:
        asked, told = answers(recording, every, blank)
        data += asked
        labels += told
        task = "text"
    figure = {"data": data, "layout": room([0, WIDE], [0, HIGH if task == "text" else TALL], [unit, blank])}
    title, alt = text(f"picture.maps_{task}"), text(f"alt.maps_{task}", count=len(recording.scene.names))
    return Film(
        "maps",
        len(recording),
        figure,
        tuple(moves),
        tuple(labels),
        title=title,
        alt=alt,
        click="maps" if task == "text" else None,
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The two maps, small and without words."""
    every = boards(recording)
    data, moves = drawn(recording, every, MEAN)
    boxes = np.array([board.box for board in every])
    x, y = ([boxes[:, k].min() - 2, (boxes[:, k] + boxes[:, 2 + k]).max() + 2] for k in (0, 1))
    figure = {"data": data, "layout": room(x, y, []) | {"margin": {"l": 0, "r": 0, "t": 0, "b": 0}}}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def hit(recording: Recording, x: float, y: float) -> str | None:
    """The blank, counted from 1, whose row or column is nearest to a point of a map; None beside them."""
    blanks = recording.scene.blanks
    for board in boards(recording) if blanks else ():
        left, bottom, width, height = board.box
        if left <= x <= left + width and bottom <= y <= bottom + height:
            place = (bottom + height - y) / board.cell - 0.5
            return str(1 + min(range(len(blanks)), key=lambda k: abs(blanks[k] - place)))
    return None


def drawn(recording: Recording, every: Sequence[Board], unit: str) -> tuple[list[dict[str, Any]], list[Move]]:
    """The cells of each map, and below them a hatch where the mask forbids to look."""
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for board in every:
        codes = np.where(board.free, levels(recording, board.which, unit), np.uint8(mosaic.NOTHING))
        gap = 1 if board.cell >= READABLE else 0
        look, move = attention.matrix(len(data), codes, board.box, xgap=gap, ygap=gap)
        data.append(look)
        moves.append(move)
    data += [hatch(board) for board in every if not board.free.all()]
    return data, moves


def hatch(board: Board) -> dict[str, Any]:
    """A stroke through each cell that may not be seen."""
    left, bottom, width, height = board.box
    rows, columns = np.nonzero(~board.free)
    wide, high = width / board.free.shape[1], height / board.free.shape[0]
    x0, y0 = left + columns * wide, bottom + height - (rows + 1) * high
    ends = [
        np.stack(
            [np.stack([x0 + a * wide, y0 + b * high], 1), np.stack([x0 + c * wide, y0 + d * high], 1)], 1
        )
        for a, b, c, d in ((0, 0, 1, 1), (0, 0.5, 0.5, 1), (0.5, 0, 1, 0.5))
    ]
    return {**graph.links("--dl-grid", np.concatenate(ends), width=1.2), "name": "mask"}


def rings(board: Board, said: np.ndarray) -> dict[str, Any]:
    """Rings on the letters that say each digit."""
    rows, columns = np.nonzero(said)
    down, across = attention.centres(board.box, *board.free.shape)
    line = {"width": 1.6}
    marker = {
        "symbol": "circle-open",
        "size": max(7, round(1.7 * board.cell)),
        "color": "--dl-text",
        "line": line,
    }
    look = {"type": "scatter", "mode": "markers", "x": across[columns], "y": down[rows], "marker": marker}
    return {**look, "hoverinfo": "skip", "opacity": 0.7}


def answers(
    recording: Recording, every: Sequence[Board], blank: str
) -> tuple[list[dict[str, Any]], list[Label]]:
    """The row that answers for the blank in each map, and beside it what is said and how surely."""
    at = recording.scene.blanks[blank_of(recording, blank)]
    k = blank_of(recording, blank)
    data, labels = [], []
    columns = recording.track("blank"), recording.track("follows")
    for board, row, p, letters in zip(every, (at, at - 1), columns, SAID):
        names = named(recording, letters)
        left, bottom, width, height = board.box
        y = bottom + height - (row + 1) * board.cell
        data.append(attention.frame((left, y, width, board.cell), board.color, 2.2))
        best = p[:, k].argmax(axis=1)
        surely = p[:, k].max(axis=1)
        said = [f"<b>→ {names[b]}</b><br>{100 * s:.0f} %" for b, s in zip(best.tolist(), surely.tolist())]
        place: dict[str, Any] = {
            "xref": "x",
            "yref": "y",
            "yanchor": "middle",
            "size": 13,
            "color": board.color,
        }
        middle = min(y + board.cell / 2, bottom + height - LINES / 2)  # clear of the title
        labels.append(Label(strings=said, x=left + width + 1, y=middle, **place))
    return data, labels


def names_of(board: Board, length: int) -> list[Label]:
    """The tokens left of the rows and below the columns, by turns on two lines."""
    if board.cell < READABLE:
        return []
    left, bottom, _, _ = board.box
    down, across = attention.centres(board.box, len(board.rows), len(board.columns))
    size = 13 if board.cell >= 4.2 else 10
    rows = np.stack([np.full(len(down), left - 1.0), down], 1)
    most = 4.5 if board.which in ("second", "first") and len(board.rows) != len(board.columns) else 6.5
    labels = tokens_at(board.rows, rows, length, most, xanchor="right", size=size)
    wide = 2 * board.cell * 3 / (0.62 * size)  # Latin letters that fit below two columns
    lows = bottom - 3.4 - 5.4 * (np.arange(len(across)) % 2)
    return labels + tokens_at(board.columns, np.stack([across, lows], 1), length, wide, size=size)


def tokens_at(names: Sequence[Any], places: np.ndarray, length: int, most: float, **look: Any) -> list[Label]:
    """Names at places, cut where there is no room."""
    usual: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    labels = []
    for name, (x, y) in zip(names, places.tolist(), strict=True):
        said = [name] * length if isinstance(name, str) else name
        labels.append(Label(strings=[short(one, most) for one in said], x=x, y=y, **{**usual, **look}))
    return labels


def short(name: str, most: float) -> str:
    """A name that is already written for a figure, cut where there is no room."""
    room = most
    for at, letter in enumerate(name):
        room -= 1.8 if ord(letter) > 0x1100 and letter not in "□…" else 1.0
        if room < 0 and ";" not in name:
            return name[: max(1, at - 1)] + "…" if at > 1 else name[:1]
    return name


def room(x: Sequence[float], y: Sequence[float], view: list[str]) -> dict[str, Any]:
    """The axes of a picture; another view makes another picture."""
    return attention.layout(x, y, view=view, letters=LETTERS)
