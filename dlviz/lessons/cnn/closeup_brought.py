"""A picture that a learner brings, and what the network of every step takes it for."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn.closeup_sketch import since_when
from dlviz.lessons.cnn.figures_network import class_name, scale_of
from dlviz.lessons.cnn.reading import said_of, seen_of
from dlviz.plots import mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

CURVES = 0.52, 0.82  # where these begin and end; right of them are the classes
DASHES = ("solid", "dash", "dot", "dashdot")


def brought(recording: Recording, text: Text, *, photo: str) -> Film:
    """The picture, what the network gets of it, and the probability of each class over the updates."""
    side = recording.scene.test_pictures.shape[-1]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    last = recording.config.updates()
    labels: list[Label] = []
    shapes: tuple[tuple[int, int], ...] = ((1, 1), (1, 1))
    if photo:
        pixels, given = seen_of(recording.config, photo)
        shapes = _pictures(recording, pixels, given, data)
        labels += _read(recording, text, given, data, moves)
    else:
        bare = {"type": "scatter", "x": [None], "y": [None]}  # for the axes
        data += [{**bare, "xaxis": f"x{number}", "yaxis": f"y{number}"} for number in ("", "2", "3")]
        middle: dict[str, Any] = {"x": last / 2, "y": 0.5, "xref": "x3", "yref": "y3", "xanchor": "center"}
        labels.append(Label(text("legend.bring"), **middle, yanchor="middle", color="--dl-muted"))
    for name, number, (_, width) in zip(("brought", "given"), ("", "2"), shapes):
        head: dict[str, Any] = {"x": width / 2, "xref": f"x{number}", "y": 1.0, "xanchor": "center"}
        labels.insert(0, Label(f"<b>{text(f'legend.{name}', side=side)}</b>", **head, size=12))
    fit: dict[str, Any] = {"constrain": "domain", "visible": False}
    axes = {}
    for number, (height, width), domain in zip(("", "2"), shapes, ([0, 0.23], [0.26, 0.46])):
        axes[f"xaxis{number}"] = theme.axis(**fit, range=[0, width], domain=domain, anchor=f"y{number}")
        axes[f"yaxis{number}"] = theme.axis(
            **fit, range=[0, height], domain=[0, 0.87], anchor=f"x{number}", scaleanchor=f"x{number}"
        )
    axes["xaxis3"] = theme.axis(
        text("axis.updates"), range=[0, last], domain=list(CURVES), anchor="y3", nticks=5
    )
    axes["yaxis3"] = theme.axis(range=[0, 1.04], domain=[0, 0.86], anchor="x3", tickformat=".0%", nticks=3)
    narrow = {
        "xaxis": {"domain": [0, 0.45]},
        "yaxis": {"domain": [0.6, 0.92]},
        "xaxis2": {"domain": [0.55, 0.95]},
        "yaxis2": {"domain": [0.6, 0.92]},
        "xaxis3": {"domain": [0.1, 0.7]},
        "yaxis3": {"domain": [0, 0.45]},
    }
    layout = theme.layout(
        **axes,
        margin={"l": 8, "r": 10, "t": 4, "b": 36},
        dragmode=False,
        meta={"narrow": narrow, "letters": 0.8},
    )
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.brought"), text("alt.brought", side=side)
    return Film("closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def _pictures(
    recording: Recording, pixels: np.ndarray, given: np.ndarray, data: list[Any]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The picture as it is and as the network gets it; the heights and widths of both."""
    whole = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    small = np.rint(255 * given).astype(np.uint8)
    for number, one, grey in (("", whole, pictures.PHOTOGRAPH), ("2", small, scale_of(recording.config))):
        levels, look = pictures.coded(one[None], grey)
        height, width = levels.shape[1:]
        shown = mosaic.bitmap(
            (0, 0, width, height), (height, width), **look, z=levels[0, ::-1].astype(np.float32)
        )
        data.append({**shown, "xaxis": f"x{number}", "yaxis": f"y{number}"})
    return (pixels.shape[0], pixels.shape[1]), (small.shape[1], small.shape[2])


def _read(
    recording: Recording, text: Text, given: np.ndarray, data: list[Any], moves: list[Move]
) -> list[Label]:
    """How probable each class is at every step, and since when the present answer has stood."""
    said = said_of(recording.config, recording.track("weights"), given)  # (T, K)
    updates = recording.track("update").astype(np.float32)
    names = [class_name(text, name) for name in recording.scene.classes]
    labels = []
    for k, name in enumerate(names):
        color = theme.SERIES[k % len(theme.SERIES)]
        line = {"color": color, "width": 2.4, "dash": DASHES[k // len(theme.SERIES)]}
        moves.append(Move(len(data), {"x": updates, "y": said[:, k]}, "grow"))
        own: dict[str, Any] = {"xaxis": "x3", "yaxis": "y3", "x": [], "y": [], "line": line, "name": name}
        data.append(
            {
                **own,
                "type": "scatter",
                "mode": "lines",
                "hovertemplate": f"{name} %{{y:.0%}}<extra>%{{x}}</extra>",
            }
        )
        place: dict[str, Any] = {"y": 1 - (k + 0.5) / max(len(names), 5), "yref": "y3", "yanchor": "middle"}
        beside = 1.05 * recording.config.updates()
        labels.append(Label(f"<b>{name}</b>", x=beside, xref="x3", color=color, size=12, **place))
        labels.append(Label("{p:d} %", {"p": 100 * said[:, k]}, x=1.0, xanchor="right", size=12, **place))
    best = said.argmax(1)
    since = since_when(best)
    told = [
        text("live.takes", name=names[k], share=f"{100 * row[k]:.0f}", since=f"{updates[at]:.0f}")
        for k, row, at in zip(best.tolist(), said, since.tolist())
    ]
    above: dict[str, Any] = {"x": recording.config.updates() / 2, "y": 1.06, "xref": "x3", "yref": "y3"}
    labels.append(Label(strings=told, **above, xanchor="center", yanchor="bottom", size=13))
    return labels
