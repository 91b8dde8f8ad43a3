"""How the page looks on a laptop, a telephone, in the dark, and to people who read with other senses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.stage import LESSON, Open, Stage, colors

DARK, LIGHT = 60, 200  # the brightest and the darkest that a ground may be


def ground(opened: Page, place: str) -> float:
    """How bright the commonest colour of a place is, 0 to 255."""
    import io

    from PIL import Image

    picture = Image.open(io.BytesIO(opened.locator(place).first.screenshot())).convert("L")
    return float(max(range(256), key=picture.histogram().__getitem__))


def inside(opened: Page, place: str) -> bool:
    """Whether a place lies in the window as a whole."""
    return bool(
        opened.locator(place).first.evaluate(
            """e => { const box = e.getBoundingClientRect();
              return box.width > 0 && box.top >= 0 && box.left >= 0
                  && box.bottom <= innerHeight && box.right <= innerWidth; }"""
        )
    )


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_picture_and_time_bar_share_a_laptops_window(page: Open, lang: str) -> None:
    opened = page(f"{LESSON}?seed=601", lang=lang, reduced_motion=True)
    Stage(opened).rest()
    assert opened.evaluate("scrollY || document.querySelector('.stMain').scrollTop") == 0
    assert inside(opened, ".dl-picture")
    assert inside(opened, ".dl-bar")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_telephone_shows_picture_then_controls_and_keeps_the_time_bar(page: Open) -> None:
    opened = page(f"{LESSON}?seed=602", width=390, height=844, reduced_motion=True)
    stage = Stage(opened).rest()
    wide = """[...document.querySelectorAll('.stMain *')]
      .filter(e => e.offsetParent && !e.closest('.dl-plot, pre, .katex, [data-testid=stSlider]'))
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 200))"""
    assert opened.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")
    assert opened.evaluate(wide) == []
    tops = [
        opened.locator(place).first.evaluate("e => e.getBoundingClientRect().top")
        for place in (".dl-picture", ".st-key-panel")
    ]
    assert tops[0] < tops[1]
    assert inside(opened, ".dl-picture")
    assert inside(opened, ".dl-bar")
    stage.picture("loss").scroll_into_view_if_needed()
    assert inside(opened, ".dl-bar")
    opened.locator(".dl-play").tap()
    stage.until("probe.step > 0")
    opened.locator(".dl-play").tap()
    stage.until("!probe.playing")


def test_nothing_moves_by_itself_for_who_asked_for_stillness(page: Open) -> None:
    still = Stage(page(f"{LESSON}?seed=603", reduced_motion=True)).rest()
    moving = Stage(page(f"{LESSON}?seed=603"))
    moving.until("probe.step > 10")
    assert (still.step, still.read("probe.playing"), still.read("probe.paints")) == (0, False, 0)
    for stage in (still, moving):
        stage.page.close()
    home = Stage(page("/", reduced_motion=True))
    home.until("probe.done")  # a miniature shows how it ended
    assert home.rest().read("[probe.playing, probe.step]") == [False, home.frames - 1]


def test_pictures_follow_the_theme_of_the_page(page: Open) -> None:
    opened = page(f"{LESSON}?seed=604", dark=True, reduced_motion=True)
    stage = Stage(opened).rest()
    places = (".stApp", '[data-film="surface"]', '[data-film="loss"]', ".dl-bar")
    assert max(ground(opened, place) for place in places) < DARK
    pale = stage.figure("loss", "gd._fullLayout.font.color")
    opened.emulate_media(color_scheme="light")
    stage.until("stage.root.dataset.theme === 'light'")
    stage.until("stage.scene.pictures.every(picture => picture.gd._fullLayout.font.color !== value)", pale)
    stage.rest()
    assert min(ground(opened, place) for place in places) > LIGHT
    stage.seek(30)
    stage.press(" ").until("probe.playing && probe.step > 31")
    painted = colors(stage.picture("loss"))
    assert len(painted) > 10  # curves, not an empty sheet


@pytest.mark.parametrize("address", ["/", LESSON])
def test_axe_finds_nothing_serious(page: Open, axe: Callable[..., list[str]], address: str) -> None:
    opened = page(address, reduced_motion=True)
    stage = Stage(opened).rest()
    assert axe(opened) == []
    opened.emulate_media(color_scheme="dark")
    stage.until("stage.root.dataset.theme === 'dark'")
    stage.rest()
    assert axe(opened) == []
    opened.get_by_role("radio", name="한국어").click()
    opened.wait_for_function("document.documentElement.lang === 'ko'")
    stage.rest()
    assert axe(opened) == []
    opened.emulate_media(color_scheme="light")
    stage.until("stage.root.dataset.theme === 'light'")
    stage.rest()
    assert axe(opened) == []
