"""Two close-ups of the test pictures: who is taken for whom, and the plane of the last layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn.figures_network import class_name, scale_of
from dlviz.plots import mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

MISREAD = 6  # pictures that are shown of a step
ACROSS = 3
SIGNS = {"circle": "●", "square": "■", "triangle": "▲", "star": "★"}  # of classes, where names have no room
COUNTS = [[0.0, "--dl-zero"], [1.0, "--dl-model"]]


def confusion(recording: Recording, text: Text) -> Film:
    """True class by answer on each test set; beside it pictures of the step that are misread."""
    scene, given = recording.scene, recording.track("answers")  # (T, M)
    classes = [class_name(text, name) for name in scene.classes]
    signs = [SIGNS.get(name, called) for name, called in zip(scene.classes, classes)]
    count, length = len(classes), len(recording)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    axes: dict[str, Any] = {}
    ends = (0, *scene.tests)
    share = 0.62 / len(scene.tests)
    for k, (start, end) in enumerate(zip(ends, ends[1:])):
        counts = counted(scene.test_labels[start:end], given[:, start:end], count)  # (T, K, K)
        part = counts / np.maximum(counts.sum(-1, keepdims=True), 1)
        number = "" if k == 0 else str(k + 1)
        places = np.arange(count, dtype=np.float32)
        look = mosaic.bitmap(
            (-0.5, -0.5, count, count),
            (count, count),
            colorscale=COUNTS,
            zmin=0.0,
            zmax=1.0,
            xaxis=f"x{number}",
            yaxis=f"y{number}",
            xgap=1,
            ygap=1,
            opacity=0.6,
        )
        moves.append(Move(len(data), {"z": Levels.of(part.astype(np.float32), 0.0, 1.0)}))
        data.append(look)
        where: dict[str, Any] = {
            "xref": f"x{number}",
            "yref": f"y{number}",
            "xanchor": "center",
            "yanchor": "middle",
        }
        for true in range(count):
            for answer in range(count):
                strings = [str(n) if n else "" for n in counts[:, true, answer].tolist()]
                labels.append(Label(strings=strings, x=answer, y=true, size=11 if count > 4 else 15, **where))
        ticks: dict[str, Any] = {"tickvals": places, "showgrid": False, "tickangle": 0}
        middle = [k * share + (0.05 if k else 0), (k + 1) * share - 0.02]
        axes[f"xaxis{number}"] = theme.axis(
            text("axis.answer"),
            **ticks,
            ticktext=signs,
            range=[-0.5, count - 0.5],
            domain=middle,
            anchor=f"y{number}",
        )
        axes[f"yaxis{number}"] = theme.axis(
            text("axis.true") if k == 0 else "",
            **ticks,
            ticktext=classes,
            range=[count - 0.5, -0.5],
            domain=[0, 0.9],
            anchor=f"x{number}",
            showticklabels=k == 0,
        )
        name = text(f"legend.set_{k}") if len(scene.tests) > 1 else text("legend.tested")
        over: dict[str, Any] = {"x": (count - 1) / 2, "xref": f"x{number}", "y": 1.0, "xanchor": "center"}
        labels.append(Label(f"<b>{name}</b>", **over, size=12))
    _wrong(recording, text, data, moves, labels, axes, signs)
    margin, meta = {"l": 66, "r": 8, "t": 4, "b": 38}, {"narrow": _where_narrow(len(scene.tests))}
    layout = theme.layout(**axes, margin=margin, dragmode=False, meta=meta)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.confusion"), text("alt.confusion")
    return Film("closeup", length, figure, tuple(moves), tuple(labels), title=title, alt=alt, click="misread")


def _where_narrow(tests: int) -> dict[str, Any]:
    """Where everything is if there is little room: the pictures right of one matrix, or below two."""
    if tests == 1:
        return {"xaxis": {"domain": [0, 0.5]}, "xaxis9": {"domain": [0.56, 1]}}
    matrices = {"xaxis": {"domain": [0, 0.47]}, "xaxis2": {"domain": [0.53, 1]}}
    matrices |= {name: {"domain": [0.5, 0.92]} for name in ("yaxis", "yaxis2")}
    return {**matrices, "xaxis9": {"domain": [0, 1]}, "yaxis9": {"domain": [0, 0.28]}}


def counted(truth: np.ndarray, given: np.ndarray, classes: int) -> np.ndarray:
    """How many of each true class (row) got each answer (column) at every step, (T, K, K)."""
    pair = classes * truth + given.astype(np.int64)  # (T, M)
    return np.stack([np.bincount(row, minlength=classes**2) for row in pair]).reshape(-1, classes, classes)


def misread(recording: Recording) -> np.ndarray:
    """The first pictures of the last test set that are misread at a step, (T, 6); -1 where there are no more."""
    first, wrong = first_of_last(recording.scene), wrong_of_last(recording)
    chosen = np.full((len(wrong), MISREAD), -1)
    for row, those in zip(chosen, wrong):
        found = first + np.flatnonzero(those)[:MISREAD]
        row[: len(found)] = found
    return chosen


def first_of_last(scene: Any) -> int:
    """Where the last test set begins: with a shortcut that without marks."""
    return (0, *scene.tests)[-2]


def wrong_of_last(recording: Recording) -> np.ndarray:
    """Which pictures of the last test set are misread, (T, M)."""
    first = first_of_last(recording.scene)
    wrong: np.ndarray = recording.track("answers")[:, first:] != recording.scene.test_labels[first:]
    return wrong


def misread_at(recording: Recording, x: float, y: float, step: int) -> int | None:
    """The test picture that was hit among those that are misread at a step."""
    if not (0 <= x < ACROSS and 0 <= y < MISREAD // ACROSS):
        return None
    found = misread(recording[step : step + 1])[0, int(MISREAD // ACROSS - 1 - y // 1) * ACROSS + int(x)]
    return int(found) if found >= 0 else None


def _wrong(
    recording: Recording,
    text: Text,
    data: list[Any],
    moves: list[Move],
    labels: list[Label],
    axes: dict[str, Any],
    classes: list[str],
) -> None:
    scene, chosen = recording.scene, misread(recording)
    levels, look = pictures.coded(scene.test_pictures, scale_of(recording.config))
    side = levels.shape[1]
    gap = max(1, side // 2)
    short = recording.config.data == "digits"
    shown = pictures.Sheet(levels, chosen, ACROSS, gap)
    rows = MISREAD // ACROSS
    tile = side / (side + gap)
    box = (0.0, 1 - tile, ACROSS - 1 + tile, rows - 1 + tile)
    moves.append(Move(len(data), {"z": Levels(shown, 0.0, 254.0)}))
    data.append(mosaic.bitmap(box, shown[:1].shape[1:], **look, xaxis="x9", yaxis="y9"))
    axes["xaxis9"] = theme.axis(
        visible=False, range=[-0.15, ACROSS], domain=[0.68, 1], anchor="y9", constrain="domain"
    )
    axes["yaxis9"] = theme.axis(
        visible=False, range=[0, rows], domain=[0, 0.9], anchor="x9", scaleanchor="x9", constrain="domain"
    )
    given = recording.track("answers")
    for k in range(MISREAD):
        strings = []
        for one, said in zip(chosen[:, k], given):
            truth = f"{classes[scene.test_labels[one]]} " if short else ""  # a shape is seen to be what it is
            strings.append(f"{truth}→ <b>{classes[said[one]]}</b>" if one >= 0 else "")
        place: dict[str, Any] = {
            "x": k % ACROSS + tile / 2,
            "y": rows - k // ACROSS - tile - 0.01,
            "xref": "x9",
            "yref": "y9",
        }
        labels.append(Label(strings=strings, **place, xanchor="center", size=11 if short else 10))
    number = wrong_of_last(recording).sum(1).astype(np.float32)
    head: dict[str, Any] = {"x": ACROSS / 2, "xref": "x9", "y": rows + 0.02, "yref": "y9"}
    head |= {"xanchor": "center", "yanchor": "bottom", "size": 12}
    labels.append(Label(text("legend.misread"), {"n": number}, **head))


def plane(recording: Recording, text: Text) -> Film:
    """Test pictures as the last layer sees them, in the two directions in which they differ most at the step."""
    scene, points = recording.scene, recording.track("points")  # (T, V, 2)
    truth = scene.test_labels[: scene.shown]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for k, name in enumerate(scene.classes):
        own = truth == k
        color = theme.SERIES[k % len(theme.SERIES)]
        look: dict[str, Any] = {"type": "scatter", "name": class_name(text, name), "hoverinfo": "name"}
        if recording.config.data == "digits":
            look |= {
                "mode": "text",
                "text": [name] * int(own.sum()),
                "textfont": {"size": 14, "color": color},
            }
        else:
            symbol = {"circle": "circle", "square": "square", "triangle": "triangle-up", "star": "star"}.get(
                name, "circle" if k else "x"
            )
            marker = {
                "symbol": symbol,
                "size": 9,
                "color": color,
                "line": {"width": 0.8, "color": "--dl-paper"},
            }
            look |= {"mode": "markers", "marker": marker}
        moves.append(Move(len(data), {"x": points[:, own, 0], "y": points[:, own, 1]}))
        data.append({**look, "x": [], "y": []})
    if scene.picture < scene.shown:
        ring = {
            "size": 22,
            "symbol": "circle-open",
            "color": "--dl-attention",
            "line": {"width": 2.5, "color": "--dl-attention"},
        }
        here = points[:, scene.picture]
        moves.append(Move(len(data), {"x": here[:, :1], "y": here[:, 1:]}))
        name = text("legend.chosen")
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "marker": ring,
                "x": [],
                "y": [],
                "name": name,
                "hoverinfo": "name",
            }
        )
    span = {"range": [-3.2, 3.2], "showticklabels": False, "nticks": 7}
    wide = [0, 1.0 if recording.config.data == "digits" else 0.8]
    x, y = theme.axis(text("axis.first"), **span, domain=wide), theme.axis(text("axis.second"), **span)
    legend = {"x": 0.81, "xanchor": "left", "y": 1.0, "bgcolor": "rgba(0,0,0,0)", "font": {"size": 12}}
    margin, names = {"l": 30, "r": 8, "t": 6, "b": 30}, recording.config.data != "digits"
    layout = theme.layout(xaxis=x, yaxis=y, margin=margin, legend=legend, showlegend=names)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.plane"), text("alt.plane", count=scene.shown)
    return Film("closeup", len(recording), figure, tuple(moves), title=title, alt=alt, click="point")


def point_at(recording: Recording, x: float, y: float, step: int) -> int | None:
    """The test picture whose point was hit at a step."""
    distance = np.linalg.norm(recording.track("points")[step] - [x, y], axis=1)
    nearest = int(distance.argmin())
    return nearest if distance[nearest] < 0.2 else None
