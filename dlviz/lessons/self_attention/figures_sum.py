"""The whole sum of one token in one head, growing from left to right: query · keys to what is added to the token."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlviz.lessons.self_attention import hand
from dlviz.lessons.self_attention.reading import head_of
from dlviz.plots import attention, graph, mosaic, theme, tokens
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

WIDE, HIGH = 100.0, 60.0
HEAD, QUERY, BELOW = 5.0, 4.4, 14.5  # heights: the columns' names, the query, what follows the table
FEW = 2  # numbers of a vector that are written out instead of coloured
PARTS = {  # how far the sum is shown, by the stage of `hand` that it has come to
    "all": hand.ADDED,
    "dots": hand.DOTS,
    "scale": hand.SCALE,
    "softmax": hand.SOFTMAX,
    "mixed": hand.MIXED,
}
ENDS = {"key": "dots", "dot": "dots", "scale": "scale", "mask": "softmax", "weight": "softmax", "value": "mixed",
        "product": "mixed"}  # the part that ends with a column  # fmt: skip


@dataclass
class Table:
    """The picture while it is put together.

    Attributes:
        stage: of each step, (T,); what comes later than it is not shown.
    """

    stage: np.ndarray
    data: list[dict[str, Any]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def shown(self, values: np.ndarray, since: int) -> np.ndarray:
        """Values (T, ...), nothing before a stage."""
        there = (self.stage >= since).reshape(-1, *[1] * (values.ndim - 1))
        hidden: np.ndarray = np.where(there, values, np.float32(np.nan)).astype(np.float32)
        return hidden

    def vectors(
        self, values: np.ndarray, box: attention.Box, most: np.ndarray, since: int, size: int
    ) -> None:
        """Vectors (T, n, d) as rows of a box from its top: written out if they are short, coloured cells else."""
        left, bottom, width, height = box
        count, cells = values.shape[1:]
        values = self.shown(values, since)
        if cells > FEW:
            codes = Levels.of(values[:, ::-1] / most[:, None, None], -1.0, 1.0)
            look = mosaic.bitmap(box, (count, cells), colorscale=theme.SIGNED, zmin=-1.0, zmax=1.0)
            self.moves.append(Move(len(self.data), {"z": codes}))
            self.data.append({**look, "ygap": 1})
            return
        for k, y in enumerate(mosaic.centres(bottom + height, bottom, count).tolist()):
            pair = {"a": values[:, k, 0], "b": values[:, k, 1]}
            self.text("({a:.2f}, {b:.2f})", pair, left + width / 2, y, size)

    def text(
        self, template: str, values: dict[str, np.ndarray], x: float, y: float, size: int, **look: Any
    ) -> None:
        """Live numbers at a place."""
        where: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
        self.labels.append(Label(template, values, x=x, y=y, size=size, shy=True, **{**where, **look}))


def sum_of(recording: Recording, text: Text, *, unit: str = "", token: str = "1", part: str = "all") -> Film:
    """query · keys, divided, masked, softmax, times values, all heads joined, added; a click on a column ends it."""
    scene = recording.scene
    layer, head = head_of(unit) if unit else (scene.layers - 1, 0)
    t, count = int(token) - 1, len(scene.names)
    by_hand = recording.config.task == "hand"
    stage = recording.track("stage") if by_hand else np.full(len(recording), PARTS[part])
    table = Table(stage)
    inside = {
        name: recording.track(name)[:, layer, head] for name in ("query", "key", "value", "scores", "weights")
    }
    width = inside["key"].shape[-1]
    high = (HIGH - HEAD - QUERY - BELOW) / count
    size = 12 if by_hand or count <= 9 else 11
    bottom, top = BELOW, BELOW + count * high
    rows = mosaic.centres(top, bottom, count)
    x = _columns(bool(scene.allowed.all()), by_hand)

    most = _most(inside["query"], inside["key"])
    table.vectors(inside["query"][:, t : t + 1], (*_span(x["key"], top), QUERY - 0.8), most, hand.QUERY, size)
    table.vectors(inside["key"], (*_span(x["key"], bottom), top - bottom), most, hand.KEYS, size)
    scores, weights = inside["scores"][:, t], inside["weights"][:, t]  # (T, n) each
    allowed = scene.allowed[t]
    for k, y in enumerate(rows.tolist()):
        dot = {"n": table.shown(scores[:, k] * math.sqrt(width), hand.DOTS)}
        table.text("{n:.2f}", dot, sum(x["dot"]) / 2, y, size)
        scaled = {"n": table.shown(scores[:, k], hand.SCALE)}
        table.text("{n:.2f}", scaled, sum(x["scale"]) / 2, y, size)
        if "mask" in x:
            kept = np.where(allowed[k], scores[:, k], np.float32(-np.inf))
            table.text("{n:.2f}", {"n": table.shown(kept, hand.SOFTMAX)}, sum(x["mask"]) / 2, y, size)
        share = {"n": table.shown(weights[:, k], hand.SOFTMAX)}
        left = x["weight"][0]
        table.text("<b>{n:.2f}</b>", share, left, y, size, xanchor="left", color="--dl-attention")
    _bars(table, table.shown(weights, hand.SOFTMAX), rows, x["weight"], high)
    value = inside["value"]
    most = _most(value)
    table.vectors(value, (*_span(x["value"], bottom), top - bottom), most, hand.VALUES, size)
    products = weights[..., None] * value  # (T, n, d)
    table.vectors(products, (*_span(x["product"], bottom), top - bottom), most, hand.MIXED, size)
    mixed = recording.track("mixed")[:, layer, head, t : t + 1]  # (T, 1, d)
    table.vectors(mixed, (*_span(x["product"], bottom - 4.2), 3.4), most, hand.MIXED, size)
    _after(recording, text, table, layer, t, size)
    labels = [
        *_heads(text, x, top),
        *_names(scene, text, rows, top, t, size, x["key"][0] - 0.8, len(recording)),
        *table.labels,
    ]
    labels.append(_word(text("sum.total"), x["product"][0] - 0.8, bottom - 2.5, xanchor="right"))
    line = {"color": "--dl-grid", "width": 1.5}
    data = [*table.data, {"type": "scatter", "mode": "lines", "x": [0, WIDE], "y": [bottom - 0.4] * 2, "line": line,
                          "hoverinfo": "skip"}]  # fmt: skip
    axes = graph.bare_axes([0, WIDE + 0.5], [0, HIGH])
    layout = theme.layout(
        **axes,
        margin={"l": 4, "r": 4, "t": 2, "b": 2},
        dragmode=False,
        barmode="overlay",
        uirevision=str(count),
        meta={"view": part},  # less of the sum is another picture
    )
    place = {"place": t + 1, "layer": layer + 1, "head": head + 1}
    title = text("picture.sum_by_hand", t=t + 1) if by_hand else text("picture.sum", **place)
    figure = {"data": data, "layout": layout}
    alt = text("alt.sum", token=scene.names[t])
    return Film(
        "sum",
        len(recording),
        figure,
        tuple(table.moves),
        tuple(labels),
        title=title,
        alt=alt,
        click=None if by_hand else "sum",
    )


def part_at(scene: Any, x: float, y: float) -> str:
    """How far the sum is shown after a click on a column; on what follows the table, all of it."""
    columns = _columns(bool(scene.allowed.all()), by_hand=False)
    nearest = min(columns, key=lambda name: max(columns[name][0] - x, x - columns[name][1]))
    return "all" if y < BELOW - 6 else ENDS[nearest]


def _columns(free: bool, by_hand: bool) -> dict[str, tuple[float, float]]:
    """From where to where each column reaches; a mask has one of its own."""
    if by_hand and free:
        return {"key": (5, 24), "dot": (24, 33), "scale": (33, 42), "weight": (44, 60), "value": (60, 80),
                "product": (80, 100)}  # fmt: skip
    if by_hand:
        return {"key": (4, 21), "dot": (21, 29), "scale": (29, 37), "mask": (37, 45), "weight": (47, 61),
                "value": (62, 80), "product": (82, 100)}  # fmt: skip
    if free:
        return {"key": (10, 27), "dot": (27, 37), "scale": (37, 47), "weight": (49, 66), "value": (67, 82.5),
                "product": (84.5, 100)}  # fmt: skip
    return {"key": (10, 24), "dot": (24, 34), "scale": (34, 43), "mask": (43, 52), "weight": (54, 68),
            "value": (69, 83.5), "product": (85.5, 100)}  # fmt: skip


def _span(column: tuple[float, float], bottom: float) -> tuple[float, float, float]:
    return column[0], bottom, column[1] - column[0]


def _most(*vectors: np.ndarray) -> np.ndarray:
    """The largest number of some vectors at each step, (T,)."""
    sizes = [np.abs(v.reshape(len(v), -1)).max(1) for v in vectors]
    most: np.ndarray = np.maximum(np.max(sizes, axis=0), 1e-9)
    return most


def _bars(
    table: Table, weights: np.ndarray, rows: np.ndarray, column: tuple[float, float], high: float
) -> None:
    """Weights as bars behind their numbers."""
    left, right = column[0] + 7.0, column[1]
    look = {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "x": np.zeros(len(rows)),
        "base": left,
        "width": min(0.62 * high, 4.0),
    }
    table.moves.append(Move(len(table.data), {"x": np.nan_to_num(weights) * (right - left)}))
    table.data.append({**look, "marker": {"color": "--dl-attention"}, "hoverinfo": "skip"})


def _after(recording: Recording, text: Text, table: Table, layer: int, t: int, size: int) -> None:
    """The token itself, what all heads joined add, and the two together."""
    before, added = (
        recording.track("stream")[:, layer, t],
        recording.track("joined")[:, layer, t],
    )  # (T, D) each
    parts = (("before", before), ("added", added), ("both", before + added))
    most = _most(*(values for _, values in parts))
    for k, (name, values) in enumerate(parts):
        left = 1.0 + 34 * k
        table.vectors(values[:, None], (left, 0.8, 30.0, 3.2), most, hand.ADDED, size)
        table.labels.append(_word(text(f"sum.{name}"), left + 15, 6.4))
        if k < 2:
            table.labels.append(_word("+" if k == 0 else "=", left + 32, 2.4))


def _heads(text: Text, x: dict[str, tuple[float, float]], top: float) -> list[Label]:
    """What the columns are."""
    return [
        _word(f"<b>{text(f'sum.{name}')}</b>", sum(span) / 2, HIGH - HEAD / 2) for name, span in x.items()
    ]


def _names(
    scene: Any, text: Text, rows: np.ndarray, top: float, t: int, size: int, left: float, length: int
) -> list[Label]:
    """The token that asks, then those that are looked at; what a learner wrote is no template."""
    most = 6 if len(scene.names) <= 9 else 5
    names = [tokens.shown(name, most) for name in scene.names]
    where: dict[str, Any] = {"x": left, "xref": "x", "yref": "y", "xanchor": "right", "yanchor": "middle"}
    asking = [text("sum.asks", token=names[t])] * length
    labels = [Label(strings=asking, y=top + QUERY / 2 - 0.4, size=12, color="--dl-attention", **where)]
    for k, (name, y) in enumerate(zip(names, rows.tolist(), strict=True)):
        said = f"<b>{name}</b>" if k == t else name
        labels.append(Label(strings=[said] * length, y=y, size=size + 1, **where))
    return labels


def _word(word: str, x: float, y: float, **look: Any) -> Label:
    usual: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle", "size": 12}
    return Label(word, x=x, y=y, **{**usual, **look})
