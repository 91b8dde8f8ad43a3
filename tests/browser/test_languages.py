"""Korean and English, and what outlives a switch between them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from dlviz import lesson
from tests.browser.stage import LESSON, Open, Stage

HANGUL = re.compile("[가-힣]")


KOREAN = lesson("gradient_descent").text("ko")


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_visitor_is_met_in_the_language_of_the_browser(page: Open, lang: Any) -> None:
    text = lesson("gradient_descent").text(lang)
    home, question = text("app.home"), text("title")
    assert bool(HANGUL.search(home + question)) is (lang == "ko")
    opened = page("/", lang=lang)
    opened.get_by_text(question).first.wait_for()
    opened.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)
    assert opened.title() == home
    opened.get_by_role("link", name=question).click()
    opened.get_by_role("heading", name=question).wait_for()
    assert opened.evaluate("location.pathname") == LESSON


def looks(stage: Stage) -> dict[str, Any]:
    """What a learner has turned, zoomed and toggled."""
    return {
        "camera": stage.figure("surface", "gd._fullLayout.scene._scene.getCamera().eye"),
        "zoom": stage.figure("loss", "[...gd._fullLayout.xaxis.range, ...gd._fullLayout.yaxis.range]"),
        "hidden": stage.figure("surface", "gd._fullData.map(trace => trace.visible === 'legendonly')"),
    }


def same(before: Any, after: Any) -> bool:
    """Whether numbers are equal but for rounding."""
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(same(before[key], after[key]) for key in before)
    return bool(before == pytest.approx(after, rel=1e-3))


def drag(opened: Page, stage: Stage, film: str, width: float, height: float = 40) -> None:
    """Drags the middle of a picture."""
    box = stage.picture(film).locator(".dl-plot").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x + width, y + height, steps=5)
    opened.mouse.up()
    stage.rest()


def turn_zoom_and_toggle(opened: Page, stage: Stage) -> dict[str, Any]:
    """Turns the camera, zooms the losses, hides an optimiser in the legend."""
    untouched = looks(stage)
    drag(opened, stage, "surface", 80)
    drag(opened, stage, "loss", 120)
    stage.picture("surface").locator(".legendtoggle").first.click()
    stage.page.wait_for_function(
        "document.querySelector('[data-film=surface] .dl-base')._fullData.some(t => t.visible === 'legendonly')"
    )
    stage.rest()
    touched = looks(stage)
    assert not any(same(untouched[part], touched[part]) for part in touched)
    return touched


def texts(opened: Page) -> list[str]:
    """What a screen reader says of the stage."""
    return opened.evaluate(
        """[...document.querySelectorAll('.dl-stage [aria-label], .dl-stage [title]')]
           .flatMap(e => [e.getAttribute('aria-label'), e.title]).filter(Boolean)"""
    )


def test_camera_zoom_and_legend_outlive_frames_configs_and_languages(page: Open) -> None:
    opened = page(f"{LESSON}?seed=401", reduced_motion=True)
    stage = Stage(opened).seek(20)
    touched = turn_zoom_and_toggle(opened, stage)
    caption, english = stage.caption(), texts(opened)
    assert not any(HANGUL.search(text) for text in english)

    stage.seek(21)
    assert same(touched, looks(stage)), "a new frame"

    tape = stage.tape
    stage.slider("learning_rate").press("ArrowRight")
    stage.until_tape(tape)
    stage.rest()
    assert same(touched, looks(stage)), "another learning rate"
    stage.until_asked(learning_rate="0.02")

    stage.seek(20).until_asked(step="20")
    before = stage.query
    opened.get_by_role("radio", name="한국어").click()
    opened.get_by_role("heading", name=KOREAN("title")).wait_for()
    stage.until_asked(lang="ko")
    stage.rest()
    assert same(touched, looks(stage)), "another language"
    assert stage.query == {**before, "lang": "ko"}
    assert stage.step == 20
    assert opened.title() == KOREAN("short")
    assert opened.evaluate("document.documentElement.lang") == "ko"
    assert {KOREAN("app.home"), KOREAN("chapter.learning")} <= set(
        opened.locator("nav").inner_text().splitlines()
    )
    assert opened.locator(".dl-train").inner_text() == KOREAN("stage.train")
    assert stage.caption() != caption
    assert HANGUL.search(stage.caption()[0])
    assert not set(texts(opened)) & set(english)
    assert stage.figure("loss", "gd._fullLayout.xaxis.title.text") == KOREAN("axis.steps")

    drag(opened, stage, "surface", -60, -40)  # the figure is another one by now
    turned = looks(stage)["camera"]
    assert not same(touched["camera"], turned)
    stage.picture("surface").locator(".legendtoggle").last.click()
    hidden = "document.querySelector('[data-film=surface] .dl-base')._fullData.filter(t => t.visible === 'legendonly')"
    opened.wait_for_function(f"{hidden}.length > 2")
    stage.rest()
    assert same(turned, looks(stage)["camera"])
