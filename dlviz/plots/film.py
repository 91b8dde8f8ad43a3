"""A film: a Plotly figure, and what changes in it over the steps of a recording."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import plotly.graph_objects as go

from dlviz.plots import theme
from dlviz.text import Language

PLACEHOLDER = re.compile(r"\{(\w+)(?::([^}]*))?\}")


class Codes(Protocol):
    """Bytes over the steps, (T, ...): an array, or what becomes one only for the steps that are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> np.ndarray: ...


@dataclass(frozen=True)
class Levels:
    """Numbers that only the eye reads, as 254 steps between two bounds.

    Attributes:
        codes: (T, ...) uint8; 0 is `low`, 254 is `high`, 255 is nothing at all.
    """

    codes: Codes
    low: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray, low: float, high: float) -> Levels:
        """Rounds values to levels; what is not finite becomes nothing."""
        finite = np.isfinite(values)
        share = np.clip((np.where(finite, values, low) - low) / (high - low), 0, 1)
        return cls(np.where(finite, np.rint(254 * share), 255).astype(np.uint8), low, high)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> np.ndarray:
        codes = self.codes[rows]
        values = self.low + (self.high - self.low) * codes.astype(np.float32) / 254
        return np.where(codes == 255, np.float32(np.nan), values)


Column = np.ndarray | Levels


@dataclass(frozen=True)
class Move:
    """One trace that changes over the steps.

    Attributes:
        trace: its index in the figure.
        columns: attribute ("x", "z", "marker.size") by its values over the steps, (T, ...).
        kind: "grow" shows the rows 0 to t as one path, "show" shows row t.
    """

    trace: int
    columns: Mapping[str, Column]
    kind: Literal["grow", "show"] = "show"


@dataclass(frozen=True)
class Label:
    """A text that changes over the steps.

    Attributes:
        template: text with placeholders such as `{loss:.3f}`, or `{text}` if `strings` are given.
        values: (T,) numbers by placeholder.
        strings: (T,) texts, shown as they are.
        shy: not seen at steps at which a number of it is NaN.
        edit: the field of the config that a learner changes by changing this number where it stands, if any.
        x, y: where, in the units of `xref` and `yref` ("paper", "x", "y2", ...).
    """

    template: str = "{text}"
    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    strings: Sequence[str] | None = None
    x: float = 0.0
    y: float = 0.0
    xref: str = "paper"
    yref: str = "paper"
    xanchor: Literal["left", "center", "right"] = "left"
    yanchor: Literal["top", "middle", "bottom"] = "top"
    size: int = 13
    color: str = "--dl-text"
    shy: bool = False
    edit: str = ""

    def at(self, step: int) -> str:
        """The text at a step."""
        if self.shy and any(np.isnan(values[step]) for values in self.values.values()):
            return ""
        return self.strings[step] if self.strings is not None else fill(self.template, self.values, step)


@dataclass(frozen=True)
class Parts:
    """Parts of a picture that have a name: drawn elsewhere under the same name they are the same thing.

    Attributes:
        names: of each.
        boxes: left, bottom, width and height of each in its axes, (N, 4).
        axes: the number of these axes: "", "2", ...
    """

    names: tuple[str, ...]
    boxes: np.ndarray
    axes: tuple[str, ...]

    @classmethod
    def of(cls, groups: Iterable[tuple[Sequence[str], np.ndarray, str]]) -> Parts:
        """Groups of names with their boxes, each on axes of its own."""
        given = list(groups)
        names = tuple(name for some, _, _ in given for name in some)
        axes = tuple(on for some, _, on in given for _ in some)
        boxes = np.concatenate([np.reshape(box, (-1, 4)) for _, box, _ in given]).astype(np.float32)
        return cls(names, boxes, axes)


