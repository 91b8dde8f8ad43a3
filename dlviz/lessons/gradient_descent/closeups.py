"""The fourth picture: one update taken apart, the basins, the phase diagram, or the model on its data."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.gradient_descent.look import color, symbol
from dlviz.plots import arrows, surface, theme
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

PANELS = ("gradient", "first", "second", "update")
SQUARES = ((-0.55, 0.0), (0.55, 0.0))  # where the second moments of the two coordinates stand
SMOOTH, OSCILLATING, DIVERGING = "--dl-prediction", "--dl-model", "--dl-gradient"
NOT_THERE, DIVERGED = 254, 255


def update(recording: Recording, text: Text, *, which: str) -> Film:
    """One update in four panels: gradient, first moment, second moment, and what was added.

    Gradients and moments share one unit, the largest gradient so far, so that they can be compared over the steps;
    the update is drawn in the unit of the largest update so far.
    """
    o = recording.config.optimizers.index(which)
    tracks = {
        name: recording.track(name)[:, o]
        for name in ("gradient", "first", "first_hat", "second", "second_hat", "update")
    }
    unit = _largest_so_far(tracks["gradient"])  # (T, 1)
    reach = _largest_so_far(tracks["update"])  # (T, 1)
    parts = [
        (1, "gradient", "--dl-gradient", 4, tracks["gradient"] / unit),
        (2, "first", "--dl-model", 2, tracks["first"] / unit),
        (2, "first_hat", "--dl-model", 4, tracks["first_hat"] / unit),
        (4, "update", color(which), 4, tracks["update"] / reach),
    ]
    data: list[dict[str, Any]] = []
    moves = []
    for panel, name, paint, width, ends in parts:
        ends = np.clip(ends, -1.2, 1.2)
        look, move = arrows.arrow(len(data), name, paint, ends, panel=panel, width=width)
        data.append(look)
        moves.append(move)
    for name, thickness in (("second", 1.5), ("second_hat", 3.0)):
        # area = v in units of the largest gradient squared
        sides = np.clip(np.sqrt(tracks[name]) / unit, 0, 1.05)  # (T, 2)
        for k, center in enumerate(SQUARES):
            look, move = arrows.square(
                len(data), f"{name}[{k}]", "--dl-attention", center, sides[:, k], panel=3, width=thickness
            )
            data.append(look)
            moves.append(move)
    layout = theme.layout(
        **arrows.panels(len(PANELS)), margin={"l": 6, "r": 6, "t": 6, "b": 6}, dragmode=False
    )
    label = text.option("optimizers", which)
    title, alt = text("picture.update", name=label), text("alt.update", name=label)
    figure = {"data": data, "layout": layout}
    return Film(
        "update", len(recording), figure, tuple(moves), _panel_labels(tracks, text), title=title, alt=alt
    )


def basins(recording: Recording, map_of_starts: Recording | None, text: Text, *, which: str) -> Film:
    """Where every start leads, with the path of this race on it; a click moves the start."""
    scene, config = recording.scene, recording.config
    o = config.optimizers.index(which)
    data, labels = (
        _basin_map(map_of_starts, text)
        if map_of_starts
        else ([], (Label(text("legend.waiting"), x=0.5, y=0.5, xanchor="center"),))
    )
    if len(scene.minima):
        data.append(surface.marks(text("legend.minimum"), "--dl-text", "star", scene.minima))
    start = np.array([[config.start_x, config.start_y]])
    data.append(surface.marks(text("legend.start"), "--dl-text", "x", start, size=13))
    position, name = recording.track("position")[:, o], text.option("optimizers", which)
    trail, grows = surface.trail(len(data), name, "--dl-text", x=position[:, 0], y=position[:, 1])
    head, moved = surface.head(
        len(data) + 1, name, "--dl-text", symbol=symbol(which), x=position[:, 0], y=position[:, 1]
    )
    ends = [[float(axis[0]), float(axis[-1])] for axis in (scene.x, scene.y)]
    axes = {"xaxis": theme.axis(range=ends[0]), "yaxis": theme.axis(range=ends[1])}
    layout = theme.layout(
        **axes, uirevision=f"{config.landscape} {ends}", margin={"l": 36, "r": 8, "t": 8, "b": 28}
    )
    figure = {"data": [*data, trail, head], "layout": layout}
    title, alt = text("picture.basins", name=name), text("alt.basins", name=name)
    return Film("basins", len(recording), figure, (grows, moved), labels, title=title, alt=alt, click="start")


def phase(recording: Recording, text: Text) -> Film:
    """For which rates and momenta SGD with momentum converges; the present choice is marked, a click moves it."""
    scene, config = recording.scene, recording.config
    x, y = np.log10(scene.phase_rates), scene.phase_momenta
    steps = [
        [0, SMOOTH],
        [1 / 3, SMOOTH],
        [1 / 3, OSCILLATING],
        [2 / 3, OSCILLATING],
        [2 / 3, DIVERGING],
        [1, DIVERGING],
    ]
    scale = {
        "colorscale": steps,
        "zmin": 0,
        "zmax": 2,
        "showscale": False,
        "opacity": 0.55,
        "hoverinfo": "skip",
    }
    data = [{"type": "heatmap", "x": x, "y": y, "z": scene.phase, **scale}]
    here = np.array([[np.log10(config.learning_rate), config.momentum]])
    data.append(surface.marks(text("legend.here"), "--dl-text", "circle", here, size=14))
    whole = list(range(-4, 2))
    rates = theme.axis(
        text("axis.learning_rate"), tickvals=whole, ticktext=[f"{10.0**k:g}" for k in whole], range=[-4, 1]
    )
    layout = theme.layout(
        xaxis=rates, yaxis=theme.axis(text("axis.momentum"), range=[0, 0.99]), uirevision="phase"
    )
    labels = []
    for kind, name in enumerate(("smooth", "oscillating", "diverging")):
        rows, columns = np.nonzero(scene.phase == kind)
        if len(rows):  # a name in the middle of its field
            middle = np.argmin((rows - np.median(rows)) ** 2 + (columns - np.median(columns)) ** 2)
            place: dict[str, Any] = {
                "x": float(x[columns[middle]]),
                "y": float(y[rows[middle]]),
                "xref": "x",
                "yref": "y",
            }
            labels.append(Label(text(f"legend.{name}"), **place, xanchor="center", yanchor="middle"))
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.phase"), text("alt.phase")
    return Film("phase", len(recording), figure, (), tuple(labels), title=title, alt=alt, click="phase")


def fit(recording: Recording, text: Text) -> Film:
    """The data, and the line or the sigmoid of the present weights."""
    scene, config = recording.scene, recording.config
    logistic = config.landscape == "breast_cancer"
    feature = np.concatenate([scene.train_feature, scene.test_feature])
    along = np.linspace(feature.min(), feature.max(), 80, dtype=np.float32)  # (80,)
    position = recording.track("position")  # (T, O, 2)
    data = []
    for name, paint, x, y in (
        ("train", "--dl-data", scene.train_feature, scene.train_target),
        ("test", "--dl-muted", scene.test_feature, scene.test_target),
    ):
        marker = {
            "color": paint,
            "size": 6,
            "opacity": 0.45,
            "symbol": "circle" if name == "train" else "circle-open",
        }
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": text(f"legend.{name}"),
                "x": x,
                "y": y,
                "marker": marker,
            }
        )
    moves = []
    for o, name in enumerate(config.optimizers):
        lines = position[:, o, :1] * along + position[:, o, 1:]  # (T, 80)
        values = 1 / (1 + np.exp(-np.clip(lines, -60, 60))) if logistic else lines
        look = surface.trail(len(data), text.option("optimizers", name), color(name), x=along, y=along)[0]
        columns = {"x": np.broadcast_to(along, values.shape), "y": values.astype(np.float32)}
        moves.append(surface.Move(len(data), columns))
        data.append(look)
    low, high = (
        (-0.08, 1.08) if logistic else (float(scene.train_target.min()), float(scene.train_target.max()))
    )
    scale = "axis.standardized" if config.standardize else "axis.tenth"
    names = [text(f"axis.{config.landscape}"), text(f"axis.{config.landscape}_target")]
    names = [text(scale, name=name) if k == 0 or not logistic else name for k, name in enumerate(names)]
    x_axis = theme.axis(names[0], range=[float(along[0]), float(along[-1])])
    y_axis = theme.axis(names[1], range=[low, high])
    layout = theme.layout(xaxis=x_axis, yaxis=y_axis, uirevision=config.landscape)
    figure = {"data": data, "layout": layout}
    return Film("fit", len(recording), figure, tuple(moves), title=text("picture.fit"), alt=text("alt.fit"))


def _panel_labels(tracks: dict[str, np.ndarray], text: Text) -> tuple[Label, ...]:
    labels = []
    for k, panel in enumerate(PANELS):
        middle = (k + 0.5) / len(PANELS)
        labels.append(Label(f"<b>{text(f'panel.{panel}')}</b>", x=middle, y=1.0, xanchor="center", size=13))
        values, hat = tracks[panel], tracks.get(f"{panel}_hat")
        if np.isnan(values).all():
            labels.append(
                Label(
                    text("panel.none"),
                    x=middle,
                    y=0.4,
                    xanchor="center",
                    yanchor="middle",
                    color="--dl-muted",
                )
            )
            continue
        corrected = hat is not None and not np.isnan(hat).all()
        plain = hat is not None and not corrected
        numbers = {
            "x": values[:, 0],
            "y": values[:, 1],
            **({"hx": hat[:, 0], "hy": hat[:, 1]} if corrected and hat is not None else {}),
        }
        template = text(f"number.{panel}_plain" if plain else f"number.{panel}")
        labels.append(
            Label(
                template,
                numbers,
                x=middle,
                y=0.0,
                xanchor="center",
                yanchor="bottom",
                size=11,
                color="--dl-muted",
            )
        )
    return tuple(labels)


def _basin_map(found: Recording, text: Text) -> tuple[list[dict[str, Any]], tuple[Label, ...]]:
    """The map as one picture: a hue for the minimum, darker the more updates a start needs."""
    last = found[-1]
    minimum, needed = last.minimum, last.needed  # (G, G) each
    arrived = minimum < NOT_THERE
    share = np.where(
        arrived, np.sqrt(np.clip(needed / max(1, found.config.steps), 0, 1)), 1.0
    )  # 0 at once, 1 at the end
    count = len(theme.SERIES)
    code = np.where(
        arrived, minimum % count + 0.02 + 0.94 * share, np.nan
    )  # hue by its whole part, shade by the rest
    scale: list[list[Any]] = []
    for k, hue in enumerate(theme.BASINS):
        scale += [[k / count, hue[0]], [(k + 1) / count - (1e-6 if k + 1 < count else 0), hue[1]]]
    x, y = (np.linspace(axis[0], axis[-1], code.shape[0]) for axis in (found.scene.x, found.scene.y))
    look = {
        "colorscale": scale,
        "zmin": 0,
        "zmax": count,
        "showscale": False,
        "hovertemplate": text("legend.hover_basin"),
    }
    data = [
        {
            "type": "heatmap",
            "x": x,
            "y": y,
            "z": code.astype(np.float32),
            "customdata": needed.astype(np.int32),
            **look,
        }
    ]
    return data, () if arrived.any() else (Label(text("legend.no_basins"), x=0.5, y=0.5, xanchor="center"),)


def _largest_so_far(vectors: np.ndarray) -> np.ndarray:
    size = np.nan_to_num(np.abs(vectors).max(-1), nan=0.0, posinf=0.0)
    return np.maximum(np.maximum.accumulate(size), 1e-12)[:, None].astype(np.float32)  # (T, 1)
