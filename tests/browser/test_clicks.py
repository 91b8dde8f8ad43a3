"""A click on a picture is a choice."""

from __future__ import annotations

import numpy as np
import pytest

from dlviz.lessons.convolution import experiment as convolution
from dlviz.lessons.convolution.boards import plan_of
from dlviz.recording import record
from tests.browser.stage import LESSON, Open, Stage

START = (
    "gd.data.find(trace => trace.mode === 'markers' && trace.marker.symbol === 'x' && trace.x.length === 1)"
)
MARK = f"[{START}.x[0], {START}.y[0]]"


def start_of(stage: Stage) -> list[float]:
    """The start that the address names."""
    return [float(stage.query[name]) for name in ("start_x", "start_y")]


def test_a_click_on_the_contours_moves_the_start(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?seed=201", reduced_motion=True)).rest()
    tape = stage.tape
    stage.click("plane", 2.0, -3.0)
    stage.until_tape(tape)
    stage.press("Home").rest()
    stage.until("new URLSearchParams(location.search).has('start_x')")
    assert start_of(stage) == pytest.approx([2, -3], abs=0.05)  # a pixel is 0.04 wide
    assert stage.figure("plane", MARK) == pytest.approx(start_of(stage))
    assert stage.caption()[0].endswith(f"θ = ({start_of(stage)[0]:.3f}, −{-start_of(stage)[1]:.3f})")


def test_where_a_pointer_rests_on_a_landscape_its_other_picture_shows_the_same_place(page: Open) -> None:
    opened = page(f"{LESSON}?seed=206", reduced_motion=True)
    stage = Stage(opened).rest()

    def mark(film: str) -> tuple[float, float]:
        seen = stage.picture(film).locator(".dl-twin:not([hidden])")
        seen.wait_for()
        box = seen.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    for place in ((-0.5, -1.0), (3.0, 4.0)):  # both lie in front, seen from the camera
        opened.mouse.move(*stage.spot("plane", *place))
        in_space = mark("surface")
        opened.mouse.move(in_space[0] + 3, in_space[1])
        opened.mouse.move(*in_space)  # there and back again: Plotly says which node of the surface lies there
        mark("plane")
        opened.wait_for_timeout(500)
        node = stage.figure("plane", "gd.data[0].x[1] - gd.data[0].x[0]")
        pixels = stage.spot("plane", node, 0)[0] - stage.spot("plane", 0, 0)[0]
        assert mark("plane") == pytest.approx(stage.spot("plane", *place), abs=1.5 * pixels + 2)
    opened.mouse.move(5, 5)
    assert not stage.picture("surface").locator(".dl-twin").is_visible()
    stage.picture("plane").locator(".dl-twin").wait_for(state="hidden")


def test_no_click_is_lost_or_done_twice_while_the_stage_asks_for_more(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?seed=205&steps=500", reduced_motion=True)).rest()
    for place in (1.5, -2.5, 3.5):
        tape = stage.tape
        stage.read(
            """(() => { const need = { tape: stage.reel.id, have: 0, want: 400, req: 0, heads: {}, plotly: false };
                 stage.trigger('need', need);
                 stage.send('click', { film: 'plane', action: 'start', x: value, y: value, z: null, step: 0 });
                 stage.trigger('need', need); })()""",
            place,
        )
        stage.until_tape(tape)
        stage.until("!stage.deeds.busy")
        stage.until("Number(new URLSearchParams(location.search).get('start_x')) === value", place)


def test_a_click_on_the_surface_moves_the_start_and_a_turn_does_not(page: Open) -> None:
    opened = page(f"{LESSON}?seed=202", reduced_motion=True)
    stage = Stage(opened).rest()
    tape = stage.tape
    box = stage.picture("surface").locator(".dl-plot").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x + 60, y + 5, steps=4)
    opened.mouse.up()
    stage.rest()
    assert stage.tape == tape
    opened.mouse.move(x, y)
    opened.mouse.click(x, y)
    stage.until_tape(tape)
    stage.press("Home").rest()
    stage.until("new URLSearchParams(location.search).has('start_x')")
    assert all(-6 <= value <= 6 for value in start_of(stage))
    assert stage.figure("plane", MARK) == pytest.approx(start_of(stage))


def test_a_click_on_the_map_of_basins_moves_the_start(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?picture=basins&seed=203", reduced_motion=True))
    stage.until("stage.reel.films.get('basins')?.rows > 0")
    stage.rest()
    tape = stage.tape
    stage.click("basins", -3.0, -2.0)
    stage.until_tape(tape)
    stage.press("Home").rest()
    stage.until("new URLSearchParams(location.search).has('start_x')")
    assert start_of(stage) == pytest.approx([-3, -2], abs=0.1)
    assert stage.figure("plane", MARK) == pytest.approx(start_of(stage))


def test_a_click_on_the_phase_diagram_chooses_rate_and_momentum(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?landscape=bowl&seed=204", reduced_motion=True))
    stage.choose("view-picture", "Rate × momentum")
    stage.until("stage.reel.films.get('phase')?.rows > 0")
    stage.rest()
    tape = stage.tape
    stage.click("phase", -2.0, 0.5)
    stage.until_tape(tape)
    stage.press("Home").rest()
    stage.until("new URLSearchParams(location.search).has('momentum')")
    rate, momentum = float(stage.query["learning_rate"]), float(stage.query["momentum"])
    assert [np.log10(rate), momentum] == pytest.approx([-2, 0.5], abs=0.03)
    assert f"η = {rate:.3g}" in stage.caption()[0]
    stage.unfold()  # on the bowl it is among the further settings
    assert float(stage.slider("momentum").input_value()) == pytest.approx(momentum, abs=0.01)


def test_a_number_of_the_graph_is_changed_where_it_stands(page: Open) -> None:
    opened = page("/backprop?graph=neuron&lang=en", reduced_motion=True)
    stage = Stage(opened).seek(8)
    before = stage.tape
    opened.locator(".dl-editable:visible").last.click()
    field = opened.locator(".dl-edit")
    assert float(field.input_value()) == 0.5  # the bias, w3
    field.fill("2.5")
    field.press("Enter")
    stage.until_tape(before)
    stage.until_asked(w3="2.5")
    stage.seek(8)
    assert "2.50" in opened.locator(".dl-editable:visible").all_inner_texts()

    opened.locator(".dl-editable:visible").last.click()
    opened.locator(".dl-edit").fill("-1")
    opened.locator(".dl-edit").press("Escape")
    assert not opened.locator(".dl-edit").count()
    assert stage.query["w3"] == "2.5"


def test_the_true_class_is_chosen_where_its_target_stands(page: Open) -> None:
    opened = page("/backprop?graph=softmax&start=own&lang=en", reduced_motion=True)
    stage = Stage(opened).seek(8)
    before = stage.tape
    opened.locator(".dl-editable:visible", has_text="0.00").first.click()  # the target of the second class
    opened.locator(".dl-edit").fill("1")
    opened.locator(".dl-edit").press("Enter")
    stage.until_tape(before)
    stage.until_asked(target_class="2")


def test_a_click_on_a_cell_of_the_output_goes_to_the_step_that_makes_it(page: Open) -> None:
    board = plan_of(record(convolution, convolution.Config()).scene).output
    opened = page("/convolution?lang=en&step=30", reduced_motion=True)
    stage = Stage(opened).rest()
    for row, column in ((9, 5), (3, 17)):
        stage.click("sliding", float(board.x()[column]), float(board.y()[row]))
        stage.until("stage.step === value", row * board.columns + column)
    opened.locator("[class*='st-key-convolution-size'] input[type=range]").press("ArrowRight")
    stage.until("new URLSearchParams(location.search).get('size') === '4'")
    assert (
        "kernel" not in stage.query
    )  # the cells of the kernel have followed, and nobody has typed into them
