"""Playing and scrubbing four pictures in a browser, against Plotly's own frames and st.plotly_chart per step."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser
from plotly.offline import get_plotlyjs

from benchmarks.browser import HARDWARE_PATH, blank, browser, lesson, server
from benchmarks.plotly_frames import films, framed
from tests.browser.server import ROOT

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
REPETITIONS = 7
SECONDS = 3.0
SIZE = {"width": 560, "height": 340}  # of a picture of the stage at 1440 x 900

PAGE = """<!doctype html><meta charset="utf-8"><body style="display: grid; grid-template-columns: 1fr 1fr">
<script>{plotly}</script><script>
for (const figure of [{figures}]) {{
  const graph = document.body.appendChild(document.createElement('div'));
  Plotly.newPlot(graph, figure.data, {{...figure.layout, width: {width}, height: {height}}})
    .then(() => Plotly.addFrames(graph, figure.frames)).then(() => {{ graph.dataset.ready = 1; }});
}}
</script>"""

APP = """
import sys; sys.path.insert(0, {root!r})
import streamlit as st
from benchmarks.plotly_frames import films

pictures = [film for film in films() if film.figure is not None]

@st.fragment
def play():
    if st.button("step"):
        st.session_state.step = st.session_state.get("step", 0) + 1
    step = st.session_state.get("step", 0) % pictures[0].length
    columns = st.columns(2)
    for k, film in enumerate(pictures):
        figure = film.still(step).update_layout(title=str(step), width={width}, height={height})
        columns[k % 2].plotly_chart(figure, key=film.name, width="content")

st.set_page_config(layout="wide")
play()
"""


def stage(chrome: Browser, address: str, repetitions: int) -> dict[str, float]:
    """Medians of the stage: screens a second and script per step."""
    page = lesson(chrome, address)
    page.evaluate(f"() => {{ {SCRIPT}; Object.assign(window, {{ playing, scrubbing, idling }}) }}")
    rows: dict[str, list[float]] = {}
    for _ in range(repetitions):
        rows.setdefault("idle", []).append(page.evaluate(f"idling({SECONDS / 3})"))
        for name in ("playing", "scrubbing"):
            rate, work = page.evaluate(f"{name}({SECONDS})")
            rows.setdefault(name, []).append(rate)
            rows.setdefault(f"{name} work", []).append(work)
    page.context.close()
    return {name: median(values) for name, values in rows.items()}


def plotly(chrome: Browser) -> float:
    """Steps a second of the same films as Plotly's own frames, in a page of their own."""
    figures = ",".join(str(framed(film).to_json()) for film in films() if film.figure is not None)
    html = PAGE.format(plotly=get_plotlyjs(), figures=figures.replace("</", "<\\/"), **SIZE)
    with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
        file.write(html)
        file.flush()
        page = blank(chrome)
        page.goto(f"file://{file.name}")
        page.wait_for_function("document.querySelectorAll('[data-ready]').length === 4")
        page.evaluate(f"() => {{ {SCRIPT}; Object.assign(window, {{ animating }}) }}")
        rates = [page.evaluate(f"animating({SECONDS})") for _ in range(3)]
        page.context.close()
    return median(rates)


def charts(chrome: Browser) -> float:
    """Steps a second with four st.plotly_chart in a fragment."""
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(APP.format(root=str(ROOT), **SIZE))
        file.flush()
        with server(file.name) as app:
            page = blank(chrome)
            page.goto(app.url)
            page.wait_for_function("document.querySelectorAll('.js-plotly-plot .gtitle').length === 4")
            page.evaluate(f"() => {{ {SCRIPT}; Object.assign(window, {{ rerunning }}) }}")
            rates = [page.evaluate(f"rerunning({2 * SECONDS})") for _ in range(3)]
            page.context.close()
    return median(rates)


def measure() -> list[tuple[str, float, str]]:
    """Medians; the same server and browser for all that belongs together."""
    with server() as app:
        address = f"{app.url}/gradient_descent?lang=en"
        with browser() as chrome:
            own = stage(chrome, address, REPETITIONS)
            frames, reruns = plotly(chrome), charts(chrome)
        with browser(HARDWARE_PATH) as chrome:
            other = stage(chrome, address, 2)
    return [
        ("four pictures, playing, --disable-gpu", own["playing"], ">= 55 /s"),
        ("four pictures, scrubbing, --disable-gpu", own["scrubbing"], ">= 55 /s"),
        ("script per step while playing", own["playing work"], "< 4 ms"),
        ("script per step while scrubbing", own["scrubbing work"], "< 4 ms"),
        ("the browser with nothing to do", own["idle"], "/s"),
        ("the same as Plotly's frames and slider", frames, "/s"),
        ("the same with st.plotly_chart per step", reruns, "/s"),
        ("four pictures, playing, composited by SwiftShader", other["playing"], "/s"),
        ("four pictures, scrubbing, composited by SwiftShader", other["scrubbing"], "/s"),
        ("that browser with nothing to do", other["idle"], "/s"),
    ]
