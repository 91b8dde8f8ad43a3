"""Three tokens in the plane: their queries, keys and values as arrows, and where attention takes one of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlviz.lessons.self_attention import hand
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

REACH, ASPECT = 3.4, 1.6  # of the plane on every side; of the picture of values
BARB, NEAR = 0.16, 0.35  # length of an arrow's barbs; how near to a token a click takes it
HUES = ("--dl-series-1", "--dl-series-2", "--dl-series-3")  # of the tokens
Drawn = tuple[dict[str, Any], Move]


def plane(recording: Recording, text: Text, *, token: str = "1") -> Film:
    """Tokens, the query of the chosen one against all keys; tokens are dragged to other places."""
    stage, t = recording.track("stage"), int(token) - 1
    query, key = recording.track("query")[:, 0, 0], recording.track("key")[:, 0, 0]  # (T, 3, 2) each
    weights = recording.track("weights")[:, 0, 0, t]  # (T, 3)
    drawn: list[Drawn] = []
    for k, hue in enumerate(HUES):
        drawn.append(_arrow(len(drawn), _since(key[:, k], stage, hand.KEYS), hue, 2.0))
    drawn.append(_arrow(len(drawn), _since(query[:, t], stage, hand.QUERY), "--dl-attention", 4.0))
    return _film("plane", recording, text, drawn, t, weights, [
        *_ends(key, [f"k<sub>{k + 1}</sub>" for k in range(hand.COUNT)], stage, hand.KEYS, HUES),
        *_ends(query[:, t : t + 1], [f"q<sub>{t + 1}</sub>"], stage, hand.QUERY, ("--dl-attention",)),
    ])  # fmt: skip


def values(recording: Recording, text: Text, *, token: str = "1") -> Film:
    """The values, each as long as its weight lets it, set one after the other: their sum is what attention gives."""
    stage, t = recording.track("stage"), int(token) - 1
    weights = recording.track("weights")[:, 0, 0, t]  # (T, 3)
    value = recording.track("value")[:, 0, 0]  # (T, 3, 2)
    parts = weights[..., None] * value
    ends = np.cumsum(parts, axis=1)
    drawn: list[Drawn] = []
    for k, hue in enumerate(HUES):
        drawn.append(_arrow(len(drawn), _since(value[:, k], stage, hand.VALUES), hue, 1.2))
    for k, hue in enumerate(HUES):
        start = ends[:, k - 1] if k else np.zeros_like(ends[:, 0])
        drawn.append(_arrow(len(drawn), _since(parts[:, k], stage, hand.MIXED), hue, 4.0, start=start))
    drawn.append(_arrow(len(drawn), _since(ends[:, -1], stage, hand.MIXED), "--dl-text", 2.0))
    return _film("values", recording, text, drawn, t, weights, [
        *_ends(value, [f"v<sub>{k + 1}</sub>" for k in range(hand.COUNT)], stage, hand.VALUES, HUES),
        _sum_name(value[0], ends[0, -1], stage, _reach(recording)),
    ])  # fmt: skip


def _sum_name(value: np.ndarray, end: np.ndarray, stage: np.ndarray, reach: float) -> Label:
    """The name of the sum beyond its arrow; beside or behind it where the name of a value stands there."""
    along = end / max(1e-6, float(np.linalg.norm(end)))
    across, gap = along[::-1] * [-1, 1], 0.17 * reach
    places = np.array([end + gap * along, end / 2 + gap * across, end / 2 - gap * across, -gap * along])
    named = value * (1 + 0.3 / np.maximum(1e-6, np.linalg.norm(value, axis=1, keepdims=True)))
    # words are wider than they are high
    far = np.linalg.norm((places[:, None] - named) * [0.6, 1.0], axis=2).min(axis=1)
    free = far > 0.16 * reach
    x, y = places[free.argmax() if free.any() else far.argmax()].tolist()
    strings = ["Σ w v" if s >= hand.MIXED else "" for s in stage.tolist()]
    return Label(strings=strings, x=x, y=y, xref="x", yref="y", xanchor="center", yanchor="middle", size=14)


def dragged(config: Any, token: str, points: np.ndarray) -> tuple[str, dict[str, Any]]:
    """What a hand on the plane does: the token that is taken from now on, and the fields that change.

    Args:
        config: where the tokens are.
        token: the one that is taken so far.
        points: where the hand came down, where it was heard of since then if it was, where it is, (N, 2). One alone
            takes the token there, or puts the taken one there.
    """
    spots = np.array([[config.x1, config.y1], [config.x2, config.y2], [config.x3, config.y3]])
    distance = np.linalg.norm(spots - points[0], axis=1)
    if len(points) < 3 and distance.min() < NEAR:  # later it holds what it has taken, whatever it passes
        taken = str(int(distance.argmin()) + 1)
        if taken != token and len(points) == 1:
            return taken, {}
        token = taken
    x, y = (round(min(max(place, -3.0), 3.0), 2) for place in points[-1].tolist())
    return token, {f"x{token}": x, f"y{token}": y}


def stages(recording: Recording, text: Text, *, token: str = "1") -> Film:
    """Two lines: what this stage does, and its formula with the numbers of the chosen token and the first key."""
    t = int(token) - 1
    lines: list[tuple[str, str]] = []
    for frame in recording:
        q, k = frame.query[0, 0, t], frame.key[0, 0]
        score, weight = frame.scores[0, 0, t], frame.weights[0, 0, t]
        dots = score * math.sqrt(2)
        best = int(weight.argmax())
        numbers = {
            "t": t + 1, "s": best + 1, "qx": _n(q[0]), "qy": _n(q[1]), "kx": _n(k[best, 0]), "ky": _n(k[best, 1]),
            "dot": _n(dots[best]), "score": _n(score[best]), "weight": _n(weight[best]),
            "x": _n(frame.mixed[0, 0, t, 0]), "y": _n(frame.mixed[0, 0, t, 1]),
            "bx": _n(frame.stream[0, t, 0]), "by": _n(frame.stream[0, t, 1]),
            "ax": _n(frame.stream[1, t, 0]), "ay": _n(frame.stream[1, t, 1]),
            "vx": _n(frame.value[0, 0, best, 0]), "vy": _n(frame.value[0, 0, best, 1]),
        }  # fmt: skip
        stage = int(frame.stage)
        lines.append((text(f"stage.{stage}", **numbers), text(f"formula.{stage}", **numbers)))
    labels = tuple(Label(strings=[line[k] for line in lines]) for k in range(2))
    return Film("numbers", len(recording), None, labels=labels)


def _film(
    name: str,
    recording: Recording,
    text: Text,
    drawn: list[Drawn],
    t: int,
    weights: np.ndarray,
    labels: list[Label],
) -> Film:
    spots = recording.track("stream")[0, 0]  # (3, 2): the tokens rest
    data, moves = [look for look, _ in drawn], [move for _, move in drawn]
    sizes = np.where(
        recording.track("stage")[:, None] >= hand.SOFTMAX, 14 + 34 * np.sqrt(weights), 20
    )  # (T, 3)
    if name == "plane":
        marker = {"color": list(HUES), "size": 20, "opacity": 0.85, "line": {"width": 0}}
        look = {"type": "scatter", "mode": "markers", "x": spots[:, 0], "y": spots[:, 1], "marker": marker}
        moves.append(Move(len(data), {"marker.size": sizes.astype(np.float32)}))
        data.append({**look, "hoverinfo": "skip"})
        for k, (x, y) in enumerate(spots.tolist()):
            word = f"<b>{k + 1}</b>" if k != t else f"<b>[{k + 1}]</b>"
            labels.append(_label(word, x, y, "middle"))
    bare: dict[str, Any] = {
        "range": [-REACH, REACH],
        "zeroline": True,
        "zerolinecolor": "--dl-grid",
        "dtick": 1,
    }
    high = REACH if name == "plane" else _reach(recording)
    wide = high * (1.0 if name == "plane" else ASPECT)
    x, y = ({**bare, "range": [-reach, reach]} for reach in (wide, high))
    axes = {"xaxis": theme.axis(**x, constrain="domain"), "yaxis": theme.axis(**y, scaleanchor="x")}
    axes["yaxis"] |= {"constrain": "domain"}
    layout = theme.layout(**axes, margin={"l": 26, "r": 8, "t": 6, "b": 22}, dragmode=False)
    title, alt = text(f"picture.{name}", t=t + 1), text(f"alt.{name}")
    figure = {"data": data, "layout": layout}
    draw = "place" if name == "plane" else None
    return Film(name, len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt, draw=draw)


def _reach(recording: Recording) -> float:
    """How far the values reach, which stay the same over the stages, in halves."""
    return float(np.ceil(2.5 * np.abs(recording[0].value).max() + 0.5) / 2)


def _since(vectors: np.ndarray, stage: np.ndarray, when: int) -> np.ndarray:
    shown: np.ndarray = np.where((stage >= when)[:, None], vectors, np.float32(np.nan))
    return shown


def _arrow(
    trace: int,
    vector: np.ndarray,
    color: str,
    width: float,
    dash: str = "solid",
    *,
    start: np.ndarray | None = None,
) -> Drawn:
    """An arrow (T, 2) from a start, the origin unless told."""
    start = np.zeros_like(vector) if start is None else start
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    along = np.divide(vector, length, out=np.zeros_like(vector), where=length > 1e-9)
    across = along[:, ::-1] * np.array([-1, 1])
    end, barb = start + vector, np.minimum(BARB, 0.5 * length)
    points = np.stack([start + 0 * vector, end, end - barb * (along + 0.6 * across), end,
                       end - barb * (along - 0.6 * across)], axis=1).astype(np.float32)  # fmt: skip
    line = {"color": color, "width": width, "dash": dash}
    look = {"type": "scatter", "mode": "lines", "line": line, "x": [], "y": [], "hoverinfo": "skip"}
    return look, Move(trace, {"x": points[..., 0], "y": points[..., 1]})


def _ends(
    vectors: np.ndarray, names: list[str], stage: np.ndarray, since: int, hues: tuple[str, ...]
) -> list[Label]:
    """Names beside the points of arrows that stay where they are, (T, n, 2)."""
    labels = []
    for name, (x, y), hue in zip(names, vectors[0].tolist(), hues):
        strings = [name if s >= since else "" for s in stage.tolist()]
        far = max(1e-6, math.hypot(x, y))
        out = 1 + 0.3 / far
        labels.append(Label(strings=strings, x=x * out, y=y * out, xref="x", yref="y", xanchor="center",
                            yanchor="middle", size=14, color=hue))  # fmt: skip
    return labels


def _label(word: str, x: float, y: float, anchor: Any) -> Label:
    return Label(word, x=x, y=y, xref="x", yref="y", xanchor="center", yanchor=anchor, size=13)


def _n(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
