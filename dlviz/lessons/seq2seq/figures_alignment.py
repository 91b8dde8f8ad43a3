"""Where the decoder looks: lines between both sides and the matrix of weights; and the same with rows set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.lessons.seq2seq.bending import rows_of as bent_rows
from dlviz.lessons.seq2seq.said import meant, names, rows_of
from dlviz.plots import attention, graph, theme
from dlviz.plots.film import Film, Label, Move, spot
from dlviz.recording import Recording
from dlviz.text import Text

Box = attention.Box
WIDE, HIGH = 206.0, 100.0
TOP, BOTTOM = 88.0, 11.0  # of the lines: where source and target tokens stand
LINES = (2.0, 96.0)  # from where to where they reach
WORDS = (30.0, 66.0)  # where tokens stand that are words: lines run from one side to the other
MATRIX = (120.0, 2.0, 84.0, 82.0)  # at most: left, bottom, width, height
BENT = (30.0, 4.0, 70.0, 78.0)
BEHIND = "--dl-attention-far"  # lines of rows that are not chosen
RIGHT, WRONG = "--dl-prediction", "--dl-gradient"


def alignment(recording: Recording, text: Text, *, row: str = "1") -> Film:
    """Lines from the target's tokens to the source's, and the matrix of the same weights; a click chooses a row."""
    rows, length, source = rows_of(recording), len(recording), recording.scene.source
    weights = recording.track("attention")[:, :rows]
    box = fitted(MATRIX, rows, len(source))
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    chosen = min(int(row), rows) - 1
    move_all(drawn_lines(recording, weights, chosen), data, moves)
    look, move = attention.matrix(len(data), weights, box)
    data += [look, *marks(recording, box, rows), ring(box, rows, chosen)]
    moves.append(move)
    high, across = attention.centres(box, rows, len(source))
    above = np.stack([across, np.full(len(across), box[1] + box[3] + 5)], axis=1)
    left = np.stack([np.full(rows, box[0] - 3), high], axis=1)
    written = recording.track("written")[:, :rows]
    beside, size = rows_size(recording, rows), letters_size(source, box[2] / len(source), 18)
    labels = [
        *line_tokens(recording, written),
        *attention.tokens(source, above, length, size=size),
        *told(recording, written, left, size=beside, xanchor="right"),
        head(text("legend.matrix"), box[0] + box[2] / 2, HIGH + 3),
    ]
    if recording.config.attention == "none":
        labels.append(head(text("legend.none"), (LINES[0] + LINES[1]) / 2, HIGH / 2))
    if in_words(recording):
        names_of = (("source", WORDS[0], HIGH + 3, "right"), ("written", WORDS[1], HIGH + 3, "left"))
    else:
        middle = (LINES[0] + LINES[1]) / 2
        names_of = (("source", middle, HIGH + 3, "center"), ("written", middle, 0.0, "center"))
    labels += [head(text(f"legend.{name}"), x, y, xanchor=anchor) for name, x, y, anchor in names_of]
    return Film(
        "alignment",
        length,
        {"data": data, "layout": layout([0, WIDE], [-2, HIGH + 7])},
        tuple(moves),
        tuple(labels),
        title=text("picture.alignment"),
        alt=text("alt.alignment"),
        click="align",
        peek={"spots": written_spots(recording, text, rows, chosen)},
    )


def bend(recording: Recording, text: Text, *, row: str) -> Film:
    """The matrix with some rows set by hand; on its left what was written before, on its right what is now."""
    rows, length = rows_of(recording), len(recording)
    box = fitted(BENT, rows, len(recording.scene.source))
    weights = recording.track("bent_attention")[:, :rows]
    look, move = attention.matrix(0, weights, box)
    data = [look, *(frame(box, rows, k, width=3) for k in bent_rows(recording.config.bend) if k < rows)]
    data.append(ring(box, rows, int(row) - 1))
    high, across = attention.centres(box, rows, len(recording.scene.source))
    above = np.stack([across, np.full(len(across), box[1] + box[3] + 5)], axis=1)
    size = letters_size(recording.scene.source, 1.7 * box[2] / len(across), 15)
    labels = attention.tokens(recording.scene.source, above, length, size=size)
    for field, x, name in (
        ("written", box[0] - 4, "before"),
        ("bent_written", box[0] + box[2] + 4, "after"),
    ):
        places = np.stack([np.full(rows, x), high], axis=1)
        anchor = "right" if name == "before" else "left"
        written = recording.track(field)[:, :rows]
        labels += told(recording, written, places, size=rows_size(recording, rows) - 1, xanchor=anchor)
        labels.append(head(text(f"legend.{name}"), x, HIGH - 1, xanchor=anchor))
    title, alt = text("picture.bend"), text("alt.bend")
    figure = {"data": data, "layout": layout([0, 130], [0, HIGH + 6])}
    return Film("closeup", length, figure, (move,), tuple(labels), title=title, alt=alt, click="bend")


def row_at(recording: Recording, x: float, y: float) -> int | None:
    """The row that was hit in the large picture: in the matrix, or as a token below the lines."""
    rows = rows_of(recording)
    if x > LINES[1] + 4:
        at = cell_at(fitted(MATRIX, rows, len(recording.scene.source)), rows, 1, x, y, beside=True)
        return at[0] if at else None
    target = line_places(recording, rows)[1]
    if in_words(recording):
        return int(np.abs(target[:, 1] - y).argmin()) if x > (WORDS[0] + WORDS[1]) / 2 else None
    return int(np.abs(target[:, 0] - x).argmin()) if y < HIGH / 2 else None


def bent_at(recording: Recording, x: float, y: float) -> tuple[int, int] | None:
    """Row and column that were hit in the matrix that is set by hand."""
    rows, columns = rows_of(recording), len(recording.scene.source)
    return cell_at(fitted(BENT, rows, columns), rows, columns, x, y)


def cell_at(
    box: Box, rows: int, columns: int, x: float, y: float, *, beside: bool = False
) -> tuple[int, int] | None:
    """The cell of a box that was hit; with `beside` one left or right of it counts as well."""
    left, bottom, width, height = box
    row = int(np.floor((bottom + height - y) / height * rows))
    column = int(np.floor((x - left) / width * columns))
    if beside:
        column = min(max(column, 0), columns - 1)
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def fitted(box: Box, rows: int, columns: int) -> Box:
    """The part of a box that cells fill which are as wide as they are high, or up to twice as wide."""
    left, bottom, width, height = box
    tall = min(height / rows, 20.0)
    wide = min(width / columns, 1.6 * tall)
    return left, bottom + (height - rows * tall), columns * wide, rows * tall


def in_words(recording: Recording) -> bool:
    """Whether tokens are so long that they stand below one another rather than side by side."""
    return max(map(len, recording.scene.source)) > 1


def line_places(recording: Recording, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Where source and target tokens stand at the ends of the lines, (S, 2) and (R, 2)."""
    ends = []
    for count, x, y in (
        (len(recording.scene.source), WORDS[0], TOP),
        (rows, WORDS[1], BOTTOM),
    ):
        order = np.arange(count) - (count - 1) / 2
        if in_words(recording):
            spread = HIGH / 2 - min(88 / count, 18.0) * order
            ends.append(np.stack([np.full(count, x), spread], axis=1))
        else:
            spread = (LINES[0] + LINES[1]) / 2 + min((LINES[1] - LINES[0]) / count, 18.0) * order
            ends.append(np.stack([spread, np.full(count, y)], axis=1))
    return ends[0], ends[1]


