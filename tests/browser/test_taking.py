"""What a learner takes home."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Download, Page

from dlviz import lesson, record
from dlviz.plots.film import Film, Label
from dlviz.plots.page import page as offline_page
from tests.browser.stage import LESSON, Open, Stage, colors, numbers

DESCENT = lesson("gradient_descent")
CONFIG = DESCENT.experiment.Config(optimizers=("sgd", "adam"), steps=40, seed=701)
ADDRESS = f"{LESSON}?optimizers=sgd~adam&steps=40&seed=701"


@pytest.fixture(scope="module")
def recording() -> Any:
    """The numbers that everything taken home must hold."""
    return record(DESCENT.experiment, CONFIG)


def content(download: Download) -> bytes:
    """What was downloaded."""
    return Path(download.path()).read_bytes()


def test_stills_tables_and_moving_pictures_are_what_they_say(page: Open, recording: Any) -> None:
    stage = Stage(page(ADDRESS, reduced_motion=True))
    stage.press("End").until("probe.done && probe.step === 40")
    stage.seek(20)

    png = stage.take("plane", "png")
    assert png.suggested_filename == "plane-20.png"
    still = Image.open(io.BytesIO(content(png)))
    still.load()
    assert still.format == "PNG"
    assert len(still.convert("RGB").getcolors(2**24) or []) > 100

    svg = content(stage.take("loss", "svg")).decode()
    assert svg.startswith("<svg")
    assert "<path" in svg
    assert DESCENT.text("en")("axis.steps") in svg

    table = list(csv.DictReader(io.StringIO(content(stage.take("plane", "csv")).decode("utf-8-sig"))))
    assert [int(row["step"]) for row in table] == list(range(41))
    for o, name in enumerate(("SGD", "Adam")):
        shown = np.array([[float(row[f"{name}.x"]), float(row[f"{name}.y"])] for row in table])
        np.testing.assert_allclose(shown, recording.track("position")[:, o], rtol=1e-6, atol=1e-7)

    gif = Image.open(io.BytesIO(content(stage.take("plane", "gif"))))
    assert gif.format == "GIF"
    moments = [moment.convert("RGB").tobytes() for moment in ImageSequence.Iterator(gif)]
    assert len(moments) > 10
    assert moments[0] != moments[-1]
    assert stage.step == 20  # taking does not move the playhead


def offline(page: Open, file: Path) -> tuple[Page, list[str]]:
    """Opens a file from disk with the network off; the addresses it asks for."""
    opened = page("about:blank", reduced_motion=True)
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.context.set_offline(True)
    opened.goto(file.as_uri())
    return opened, asked


def test_the_film_plays_from_disk_without_a_network(page: Open, tmp_path: Path, recording: Any) -> None:
    stage = Stage(page(ADDRESS, reduced_motion=True))
    stage.press("End").until("probe.done && probe.step === 40")
    stage.rest()
    there = stage.caption()
    file = tmp_path / "film.html"
    stage.take("surface", "html").save_as(file)

    opened, asked = offline(page, file)
    film = Stage(opened).rest()
    assert film.read("[probe.frames, probe.done]") == [41, True]
    assert opened.title() == DESCENT.text("en")("title")
    assert opened.evaluate("document.documentElement.lang") == "en"
    assert not opened.locator(".dl-train").is_visible()
    film.press(" ").until("probe.playing && probe.step > 2")
    film.until("probe.step === 40 && !probe.playing")
    film.rest()
    assert film.caption() == there
    film.seek(17)
    assert numbers(film.caption()[0])[0] == pytest.approx(recording[17].loss[1], rel=1e-3)
    opened.locator(".dl-range").fill("3")
    film.until("probe.step === 3")
    film.rest()
    assert len(colors(film.picture("surface"))) > 100
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []


def test_what_is_taken_while_it_trains_is_whole(page: Open, tmp_path: Path) -> None:
    stage = Stage(page(f"{LESSON}?landscape=rosenbrock&steps=500&seed=702", reduced_motion=True)).seek(4)
    assert stage.frames < 501
    file = tmp_path / "film.html"
    stage.take("loss", "html").save_as(file)
    assert stage.rest().step == 4
    assert len(content(stage.take("loss", "csv")).splitlines()) == 1 + 501
    opened, _ = offline(page, file)
    assert Stage(opened).frames == 501


def test_texts_of_a_film_are_text(page: Open, tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror='window.hurt = 1'>{loss} & <b>bold</b>"
    line = {"type": "scatter", "mode": "lines", "x": np.arange(3.0), "y": np.arange(3.0), "name": "line"}
    words = (Label(strings=[hostile] * 3),)
    films = [
        Film("one", 3, {"data": [line], "layout": {}}, title=hostile, alt=hostile, labels=words),
        Film("words", 3, None, labels=words),
    ]
    file = tmp_path / "hostile.html"
    file.write_text(offline_page(films, lang="en", title=hostile), encoding="utf-8")
    opened, _ = offline(page, file)
    film = Stage(opened).rest()
    assert opened.title() == hostile
    assert opened.locator("h1").inner_text() == hostile
    assert film.picture("one").locator(".dl-title").inner_text() == hostile
    assert film.caption() == [hostile.replace("<b>", "").replace("</b>", "")]
    assert opened.locator(".dl-captions b").inner_text() == "bold"
    assert opened.locator("img").count() == 0
    assert opened.evaluate("window.hurt") is None
