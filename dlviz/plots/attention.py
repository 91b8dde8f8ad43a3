"""Who looks at whom: a matrix of attention weights with its tokens, and the same as lines between tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.plots import graph, mosaic
from dlviz.plots.film import Label, Levels, Move
from dlviz.plots.tokens import shown

LOOKS = [[0.0, "--dl-zero"], [1.0, "--dl-attention"]]  # not at all ... at this alone
HIGHEST = 254  # the level of a weight of 1; 255 is a row or a column that is not there
WIDTHS = (1.0, 2.0, 3.5, 5.5, 8.0)  # of a line, in pixels
BOUNDS = (0.05, 0.15, 0.35, 0.6, 0.85)  # from which weight on a line is so wide

Box = tuple[float, float, float, float]  # left, bottom, width, height


def matrix(trace: int, weights: np.ndarray, box: Box, **look: Any) -> tuple[dict[str, Any], Move]:
    """Weights as cells of a box, a row for each token that looks, the first on top.

    Args:
        trace: its index in the figure.
        weights: levels, (T, R, C) uint8, 254 for a weight of 1 and 255 for nothing.
        box: where.
        look: more of Plotly's heat map, such as its axes.
    """
    usual: dict[str, Any] = {"colorscale": LOOKS, "zmin": 0.0, "zmax": 1.0, "xgap": 1, "ygap": 1}
    hover = {"hoverinfo": None, "hovertemplate": "%{z:.2f}<extra></extra>"}
    cells = mosaic.bitmap(box, weights.shape[1:], **{**usual, **hover, **look})
    return cells, Move(trace, {"z": Levels(weights[:, ::-1], 0.0, 1.0)})


def lines(
    trace: int, weights: np.ndarray, looking: np.ndarray, seen: np.ndarray, *, color: str = "--dl-attention"
) -> graph.Drawn:
    """A line from each token that looks to each that it sees, in five widths; a weight below 0.05 has none.

    Args:
        trace: the index of the first of the five traces.
        weights: levels, (T, R, C) uint8.
        looking: places of the tokens that look, (R, 2).
        seen: places of those that are seen, (C, 2).
        color: of all lines.
    """
    rows, columns = weights.shape[1:]
    ends = np.stack([np.repeat(looking, columns, axis=0), np.tile(seen, (rows, 1))], axis=1)  # (R C, 2, 2)
    flat = weights.reshape(len(weights), -1)
    width = np.where(flat > HIGHEST, 0, np.digitize(flat / HIGHEST, BOUNDS))  # (T, R C): 0 none ... 5
    drawn: graph.Drawn = []
    for k, wide in enumerate(WIDTHS, start=1):
        drawn += graph.lit(trace + len(drawn), "", color, ends, width == k, width=wide)
    return drawn


def centres(box: Box, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The middles of a matrix' rows from its top, (R,), and of its columns, (C,)."""
    left, bottom, width, height = box
    return mosaic.centres(bottom + height, bottom, rows), mosaic.centres(left, left + width, columns)


def tokens(names: Sequence[str | Sequence[str]], places: np.ndarray, length: int, **look: Any) -> list[Label]:
    """The names of tokens at their places; what a learner wrote is neither markup nor a placeholder.

    Args:
        names: of each token, or of each token those at every step.
        places: (N, 2) in units of the axes.
        length: T, the steps.
        look: more of a label.
    """
    usual: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle", "size": 15}
    labels = []
    for name, (x, y) in zip(names, places.tolist(), strict=True):
        said = [name] * length if isinstance(name, str) else name
        labels.append(Label(strings=[shown(one) for one in said], x=x, y=y, **{**usual, **look}))
    return labels
