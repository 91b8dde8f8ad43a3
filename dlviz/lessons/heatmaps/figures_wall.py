"""The wall of maps: the picture, what each method says of it, and below each map what it is worth."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.heatmaps import glance
from dlviz.plots import graph, mosaic, pictures, theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

COLUMNS = 5
BESIDE, BELOW = 0.12, 0.6  # gaps between two maps, in maps
NAME, STRIP = 0.2, 0.32  # heights of a map's name and of the curves below it
GREY = [[0.0, "rgb(70,70,70)"], [1.0, "rgb(250,250,250)"]]  # of the picture under a map
COVER = {"strong": 0.85, "light": 0.5}  # how much of the picture the largest number covers


def signed(strength: str) -> list[list[Any]]:
    """The colours of a map: orange and red speak for the class, blue against it; over a picture 0 lets all through."""
    if strength == "map":
        return theme.SIGNED
    most = COVER[strength]
    return [
        [0.0, f"rgba(0,90,190,{most})"],
        [0.5, "rgba(0,140,220,0)"],
        [0.5, "rgba(255,190,0,0)"],
        [0.62, f"rgba(255,170,0,{0.2 * most:.3f})"],
        [0.75, f"rgba(255,140,0,{0.65 * most:.3f})"],
        [1.0, f"rgba(205,20,0,{most})"],
    ]


def ground(config: Any) -> list[list[Any]]:
    """The colours of grey pictures: ink, or light."""
    return pictures.INK if config.data == "digits" else pictures.PHOTOGRAPH


def grey_of(scene: Any) -> np.ndarray:
    """All pictures as levels of grey, (Q, H, W)."""
    grey: np.ndarray = np.rint(scene.pictures.mean(axis=1) * (254 / 255)).astype(np.uint8)
    return grey


def gaps(side: int) -> tuple[int, int]:
    """Cells beside and below a map."""
    return max(1, round(BESIDE * side)), round(BELOW * side)


def place_of(scene: Any, slot: int) -> tuple[float, float]:
    """Left and bottom of a slot: 0 is the picture, then the methods; a map is 1 wide, y upwards from the last row."""
    side = scene.pictures.shape[-1]
    beside, below = gaps(side)
    rows = -(-(len(scene.methods) + 1) // COLUMNS)
    row, column = divmod(slot, COLUMNS)
    return column * (1 + beside / side), (rows - 1 - row) * (1 + below / side)


def method_at(scene: Any, x: float, y: float) -> str | None:
    """The method whose map, name or curves were hit."""
    for k, method in enumerate(scene.methods):
        left, bottom = place_of(scene, k + 1)
        if left <= x <= left + 1 and bottom - STRIP <= y <= bottom + 1 + NAME:
            return str(method)
    return None


def asked_alone(recording: Recording, values: np.ndarray) -> np.ndarray:
    """Numbers of all methods, (T, M, ...), with NaN for those that cannot be asked."""
    there = recording.track("maps")[:, :, 0, 0] != mosaic.NOTHING  # (T, M)
    return np.where(there.reshape(*there.shape, *[1] * (values.ndim - 2)), values, np.float32(np.nan))


class Wall:
    """Maps of all methods in rows, the first slot left free; (T, H, W) once asked for, rows upwards."""

    def __init__(self, maps: np.ndarray, beside: int, below: int) -> None:
        self.maps, self.beside, self.below = maps, beside, below

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: Any) -> np.ndarray:
        maps = coarse(self.maps[rows])
        free = np.full_like(maps[..., :1, :, :], mosaic.NOTHING)
        return pictures.sheet(np.concatenate([free, maps], axis=-3), COLUMNS, self.beside, self.below)


def coarse(maps: np.ndarray) -> np.ndarray:
    """Fewer levels: no eye tells them apart, and a film is half as large; 0 stays 0."""
    step = np.int16(mosaic.SHADES)
    near = (np.abs(maps.astype(np.int16) - mosaic.MIDDLE) + step // 2) // step * step
    whole = mosaic.MIDDLE + np.sign(maps.astype(np.int16) - mosaic.MIDDLE) * np.minimum(near, mosaic.MIDDLE)
    return np.where(maps == mosaic.NOTHING, maps, whole).astype(np.uint8)


def wall(recording: Recording, text: Text, *, method: str = "grad_cam", strength: str = "strong") -> Film:
    """The picture and all maps; below each map the two curves of its trial; a click chooses a method."""
    scene, length = recording.scene, len(recording)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    shown = np.asarray(recording.track("picture"))
    colour, look = pictures.coded(scene.pictures, ground(recording.config))
    left, bottom = place_of(scene, 0)
    side = colour.shape[-1]
    moves.append(Move(0, {"z": Levels(_One(colour, shown), 0.0, 254.0)}))
    data.append(mosaic.bitmap((left, bottom, 1.0, 1.0), (side, side), **look))
    beside, below = gaps(side)
    count = len(scene.methods)
    box = _box(scene)
    if strength != "map":
        chosen = np.repeat(shown[:, None], count + 1, axis=1)
        chosen[:, 0] = -1
        under = pictures.Sheet(grey_of(scene), chosen, COLUMNS, beside, below)
        shades: dict[str, Any] = {"colorscale": GREY, "zmin": 0.0, "zmax": 254.0}
        if recording.config.data == "digits":
            shades["colorscale"] = pictures.INK
        moves.append(Move(len(data), {"z": Levels(under, 0.0, 254.0)}))
        data.append(mosaic.bitmap(box, under[:1].shape[1:], **shades))
    maps = Wall(recording.track("maps"), beside, below)
    moves.append(Move(len(data), {"z": Levels(maps, -1.0, 1.0)}))
    colors = signed(strength)
    data.append(mosaic.bitmap(box, maps[:1].shape[1:], colorscale=colors, zmin=-1.0, zmax=1.0))
    data.append(_strips(scene))
    for k, color in enumerate(("--dl-gradient", "--dl-prediction")):
        x, y = _curves(recording, k)
        line = {"color": color, "width": 1.6}
        moves.append(Move(len(data), {"x": x, "y": y}))
        data.append(
            {"type": "scatter", "mode": "lines", "line": line, "x": [], "y": [], "hoverinfo": "skip",
             "name": text(f"legend.{('deletion', 'insertion')[k]}")}
        )  # fmt: skip
    data.append(_ring(scene, method, text))
    data.append(_scale(scene, signed("map")))
    axes = graph.bare_axes([-0.06, box[2] + 0.06], [-STRIP - 0.1, box[3] + NAME + 0.06])
    axes["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    axes["xaxis"] |= {"constrain": "domain"}
    # where there is little room, names must not meet
    meta = {"letters": 0.8}
    layout = theme.layout(**axes, margin={"l": 4, "r": 4, "t": 2, "b": 2}, dragmode=False, meta=meta)
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.wall"), text("alt.wall", count=count)
    labels = tuple(_labels(recording, text))
    return Film("wall", length, figure, tuple(moves), labels, title=title, alt=alt, click="method")


class _One:
    """The picture of each step, rows upwards."""

    def __init__(self, levels: np.ndarray, chosen: np.ndarray) -> None:
        self.levels, self.chosen = levels, chosen

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, rows: Any) -> np.ndarray:
        picked: np.ndarray = self.levels[self.chosen[rows]][..., ::-1, :]
        return picked


def _box(scene: Any) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of all maps."""
    right, _ = place_of(scene, COLUMNS - 1)
    _, top = place_of(scene, 0)
    return 0.0, 0.0, right + 1, top + 1


