"""What filters are good for: cells that like an angle, and corners and edges that are found again."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.convolution.boards import GREY, Board
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.plots.theme import SERIES
from dlviz.recording import Recording
from dlviz.text import Text

EDGE = 0.98  # of the colours of a picture, from which on they are those of an edge
MARKED = [[0.0, "#000000"], [EDGE, "#ffffff"], [EDGE, "--dl-series-6"], [1.0, "--dl-series-6"]]
SHARES = (  # what is left: colour, dashes and width of each curve
    ("found_share", "--dl-series-3", "solid", 3.4),
    ("edge_share", "--dl-series-6", "dash", 2.4),
    ("same_share", "--dl-series-1", "dot", 2.8),
)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
BARE: dict[str, Any] = {"visible": False, "fixedrange": True, "constrain": "domain"}


def along(recording: Recording, found: Recording) -> np.ndarray:
    """Which frame of another recording belongs to each step of this one: both begin and end together, (T,)."""
    steps = max(recording.config.length() - 1, 1)
    which: np.ndarray = np.arange(len(recording)) * (len(found) - 1) // steps
    return which


def tuning(recording: Recording, found: Recording | None, text: Text) -> Film:
    """A bar that turns, the filters that look at it, and how strongly each answers over the angle."""
    title, alt = text("picture.cortex"), text("alt.cortex")
    if found is None or len(found) < found.config.length():
        return waiting("cortex", len(recording), text, title, alt)
    which, scene = along(recording, found), found.scene
    angles, responses = found.track("angle")[which], found.track("responses")[which]  # (T,), (T, N)
    side = found.track("bar").shape[1]
    board = Board(0, side, 1, side, side)
    data = [board.map(GREY, 0, 1)]
    moves = [Move(0, {"z": Levels(Chosen(found, "bar", which), 0, 1)})]
    count, size = scene.filters.shape[:2]
    order = np.argsort(scene.angles)
    tiled = np.full((size, count * (size + 2) - 2), np.nan, np.float32)
    for place, n in enumerate(order):
        tiled[:, place * (size + 2) : place * (size + 2) + size] = scene.filters[n]
    reach = float(np.abs(scene.filters).max())
    strip = Board(0, size, 1, *tiled.shape)
    data.append({**strip.map(theme.SIGNED, -reach, reach, tiled), "xaxis": "x2", "yaxis": "y2"})
    labels = [Label(text("cortex.bar"), {"angle": angles}, x=0.14, y=0.99, xanchor="center", size=13)]
    for place, n in enumerate(order):
        color, width = SERIES[n % len(SERIES)], 3.6 if n == 0 else 1.8
        name = f"{scene.angles[n]}°"
        line = {"color": color, "width": width, "dash": DASHES[n]}
        look = {"type": "scatter", "mode": "lines", "name": name, "line": line, "x": [], "y": []}
        data.append(
            {
                **look,
                "hovertemplate": f"{name} %{{y:.2f}}<extra>%{{x:.0f}}°</extra>",
                "xaxis": "x3",
                "yaxis": "y3",
            }
        )
        moves.append(Move(len(data) - 1, {"x": angles, "y": responses[:, n]}, "grow"))
        middle = place * (size + 2) + size / 2
        where: dict[str, Any] = {"x": middle, "y": size + 1, "xref": "x2", "yref": "y2", "yanchor": "bottom"}
        label = f"<b>{name}</b>" if n == 0 else name
        labels.append(Label(label, color=color, size=12, xanchor="center", **where))
    layout = theme.layout(
        xaxis={**BARE, "range": [0, side], "domain": [0, 0.28]},
        yaxis={**BARE, "range": [0, side], "domain": [0, 0.86], "scaleanchor": "x"},
        xaxis2={**BARE, "range": [0, tiled.shape[1]], "domain": [0.42, 1], "anchor": "y2"},
        yaxis2={**BARE, "range": [0, size], "domain": [0.7, 0.9], "scaleanchor": "x2", "anchor": "x2"},
        xaxis3=theme.axis(text("axis.angle"), range=[0, 180], dtick=30, anchor="y3", domain=[0.42, 1]),
        yaxis3=theme.axis(text("axis.answer"), range=[0, 1.1], nticks=3, anchor="x3", domain=[0, 0.62]),
        margin={"l": 6, "r": 12, "t": 6, "b": 40},
    )
    figure = {"data": data, "layout": layout}
    return Film("cortex", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def corners(recording: Recording, found: Recording | None, text: Text, *, change: str) -> Film:
    """The picture before and after a change with its corners and edges, and what is left of these and of raw pixels."""
    name = text.option("change", change)
    title, alt = text("picture.keypoints", change=name), text("alt.keypoints", change=name)
    if found is None or len(found) < found.config.length() or found.config.change != change:
        return waiting("keypoints", len(recording), text, title, alt)
    which = along(recording, found)
    images, amounts = found.track("image"), found.track("amount")[which]
    side = images.shape[1]
    board = Board(0, side, 1, side, side)
    high = max(float(images[0].max()), 1e-6)
    known, expected = found[0].expected, found.track("expected")[which]  # (N, 2), (T, N, 2)
    kept = found.track("found")[which][..., None]  # (T, N, 1)
    lost = np.where(kept, np.nan, expected)
    seen, first = Marked(found, which, high), Marked(found, which[:1], high)
    look: dict[str, Any] = {"colors": MARKED, "low": 0.0, "high": 254.0}
    data: list[dict[str, Any]] = [
        board.map(**look, z=first[0].astype(np.float32)),
        {**board.map(**look), "xaxis": "x2", "yaxis": "y2"},
        _dots("--dl-series-2", "circle", known[:, 0] + 0.5, side - known[:, 1] - 0.5, ""),
        _dots("--dl-series-3", "circle", [], [], "2"),
        _dots("--dl-series-1", "x", [], [], "2"),
    ]
    moves = [Move(1, {"z": Levels(seen, 0.0, 254.0)})]
    for trace, points in ((3, np.where(kept, expected, np.nan)), (4, lost)):
        x, y = points[..., 0] + 0.5, side - points[..., 1] - 0.5
        moves.append(Move(trace, {"x": x.astype(np.float32), "y": y.astype(np.float32)}))
    for track, color, dash, width in SHARES:
        line = {"color": color, "width": width, "dash": dash}
        label = text(f"keypoints.{track}")
        curve = {"type": "scatter", "mode": "lines", "name": label, "line": line, "x": [], "y": []}
        data.append(
            {**curve, "hovertemplate": f"%{{y:.0f}} %<extra>{label}</extra>", "xaxis": "x3", "yaxis": "y3"}
        )
        moves.append(Move(len(data) - 1, {"x": amounts, "y": 100 * found.track(track)[which]}, "grow"))
    pair: dict[str, Any] = {"range": [0, side]}
    tall = [0, 0.86]
    layout = theme.layout(
        xaxis={**BARE, **pair, "domain": [0, 0.28]},
        yaxis={**BARE, **pair, "domain": tall, "scaleanchor": "x", "constraintoward": "top"},
        xaxis2={**BARE, **pair, "domain": [0.29, 0.57], "anchor": "y2"},
        yaxis2={
            **BARE,
            **pair,
            "domain": tall,
            "scaleanchor": "x2",
            "anchor": "x2",
            "constraintoward": "top",
        },
        xaxis3=theme.axis(
            text(f"axis.{change}"),
            range=[0, float(found.track("amount")[-1])],
            anchor="y3",
            domain=[0.7, 1],
            nticks=4,
        ),
        yaxis3=theme.axis(range=[0, 108], ticksuffix=" %", anchor="x3", domain=[0, 0.64], nticks=3),
        margin={"l": 6, "r": 12, "t": 6, "b": 40},
        meta=found.config.model_dump_json(),
    )
    place: dict[str, Any] = {"y": 0.99, "xanchor": "center", "size": 12}
    labels = [
        Label(f"<b>{text('keypoints.before')}</b>", x=0.14, **place),
        Label(f"<b>{text('keypoints.after')}</b>", x=0.43, **place),
    ]
    for k, (track, color, *_) in enumerate(SHARES):
        label = text(f"live.{track}")
        values = {"share": (100 * found.track(track)[which]).astype(np.float32)}
        labels.append(Label(label, values, x=1.02, y=1.0 - 0.11 * k, xanchor="right", color=color, size=12))
    figure = {"data": data, "layout": layout}
    return Film("keypoints", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


class Marked:
    """Changed pictures as bytes with their edges marked, made only for the steps that are asked for."""

    def __init__(self, found: Recording, which: np.ndarray, high: float) -> None:
        share = np.clip(found.track("image") / high, 0, 1)
        grey = np.floor(254 * (EDGE - 0.01) * share)
        self.codes, self.which = np.where(found.track("edges"), 254, grey).astype(np.uint8), which

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, rows: Any) -> np.ndarray:
        seen: np.ndarray = self.codes[self.which[rows]]
        return seen


class Chosen:
    """Pictures of another recording as bytes, made only for the steps that are asked for.

    Args:
        found: the other recording.
        track: its pictures, (n, H, W) from 0 to 1.
        which: the frame that belongs to each step, (T,).
    """

    def __init__(self, found: Recording, track: str, which: np.ndarray) -> None:
        share = np.clip(found.track(track), 0, 1)
        self.codes, self.which = np.rint(254 * share).astype(np.uint8), which

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, rows: Any) -> np.ndarray:
        seen: np.ndarray = self.codes[self.which[rows]]
        return seen


def waiting(name: str, count: int, text: Text, title: str, alt: str) -> Film:
    """A picture whose numbers are not there yet."""
    label = Label(text("legend.waiting"), x=0.5, y=0.5, xanchor="center", yanchor="middle", size=15)
    bare = {"visible": False, "fixedrange": True}
    figure = {"data": [], "layout": theme.layout(xaxis=bare, yaxis=bare)}
    return Film(name, count, figure, (), (label,), title=title, alt=alt)


def _dots(color: str, symbol: str, x: Any, y: Any, axes: str) -> dict[str, Any]:
    marker = {"color": color, "size": 9, "symbol": symbol, "line": {"color": "--dl-paper", "width": 1.5}}
    where = {"xaxis": f"x{axes}", "yaxis": f"y{axes}"}
    return {
        "type": "scatter",
        "mode": "markers",
        "marker": marker,
        "x": x,
        "y": y,
        "hoverinfo": "skip",
        **where,
    }
