"""What a test reads from a stage in a page, and what it does with it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from PIL import Image
from playwright.sync_api import Download, Locator, Page

LESSON = "/gradient_descent"
PROBE = "window.__dlviz?.stages[0]"
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
PATIENCE = 60_000  # ms; two slow cores are shared by two workers
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]:not(:has([data-testid="stSkeleton"]))'


class Stage:
    """The first stage of a page, through the probe that the player lays out for tests."""

    def __init__(self, page: Page) -> None:
        self.page = page
        broken = "document.querySelector('[data-testid=stException]')"
        page.wait_for_function(f"{PROBE}?.stage.opened || {broken}", timeout=PATIENCE)
        settled = "ready => !document.querySelector('[data-testid=stApp]') || document.querySelector(ready)"
        page.wait_for_function(settled, arg=READY, timeout=PATIENCE)  # below the stage the page goes on
        assert page.locator("[data-testid=stException]").all_inner_texts() == []

    def until(self, condition: str, value: Any = None) -> None:
        """Waits for a condition in JavaScript over `probe`, its `stage` and `value`."""
        ready = f"value => {{ const probe = {PROBE}; const stage = probe?.stage; return stage && ({condition}); }}"
        self.page.wait_for_function(ready, arg=value, timeout=PATIENCE)

    def read(self, expression: str, value: Any = None) -> Any:
        """What an expression in JavaScript over `probe`, its `stage` and `value` gives."""
        return self.page.evaluate(
            f"value => {{ const probe = {PROBE}; const stage = probe.stage; return {expression}; }}", value
        )

    def rest(self) -> Stage:
        """Waits until nothing moves and Plotly has the present step."""
        self.until("probe.atRest")
        return self

    def until_asked(self, **query: str) -> None:
        """Waits until the address names these values."""
        test = "value => Object.entries(value).every(([k, v]) => new URLSearchParams(location.search).get(k) === v)"
        self.page.wait_for_function(test, arg=query, timeout=PATIENCE)

    def until_tape(self, other_than: str) -> None:
        """Waits for a recording of another name, with its first row drawn at rest."""
        self.until("probe.tape !== value && stage.reel.held > 0", other_than)

    @property
    def step(self) -> int:
        """The step that is seen."""
        return int(self.read("probe.step"))

    @property
    def frames(self) -> int:
        """Rows that the browser holds."""
        return int(self.read("probe.frames"))

    @property
    def tape(self) -> str:
        """The name of the recording."""
        return str(self.read("probe.tape"))

    @property
    def chip(self) -> str:
        """recorded, trained or training."""
        return str(self.page.locator(".dl-chip").get_attribute("data-state"))

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(urlsplit(self.page.evaluate("location.href")).query))

    def seek(self, step: int) -> Stage:
        """Goes to a step by typing it."""
        field = self.page.locator(".dl-number")
        field.fill(str(step))
        field.press("Enter")
        self.until("probe.step === value", step)
        return self.rest()

    def press(self, *keys: str) -> Stage:
        """Presses keys with the focus on nothing in particular."""
        self.page.evaluate("document.activeElement?.blur()")
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def caption(self) -> list[str]:
        """The lines with live numbers."""
        lines = self.page.locator(".dl-captions .dl-label").all_inner_texts()
        return [line for line in lines if line]

    def picture(self, film: str) -> Locator:
        """The frame of a picture."""
        return self.page.locator(f'[data-film="{film}"]')

    def figure(self, film: str, expression: str, value: Any = None) -> Any:
        """What an expression over `gd`, the picture's Plotly element, gives."""
        return self.picture(film).locator(".dl-base").evaluate(f"(gd, value) => {expression}", value)

    def rows(self, film: str, count: int) -> list[list[float]]:
        """The first rows of a film's first moving column."""
        column = f"[...Array({count}).keys()].map(t => [...stage.reel.films.get(value).columns[0][0].row(t)])"
        return self.read(column, film)

    def spot(self, film: str, x: float, y: float) -> tuple[float, float]:
        """Where a place of a flat picture's axes is on the screen."""
        self.picture(film).scroll_into_view_if_needed()
        left, top = self.figure(
            film,
            """{ const {left, top} = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, [x, y] = value;
                 return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)]; }""",
            [x, y],
        )
        return left, top

    def click(self, film: str, x: float, y: float) -> None:
        """Clicks on a flat picture at a place of its axes."""
        self.page.mouse.click(*self.spot(film, x, y))

    def choose(self, field: str, option: str) -> None:
        """Chooses an option of the lesson's drop-down list by its words."""
        self.control(field).get_by_role("combobox").click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def unfold(self) -> Stage:
        """Opens the fold of the further settings, and waits until it is filled."""
        fold = self.page.locator("[class*='-fold-more'] details")
        fold.locator("summary").click()
        fold.get_by_role("button").last.wait_for()
        return self

    def control(self, field: str) -> Locator:
        """The widget of a field; its key goes on to -1, -2 when something else changes the field."""
        return self.page.locator(f"[class*='st-key-gradient_descent-{field}']")

    def slider(self, field: str) -> Locator:
        """The part of a slider that keys move."""
        return self.control(field).locator("input[type=range]")

    def take(self, film: str, kind: str) -> Download:
        """Takes a picture away through its menu."""
        with self.page.expect_download(timeout=PATIENCE) as download:
            self.picture(film).locator("[aria-haspopup=menu]").click()
            self.page.locator(f"[data-take={kind}]").click()
        return download.value


Open = Callable[..., Page]


def numbers(text: str) -> list[float]:
    """All numbers in a text as the app prints it."""
    return [float(found) for found in NUMBER.findall(text.replace("−", "-"))]


def colors(place: Locator) -> set[Any]:
    """The colours that can be seen at a place."""
    picture = Image.open(io.BytesIO(place.screenshot())).convert("RGB")
    return set(picture.get_flattened_data())


def sent(page: Page) -> list[int]:
    """A list that gets the length of every message that the page sends to its server from now on."""
    lengths: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: lengths.append(len(data))))
    return lengths
