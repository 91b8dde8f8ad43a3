"""Sequences of tokens: their names along an axis, what follows them as bars, and states as strips of cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.plots import mosaic, theme
from dlviz.plots.film import Label, Levels, Move

VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
LONGEST = 12  # letters of a token that are drawn

Drawn = tuple[dict[str, Any], Move]


def shown(token: str, longest: float = LONGEST) -> str:
    """A token as a figure or a label may write it: blanks as signs, long ones cut, markup as it reads.

    Args:
        token: whatever somebody wrote.
        longest: Latin letters that have room; a Korean one takes that of 1.8.
    """
    if width(token) > longest:
        ends = np.array([width(token[: k + 1]) for k in range(len(token))])
        token = token[: int((ends <= longest - 1).sum())] + "…"
    return theme.literal(VISIBLE.get(token, token))


def width(text: str) -> float:
    """The room that a text needs, in Latin letters."""
    return sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1.0 for letter in text)


def ticks(tokens: Sequence[str], longest: float = LONGEST) -> dict[str, Any]:
    """The parts of an axis that name a token at each of 0, 1, 2, ..."""
    names = [shown(token, longest) for token in tokens]
    return {"tickmode": "array", "tickvals": np.arange(len(names)), "ticktext": names}


def position_at(place: float, count: int) -> int | None:
    """Which of `count` tokens at 0, 1, 2, ... is hit."""
    nearest = round(place)
    return nearest if 0 <= nearest < count and abs(place - nearest) < 0.5 else None


def top(probabilities: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The most probable tokens, the most probable first: their numbers and probabilities, (..., k) each.

    Args:
        probabilities: (..., V).
        count: k; fewer if the vocabulary is smaller.
    """
    numbers = np.argsort(-probabilities, axis=-1, kind="stable")[..., :count]
    return numbers, np.take_along_axis(probabilities, numbers, axis=-1)


def bars(
    trace: int,
    places: np.ndarray,
    values: np.ndarray,
    right: np.ndarray,
    *,
    length: float,
    thick: float,
    names: tuple[str, str],
) -> list[Drawn]:
    """Probabilities as bars to the right, those of the right tokens in the colour of predictions.

    Args:
        trace: the index of the first of the two traces; the layout's `barmode` is "overlay".
        places: left ends, (N, 2).
        values: (T, N), 0 to 1; NaN where there is none.
        right: (T, N).
        length: of a bar that means 1.
        thick: of a bar.
        names: what a right and another one are called.
    """
    drawn: list[Drawn] = []
    for which, name, color in zip((right, ~right), names, ("--dl-prediction", "--dl-grid")):
        look = {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": np.zeros(len(places), np.float32),
            "y": places[:, 1].astype(np.float32),
            "base": places[:, 0].astype(np.float32),
            "width": thick,
            "marker": {"color": color, "line": {"width": 0}},
            "opacity": 0.45 if names[0] == name else 1.0,
            "hoverinfo": "skip",
        }
        lengths = np.where(which & np.isfinite(values), values, 0) * length
        drawn.append((look, Move(trace + len(drawn), {"x": lengths.astype(np.float32)})))
    return drawn


def candidates(
    numbers: np.ndarray,
    tokens: Sequence[str],
    places: np.ndarray,
    *,
    marked: np.ndarray | None = None,
    longest: float = LONGEST,
    **look: Any,
) -> list[Label]:
    """Names of tokens that change over the steps, each at its place.

    Args:
        numbers: of tokens, (T, N).
        tokens: of the vocabulary.
        places: (N, 2), in the figure's first axes.
        marked: which are bold, (T, N).
        longest: letters that are drawn.
        look: how else a `Label` looks.
    """
    names = np.array([shown(token, longest) for token in tokens], object)
    here = {"xref": "x", "yref": "y", "yanchor": "middle", "size": 12, **look}
    labels = []
    for k, (x, y) in enumerate(places.tolist()):
        words = names[numbers[:, k]]
        if marked is not None:
            words = np.where(marked[:, k], "<b>" + words + "</b>", words)
        labels.append(Label(strings=words.tolist(), x=x, y=y, **here))
    return labels


def strip(
    trace: int,
    box: tuple[float, float, float, float],
    values: np.ndarray,
    *,
    reach: float = 1.0,
    colors: Sequence[Any] = theme.SIGNED,
    low: float | None = None,
) -> Drawn:
    """A vector as cells in one column, the first on top.

    Args:
        trace: its index.
        box: left, bottom, width, height.
        values: (T, H).
        reach: what full colour means.
        colors: from `low` to `reach`.
        low: -reach unless told.
    """
    low = -reach if low is None else low
    levels = Levels.of(values[:, ::-1, None], low, reach)  # (T, H, 1), rows upwards
    look = mosaic.bitmap(box, (values.shape[1], 1), colorscale=colors, zmin=low, zmax=reach)
    return look, Move(trace, {"z": levels})


def states(trace: int, values: np.ndarray, *, reach: float = 1.0, **look: Any) -> Drawn:
    """Vectors over a sequence as a map, a column per token at 0, 1, 2, ..., the first unit on top at 0.

    Args:
        trace: its index.
        values: (T, S, H).
        reach: what full colour means.
        look: what else Plotly takes.
    """
    levels = Levels.of(values.transpose(0, 2, 1)[:, ::-1], -reach, reach)  # (T, H, S)
    count, units = values.shape[1:]
    box = (-0.5, 0.5 - units, count, units)
    quiet = mosaic.bitmap(box, (units, count), colorscale=theme.SIGNED, zmin=-reach, zmax=reach)
    return {**quiet, **look}, Move(trace, {"z": levels})
