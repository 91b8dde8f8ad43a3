"""One method in large with its trial, the scores of all, and what is left of each map in a network that forgets."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.heatmaps.experiment import SCORES
from dlviz.lessons.heatmaps.figures_wall import GREY, asked_alone, coarse, grey_of, signed
from dlviz.plots import mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move, number
from dlviz.recording import Recording
from dlviz.text import Text

BETTER = {"deletion": -1, "insertion": 1, "infidelity": -1, "sensitivity": -1, "pointing": 1, "overlap": 1}
RANKED = [[0.0, "--dl-prediction"], [1.0, "--dl-zero"]]  # the first, the last
KEPT = 0.5  # correlation above which a map is called much the same


def detail(recording: Recording, text: Text, *, method: str, strength: str) -> Film:
    """The map in large over its picture, and the probability while pixels are removed and put in."""
    scene, k = recording.scene, recording.scene.methods.index(method)
    side = scene.pictures.shape[-1]
    shown = np.asarray(recording.track("picture"))
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    if strength != "map":
        ink = pictures.INK if recording.config.data == "digits" else GREY
        under = pictures.Sheet(grey_of(scene), shown[:, None], 1, 0)
        moves.append(Move(0, {"z": Levels(under, 0.0, 254.0)}))
        data.append(mosaic.bitmap((0, 0, 1, 1), (side, side), colorscale=ink, zmin=0.0, zmax=254.0))
    maps = coarse(recording.track("maps")[:, k, ::-1])
    moves.append(Move(len(data), {"z": Levels(maps, -1.0, 1.0)}))
    data.append(mosaic.bitmap((0, 0, 1, 1), (side, side), colorscale=signed(strength), zmin=-1.0, zmax=1.0))
    outline = outlines(scene.masks)[shown]  # (T, N, 2)
    moves.append(Move(len(data), {"x": outline[..., 0], "y": outline[..., 1]}))
    line = {"color": "--dl-text", "width": 1.6}
    quiet: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": [], "y": [], "hoverinfo": "skip"}
    data.append({**quiet, "line": line, "name": text("legend.mask")})
    labels = []
    curves = asked_alone(recording, recording.track("curves"))[:, k]  # (T, 2, P)
    share = np.broadcast_to(np.linspace(0, 100, curves.shape[-1], dtype=np.float32), curves[:, 0].shape)
    areas = recording.track("scores")[:, k]
    for j, (name, color) in enumerate((("deletion", "--dl-gradient"), ("insertion", "--dl-prediction"))):
        moves.append(Move(len(data), {"x": share, "y": curves[:, j]}))
        data.append({**quiet, "line": {"color": color, "width": 2.6}, "name": text(f"legend.{name}"),
                     "xaxis": "x2", "yaxis": "y2"})  # fmt: skip
        at: dict[str, Any] = {"x": 0.46 + 0.3 * j, "y": 1.0, "size": 11, "color": color}
        labels.append(Label(text(f"legend.{name}_area"), {"area": areas[:, j]}, **at))
    labels += _told(recording, text, k)
    axes = {
        "xaxis": theme.axis(visible=False, range=[-0.01, 1.01], domain=[0, 0.4], constrain="domain"),
        "yaxis": theme.axis(
            visible=False, range=[-0.01, 1.01], domain=[0, 1], scaleanchor="x", constrain="domain"
        ),
        "xaxis2": theme.axis(
            text("axis.share"),
            range=[0, 100],
            domain=[0.48, 0.97],
            anchor="y2",
            ticksuffix=" %",
            tickvals=[0, 50, 100],
        ),
        "yaxis2": theme.axis(
            range=[0, 1.02], domain=[0.4, 0.9], anchor="x2", tickformat=".0%", tickvals=[0, 0.5, 1]
        ),
    }
    layout = theme.layout(**axes, margin={"l": 8, "r": 14, "t": 4, "b": 8}, dragmode=False)
    figure = {"data": data, "layout": layout}
    title, alt = text(f"option.method.{method}"), text("alt.detail", method=text(f"option.method.{method}"))
    return Film("detail", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def _told(recording: Recording, text: Text, k: int) -> list[Label]:
    """What else is known of the map, in three lines below the curves."""
    scores, values = recording.track("scores")[:, k], {}
    for j, name in enumerate(SCORES):
        values[name] = scores[:, j]
    lines = [Label(text("live.measured"), {n: values[n] for n in ("infidelity", "sensitivity")})]
    if recording.config.data == "shortcut":
        lines.append(
            Label(text("live.mark"), {"mark": 100 * asked_alone(recording, recording.track("mark"))[:, k]})
        )
    elif recording.scene.masks.any():
        hit = np.select([values["pointing"] > 0.5, values["pointing"] <= 0.5], [1, 0], -1)
        words = [text("live.missed"), text("live.hit"), ""]
        told = [f"{words[h]} · {text('live.overlap', overlap=f'{o:.2f}')}" if h >= 0 else ""
                for h, o in zip(hit.tolist(), values["overlap"].tolist())]  # fmt: skip
        lines.append(Label(strings=told))
    total, score = recording.track("total")[:, k], recording.track("difference").astype(np.float32)
    if recording.scene.methods[k] in ("integrated_gradients", "deep_lift"):
        lines.append(Label(text("live.sum"), {"total": total, "score": score}))
    else:
        reached = [number(reach, ".3g") if reach else "" for reach in recording.track("reach")[:, k].tolist()]
        lines.append(
            Label(strings=[text("live.reach", reach=r) if r else text("live.blank") for r in reached])
        )
    at: dict[str, Any] = {"x": 0.46, "size": 11, "color": "--dl-muted"}
    return [
        Label(line.template, line.values, line.strings, y=0.2 - 0.085 * j, **at)
        for j, line in enumerate(lines)
    ]


def outlines(masks: np.ndarray) -> np.ndarray:
    """The borders of regions as broken paths of one length, (Q, N, 2); a picture is 1 wide and high, y upwards."""
    paths = []
    for mask in masks:
        side = len(mask)
        padded = np.pad(mask, 1).astype(np.int8)
        rows, columns = np.nonzero(np.diff(padded[:, 1:-1], axis=0))
        flat = np.stack([np.stack([columns, rows], 1), np.stack([columns + 1, rows], 1)], 1)
        lines, places = np.nonzero(np.diff(padded[1:-1], axis=1))
        steep = np.stack([np.stack([places, lines], 1), np.stack([places, lines + 1], 1)], 1)
        ends = np.concatenate([flat, steep]) / [side, -side] + [0, 1]
        paths.append(np.concatenate([ends, np.full((len(ends), 1, 2), np.nan)], 1).reshape(-1, 2))
    most = max(3, *map(len, paths)) if len(paths) > 1 else max(3, len(paths[0]))
    out = np.full((len(paths), most, 2), np.nan, np.float32)
    for row, path in zip(out, paths):
        row[: len(path)] = path
    return out


def scores(recording: Recording, text: Text, *, mean: bool = False) -> Film:
    """All methods by all scores: the number, and as its colour the place among the methods.

    Args:
        mean: over all pictures so far that came after the training, not of the step alone.
    """
    scene = recording.scene
    table = recording.track("scores")  # (T, M, 6)
    if mean:
        table = running_mean(table, scene.trained + 1)
    rank = places(table)
    overall = mean_place(rank)
    count, kinds = len(scene.methods), len(SCORES)
    share = (rank - 1) / max(1, count - 1)
    data = [
        mosaic.bitmap(
            (0, 0, kinds, count), (count, kinds), colorscale=RANKED, zmin=0.0, zmax=1.0, opacity=0.55
        )
    ]
    moves = [Move(0, {"z": Levels.of(share[:, ::-1], 0.0, 1.0)})]
    here: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    labels = []
    here |= {"size": 10, "shy": True}
    for k in range(count):
        y = count - k - 0.5
        labels += [Label("{v:.2f}", {"v": table[:, k, j]}, x=j + 0.5, y=y, **here) for j in range(kinds)]
        labels.append(Label("<b>{v:.1f}</b>", {"v": overall[:, k]}, x=kinds + 0.5, y=y, **here))
    if mean:
        here_left: dict[str, Any] = {**here, "xanchor": "right", "x": -0.06, "y": count + 0.75}
        labels.append(Label(text("live.judged"), {"n": judged_by(recording)}, **here_left))
    for j, name in enumerate((*SCORES, "place")):
        labels.append(Label(text(f"score.{name}"), x=j + 0.5, y=count + 0.75, **here))
    names = [text(f"option.method.{name}") for name in scene.methods]
    ticks: dict[str, Any] = {"tickvals": count - 0.5 - np.arange(count), "ticktext": names, "ticklen": 0}
    axes = {
        "xaxis": theme.axis(visible=False, range=[0, kinds + 1]),
        "yaxis": theme.axis(
            **ticks, range=[0, count + 1.4], showgrid=False, tickfont={"size": 10, "color": "--dl-text"}
        ),
    }
    layout = theme.layout(**axes, margin={"l": 108, "r": 4, "t": 2, "b": 4}, dragmode=False)
    name = "ranking" if mean else "scores"
    title, alt = text(f"picture.{name}"), text(f"alt.{name}")
    figure = {"data": data, "layout": layout}
    return Film("closeup", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def judged_by(recording: Recording) -> np.ndarray:
    """How many pictures the methods have been compared on at a step; NaN before the first."""
    number = np.arange(len(recording), dtype=np.float32) - recording.scene.trained
    return np.where(number > 0, number, np.float32(np.nan))


def running_mean(table: np.ndarray, first: int) -> np.ndarray:
    """The mean of the steps from the first on up to each; NaN before, and numbers that are not there do not count."""
    out = np.full_like(table, np.nan)
    later = table[first:]
    known = np.isfinite(later)
    count = np.cumsum(known, axis=0)
    total = np.cumsum(np.where(known, later, 0), axis=0, dtype=np.float64)
    out[first:] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return out


def places(table: np.ndarray) -> np.ndarray:
    """The place of each method by each score, 1 the best; equal ones share the middle; NaN without a number."""
    signs = np.array([BETTER[name] for name in SCORES])
    cost = (-signs * table).astype(np.float64)  # (T, M, 6)
    ahead = (cost[:, None] < cost[:, :, None]).sum(2)  # methods that are better
    equal = (cost[:, None] == cost[:, :, None]).sum(2)  # itself among them
    return np.where(np.isfinite(table), ahead + (equal + 1) / 2, np.nan).astype(np.float32)


def mean_place(rank: np.ndarray) -> np.ndarray:
    """The mean of a method's places, (T, M)."""
    known = np.isfinite(rank)
    count = known.sum(2)
    total = np.where(known, rank, 0).sum(2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def alike(recording: Recording, text: Text) -> Film:
    """How alike each map is to that of the trained network, as bars; those that stay do not ask the network."""
    scene, values = recording.scene, recording.track("alike")  # (T, M)
    count = len(scene.methods)
    heights = count - 0.5 - np.arange(count)
    marker = {"color": "--dl-attention"}
    usual: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": heights,
        "width": 0.72,
        "hoverinfo": "skip",
    }
    data = [{**usual, "x": [0.0] * count, "marker": marker, "name": text("picture.alike")}]
    moves = (Move(0, {"x": values}),)
    here: dict[str, Any] = {"xref": "x", "yref": "y", "yanchor": "middle", "size": 10}
    labels = [
        Label("{v:.2f}", {"v": values[:, k]}, x=1.14, y=y, xanchor="right", shy=True, **here)
        for k, y in enumerate(heights.tolist())
    ]
    left = recording.track("forgotten").astype(np.float32)
    layers = np.full(len(recording), recording.config.blocks + 1, np.float32)
    top = {"x": -0.3, "y": count + 0.7, "xanchor": "left", "color": "--dl-text"}
    labels.append(Label(text("live.forgotten"), {"n": left, "all": layers}, **{**here, **top, "size": 11}))
    names = [text(f"option.method.{name}") for name in scene.methods]
    axes = {
        "xaxis": theme.axis(range=[-0.3, 1.16], tickvals=[0, KEPT, 1]),
        "yaxis": theme.axis(
            tickvals=heights, ticktext=names, range=[0, count + 1.3], showgrid=False,
            tickfont={"size": 10, "color": "--dl-text"},
        ),
    }  # fmt: skip
    layout = theme.layout(**axes, margin={"l": 108, "r": 6, "t": 2, "b": 20}, dragmode=False)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.alike"), text("alt.alike")
    return Film("closeup", len(recording), figure, moves, tuple(labels), title=title, alt=alt)
