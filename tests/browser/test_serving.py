"""The app starts in every way in which it may be started."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.server import Server

LESSON = "/gradient_descent"


@pytest.mark.parametrize("script", ["app.py", "cloud/streamlit_app.py"])
def test_a_deep_link_works_on_a_fresh_server(
    serve: Callable[..., Server], page: Callable[..., Page], script: str
) -> None:
    opened = page(LESSON, server=serve(script))
    opened.wait_for_selector("h1")
    assert opened.evaluate("location.pathname") == LESSON
    assert opened.locator('[data-testid="stException"]').count() == 0


def test_webgl_works_in_the_browser_of_the_tests(page: Callable[..., Page]) -> None:
    blank = page("data:text/html,<title>blank</title>")
    assert blank.evaluate("!!document.createElement('canvas').getContext('webgl2')")


def test_axe_finds_a_picture_without_words(page: Callable[..., Page], axe: Callable[..., list[str]]) -> None:
    picture = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"
    blank = page(f"data:text/html,<html lang=en><title>blank</title><main>{picture}</main>")
    assert [finding.split(":")[0] for finding in axe(blank)] == ["image-alt"]
