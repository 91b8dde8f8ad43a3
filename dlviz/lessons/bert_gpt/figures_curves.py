"""Losses and perplexities over the updates, what is right, and the test loss against the amount of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.reading import COLORS
from dlviz.plots import curves, theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

PERPLEXITIES = (1, 3, 10, 30, 100, 300, 1000, 3000, 10000)
SHADES = (0.3, 0.45, 0.6, 0.8, 1.0)  # of the parts of a text, the smallest first
Line = tuple[str, str, np.ndarray, str, float]  # name, colour, numbers, dash, opacity
HEAD: dict[str, Any] = {"y": 1.03, "yanchor": "bottom", "size": 12}


def names_of(recording: Recording, text: Text) -> list[str]:
    """The networks in their order."""
    task = recording.config.task
    every = ("first", "second", "third") if task == "numerals" else ("first", "second")
    return [text(f"network.{task}_{name}_short") for name in every]


def losses(recording: Recording, text: Text) -> Film:
    """Loss in nats on the left, perplexity, its exponential, on the right: one curve, two scales."""
    loss, names = recording.track("loss"), names_of(recording, text)
    lines: list[Line] = []
    for k, name in enumerate(names):
        lines.append((text("legend.train", name=name), COLORS[k], loss[:, k, 0], "dot", 0.8))
        lines.append((text("legend.test", name=name), COLORS[k], loss[:, k, 1], "solid", 1.0))
    top = 1.06 * float(loss[0].max())
    shown = [p for p in PERPLEXITIES if np.log(p) <= top]
    y2 = theme.axis(range=[0, top], tickvals=np.log(shown), ticktext=[f"{p:,}" for p in shown], side="right",
                    overlaying="y", showgrid=False)  # fmt: skip
    head = [Label(text("legend.loss"), x=0.0, **HEAD)]
    head.append(Label(text("legend.perplexity"), x=1.0, xanchor="right", **HEAD))
    last = ends(recording, lines, top)
    extra = {"yaxis2": y2, "margin": {"l": 36, "r": 46, "t": 26, "b": 36}}
    ghost = {"type": "scatter", "x": [0], "y": [-1], "yaxis": "y2", "mode": "markers", "hoverinfo": "skip",
             "marker": {"opacity": 0, "size": 1, "color": "--dl-paper"}, "name": ""}  # fmt: skip
    return grown(recording, text, "losses", lines, [0, top], head + last, extra, [ghost])


def ends(recording: Recording, lines: Sequence[Line], top: float) -> list[Label]:
    """The names of the solid lines at the top right, one below the other, with their last numbers as perplexity."""
    labels = []
    for k, (name, color, values, _, _) in enumerate(line for line in lines if line[3] == "solid"):
        numbers = {"p": np.exp(values.astype(np.float64)).astype(np.float32)}
        place: dict[str, Any] = {"x": 0.98, "y": 0.98 - 0.13 * k, "xanchor": "right", "size": 12}
        labels.append(Label(name + " <b>{p:.1f}</b>", numbers, color=color, **place))
    return labels


def right(recording: Recording, text: Text) -> Film:
    """Which share of unseen numerals each network writes without a mistake, and where the third looks."""
    values, names = recording.track("right"), names_of(recording, text)
    lines: list[Line] = [(name, COLORS[k], values[:, k], "solid", 1.0) for k, name in enumerate(names)]
    lines.append((text("legend.looks"), COLORS[2], recording.track("looks").astype(np.float32), "dot", 1.0))
    labels = [
        Label(name + " <b>{p:.0f} %</b>", {"p": (100 * line).astype(np.float32)}, x=0.98, y=0.42 - 0.1 * k,
              xanchor="right", size=12, color=color)
        for k, (name, color, line, _, _) in enumerate(lines)
    ]  # fmt: skip
    extra = {"margin": {"l": 46, "r": 12, "t": 10, "b": 36}}
    return grown(recording, text, "right", lines, [0, 1.04], labels, extra, tickformat=".0%")


def course(recording: Recording, text: Text) -> Film:
    """The test loss of every network over the updates: little text is soon learnt by heart."""
    loss, amounts = recording.track("loss")[:, :, 1], recording.scene.amounts
    count = len(amounts)
    lines: list[Line] = []
    for k in range(2 * count):
        kind = "transformer" if k < count else "lstm"
        name = f"{text(f'network.{kind}')} {amounts[k % count]}"
        lines.append(
            (name, COLORS[k // count], loss[:, k], "solid" if k < count else "dash", SHADES[k % count])
        )
    labels = [
        Label(text(f"network.{kind}"), x=x, color=COLORS[k], **{**HEAD, "xanchor": anchor})
        for k, (kind, x, anchor) in enumerate((("transformer", 0.0, "left"), ("lstm", 1.0, "right")))
    ]
    top = 1.35 * float(loss[0].max())
    return grown(
        recording, text, "course", lines, [0, top], labels, {"margin": {"l": 36, "r": 12, "t": 26, "b": 36}}
    )


def hunger(recording: Recording, text: Text) -> Film:
    """Test loss against lines of text: now, and the best so far; what is seen in training dotted."""
    loss, amounts = recording.track("loss"), np.array(recording.scene.amounts, np.float32)
    count, data, moves = len(amounts), [], []
    best = np.minimum.accumulate(loss[:, :, 1], axis=0)
    for k, kind in enumerate(("transformer", "lstm")):
        own = slice(k * count, (k + 1) * count)
        name = text(f"network.{kind}")
        looks = [
            (text("legend.best", name=name), best[:, own], "solid", 3.0, 9),
            (text("legend.test", name=name), loss[:, own, 1], "dash", 1.5, 5),
            (text("legend.train", name=name), loss[:, own, 0], "dot", 1.5, 4),
        ]
        for label, values, dash, width, size in looks:
            line = {"color": COLORS[k], "width": width, "dash": dash}
            marker = {"color": COLORS[k], "size": size, "symbol": "circle" if k == 0 else "square"}
            data.append({"type": "scatter", "mode": "lines+markers", "name": label, "x": amounts, "y": [],
                         "line": line, "marker": marker, "hovertemplate": label + " %{y:.2f}"})  # fmt: skip
            moves.append(Move(len(data) - 1, {"y": values.astype(np.float32)}))
    labels = tuple(
        Label(f"<b>{text(f'network.{kind}')}</b> {{p:.1f}}", {"p": np.exp(best[:, (k + 1) * count - 1])}, x=0.985,
              y=0.98 - 0.08 * k, xanchor="right", size=14, color=COLORS[k])
        for k, kind in enumerate(("transformer", "lstm"))
    )  # fmt: skip
    labels += tuple(
        Label(text(f"legend.line_{line}"), x=0.02, y=0.42 - 0.07 * k, xanchor="left", size=12)
        for k, line in enumerate(("best", "test", "train"))
    )
    span = [float(np.log10(amounts[0])) - 0.1, float(np.log10(amounts[-1])) + 0.12]
    x = theme.axis(
        text("axis.lines"), type="log", range=span, tickvals=amounts, ticktext=[f"{a:.0f}" for a in amounts]
    )
    y = theme.axis(text("axis.loss"), range=[0, 1.12 * float(loss[0].max())], nticks=6)
    layout = theme.layout(xaxis=x, yaxis=y, margin={"l": 56, "r": 14, "t": 10, "b": 42})
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.hunger"), text("alt.hunger", count=count)
    return Film("hunger", len(recording), figure, tuple(moves), labels, title=title, alt=alt)


def grown(
    recording: Recording,
    text: Text,
    name: str,
    lines: Sequence[Line],
    span: Sequence[float],
    labels: Sequence[Label],
    extra: dict[str, Any],
    more: Sequence[dict[str, Any]] = (),
    **axis: Any,
) -> Film:
    """Curves that grow with the updates."""
    updates = recording.track("update").astype(np.float32)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for label, color, values, dash, opacity in lines:
        look, move = curves.curve(len(data), label, color, values.astype(np.float32), dash=dash)
        data.append({**look, "opacity": opacity})
        moves.append(Move(move.trace, {**move.columns, "x": updates}, "grow"))
    x = theme.axis(text("axis.updates"), range=[0, recording.config.updates], nticks=6)
    y = theme.axis(range=list(span), nticks=6, **axis)
    figure = {"data": [*data, *more], "layout": theme.layout(xaxis=x, yaxis=y, **extra)}
    title, alt = text(f"picture.{name}"), text(f"alt.{name}")
    return Film(name, len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)