def _strips(scene: Any) -> dict[str, Any]:
    """The ground of the curves below each map: a line at 0."""
    ends = []
    for k in range(len(scene.methods)):
        left, bottom = place_of(scene, k + 1)
        ends.append([(left, bottom - STRIP), (left + 1, bottom - STRIP)])
    return graph.links("--dl-grid", np.array(ends, np.float32), width=1)


def _curves(recording: Recording, which: int) -> tuple[np.ndarray, np.ndarray]:
    """One of the two curves of all methods, each below its map, with breaks between; (T, M (P + 1)) each."""
    values = asked_alone(recording, recording.track("curves")[:, :, which])  # (T, M, P)
    steps, count, points = values.shape
    x = np.full((count, points + 1), np.nan, np.float32)
    y = np.full((steps, count, points + 1), np.nan, np.float32)
    for k in range(count):
        left, bottom = place_of(recording.scene, k + 1)
        x[k, :-1] = left + np.linspace(0, 1, points)
        y[:, k, :-1] = bottom - STRIP + values[:, k] * (STRIP - 0.05)
    return np.repeat(x.reshape(1, -1), steps, axis=0), y.reshape(steps, -1)


def _ring(scene: Any, method: str, text: Text) -> dict[str, Any]:
    left, bottom = place_of(scene, scene.methods.index(method) + 1)
    x = np.array([left, left + 1], np.float32)[[0, 1, 1, 0, 0]]
    y = np.array([bottom, bottom + 1], np.float32)[[0, 0, 1, 1, 0]]
    line = {"color": "--dl-attention", "width": 3}
    look = {"type": "scatter", "mode": "lines", "line": line, "hoverinfo": "skip"}
    return {**look, "x": x, "y": y, "name": text(f"option.method.{method}")}


