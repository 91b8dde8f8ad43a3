"""Who looks at whom: a matrix of attention weights with its tokens, and the same as lines between tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.plots import graph, mosaic, theme
from dlviz.plots.film import Label, Levels, Move
from dlviz.plots.tokens import shown

LOOKS = [[0.0, "--dl-zero"], [1.0, "--dl-attention"]]  # not at all ... at this alone
HIGHEST = 254  # the level of a weight of 1; 255 is a row or a column that is not there
WIDTHS = (1.0, 2.0, 3.5, 5.5, 8.0)  # of a line, in pixels
ARC = 25  # points of an arc
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


class Lit:
    """Heights of the arcs that are there at a step, (T, points): those of a width, the others are nothing."""

    def __init__(self, heights: np.ndarray, width: np.ndarray, which: int) -> None:
        self.heights, self.width, self.which = heights, width, which

    def __len__(self) -> int:
        return len(self.width)

    def __getitem__(self, rows: Any) -> np.ndarray:
        shown = np.repeat(self.width[rows] == self.which, ARC + 1, axis=-1)
        return np.where(shown, self.heights, np.uint8(mosaic.NOTHING))


def arcs(
    trace: int, weights: np.ndarray, looking: np.ndarray, seen: np.ndarray, height: float, **look: Any
) -> graph.Drawn:
    """Arcs over a line of tokens, from each that looks to what it sees, in five widths; below 0.05 there is none.

    Args:
        trace: the index of the first of the five traces.
        weights: levels, (T, E) uint8, one for each arc.
        looking, seen: where each arc begins and ends on the line, (E,); an arc to itself is a loop.
        height: of an arc over the whole line.
        look: "color" of the arcs, "thin": what their widths are multiplied by.
    """
    way = np.linspace(0, np.pi, ARC)
    reach = np.abs(seen - looking)[:, None]  # (E, 1)
    longest = max(1.0, float(np.ptp(np.concatenate([looking, seen]))))
    x = (looking + seen)[:, None] / 2 - np.cos(way) * (seen - looking)[:, None] / 2  # (E, ARC)
    x = np.where(reach == 0, looking[:, None] + 0.28 * np.sin(2 * way), x)
    rise = np.where(reach == 0, 0.1, 0.08 + 0.92 * np.sqrt(reach / longest))
    y = height * rise * np.sin(way)
    gap = np.full((len(x), 1), np.nan)
    points = np.concatenate([x, gap], axis=1).reshape(-1).astype(np.float32)
    share = np.concatenate([y, gap], axis=1).reshape(-1) / height
    codes = np.where(np.isnan(share), mosaic.NOTHING, np.rint(HIGHEST * np.nan_to_num(share))).astype(
        np.uint8
    )
    width = np.where(weights > HIGHEST, 0, np.digitize(weights / HIGHEST, BOUNDS))  # (T, E)
    color, thin = look.get("color", "--dl-attention"), look.get("thin", 1.0)
    drawn: graph.Drawn = []
    for k, wide in enumerate(WIDTHS, start=1):
        line = {"color": color, "width": thin * wide}
        arc = {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip", "x": points, "y": []}
        lit = Levels(Lit(codes, width, k), 0.0, height)
        drawn.append((arc, Move(trace + len(drawn), {"y": lit})))
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


def frame(box: Box, color: str, width: float) -> dict[str, Any]:
    """The edge of a box."""
    left, bottom, wide, high = box
    x = left + wide * np.array([0, 1, 1, 0, 0], np.float32)
    y = bottom + high * np.array([0, 0, 1, 1, 0], np.float32)
    line = {"color": color, "width": width}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def layout(x: Sequence[float], y: Sequence[float], **meta: Any) -> dict[str, Any]:
    """Two bare axes of one scale from edge to edge; `meta` is for the player."""
    axes = graph.bare_axes(x, y, scaleanchor="x", constrain="domain")
    axes["xaxis"] |= {"constrain": "domain"}
    return theme.layout(**axes, margin={"l": 4, "r": 4, "t": 2, "b": 2}, dragmode=False, meta=meta)
