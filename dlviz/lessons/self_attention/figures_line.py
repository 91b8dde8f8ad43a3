"""The sequence as a line of tokens: arcs to what each looks at, and below what it answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.self_attention.reading import answered, head_of, levels
from dlviz.plots import attention, graph, theme, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

RISE = 1.0  # height of the highest arc
PALE = 0.35  # weight from which on tokens that are not chosen show their arcs


def arcs(recording: Recording, text: Text, *, unit: str = "", token: str = "1") -> Film:
    """Arcs of one head: of the chosen token in colour, of all others pale; a click chooses another token."""
    scene = recording.scene
    layer, head = head_of(unit) if unit else (scene.layers - 1, 0)
    count, chosen = len(scene.names), int(token) - 1
    weights = levels(recording, layer, head)  # (T, n, n)
    others = np.array([t for t in range(count) if t != chosen])
    looking, seen = np.repeat(others, count), np.tile(np.arange(count), count - 1)
    pale = weights[:, others].reshape(len(recording), -1)
    pale = np.where((pale >= PALE * attention.HIGHEST) & (pale <= attention.HIGHEST), pale, 0).astype(
        np.uint8
    )
    drawn = attention.arcs(0, pale, looking, seen, RISE, color="--dl-contour", thin=0.5)
    own = np.full(count, chosen), np.arange(count)
    drawn += attention.arcs(len(drawn), weights[:, chosen], *own, RISE)
    data, moves = [look for look, _ in drawn], [move for _, move in drawn]
    mark = {"color": "--dl-attention", "size": 30, "symbol": "square", "opacity": 0.25}
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [chosen],
            "y": [-0.14],
            "marker": mark,
            "hoverinfo": "skip",
        }
    )
    labels = [
        *_inputs(scene, len(recording)),
        *_answers(recording),
        *_weights(recording.track("weights")[:, layer, head, chosen], chosen),
    ]
    axes = graph.bare_axes([-0.75 - 0.035 * count, count - 0.25 + 0.035 * count], [-0.62, 1.08 * RISE])
    layout = theme.layout(
        **axes,
        margin={"l": 6, "r": 6, "t": 2, "b": 2},
        dragmode=False,
        uirevision=str(count),
        meta={"letters": 0.72},
    )
    name = text("unit.hidden", layer=layer + 1, k=head + 1)
    return Film(
        "arcs",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        tuple(labels),
        title=text("picture.arcs", name=name),
        alt=text("alt.arcs", name=name),
        click="line",
    )


def off(recording: Recording, text: Text) -> Film:
    """Accuracy with all heads, and with each of them switched off."""
    scene, accuracy = recording.scene, recording.track("without")  # (T, 1 + H)
    count = accuracy.shape[1] - 1
    names = [f"{l + 1}.{h + 1}" for l in range(scene.layers) for h in range(scene.heads)]  # noqa: E741
    places = np.arange(count, dtype=np.float32)
    bars = {
        "type": "bar",
        "x": places,
        "y": np.zeros(count),
        "width": 0.62,
        "marker": {"color": "--dl-attention"},
    }
    data = [{**bars, "hoverinfo": "skip", "name": text("legend.without")}]
    moves = [Move(0, {"y": accuracy[:, 1:]})]
    line = {"color": "--dl-prediction", "width": 2.5, "dash": "dash"}
    data.append({"type": "scatter", "mode": "lines", "x": [-0.6, count - 0.4], "y": [], "line": line,
                 "hoverinfo": "skip", "name": text("legend.all_heads")})  # fmt: skip
    moves.append(Move(1, {"y": np.repeat(accuracy[:, :1], 2, axis=1)}))
    labels = [
        Label("{p:d} %", {"p": 100 * accuracy[:, 1 + k]}, x=k, y=1.03, xref="x", yref="y", xanchor="center",
              yanchor="bottom", size=12 if count <= 8 else 9)
        for k in range(count)
    ]  # fmt: skip
    told = text("legend.all_heads") + " {p:d} %"
    labels.append(Label(told, {"p": 100 * accuracy[:, 0]}, x=1.0, y=1.0, xanchor="right", yanchor="bottom",
                        color="--dl-prediction", size=12))  # fmt: skip
    x = theme.axis(
        text("axis.off"), tickvals=places, ticktext=names, range=[-0.6, count - 0.4], showgrid=False
    )
    y = theme.axis(range=[0, 1.16], tickvals=[0, 0.5, 1], tickformat=".0%")
    layout = theme.layout(xaxis=x, yaxis=y, margin={"l": 46, "r": 12, "t": 24, "b": 40}, dragmode=False)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.off"), text("alt.off")
    return Film("off", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def places(recording: Recording, text: Text) -> Film:
    """Accuracy at each place of the sequence, on all test sequences."""
    scene, accuracy = recording.scene, recording.track("places")  # (T, n)
    count = len(scene.names)
    bars = {"type": "bar", "x": np.arange(count, dtype=np.float32), "y": np.zeros(count), "width": 0.7}
    data = [{**bars, "marker": {"color": "--dl-prediction"}, "hoverinfo": "skip"}]
    moves = [Move(0, {"y": np.maximum(accuracy, 0)})]
    labels = [
        Label("{p:d} %", {"p": 100 * accuracy[:, k]}, x=k, y=1.03, xref="x", yref="y", xanchor="center",
              yanchor="bottom", size=12 if count <= 8 else 10)
        for k in range(count) if scene.targets[k] >= 0
    ]  # fmt: skip
    ticks = tokens.ticks([str(k + 1) for k in range(count)])
    x = theme.axis(text("axis.place"), **ticks, range=[-0.6, count - 0.4], showgrid=False)
    y = theme.axis(range=[0, 1.16], tickvals=[0, 0.5, 1], tickformat=".0%")
    layout = theme.layout(xaxis=x, yaxis=y, margin={"l": 46, "r": 12, "t": 10, "b": 40}, dragmode=False)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.places"), text("alt.places")
    return Film("places", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def token_at(scene: Any, x: float) -> str | None:
    """The token at a point of `arcs`."""
    k = tokens.position_at(x, len(scene.names))
    return None if k is None else str(k + 1)


def _inputs(scene: Any, length: int) -> list[Label]:
    """The tokens as they are read."""
    count = len(scene.names)
    longest = max(len(name) for name in scene.names)
    size = int(max(10, min(22, 560 / count / max(1, longest) / 0.75)))
    where: dict[str, Any] = {"xref": "x", "yref": "y", "y": -0.14, "xanchor": "center", "yanchor": "middle"}
    names = [f"<b>{tokens.shown(name)}</b>" for name in scene.names]
    return [Label(strings=[name] * length, x=k, size=size, **where) for k, name in enumerate(names)]


def _answers(recording: Recording) -> list[Label]:
    """Below each token its answer: what is right in one colour with a tick, what is wrong in another with a cross."""
    scene = recording.scene
    if not scene.answers:
        return []
    given, sure = answered(recording)  # (T, n) each
    count = len(scene.names)
    longest = max(len(name) for name in scene.answers)
    size = int(max(10, min(16, 560 / count / (longest + 1) / 0.75)))
    labels = []
    for k in np.flatnonzero(scene.targets >= 0).tolist():
        right = given[:, k] == scene.targets[k]
        where: dict[str, Any] = {"xref": "x", "yref": "y", "x": k, "xanchor": "center", "size": size}
        said = [tokens.shown(scene.answers[answer]) for answer in given[:, k].tolist()]
        for sign, color, when in (("✓", "--dl-prediction", right), ("✗", "--dl-gradient", ~right)):
            strings = [f"<b>{word}</b>{sign}" if shown else "" for word, shown in zip(said, when.tolist())]
            labels.append(Label(strings=strings, y=-0.37, yanchor="middle", color=color, **where))
        share = {"p": 100 * sure[:, k]}
        small = where | {"size": 10}
        labels.append(Label("{p:d} %", share, y=-0.53, yanchor="middle", color="--dl-muted", **small))
    return labels


def _weights(seen: np.ndarray, looking: int) -> list[Label]:
    """The weights of the chosen token, (T, n), above what it looks at: those of some size."""
    labels = []
    for k in range(seen.shape[1]):
        percent = np.where(seen[:, k] >= attention.BOUNDS[1], 100 * seen[:, k], np.nan)
        where: dict[str, Any] = {"x": k - 0.1, "xanchor": "right"} if k <= looking else {"x": k + 0.1}
        where |= {"y": 0.0, "yanchor": "bottom", "xref": "x", "yref": "y", "size": 12, "shy": True}
        labels.append(Label("{w:d} %", {"w": percent}, color="--dl-attention", **where))
    return labels
