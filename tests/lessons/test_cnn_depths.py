"""Truths about the three depths of the CNN lesson: the network, how a map is made, one unit's sum."""

from __future__ import annotations

from functools import cache

import numpy as np

import dlviz
from dlviz.lessons.cnn import experiment, figures, tiles
from dlviz.lessons.cnn.closeup_layer import layer_in_detail
from dlviz.lessons.cnn.closeup_unit import pooled, unit_in_detail
from dlviz.lessons.cnn.experiment import Config
from dlviz.lessons.cnn.figures_network import board, network
from dlviz.plots.film import Film, Move
from dlviz.text import lesson_text

TEXT = lesson_text("cnn", "en")


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def test_a_click_on_a_tile_chooses_its_unit() -> None:
    for config in (
        Config(),
        Config(data="shapes", filters=5),
        Config(filters=2),
        Config(filters=16, blocks=3),
    ):
        scene = experiment.scene(config)
        at = board(scene)
        places = {}
        for block, width in enumerate(scene.widths):
            for k in range(width):
                left, bottom = tiles.place_of(at, block, k)
                places[f"{block + 1}.{k + 1}"] = (left, bottom)
                for beside in (0.0, tiles.BESIDE):  # its map, and its gradient
                    found = tiles.unit_at(at, scene.widths, left + beside + 0.4, bottom + 0.4)
                    assert found == f"{block + 1}.{k + 1}"
        assert len(set(places.values())) == sum(scene.widths)
        assert tuple(figures.units_of(config)["unit"]) == tuple(places)
        assert tiles.unit_at(at, scene.widths, -1.0, 0.5) is None


def test_beside_a_map_lies_the_gradient_of_its_unit() -> None:
    recording = recorded(Config())
    film, at = network(recording, TEXT, scale="unit"), board(recording.scene)
    for block, k in ((0, 3), (1, 12)):
        left, bottom = tiles.place_of(at, block, k)
        side = recording.scene.sides[block]
        x, y = left + tiles.BESIDE + 0.4, bottom + 0.4
        shown = next(
            part for part in (cells_at(film, move, x, y, side) for move in film.moves) if part is not None
        )
        plain = (tiles.maps_of(recording, block, "slopes")[-1, k] / 127.0 - 1)[::-1]  # rows upwards
        assert np.allclose(shown, plain, atol=8 / 254)
        assert np.abs(shown).max() > 0.9


def cells_at(film: Film, move: Move, x: float, y: float, side: int) -> np.ndarray | None:
    """Of a bitmap that covers a place the small map that lies there, at the last step."""
    trace = film.figure["data"][move.trace]  # type: ignore[index]
    if trace["type"] != "heatmap":
        return None
    across, up = np.asarray(trace["x"]), np.asarray(trace["y"])
    half = (up[1] - up[0]) / 2
    if not (across[0] - half <= x <= across[-1] + half and up[0] - half <= y <= up[-1] + half):
        return None
    row = int((y - up[0] + half) // (2 * half)) // (side + tiles.gap_of(side)) * (side + tiles.gap_of(side))
    cells: np.ndarray = move.columns["z"][-1:][0][row : row + side]
    return cells


def test_a_part_with_a_name_is_the_same_wherever_it_is_drawn() -> None:
    """Filters and maps of one name hold the same numbers, up to a scale, in every picture that draws them."""
    recording = recorded(Config())
    films = figures.stage(recording, {}, TEXT, picture="layer", scale="layer", unit="2.5")
    films += figures.stage(recording, {}, TEXT, picture="unit", scale="layer", unit="2.5")[3:4]
    drawn: dict[str, list[np.ndarray]] = {}
    for film in films:
        for name, box, axes in zip(film.parts.names, film.parts.boxes, film.parts.axes) if film.parts else ():
            drawn.setdefault(name, []).append(cells_of(film, box, axes))
    shared = {name: those for name, those in drawn.items() if len(those) > 1}
    assert {"map 2.5", "filter 2.5.1", "filter 2.5.8", "input"} <= set(shared)
    assert len(drawn["map 2.5"]) == 3  # network, layer, unit
    for name, (first, *others) in shared.items():
        for other in others:
            small = pooled(first[None, None], "max")[0, 0] if first.shape != other.shape else first
            assert small.shape == other.shape, name  # the layer before is seen as it is passed on
            assert np.corrcoef(small.ravel(), other.ravel())[0, 1] > 0.99 or small.std() == 0, name


def cells_of(film: Film, box: np.ndarray, axes: str) -> np.ndarray:
    """The cells of a bitmap in a box, at the last step."""
    left, bottom, width, height = box
    moving = {move.trace: move.columns["z"][-1:][0] for move in film.moves if "z" in move.columns}
    for k, trace in enumerate(film.figure["data"]):  # type: ignore[index]
        if trace["type"] != "heatmap" or trace.get("xaxis", "x") != f"x{axes}":
            continue
        cells = moving[k] if k in moving else np.asarray(trace["z"])
        ends = []
        for centres, start, size, count in zip(
            (trace["x"], trace["y"]), (left, bottom), (width, height), cells.shape[::-1]
        ):
            pitch = (centres[-1] - centres[0]) / (count - 1)
            ends.append([(at - centres[0]) / pitch + 0.5 for at in (start, start + size)])
        if all(low > -0.1 and high < count + 0.1 for (low, high), count in zip(ends, cells.shape[::-1])):
            assert np.allclose(ends, np.rint(ends), atol=0.01)  # a box holds whole cells
            (x0, x1), (y0, y1) = np.rint(ends).astype(int)
            return cells[y0:y1, x0:x1]
    raise AssertionError(box)


def test_clicks_lead_from_the_network_to_a_layer_to_a_unit_and_back() -> None:
    recording = recorded(Config())

    def hit(film: Film, x: float, y: float, picture: str) -> dict[str, str]:
        return figures.hit(recording, film.click or "", x, y, 0, picture=picture, unit="2.5")

    left, bottom = tiles.place_of(board(recording.scene), 1, 6)
    whole = network(recording, TEXT)
    assert hit(whole, left + 0.4, bottom + 0.4, "plane") == {"unit": "2.7", "picture": "layer"}
    assert hit(whole, left + 0.4, bottom + 0.4, "unit") == {"unit": "2.7", "picture": "unit"}
    assert hit(whole, -1.0, 0.0, "plane") == {}
    layer = layer_in_detail(recording, TEXT, unit="2.5")
    assert layer.parts is not None
    for k, (name, (x, y, width, height)) in enumerate(zip(layer.parts.names, layer.parts.boxes.tolist())):
        found = hit(layer, x + width / 2, y + height / 2, "layer")
        assert found == ({"unit": f"1.{k + 1}"} if k < 8 else {"picture": "unit"}), name
    assert hit(unit_in_detail(recording, TEXT, unit="2.5"), 20.0, 20.0, "unit") == {"picture": "layer"}
