"""Makes the README's pictures from the running app: `python -m tools.pictures`."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from dlviz.plots.film import gif
from tests.browser import chromium
from tests.browser.conftest import FLAGS
from tests.browser.server import Server

ASSETS = Path(__file__).parents[1] / "assets"
STEPS = (*range(0, 40, 2), *range(40, 120, 5), *range(120, 201, 10))
AT_REST = "() => window.__dlviz?.stages[0]?.atRest"


def settled(page: Page, address: str) -> None:
    """Opens an address and waits until its pictures rest."""
    page.goto(address)
    page.wait_for_function(AT_REST, timeout=60_000)


def main() -> None:
    """A picture in each language, and the race as an animated one."""
    server = Server().wait()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*FLAGS, "--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for lang in ("ko", "en"):
            settled(page, f"{server.url}/gradient_descent?lang={lang}&step=60")
            page.screenshot(path=ASSETS / f"lesson.{lang}.png")
        frames = []
        for step in STEPS:
            field = page.locator(".dl-stage input[type=number]")
            field.fill(str(step))
            field.press("Enter")
            drawn = f"() => {{ const s = window.__dlviz.stages[0]; return s.step === {step} && s.atRest }}"
            page.wait_for_function(drawn, timeout=60_000)
            frames.append(smaller(page.locator(".dl-stage").first.screenshot()))
        gif(frames, ASSETS / "race.gif", 0.1)
        browser.close()
    server.stop()


def smaller(shot: bytes, width: int = 760) -> bytes:
    """A picture at another width."""
    picture = Image.open(io.BytesIO(shot))
    out = io.BytesIO()
    picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS).save(
        out, "PNG"
    )
    return out.getvalue()


if __name__ == "__main__":
    main()
