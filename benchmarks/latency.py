"""From a learner's act to the picture that answers it; how soon a fresh server shows a lesson; what it costs."""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from benchmarks.browser import AT_REST, blank, browser, lesson, percentiles, server
from benchmarks.visitor import Answer, Visitor
from tests.browser.server import ROOT

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
GIVEN = f"(() => {{ {SCRIPT}; Object.assign(window, {{ training, awaitKey, first: firstPaint() }}); }})()"
ACTS = 20
STARTS = 3
RERUNS = 40
SLUG = "gradient_descent"

UNFROZEN = """
import gc, runpy, sys; sys.path.insert(0, {root!r})
gc.freeze = lambda: None
runpy.run_path({root!r} + "/app.py", run_name="__main__")
"""


def starts(chrome: Browser) -> tuple[float, float]:
    """Seconds from a server's start to the first picture and to all pictures of a lesson."""
    times: list[tuple[float, float]] = []
    for _ in range(STARTS):
        page = blank(chrome)
        page.add_init_script(GIVEN)
        begun = time.time()
        with server() as app:
            page.goto(f"{app.url}/{SLUG}")
            painted = page.evaluate("window.first")
            times.append((painted["some"] / 1000 - begun, painted["every"] / 1000 - begun))
            page.context.close()
    some, every = zip(*times, strict=True)
    return median(some), median(every)


def acts(page: Page) -> dict[str, list[dict[str, float]]]:
    """What the page tells of clicks on Train, of the learning rate by key, and of the landscape by key."""
    told: dict[str, list[dict[str, float]]] = {"train": [], "rate": [], "landscape": []}
    for k in range(ACTS):
        told["train"].append(page.evaluate("training()"))
        finish(page)
        slider = page.locator(f'[class*="{SLUG}-learning_rate"] input[type=range]').first
        slider.focus()
        told["rate"].append(pressed(page, "ArrowRight" if k % 8 < 4 else "ArrowLeft"))
        page.locator(f'[class*="{SLUG}-landscape"] input').first.click()
        page.keyboard.press("ArrowDown" if k % 6 < 3 else "ArrowUp")
        told["landscape"].append(pressed(page, "Enter"))
    return told


def pressed(page: Page, key: str) -> dict[str, float]:
    """Presses a key and waits for the picture that answers, then for rest."""
    page.evaluate("awaitKey()")
    page.keyboard.press(key)
    told: dict[str, float] = page.evaluate("window.pressed")
    finish(page)
    return told


def finish(page: Page) -> None:
    """Goes to the end of the recording, from where the next act starts a new one at once.

    Again, if another recording has come since: it rests where the last one stood.
    """
    page.evaluate("window.__dlviz.stages[0].stage.seek(Infinity)")
    page.wait_for_function(
        f"() => {{ const probe = window.__dlviz.stages[0]; if ({AT_REST} && !probe.done) probe.stage.seek(Infinity); "
        f"return {AT_REST} && probe.done; }}"
    )


async def reruns(url: str, process: psutil.Process) -> dict[str, float]:
    """Milliseconds of a rerun of the whole page and of the stage's part: until it ends, and of the processor."""
    costs: dict[str, float] = {}
    async with Visitor(url, SLUG) as visitor:
        while not visitor.header["done"]:
            await visitor.need(int(visitor.header["frames"]), int(visitor.header["length"]))
        have = int(visitor.header["frames"])
        for name in ("page", "stage"):
            act: Callable[[], Awaitable[Answer]] = (
                visitor.rerun if name == "page" else partial(visitor.need, have, have)
            )
            before = process.cpu_times()
            walls = [(await act()).seconds for _ in range(RERUNS)]
            after = process.cpu_times()
            costs[name] = 1000 * median(walls)
            costs[f"{name} cpu"] = 1000 * (after.user + after.system - before.user - before.system) / RERUNS
    return costs


def imports() -> set[str]:
    """The packages that a server has imported after a visitor came to the first page and to a lesson."""

    async def visit(url: str) -> None:
        for page in ("", SLUG):
            async with Visitor(url, page):
                pass

    with server(PYTHONPROFILEIMPORTTIME="1") as app:
        asyncio.run(visit(app.url))
        time.sleep(0.5)
        names: Iterator[Any] = re.finditer(r"^import time:.*\|\s+([\w.]+)$", app.printed(), re.MULTILINE)
        return {found[1].split(".")[0] for found in names}


def measure() -> list[tuple[str, float, str]]:
    """Medians and 95th percentiles; the baseline of a rerun is the same server without gc.freeze."""
    with browser() as chrome:
        first, every = starts(chrome)
    with server() as app:
        process = psutil.Process(app.process.pid)
        with browser() as chrome:
            page = lesson(chrome, f"{app.url}/{SLUG}?lang=en")
            memory = process.memory_info().rss / 2**20
            page.evaluate(GIVEN)
            told = acts(page)
        own = asyncio.run(reruns(app.url, process))
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(UNFROZEN.format(root=str(ROOT)))
        file.flush()
        with server(file.name) as app:
            unfrozen = asyncio.run(reruns(app.url, psutil.Process(app.process.pid)))
    loaded = imports()
    rows = [
        ("server's start to a lesson's first picture", first, "< 6 s"),
        ("server's start to all four pictures", every, "s"),
    ]
    for name, title, bounds in (
        ("train", "Train to its first frame", (150, 300)),
        ("rate", "learning rate by key to the new picture", (120, 200)),
        ("landscape", "landscape by key to the new picture", (120, 200)),
    ):
        p50, p95 = percentiles([each["first"] for each in told[name]])
        rows += [(f"{title}, p50", p50, f"< {bounds[0]} ms"), (f"{title}, p95", p95, f"< {bounds[1]} ms")]
        rows += [(f"{title}, sent after, p50", median(each["sent"] for each in told[name]), "ms")]
        rows += [(f"{title}, answer there after, p50", median(each["received"] for each in told[name]), "ms")]
        rows += [(f"{title}, all four done after, p50", median(each["all"] for each in told[name]), "ms")]
    return [
        *rows,
        ("a rerun of the page, processor of the server", own["page cpu"], "< 20 ms"),
        ("a rerun of the page until it ends", own["page"], "ms"),
        ("a rerun of the stage, processor of the server", own["stage cpu"], "< 20 ms"),
        ("a rerun of the stage until it ends", own["stage"], "ms"),
        ("without gc.freeze: a rerun of the page, processor", unfrozen["page cpu"], "ms"),
        ("without gc.freeze: a rerun of the stage, processor", unfrozen["stage cpu"], "ms"),
        ("memory of the server after one visit", memory, "< 450 MB"),
        ("Captum and scikit-learn imported by a first visit", len(loaded & {"captum", "sklearn"}), "<= 0"),
    ]
