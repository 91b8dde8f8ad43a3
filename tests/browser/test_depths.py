"""CNN: three depths, one motion: from the network to a layer to one unit's sum, and back."""

from __future__ import annotations

import numpy as np
import pytest

from dlviz.lessons.cnn import experiment, tiles
from dlviz.lessons.cnn.figures_network import board
from dlviz.recording import Recording, record
from dlviz.text import lesson_text
from tests.browser.stage import Open, Stage

TEXT = lesson_text("cnn", "en")
FAST = {"seed": 31, "epochs": 2}
LINK = "/cnn?lang=en&seed=31&epochs=2"
FLIGHT = "stage.scene.flight"
HELD = f"{FLIGHT}.animations.forEach(one => {{ one.pause(); one.currentTime = 225; }})"
HALFWAY = f"{FLIGHT}.flying && ({HELD}, true)"
GHOSTS = f"""{FLIGHT}.parts.map(({{ name, from, to, ghost }}) => {{
    const box = (r) => [r.x, r.y, r.width, r.height];
    return [name, box(from), box(to), box(ghost.getBoundingClientRect())]; }})"""
MIDDLE = """(() => { const { gd, film } = stage.scene.pictures.find(one => one.name === 'closeup');
    const k = film.head.parts.names.indexOf(value), [x, y, w, h] = film.head.parts.boxes[k];
    const { left, top } = gd.getBoundingClientRect(), { xaxis, yaxis } = gd._fullLayout;
    return [left + xaxis._offset + xaxis.c2p(x + w / 2), top + yaxis._offset + yaxis.c2p(y + h / 2)]; })()"""
SHOWN = """[document.querySelector('[data-film=closeup] .dl-title').textContent,
            stage.scene.pictures.find(one => one.name === 'closeup').film.digest]"""


@pytest.fixture(scope="module")
def recorded() -> Recording:
    """The recording that the pages of these tests show."""
    return record(experiment, experiment.Config(**FAST))


def tile(recorded: Recording, block: int, unit: int) -> list[float]:
    """The middle of a unit's map in the picture of the network."""
    left, bottom = tiles.place_of(board(recorded.scene), block, unit)
    return [left + 0.45, bottom + 0.45]


def test_from_the_network_to_a_layer_to_a_unit_and_back_parts_move_to_their_new_places(
    page: Open, recorded: Recording
) -> None:
    stage = Stage(page(f"{LINK}&step=5")).rest()

    def halfway() -> dict[str, list[list[float]]]:
        """The parts on their way, held halfway: by name from where, where to, where now; then all arrive."""
        stage.until(HALFWAY)
        parts = {name: boxes for name, *boxes in stage.read(GHOSTS)}
        stage.read(f"{FLIGHT}.animations.forEach(one => one.finish())")
        stage.rest()
        assert stage.page.locator(".dl-ghost, .dl-shadow").count() == 0
        assert stage.read(f"{FLIGHT}.reason") is None
        return parts

    def between(start: list[float], end: list[float], now: list[float]) -> bool:
        """Whether a box is neither here nor there, on the straight way."""
        ways = [abs(b - a) for a, b in zip(start, end)]
        k = ways.index(max(ways))
        share = (now[k] - start[k]) / (end[k] - start[k])
        straight = [a + share * (b - a) for a, b in zip(start, end)]
        return 0.2 < share < 0.95 and np.allclose(now, straight, atol=1)

    stage.click("network", *tile(recorded, 1, 4))  # network -> layer
    parts = halfway()
    assert {"map 2.5", "map 1.1", "map 1.8", "filter 2.5.8"} <= set(parts)
    assert all(between(*boxes) for boxes in parts.values()), parts
    start, end, _ = parts["map 2.5"]
    assert end[2] > 2 * start[2]  # it grows
    assert stage.query["unit"] == "2.5"
    layer = stage.read(SHOWN)

    plot = stage.picture("closeup").locator(".dl-plot")
    box = plot.bounding_box()
    assert box is not None
    plot.click(position={"x": 0.9 * box["width"], "y": 80})  # layer -> the unit's sum
    parts = halfway()
    assert {"map 2.5", "input", "filter 2.5.8"} <= set(parts)
    assert all(between(*boxes) for boxes in parts.values()), parts
    assert stage.query["picture"] == "unit"
    unit = stage.read(SHOWN)
    assert unit[0] == TEXT("unit.name", block=2, k=5)

    plot.click(position={"x": 40, "y": 80})  # and back
    assert "map 2.5" in halfway()
    assert stage.read(SHOWN) == layer

    stage.page.mouse.click(*stage.read(MIDDLE, "map 1.2"))  # further up: to a map of the layer before
    assert "map 1.2" in halfway()
    assert stage.query["unit"] == "1.2"

    direct = Stage(page(f"{LINK}&step=5&unit=2.5&picture=unit")).rest()
    assert direct.read(SHOWN) == unit


def test_where_motion_is_not_wanted_the_depths_change_at_once(page: Open, recorded: Recording) -> None:
    stage = Stage(page(f"{LINK}&step=5", reduced_motion=True)).rest()
    stage.read(f"{FLIGHT}.send = () => {{ window.moved = true; }}")
    stage.click("network", *tile(recorded, 1, 4))
    stage.until_asked(unit="2.5")
    stage.rest()
    assert stage.read("[window.moved ?? false, stage.scene.flight.leaving.size]") == [False, 0]
    title = TEXT("picture.layer", unit=TEXT("unit.name", block=2, k=5))
    assert stage.read(SHOWN)[0] == title
