"""A browser for measurements, and what they ask of a page."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import FLAGS
from tests.browser.server import Server

HARDWARE_PATH = tuple(
    flag for flag in FLAGS if flag != "--disable-gpu"
)  # compositing through SwiftShader's GL
AT_REST = "window.__dlviz?.stages[0]?.atRest"


@contextmanager
def browser(flags: Sequence[str] = FLAGS) -> Iterator[Browser]:
    """Chromium without a window, with the flags of the browser tests."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=[*flags, *root])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def server(script: str = "app.py", **environment: str) -> Iterator[Server]:
    """A fresh server, ended afterwards."""
    started = Server(script, **environment).wait()
    try:
        yield started
    finally:
        started.stop()


def blank(chrome: Browser) -> Page:
    """A new visitor's empty tab."""
    context = chrome.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    context.set_default_timeout(60_000)
    return context.new_page()


def lesson(chrome: Browser, address: str) -> Page:
    """A lesson whose recording has been played to its end and rests."""
    page = blank(chrome)
    page.goto(address)
    page.wait_for_function("window.__dlviz?.stages[0]?.stage.opened")
    page.evaluate("window.__dlviz.stages[0].stage.seek(Infinity)")
    page.wait_for_function(f"{AT_REST} && window.__dlviz.stages[0].done")
    return page


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    if len(values) < 2:
        return (values[0], values[0]) if values else (float("inf"), float("inf"))
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94]