def drawn_lines(recording: Recording, weights: np.ndarray, chosen: int | None = None) -> graph.Drawn:
    """The lines of weights (T, R, S), from beside one token to beside the other; those of a chosen row stand out."""
    source, target = line_places(recording, weights.shape[1])
    gap = np.array([2.5, 0.0]) if in_words(recording) else np.array([0.0, -5.5])
    looking, seen = target - gap, source + gap
    if chosen is None:
        return attention.lines(0, weights, looking, seen)
    rest = np.delete(np.arange(len(looking)), chosen)
    behind = attention.lines(0, weights[:, rest], looking[rest], seen, color=BEHIND)
    return behind + attention.lines(len(behind), weights[:, [chosen]], looking[[chosen]], seen)


def written_spots(recording: Recording, text: Text, rows: int, chosen: int) -> list[dict[str, Any]]:
    """The written tokens below the lines, or right of them, to be chosen in passing."""
    target, spots = line_places(recording, rows)[1], []
    pitch = np.abs(np.diff(target, axis=0)).max() / 2 if rows > 1 else 9.0
    for k, (x, y) in enumerate(target.tolist()):
        wide, high = (
            ((-2.0, LINES[1] - x), (-pitch, pitch)) if in_words(recording) else ((-pitch, pitch), (-8.0, 9.0))
        )
        box = x + wide[0], y + high[0], x + wide[1], y + high[1]
        spots.append(spot(box, f"{text('legend.written')} {k + 1}", chosen=k == chosen))
    return spots


