"""The app starts in every way in which it may be started."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dlviz.text import words
from tests.browser.server import Server
from tests.browser.stage import LESSON, Stage, colors


@pytest.mark.parametrize(("script", "serves"), [("app.py", True), ("cloud/streamlit_app.py", False)])
def test_a_deep_link_works_on_a_fresh_server(
    serve: Callable[..., Server], page: Callable[..., Page], script: str, serves: bool
) -> None:
    fresh = serve(script)
    opened = page(LESSON, server=fresh)
    stage = Stage(opened)
    stage.until("probe.playing && probe.step > 0")
    stage.press(" ").rest()
    assert opened.evaluate("location.pathname") == LESSON
    assert opened.locator('[data-testid="stException"]').count() == 0
    assert opened.locator(".dl-picture").count() == 4
    assert opened.locator(".dl-failed:visible").count() == 0
    for film in ("surface", "plane", "loss"):
        assert len(colors(stage.picture(film))) > 50, film
    # a plain script serves no file of ours: the message carries Plotly
    scripts = opened.evaluate("[...document.scripts].map(script => script.src).filter(Boolean)")
    assert any(src.endswith("/dlviz/plotly.min.js") for src in scripts) is serves
    assert any(src.startswith("blob:") for src in scripts) is not serves


def test_the_map_leads_to_every_lesson_by_its_live_miniature(page: Callable[..., Page]) -> None:
    from dlviz.curriculum import LESSONS

    opened = page("/")
    opened.wait_for_function("n => window.__dlviz?.stages.length === n", arg=len(LESSONS))
    for place in range(len(LESSONS)):  # those in sight play
        opened.evaluate("k => window.__dlviz.stages[k].stage.root.scrollIntoView({block: 'center'})", place)
        opened.wait_for_function("k => window.__dlviz.stages[k].step > 0", arg=place)
    assert opened.locator(".dl-stage .dl-plot").count() == len(LESSONS)
    for slug in LESSONS:
        assert opened.locator(f"[data-testid=stPageLink] a[href*='{slug}']").count() == 1


def test_webgl_works_in_the_browser_of_the_tests(page: Callable[..., Page]) -> None:
    blank = page("data:text/html,<title>blank</title>")
    assert blank.evaluate("!!document.createElement('canvas').getContext('webgl2')")


def test_axe_finds_a_picture_without_words(page: Callable[..., Page], axe: Callable[..., list[str]]) -> None:
    picture = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    blank = page(f"data:text/html,<html lang=en><title>blank</title><main>{picture}</main>")
    assert [finding.split(":")[0] for finding in axe(blank)] == ["image-alt"]


def test_the_first_page_has_an_address_to_type(page: Callable[..., Page]) -> None:
    opened = page("/home?lang=en")
    opened.get_by_role("heading", name=words("en")("home.title")).wait_for()
    assert not opened.get_by_role("dialog").count()


def test_a_plain_script_sends_plotly_once_for_all_miniatures(
    serve: Callable[..., Server], page: Callable[..., Page]
) -> None:
    from dlviz.curriculum import LESSONS

    fresh = serve("cloud/streamlit_app.py")
    opened = page("about:blank")
    large: list[int] = []

    def note(data: str | bytes) -> None:
        if len(data) > 1_400_000:
            large.append(len(data))

    opened.on("websocket", lambda socket: socket.on("framereceived", note))
    opened.goto(f"{fresh.url}/?lang=en")
    opened.wait_for_function(
        "n => window.__dlviz?.stages.filter(probe => probe.stage.opened).length === n", arg=len(LESSONS)
    )
    assert len(large) <= 2  # not one for each; a request that waits too long is made again
