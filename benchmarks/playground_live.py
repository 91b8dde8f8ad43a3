"""The playground in a browser while it trains: pictures and epochs a second."""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser

from benchmarks.browser import AT_REST, browser, lesson, server
from benchmarks.playground import NETWORKS

REPETITIONS = 3
SECONDS = 2.5

# Clicks Train and watches from the first frame of the new training on: pictures and epochs a second.
TRAINING = """async ([speed, seconds]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const { stage } = window.__dlviz.stages[0];
  const before = stage.reel.id;
  stage.clock.speed = speed;
  stage.bar.train.click();
  while (stage.reel.id === before || !stage.clock.playing) await frame();
  const [begun, paints, step] = [performance.now(), stage.paints, stage.step];
  while (performance.now() - begun < 1000 * seconds && stage.clock.playing) await frame();
  const passed = (performance.now() - begun) / 1000;
  return [(stage.paints - paints) / passed, (stage.step - step) / passed];
}"""


def live(chrome: Browser, address: str, speed: float) -> tuple[float, float]:
    """Medians of pictures and epochs a second."""
    page = lesson(chrome, address)
    told = []
    for _ in range(REPETITIONS):
        told.append(page.evaluate(TRAINING, [speed, SECONDS]))
        page.evaluate("window.__dlviz.stages[0].stage.seek(Infinity)")
        page.wait_for_function(f"{AT_REST} && window.__dlviz.stages[0].done")
    page.context.close()
    pictures, epochs = zip(*told)
    return median(pictures), median(epochs)


def measure() -> list[tuple[str, float, str]]:
    """At the usual speed pictures count, at four times that speed epochs; of those the default has a target."""
    rows: list[tuple[str, float, str]] = []
    with server() as app, browser() as chrome:
        for (name, hidden), bound in zip(NETWORKS.items(), (">= 120 /s", "/s")):
            address = f"{app.url}/mlp_playground?lang=en&hidden={hidden}"
            pictures, _ = live(chrome, address, 1)
            fast, epochs = live(chrome, f"{address}&epochs=600", 4)
            rows += [
                (f"playground {name}, training: pictures a second", pictures, ">= 10 /s"),
                (f"playground {name}, training at speed 4: pictures a second", fast, ">= 10 /s"),
                (f"playground {name}, training at speed 4: epochs a second", epochs, bound),
            ]
    return rows
