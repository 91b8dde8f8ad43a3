"""In a browser: from asking for a landscape to seeing it, 17 x 17 points at least; in milliseconds."""

from __future__ import annotations

from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.browser import AT_REST, blank, browser, server

VISITS = 4
PLANES = ("Two random directions", "Between two networks")

# Resolves when the picture of a plane that was not there before is drawn: its height from above, then in space.
GIVEN = """
const frame = () => new Promise(requestAnimationFrame);
window.digestNow = () => window.__dlviz?.stages[0]?.stage.reel.films.get('surface')?.digest;
window.seen = async (begun, before, kinds = { above: 'contour', surface: 'surface' }) => {
  const told = {};
  for (const [name, kind] of Object.entries(kinds)) {
    for (;;) {
      const stage = window.__dlviz?.stages[0]?.stage;
      const picture = stage?.scene.pictures.find((one) => one.name === name);
      const fresh = picture?.ready && !picture.waits && window.digestNow() !== before;
      if (fresh && picture.gd.data?.[0]?.type === kind) break;
      await frame();
    }
    await frame();
    told[name] = performance.now() - begun;
  }
  return told;
};
window.opened = async () => {
  while (!window.__dlviz?.stages[0]?.stage.opened) await frame();
  const begun = performance.now();
  return window.seen(begun, window.digestNow());
};
"""


def opened(chrome: Browser, address: str) -> tuple[Page, dict[str, float]]:
    """A new training, from when its page has opened and its first frame is seen."""
    page = blank(chrome)
    page.add_init_script(GIVEN)
    page.goto(address, wait_until="commit")
    told: dict[str, float] = page.evaluate("window.opened()")
    return page, told


def chosen(page: Page, plane: str) -> dict[str, float]:
    """Another plane of the same training, from the click on its name."""
    page.evaluate("window.__dlviz.stages[0].stage.seek(Infinity)")
    page.wait_for_function(
        f"{AT_REST} && window.__dlviz.stages[0].done && !window.__dlviz.stages[0].stage.reel.working"
    )
    page.get_by_label("Which plane").click()
    option = page.get_by_role("option", name=plane)
    option.wait_for()
    page.evaluate(
        "document.addEventListener('click', ({ timeStamp }) => { "
        "window.told = window.seen(timeStamp, window.digestNow()); }, { once: true, capture: true })"
    )
    option.click()
    told: dict[str, Any] = page.evaluate("window.told")
    return told


def measure() -> list[tuple[str, float, str]]:
    """Medians over new trainings, and over other planes of them."""
    trained, planes = [], []
    with server() as app, browser() as chrome:
        for visit in range(VISITS):
            page, told = opened(chrome, f"{app.url}/loss_landscape?lang=en&seed={100 + visit}")
            if visit > 0:  # a fresh server imports on its first visit
                trained.append(told)
            planes += [chosen(page, plane) for plane in PLANES]
            page.context.close()
    rows = []
    for title, times in (("a new training's landscape", trained), ("another plane", planes)):
        rows.append((f"{title}, seen from above", median(told["above"] for told in times), "< 1000 ms"))
        rows.append((f"{title}, seen in space", median(told["surface"] for told in times), "ms"))
    return rows