def _scale(scene: Any, colors: list[list[Any]]) -> dict[str, Any]:
    """The colours from "against" to "for", below the picture."""
    left, bottom = place_of(scene, 0)
    z = np.linspace(-1, 1, 41, dtype=np.float32)[None]
    x = mosaic.centres(left, left + 1, 41)
    look = {"colorscale": colors, "zmin": -1.0, "zmax": 1.0, "showscale": False, "hoverinfo": "skip"}
    return {"type": "heatmap", "x": x, "y": [bottom - 0.09, bottom - 0.05], "z": z, **look}


def _labels(recording: Recording, text: Text) -> list[Label]:
    scene = recording.scene
    here: dict[str, Any] = {"xref": "x", "yref": "y", "xanchor": "center", "size": 11}
    left, bottom = place_of(scene, 0)
    labels = [
        Label(f"<b>{text('legend.picture')}</b>", x=left + 0.5, y=bottom + 1.02, yanchor="bottom", **here)
    ]
    for x, anchor, name in ((left, "left", "against"), (left + 1, "right", "for")):
        look = {**here, "xanchor": anchor, "size": 9}
        labels.append(Label(text(f"legend.{name}"), x=x, y=bottom - 0.115, color="--dl-muted", **look))
    for k, method in enumerate(scene.methods):
        left, bottom = place_of(scene, k + 1)
        name = f"tile.{method}" if text.has(f"tile.{method}") else f"option.method.{method}"
        labels.append(Label(text(name), x=left + 0.5, y=bottom + 1.02, yanchor="bottom", **here))
    if recording.config.head != "average":
        left, bottom = place_of(scene, scene.methods.index("cam") + 1)
        labels.append(Label(text("legend.absent"), x=left + 0.5, y=bottom + 0.5, yanchor="middle", **here))
    return labels


def miniature(recording: Recording, text: Text) -> Film:
    """Two of the maps over the picture, large and without words; of a recording of either `experiment` or `glance`."""
    scene = recording.scene
    side = scene.pictures.shape[-1]
    chosen = [scene.methods.index(name) for name in glance.METHODS]
    gap = max(1, side // 12)
    shown = np.repeat(np.asarray(recording.track("picture"))[:, None], len(chosen), axis=1)
    under = pictures.Sheet(grey_of(scene), shown, len(chosen), gap)
    over = _Row(recording.track("maps")[:, chosen], gap)
    cells = under[:1].shape[1:]
    box = (0.0, 0.0, cells[1] / side, 1.0)
    ink = pictures.INK if recording.config.data == "digits" else GREY
    data = [
        mosaic.bitmap(box, cells, colorscale=ink, zmin=0.0, zmax=254.0),
        mosaic.bitmap(box, cells, colorscale=signed("strong"), zmin=-1.0, zmax=1.0),
    ]
    moves = (Move(0, {"z": Levels(under, 0.0, 254.0)}), Move(1, {"z": Levels(over, -1.0, 1.0)}))
    axes = graph.bare_axes([-0.05, box[2] + 0.05], [-0.05, 1.05])
    axes["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
    layout = theme.layout(**axes, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False, hovermode=False)
    figure = {"data": data, "layout": layout}
    return Film("miniature", len(recording), figure, moves, alt=text("sentence"))


class _Row:
    """Maps beside one another; (T, H, W) once asked for, rows upwards."""

    def __init__(self, maps: np.ndarray, gap: int) -> None:
        self.maps, self.gap = maps, gap

    def __len__(self) -> int:
        return len(self.maps)

    def __getitem__(self, rows: Any) -> np.ndarray:
        maps = coarse(self.maps[rows])
        return pictures.sheet(maps, maps.shape[-3], self.gap)