def line_tokens(recording: Recording, written: np.ndarray) -> list[Label]:
    """The tokens at the ends of the lines; written ones (T, R)."""
    rows, names_of = written.shape[1], recording.scene.source
    source, target = line_places(recording, rows)
    if in_words(recording):
        size = rows_size(recording, rows) + 2
        before = attention.tokens(names_of, source, len(recording), size=size, xanchor="right")
        return before + told(recording, written, target, size=size, xanchor="left")
    size = letters_size(names_of, (LINES[1] - LINES[0]) / max(rows, len(names_of)), 22)
    return attention.tokens(names_of, source, len(recording), size=size) + told(
        recording, written, target, size=size
    )


def letters_size(names_of: Sequence[str], room: float, most: int) -> int:
    """Pixels of letters, so that tokens side by side have room, of so many units each."""
    return int(np.clip(2.4 * room / max(map(len, names_of)), 9, most))


def rows_size(recording: Recording, rows: int) -> int:
    """Pixels of letters of tokens below one another."""
    return int(np.clip(200 / max(rows, len(recording.scene.source)), 11, 17))


def told(recording: Recording, numbers: np.ndarray, places: np.ndarray, **look: Any) -> list[Label]:
    """Written tokens (T, R) at their places: right ones bold and in another colour than wrong ones."""
    words, truth = names(recording, numbers), meant(recording)
    if truth is None:
        return attention.tokens(words, places, len(recording), **look)
    right = numbers == truth[: numbers.shape[1]]  # (T, R)
    good = [[word if ok else "" for word, ok in zip(row, oks)] for row, oks in zip(words, right.T.tolist())]
    bad = [["" if ok else word for word, ok in zip(row, oks)] for row, oks in zip(words, right.T.tolist())]
    labels = attention.tokens(good, places, len(recording), color=RIGHT, **look)
    return labels + attention.tokens(bad, places, len(recording), color=WRONG, **look)


def marks(recording: Recording, box: Box, rows: int) -> list[dict[str, Any]]:
    """Frames around the cells where a target token is said."""
    cells = np.argwhere(recording.scene.places[:rows])
    columns = len(recording.scene.source)
    left, bottom, width, height = box
    x, y = [], []
    for row, column in cells.tolist():
        a, b = left + width * column / columns, left + width * (column + 1) / columns
        c, d = bottom + height * (1 - (row + 1) / rows), bottom + height * (1 - row / rows)
        x += [a, b, b, a, a, np.nan]
        y += [c, c, d, d, c, np.nan]
    look = {"type": "scatter", "mode": "lines", "line": {"color": RIGHT, "width": 1.6, "dash": "dot"}}
    return [{**look, "x": np.array(x, np.float32), "y": np.array(y, np.float32), "hoverinfo": "skip"}]


def ring(box: Box, rows: int, row: int) -> dict[str, Any]:
    """A frame around the chosen row."""
    return frame(box, rows, min(row, rows - 1), color="--dl-text", width=1.6)


def frame(
    box: Box, rows: int, row: int, *, color: str = "--dl-attention", width: float = 2
) -> dict[str, Any]:
    left, bottom, wide, height = box
    c, d = bottom + height * (1 - (row + 1) / rows), bottom + height * (1 - row / rows)
    x = np.array([left, left + wide, left + wide, left, left], np.float32)
    line = {"color": color, "width": width}
    y = np.array([c, c, d, d, c], np.float32)
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def head(name: str, x: float, y: float, **look: Any) -> Label:
    """A heading within a picture."""
    usual: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle", "size": 12}
    return Label(name, x=x, y=y, **{**usual, "color": "--dl-muted", **look})


def layout(x: list[float], y: list[float]) -> dict[str, Any]:
    """No axes, no zoom."""
    return theme.layout(
        **graph.bare_axes(x, y), margin={"l": 4, "r": 4, "t": 2, "b": 2}, dragmode=False, hovermode="closest"
    )


def move_all(drawn: graph.Drawn, data: list[Any], moves: list[Move]) -> None:
    """Adds traces and what changes in them."""
    for look, move in drawn:
        data.append(look)
        moves.append(move)
