"""The plane: what one unit says at every place, with the examples on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.mlp_playground.figures_network import number_of, title_of
from dlviz.plots import mosaic, theme
from dlviz.plots.film import Film, Levels, Move, number
from dlviz.recording import Recording
from dlviz.text import Text

LOOKS = (
    ("--dl-minus", "circle"),
    ("--dl-plus", "square"),
    ("--dl-third", "triangle-up"),
)  # of a class: nobody is told by colour alone


def surface(recording: Recording, text: Text, *, unit: str = "out") -> Film:
    """What one unit says at every place, with the examples: training filled, test outlined."""
    scene = recording.scene
    data, moves = _surface(recording, unit)
    data += points(scene, text)
    names = [axis_name(text, name) for name in scene.axes]
    axes = {
        f"{letter}axis": theme.axis(names[k], range=_ends(centres), **_measured(scene, k, centres))
        for k, (letter, centres) in enumerate((("x", scene.x), ("y", scene.y)))
    }
    for axis in axes.values():
        axis |= {"constrain": "domain"}
    axes["yaxis"] |= {"scaleanchor": "x", "title": {"text": names[1], "standoff": 2, "font": {"size": 12}}}
    legend: dict[str, Any] = {"x": 1.02, "y": 1.0, "font": {"size": 12}, "itemsizing": "constant"}
    legend |= {"itemclick": False, "itemdoubleclick": False, "bgcolor": "rgba(0,0,0,0)"}
    layout = theme.layout(
        **axes,
        margin={"l": 44, "r": 6, "t": 6, "b": 38},
        showlegend=True,
        legend=legend,
        uirevision=f"{recording.config.data}{_ends(scene.x)}",
    )
    name = title_of(text, unit)
    return Film(
        "surface",
        len(recording),
        {"data": data, "layout": layout},
        tuple(moves),
        title=text("picture.surface", unit=name),
        alt=text("alt.surface", unit=name),
        draw="paint" if recording.config.data == "own" else None,
    )


def miniature(recording: Recording, text: Text) -> Film:
    """The answer of the network over the plane, small and without words."""
    scene = recording.scene
    data, moves = _surface(recording, "out")
    data += [{**trace, "marker": {**trace["marker"], "size": 5}} for trace in points(scene, text)]
    bare = {"visible": False, "fixedrange": True}
    axes = {"xaxis": {**bare, "range": _ends(scene.x)}, "yaxis": {**bare, "range": _ends(scene.y)}}
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False)
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def points(scene: Any, text: Text) -> list[dict[str, Any]]:
    """The examples of every class: those to learn from filled, the others outlined."""
    traces = []
    splits = (("train", scene.train_x, scene.train_target), ("test", scene.test_x, scene.test_target))
    for split, x, target in splits:
        for k, name in enumerate(scene.classes or ("",)):
            own = target == k if scene.classes else np.ones(len(target), bool)
            color, symbol = LOOKS[k % len(LOOKS)]
            marker: dict[str, Any] = {"color": color, "size": 7, "symbol": symbol}
            if not scene.classes:  # a value by its colour, as on the map; the split by shape
                most = value_scale(scene)
                marker |= {"color": target, "colorscale": theme.SIGNED, "cmin": -most, "cmax": most}
                shape = ("circle", "--dl-muted", 0.8) if split == "train" else ("square", "--dl-text", 1.2)
                marker |= {"symbol": shape[0], "line": {"color": shape[1], "width": shape[2]}}
            elif split == "train":
                marker |= {"line": {"color": "--dl-paper", "width": 1}}
            else:
                marker |= {"symbol": f"{symbol}-open", "line": {"color": color, "width": 1.8}}
            plain = class_name(text, name)
            called = text(f"legend.{split}_class", name=plain) if name else text(f"legend.{split}")
            look = {
                "type": "scatter",
                "mode": "markers",
                "name": called,
                "marker": marker,
                "hoverinfo": "name",
            }
            traces.append({**look, "x": x[own, 0], "y": x[own, 1]})
    return traces


def class_name(text: Text, name: str) -> str:
    """A class in the learner's language, if the house has a word for it."""
    if name.isdigit():
        return text("legend.class", name=name)
    return text(f"class.{name}") if text.has(f"class.{name}") else theme.literal(name)


