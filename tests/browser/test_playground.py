"""The network of the playground: what the pointer rests on is seen in large, what is clicked is chosen."""

from __future__ import annotations

import numpy as np

from dlviz.lessons.mlp_playground import experiment
from dlviz.plots.mosaic import SHADES
from dlviz.plots.network import TILE, places
from dlviz.recording import record
from tests.browser.stage import Open, Stage

LESSON = "/mlp_playground"
LAYERS = places([2, 4, 2, 1])
TITLE = "document.querySelector('[data-film=surface] .dl-title').textContent"
PLACE = """{ const {left, top} = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, [x, y] = value;
              return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)]; }"""
PEEKED = "[...stage.scene.pictures.find(one => one.name === 'surface').painter.peek.column.raw(stage.step)]"


def test_the_unit_under_the_pointer_is_seen_in_large_and_gone_with_it(page: Open) -> None:
    maps = record(experiment, experiment.Config(epochs=20, seed=301))[-1].maps
    stage = Stage(page(f"{LESSON}?lang=en&epochs=20&seed=301&step=20", reduced_motion=True)).rest()
    assert stage.page.evaluate(TITLE) == "On the plane: output"
    for layer, unit, number in ((1, 0, 0), (1, 3, 3), (2, 1, 5)):
        stage.page.mouse.move(*stage.figure("network", PLACE, LAYERS[layer][unit].tolist()))
        stage.until(f"{TITLE} === value", f"On the plane: layer {layer} unit {unit + 1}")
        shown = np.array(stage.read(PEEKED)).reshape(50, 50)
        assert np.abs(shown - maps[number].astype(int)).max() <= SHADES
    stage.page.mouse.move(5, 5)
    stage.until(f"{TITLE} === 'On the plane: output'")
    stage.rest()


def test_a_click_on_a_unit_and_on_a_wire_is_in_the_address(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?lang=en&epochs=20&seed=302&step=20", reduced_motion=True)).rest()
    stage.click("network", *LAYERS[1][1].tolist())
    stage.until("new URLSearchParams(location.search).get('unit') === '1.2'")
    start, end = LAYERS[0][0] + [TILE / 2, 0], LAYERS[1][3] - [TILE / 2, 0]
    stage.click("network", *(0.55 * start + 0.45 * end).tolist())
    stage.until("new URLSearchParams(location.search).get('weight') === 'w1.3.0'")
    stage.page.mouse.move(5, 5)
    stage.rest()
    assert stage.page.evaluate(TITLE) == "On the plane: layer 1 unit 2"
