"""Lessons of memory and attention in a browser: what is typed, dragged, brushed and clicked, and what is seen then."""

from __future__ import annotations

import numpy as np

from dlviz.lessons.self_attention import experiment as attending
from dlviz.lessons.self_attention.experiment import Config as Attending
from dlviz.lessons.seq2seq import experiment as translating
from dlviz.lessons.seq2seq.experiment import Config as Translating
from dlviz.recording import record
from tests.browser.stage import Open, Stage

PLACE = """{ const {left, top} = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, [x, y] = value;
              return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)]; }"""

ASKED = "(name => Number(new URLSearchParams(location.search).get(name)))"


def stroke(stage: Stage, film: str, *points: list[float]) -> None:
    """Presses at the first point of a picture's axes, moves over the others, lets go at the last."""
    stage.picture(film).scroll_into_view_if_needed()
    first, *others = (stage.figure(film, PLACE, point) for point in points)
    stage.page.mouse.move(*first)
    stage.page.mouse.down()
    for place in others:
        stage.page.mouse.move(*place, steps=8)
    stage.page.mouse.up()


def test_a_numeral_is_typed_and_the_step_is_found_at_which_it_first_looked_right(page: Open) -> None:
    stage = Stage(page("/seq2seq?sentence=%EA%B5%AC&lang=ko", lang="ko", reduced_motion=True)).rest()
    tape = stage.tape
    field = stage.page.get_by_role("textbox", name="옮길 글")
    field.fill("천이백삼")
    field.press("Enter")
    stage.until_tape(other_than=tape)
    stage.page.keyboard.press("Escape")
    stage.press("End")
    stage.until("stage.reel.done && stage.step === stage.reel.held - 1")
    recording = record(translating, Translating(sentence="천이백삼"))
    there = np.flatnonzero(recording.track("there") == 1)
    marks = stage.read("stage.reel.marks.map(mark => mark.step)")
    assert marks[0] == there[0]
    stage.seek(int(there[0]))
    weights = recording[there[0]].attention[:4].astype(int)
    # 천 이 백 삼 says 1 2 0 3: thousands, hundreds, tens, ones
    assert [recording.scene.source[k] for k in (0, 1, 3)] == ["천", "이", "삼"]
    assert all(
        recording.scene.places[row, weights[row].argmax()]
        for row in range(4)
        if recording.scene.places[row].any()
    )
    shown = stage.read("[...stage.reel.films.get('alignment').columns.at(-1)[0].raw(stage.step)]")
    assert np.array_equal(np.array(shown).reshape(-1, 4)[::-1][:4], weights)


def test_a_token_is_dragged_and_the_scores_follow(page: Open) -> None:
    stage = Stage(page("/self_attention?task=hand&step=8&lang=en", reduced_motion=True)).rest()
    usual = Attending(task="hand")
    stroke(stage, "plane", [usual.x2, usual.y2], [0.0, -1.0], [1.0, -2.0])
    stage.until_asked(token="2")
    stage.until(f"Math.hypot({ASKED}('x2') - 1, {ASKED}('y2') + 2) < 0.1")
    stage.rest()
    assert stage.step == 8  # it is not played from its start
    x, y = (float(stage.query[name]) for name in ("x2", "y2"))
    frame = record(attending, usual.changed(x2=x, y2=y))[-1]
    told = stage.picture("sum").locator(".dl-label").all_inner_texts()
    assert {f"{weight:.2f}" for weight in frame.weights[0, 0, 1]} <= set(told)


def test_keys_take_a_token_and_put_it_elsewhere(page: Open) -> None:
    stage = Stage(page("/self_attention?task=hand&step=8&lang=en", reduced_motion=True)).rest()
    plot = stage.picture("plane").locator(".dl-plot")
    plot.focus()
    for key in ("ArrowUp", "ArrowUp", "Enter"):
        plot.press(key)
    stage.until_asked(x1="0")
    stage.until(f"{ASKED}('y1') > 0.2")


def test_a_column_is_clicked_and_a_stretch_is_brushed(page: Open) -> None:
    stage = Stage(page("/rnn?picture=states&lang=en", reduced_motion=True)).rest()
    stage.click("unrolled", 5.0, 0.9)
    stage.until_asked(position="5")
    stage.rest()
    assert "say" in stage.caption()[1]
    stroke(stage, "closeup", [1.0, -2.0], [3.0, -2.0])
    stage.until_asked(stretch="1-3")


def test_a_click_on_the_goldfish_trains_for_that_delay(page: Open) -> None:
    stage = Stage(page("/vanishing_gradient?updates=20&lang=en", reduced_motion=True)).rest()
    stage.click("goldfish", 20.0, 0.6)
    stage.until(f"Math.abs({ASKED}('delay') - 20) <= 1")


def test_a_part_of_a_picture_is_chosen_by_a_mouse_that_rests_there_and_by_the_keyboards_focus(
    page: Open,
) -> None:
    stage = Stage(page("/seq2seq?updates=20&lang=en", reduced_motion=True)).rest()
    spots = stage.page.locator('[data-film="alignment"] .dl-spot')
    box = spots.nth(2).bounding_box()
    assert box is not None
    stage.page.mouse.move(box["x"] + 2, box["y"] + 2)
    stage.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    stage.page.wait_for_function(f"{ASKED}('row') === 3")
    stage.page.mouse.move(2, 2)
    spots.nth(0).focus()
    stage.page.keyboard.press("Tab")
    stage.page.wait_for_function(f"{ASKED}('row') === 2")
    assert spots.nth(1).evaluate("spot => spot === document.activeElement")
    assert spots.nth(1).get_attribute("aria-pressed") == "true"