@dataclass(frozen=True)
class Film:
    """A picture over the steps of a recording; pure data.

    Row t of everything that changes depends on the frames 0 to t alone, so a film of a recording that grows is
    only ever appended to. NaN is what is not there: a line breaks, a cell is empty.

    Attributes:
        name: tells the picture from the others on a stage, and names its files.
        length: T, the number of steps.
        figure: {"data": [...], "layout": {...}}, arrays as numpy; None for words alone.
        moves: the traces that change.
        labels: the texts that change.
        title, alt: what it is called; what it shows, for those who do not see it.
        click: what a click on it chooses, if anything.
        peek: what more is seen while a pointer rests on a part of it, if anything: a small map in large, {"film":
            where, "titles": by trace and map, from below}; or the step that makes a cell, {"cells": boards as {left,
            top, side, rows, columns, first step}, "stays": traces that stay at the present step}; or a card of the unit
            whose map it is, see `lessons.cnn.hover`; or parts that are chosen as by a click, by a mouse that rests
            there or by the keyboard's focus, {"spots": `spot`s}.
        draw: what is done with points that are painted on it; then it neither zooms nor is clicked.
        parts: of flat bitmaps, those that a stage moves from their old place to their new one when pictures change.
    """

    name: str
    length: int
    figure: Mapping[str, Any] | None
    moves: tuple[Move, ...] = ()
    labels: tuple[Label, ...] = ()
    title: str = ""
    alt: str = ""
    click: str | None = None
    draw: str | None = None
    peek: Mapping[str, Any] | None = None
    parts: Parts | None = None

    def still(self, step: int = -1, *, dark: bool = False) -> go.Figure:
        """The figure at one step, as Plotly's own.

        Raises:
            ValueError: the film is words alone.
        """
        if self.figure is None:
            raise ValueError("words alone have no figure")
        step = range(self.length)[step]
        figure: dict[str, Any] = deepcopy(dict(self.figure))
        for move in self.moves:
            rows = slice(0, step + 1) if move.kind == "grow" else step
            for attribute, column in move.columns.items():
                _assign(figure["data"][move.trace], attribute, column[rows])
        annotations = [_annotation(label, step) for label in self.labels]
        figure["layout"]["annotations"] = [*figure["layout"].get("annotations", ()), *annotations]
        figure["layout"].setdefault("title", {"text": self.title, "x": 0.02})
        figure["layout"]["margin"] = {**figure["layout"].get("margin", {}), "t": 48}
        return go.Figure(theme.painted(figure, dark=dark))

    def to_csv(self) -> str:
        """What changes, as a table: a row per step, a column per number."""
        table = {"step": np.arange(self.length), **dict(self._numbers())}
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*(column.tolist() for column in table.values()), strict=True))
        return out.getvalue()

    def _numbers(self) -> Iterator[tuple[str, np.ndarray]]:
        for move in self.moves:
            trace = self.figure["data"][move.trace] if self.figure else {}
            for attribute, column in move.columns.items():
                rows = np.asarray(column[:]).reshape(self.length, -1)
                name = f"{trace.get('name', move.trace)}.{attribute}"
                for k in range(rows.shape[1]):
                    yield (name if rows.shape[1] == 1 else f"{name}[{k}]"), rows[:, k]
        for label in self.labels:
            yield from label.values.items()

    def to_html(self, *, lang: Language = "ko") -> str:
        """One file that plays from disk, with no network."""
        from dlviz.plots.page import page  # reads a browser's scripts: only who asks pays

        return page([self], lang=lang)

    def to_gif(
        self, path: str, *, steps: Iterable[int] | None = None, seconds: float = 0.08, dark: bool = False
    ) -> None:
        """Writes an animated GIF; needs kaleido and a Chrome.

        Args:
            path: where to.
            steps: which steps; at most 60, evenly spaced, unless told.
            seconds: how long each is shown.
        """
        chosen = list(steps) if steps is not None else spaced(self.length, 60)
        gif([self.still(step, dark=dark).to_image("png") for step in chosen], path, seconds)

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.to_html())}" style="width:100%;height:560px;border:0"></iframe>'


def spot(box: tuple[float, float, float, float], title: str, *, chosen: bool = False) -> dict[str, Any]:
    """A part of a picture that is chosen when a mouse rests there or the keyboard comes there.

    Args:
        box: x and y of one corner, then of the other, in the first axes; its middle is what is clicked.
        title: what it is called, for those who do not see it.
        chosen: whether it is already.
    """
    return {"box": [float(edge) for edge in box], "title": title, "chosen": chosen}


def spaced(length: int, most: int) -> list[int]:
    """At most `most` steps, evenly spaced, the first and the last among them."""
    return np.unique(np.linspace(0, length - 1, min(length, most)).round().astype(int)).tolist()


def gif(pictures: Sequence[bytes], path: Any, seconds: float) -> None:
    """Joins pictures (PNG) to a GIF that loops and rests on its last picture."""
    from PIL import Image

    frames = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    frames = [frame.resize(frames[0].size) if frame.size != frames[0].size else frame for frame in frames]
    few = [frames[k] for k in spaced(len(frames), 4)]
    mosaic = Image.new("RGB", (few[0].width, few[0].height * len(few)))
    for k, frame in enumerate(few):
        mosaic.paste(frame, (0, k * frame.height))
    # one colour table for all: no flicker, small; rare colours count as much as frequent ones
    table = mosaic.quantize(255, method=Image.Quantize.MAXCOVERAGE)
    flat = [frame.quantize(palette=table, dither=Image.Dither.NONE) for frame in frames]
    durations = [int(1000 * seconds)] * (len(flat) - 1) + [1500]
    flat[0].save(path, format="GIF", save_all=True, append_images=flat[1:], duration=durations, loop=0)


def fill(template: str, values: Mapping[str, np.ndarray], step: int) -> str:
    """Puts the numbers of a step into a template."""
    return PLACEHOLDER.sub(lambda found: number(float(values[found[1]][step]), found[2] or ""), template)


def number(value: float, form: str = "") -> str:
    """A number as text: `.3f`, `.2e`, `.3g` or `d`, perhaps with `+`; a true minus, "–" for what is not there."""
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    whole = math.copysign(math.floor(abs(value) + 0.5), value)  # halves as a browser rounds them
    text = f"{int(whole):{form}}" if form.endswith("d") else f"{value:{form or '.4g'}}"
    return re.sub(r"^-(?=[0.]*$)", "", text).replace("-", "−")


def _assign(trace: dict[str, Any], attribute: str, value: Any) -> None:
    *path, last = attribute.split(".")
    for key in path:
        trace = trace.setdefault(key, {})
    trace[last] = value


def _annotation(label: Label, step: int) -> dict[str, Any]:
    places = {name: getattr(label, name) for name in ("x", "y", "xref", "yref", "xanchor", "yanchor")}
    font = {"size": label.size, "color": label.color}
    return {"text": label.at(step), "showarrow": False, "font": font, **places}
