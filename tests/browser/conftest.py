"""A server, a browser, and pages whose every console error fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser import axe as axe_core
from tests.browser import chromium
from tests.browser.server import Server
from tests.browser.stage import READY

FLAGS = (
    "--disable-gpu",  # compositing in software, three times as fast here as through SwiftShader's GL
    "--enable-unsafe-swiftshader",  # WebGL in software
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A busy machine may stall a browser: such a test has a second try, and the summary names it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests that need no fresh one."""
    shared = Server().wait()
    yield shared
    shared.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts a fresh server: `serve()`, `serve("cloud/streamlit_app.py")`, `serve(DLVIZ_CACHE_MB="1")`."""
    started: list[Server] = []

    def start(script: str = "app.py", **environment: str) -> Server:
        started.append(Server(script, **environment))
        return started[-1].wait()

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=flags)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app and waits until its script has run.

    `page("/gradient_descent?seed=1", lang="ko", width=390, height=844, dark=True, reduced_motion=True,
    server=other, expects=("404",))`: the address within the server or a whole one; `expects` are parts of
    console errors that the test provokes; each call is a visitor of its own, `beside=page` a visitor's tab.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        address: str = "/",
        *,
        lang: str = "en",
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        reduced_motion: bool = False,
        server: Server | None = None,
        expects: tuple[str, ...] = (),
        beside: Page | None = None,
    ) -> Page:
        if beside:
            context = beside.context
        else:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale={"ko": "ko-KR", "en": "en-US"}[lang],
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce" if reduced_motion else "no-preference",
                has_touch=width < 600,
                accept_downloads=True,
            )
            context.set_default_timeout(60_000)  # a fresh server imports torch first
            contexts.append(context)
        opened = context.new_page()

        def note(text: str) -> None:
            if not any(part in text for part in expects):
                errors.append(f"{address}: {text}")

        def heard(message: ConsoleMessage) -> None:
            url = message.location.get("url", "")
            # On a deep link Streamlit looks for its own routes below the page first, then at the root.
            probing = "404" in message.text and "/_stcore/" in url
            if message.type == "error" and not probing:
                note(f"{message.text} ({url})")

        opened.on("console", heard)
        opened.on("pageerror", lambda error: note(str(error)))
        if not address.startswith("/"):
            opened.goto(address)
        else:
            at = server or request.getfixturevalue("server")
            opened.goto(at.url + address)
            opened.wait_for_selector(READY)
        return opened

    yield open_page
    heard_while_open = list(errors)  # a page that is being closed may still call its server
    for context in contexts:
        context.close()
    assert heard_while_open == []


@pytest.fixture
def axe() -> Callable[..., list[str]]:
    """Finds what keeps people out: `axe(page)` is a line per serious or critical finding."""
    script = axe_core.source()

    def findings(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
        page.evaluate(script)
        # colours on their way from one theme to another are nobody's colours
        page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
        rules: Any = {"rules": {rule: {"enabled": False} for rule in without}}
        result = page.evaluate("rules => axe.run(document, rules)", rules)
        return [
            f"{found['id']}: {[(node['target'], node['failureSummary']) for node in found['nodes']]}"
            for found in result["violations"]
            if found["impact"] in ("serious", "critical")
        ]

    return findings