def axis_name(text: Text, name: str) -> str:
    """A feature in the learner's language, if the house has words for it: "mean_radius", "petal_length"."""
    part, _, of = name.partition("_")
    known = text.has(f"part.{part}") and text.has(f"measure.{of}")
    return f"{text(f'part.{part}')} {text(f'measure.{of}')}" if known else theme.literal(name)


def value_scale(scene: Any) -> float:
    """The size of a value that has the strongest colour."""
    targets = np.concatenate([scene.train_target, scene.test_target])
    return max(1.0, float(np.abs(targets).max(initial=0.0)))


def hues() -> list[list[Any]]:
    """The colours of `Winners`: a hue for each class, paler where it is less sure."""
    ends = [((k / 3, "--dl-zero"), ((k + 1) / 3 - (1e-6 if k < 2 else 0), LOOKS[k][0])) for k in range(3)]
    return [list(stop) for pair in ends for stop in pair]


class Winners:
    """Which class has the largest output at every place, and how sure: class · 84 + up to 83; (T, ..., G, G).

    Args:
        maps: of the outputs, (T, ..., K, G, G).
    """

    def __init__(self, maps: np.ndarray) -> None:
        self.maps = maps

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: Any) -> np.ndarray:
        maps = self.maps[rows].astype(np.int16) - mosaic.MIDDLE  # (..., K, G, G)
        count = maps.shape[-3]
        sure = (maps.max(-3).clip(1) - mosaic.MIDDLE / count) / (mosaic.MIDDLE * (1 - 1 / count))
        codes = (84 * maps.argmax(-3) + 83 * sure.clip(0, 1)).astype(np.uint8)
        return np.where(
            maps[..., 0, :, :] > mosaic.MIDDLE, np.uint8(mosaic.NOTHING), codes
        )  # no numbers there


class Rescaled:
    """Maps in the colours of the data: a value, not a share of the largest, decides; (T, G, G)."""

    def __init__(self, maps: np.ndarray, reach: np.ndarray, scale: float) -> None:
        self.maps, self.reach, self.scale = maps, reach, scale  # (T, G, G), (T,)

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: Any) -> np.ndarray:
        share = (self.maps[rows].astype(np.float32) - 127) * self.reach[rows][..., None, None] / self.scale
        return (127 + np.rint(share.clip(-127, 127))).astype(np.uint8)


def _surface(recording: Recording, unit: str) -> tuple[list[dict[str, Any]], list[Move]]:
    scene, maps, reach = recording.scene, recording.track("maps"), recording.track("reach")
    outputs = scene.sizes[-1]
    (left, right), (bottom, top) = _ends(scene.x), _ends(scene.y)
    box, cells = (left, bottom, right - left, top - bottom), (len(scene.y), len(scene.x))
    look: dict[str, Any] = {"opacity": 0.6}
    if unit == "out" and outputs > 1:
        codes: Any = Winners(maps[:, -outputs:])
        picture = mosaic.bitmap(box, cells, colorscale=hues(), zmin=0.0, zmax=252.0, zsmooth=False, **look)
        return [picture], [Move(0, {"z": Levels(codes, 0.0, 254.0)})]
    number = maps.shape[1] - 1 if unit == "out" else number_of(scene, unit)
    codes = maps[:, number]
    if unit == "out" and not scene.classes:
        codes = Rescaled(codes, reach[:, number], value_scale(scene))
    signed: dict[str, Any] = {"colorscale": theme.SIGNED, "zmin": -1.0, "zmax": 1.0, "zsmooth": "fast"}
    picture = mosaic.bitmap(box, cells, **signed, **look)
    return [picture], [Move(0, {"z": Levels(codes, -1.0, 1.0)})]


def _ends(centres: np.ndarray) -> list[float]:
    half = float(centres[1] - centres[0]) / 2
    return [float(centres[0]) - half, float(centres[-1]) + half]


def _measured(scene: Any, k: int, centres: np.ndarray) -> dict[str, Any]:
    """Ticks at round numbers as measured; the plane itself is in the network's scale."""
    centre, deviation = float(scene.centre[k]), float(scene.deviation[k])
    low, high = (centre + deviation * end for end in _ends(centres))
    raw = (high - low) / 5
    step = next(
        m * 10.0 ** np.floor(np.log10(raw))
        for m in (1, 2, 5, 10)
        if m * 10.0 ** np.floor(np.log10(raw)) >= raw
    )
    values = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return {
        "tickvals": (values - centre) / deviation,
        "ticktext": [number(float(value) + 0.0, ".4g") for value in values],
        "showgrid": False,
    }
