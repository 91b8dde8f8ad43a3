"""What learners bring: painted points, by pointer and by keys; the step at which they look; marks; a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from dlviz.data.own import decode
from tests.browser.server import Server
from tests.browser.stage import Open, Stage

Axe = Callable[..., list[str]]
ROWS = "".join(f"{k},{k * k},{'<b>' if k % 2 else 'plain'}\n" for k in range(24))


@pytest.fixture(scope="module")
def workshop() -> Iterator[Server]:
    """A server with a page on which all of it can be done."""
    started = Server("tests/fixtures/brought_app.py").wait()
    yield started
    started.stop()


@pytest.fixture
def opened(page: Open, workshop: Server) -> Callable[..., Stage]:
    """Opens that page: `opened("/?seed=3", width=390)`."""

    def stage(address: str = "/", **look: object) -> Stage:
        return Stage(page(address, server=workshop, reduced_motion=True, **look)).rest()

    return stage


def at(stage: Stage, x: float, y: float) -> tuple[float, float]:
    """Where a place of the field is on the screen."""
    stage.picture("field").scroll_into_view_if_needed()
    left, top = stage.figure(
        "field",
        """{ const {left, top} = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, [x, y] = value;
             return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)]; }""",
        [x, y],
    )
    return left, top


def painted(stage: Stage) -> tuple[np.ndarray, list[int]]:
    """The points that the address names, and their classes."""
    x, label = decode(stage.query.get("points", ""))
    return x.numpy(), label.tolist()


def stroke(stage: Stage, *places: tuple[float, float]) -> None:
    """Presses at the first place, passes through the others, releases at the last; waits for the answer."""
    tape = stage.tape
    mouse = stage.page.mouse
    mouse.move(*at(stage, *places[0]))
    mouse.down()
    for place in places[1:]:
        mouse.move(*at(stage, *place), steps=3)
    stage.until("document.querySelectorAll('.dl-dots i').length > 0")
    mouse.up()
    stage.until_tape(tape)
    stage.until("!stage.deeds.busy && !document.querySelector('.dl-dots')")
    stage.rest()


def test_a_stroke_paints_points_of_the_class_of_the_brush_without_a_gap(opened: Callable[..., Stage]) -> None:
    stage = opened("/?seed=1")
    zoom = stage.figure("field", "gd._fullLayout.xaxis.range.join()")
    stroke(stage, (-3, -2), (3, -2))
    x, label = painted(stage)
    assert set(label) == {0}
    assert np.diff(x[:, 0]) == pytest.approx(np.full(len(x) - 1, 0.25), abs=0.011)
    assert (x[0, 0], x[-1, 0]) == pytest.approx((-3, 3), abs=0.3)
    assert x[:, 1] == pytest.approx(np.full(len(x), -2), abs=0.05)
    assert stage.figure("field", "gd._fullLayout.xaxis.range.join()") == zoom
    stage.page.get_by_role("radio", name="Class C").click()
    stage.until("stage.ui.brush.color === '--dl-series-3'")
    stroke(stage, (0, 3))
    assert painted(stage)[1] == [*label, 2]
    assert stage.figure("field", "gd.data[0].x.length") == len(label) + 1
    stage.page.get_by_role("radio", name="Eraser").click()
    stage.until("stage.ui.brush.erases")
    stroke(stage, (-6, -2), (6, -2))
    assert painted(stage)[1] == [2]


def test_strokes_one_right_after_the_other_all_arrive(opened: Callable[..., Stage]) -> None:
    stage = opened("/?seed=2")
    for k in range(4):
        stage.page.mouse.move(*at(stage, -4, k - 2))
        stage.page.mouse.down()
        stage.page.mouse.up()
    stage.until("!stage.deeds.busy")
    stage.until("new URLSearchParams(location.search).get('points')?.length === 16")
    assert painted(stage)[0][:, 1] == pytest.approx([-2, -1, 0, 1], abs=0.05)


def test_a_finger_paints_and_does_not_scroll(opened: Callable[..., Stage]) -> None:
    stage = opened("/?seed=3", width=390, height=844)
    tape = stage.tape
    x, y = at(stage, 0, 0)
    scrolled = stage.page.evaluate("window.scrollY")
    touch = stage.page.context.new_cdp_session(stage.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for far in (10, 20, 40):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - far}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    stage.until_tape(tape)
    stage.until("new URLSearchParams(location.search).has('points')")
    points = painted(stage)[0]
    assert len(points) > 1
    assert points[-1, 1] > points[0, 1]
    assert stage.page.evaluate("window.scrollY") == scrolled


def test_keys_alone_place_points(opened: Callable[..., Stage], axe: Axe) -> None:
    stage = opened("/?seed=4")
    plot = stage.picture("field").locator(".dl-plot")
    plot.focus()
    tape, step = stage.tape, stage.step
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown"):
        stage.page.keyboard.press(key)
    assert plot.locator("[aria-live]").inner_text() == "x 0.60, y 1.20"
    stage.page.keyboard.press("Enter")
    stage.until_tape(tape)
    stage.until("new URLSearchParams(location.search).has('points')")
    assert painted(stage)[0].tolist() == pytest.approx(np.array([[0.6, 1.2]]))
    assert stage.step == step
    assert plot.evaluate("plot => document.activeElement === plot")
    assert axe(stage.page) == []


def test_a_mark_is_said_where_it_is(opened: Callable[..., Stage]) -> None:
    stage = opened("/?seed=5&fails=1")
    said = stage.page.locator(".dl-said")
    stage.seek(10)
    assert said.inner_text() == "Rate changed"
    assert "Rate changed" in str(stage.page.locator(".dl-range").get_attribute("aria-valuetext"))
    stage.seek(20)
    assert not said.is_visible()
    stage.press("End").rest()
    assert said.inner_text() == "Diverged"
    assert stage.step == 30
    left = [mark["x"] for mark in (m.bounding_box() for m in stage.page.locator(".dl-marks i").all()) if mark]
    box = stage.page.locator(".dl-track").bounding_box()
    assert box is not None
    assert [(x + 2 - box["x"]) / box["width"] for x in left] == pytest.approx([10 / 30, 1], abs=0.01)


def runs(page: Page) -> int:
    """How often the page has run."""
    return int(page.get_by_text("runs ").inner_text().split()[1])


def test_the_page_hears_of_the_step_once_the_learner_rests(opened: Callable[..., Stage]) -> None:
    stage = opened("/?seed=6&step=7")
    stage.page.get_by_text("step 7", exact=True).wait_for()
    stage.rest()
    stage.page.wait_for_timeout(600)
    assert runs(stage.page) == 1
    before = 1
    for _ in range(8):
        stage.press("ArrowRight")
    stage.page.get_by_text("step 15", exact=True).wait_for()
    stage.page.wait_for_timeout(600)
    assert runs(stage.page) == before + 1
    stage.press(" ")
    stage.until("stage.step > 20")
    assert runs(stage.page) == before + 1
    stage.press(" ")
    stage.rest()
    stage.page.get_by_text(f"step {stage.step}", exact=True).wait_for()
    stage.page.wait_for_timeout(600)
    assert runs(stage.page) == before + 2


def test_a_change_from_the_present_step_on_goes_into_the_link_and_out_again(
    opened: Callable[..., Stage],
) -> None:
    stage = opened("/?seed=7")
    stage.seek(12)
    stage.page.get_by_text("step 12", exact=True).wait_for()
    stage.page.get_by_role("button", name="Change while training").click()
    value = stage.page.get_by_role("spinbutton", name="New value")
    value.fill("0.25")
    value.press("Tab")
    stage.page.get_by_role("button", name="Apply").click()
    stage.until_asked(changes="12:rate=0.25")
    stage.page.get_by_text("From step 12: Rate = 0.25").wait_for()
    stage.page.keyboard.press("Escape")
    stage.page.get_by_role("button", name="Remove").click()
    stage.until("!new URLSearchParams(location.search).has('changes')")


def test_a_file_becomes_the_table_and_a_bad_one_loses_nothing(
    opened: Callable[..., Stage], page: Open, workshop: Server
) -> None:
    stage = opened("/?seed=8")
    give = stage.page.locator("input[type=file]")
    give.set_input_files(
        {"name": "표.csv", "mimeType": "text/csv", "buffer": f"가,<i>b</i>,목표\n{ROWS}".encode("cp949")}
    )
    stage.until("new URLSearchParams(location.search).has('table')")
    stage.page.get_by_text("24 rows, 3 usable columns.").wait_for()
    assert stage.page.get_by_text("The target has 2 classes").inner_text().endswith("<b>, plain.")
    digest = stage.query["table"]
    give.set_input_files({"name": "x.xlsx", "mimeType": "text/csv", "buffer": b"PK\x03\x04xxxx"})
    stage.page.get_by_text("This is an Excel file").wait_for()
    assert stage.query["table"] == digest
    visitor = Stage(page(f"/?seed=8&table={digest}", server=workshop))
    visitor.page.get_by_text("24 rows, 3 usable columns.").wait_for()
    stranger = Stage(page("/?table=0123456789abcdef", server=workshop))
    stranger.page.get_by_text("The table that this link names is not on this server").wait_for()
