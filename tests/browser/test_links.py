"""What a link carries: config, step, language, and how a teacher wants the page to be."""

from __future__ import annotations

from playwright.sync_api import Page

from dlviz import lesson
from tests.browser.stage import LESSON, Open, Stage


def test_a_shared_link_brings_back_config_step_and_language(page: Open) -> None:
    opened = page(f"{LESSON}?landscape=beale&optimizers=sgd~adam&learning_rate=0.05&lang=ko&seed=301")
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage = Stage(opened).seek(57)
    text = lesson("gradient_descent").text("ko")
    opened.get_by_role("button", name=text("stage.share")).click()
    opened.get_by_text(text("stage.copied")).wait_for()
    link = opened.evaluate("navigator.clipboard.readText()")
    assert link == opened.evaluate("location.href")

    other = page(link, lang="en")  # another visitor, whose browser speaks English
    visitor = Stage(other).rest()
    assert visitor.step == 57
    assert visitor.query == stage.query
    assert visitor.caption() == stage.caption()
    assert other.evaluate("document.documentElement.lang") == "ko"
    assert other.locator("h1").inner_text() == opened.locator("h1").inner_text()
    assert other.title() == opened.title() == text("short")


def test_defaults_are_left_out_of_the_link(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?landscape=himmelblau&momentum=0.8&seed=0", reduced_motion=True)).seek(3)
    assert stage.query == {"lang": "en", "step": "3"}


def test_what_a_link_gets_wrong_falls_back_and_is_named_in_one_line_each(page: Open) -> None:
    wrong = {
        "learning_rate": "99",
        "momentum": "abc",
        "start_x": "1e400",
        "optimizers": "sgd~magic",
        "landscape": "<b>moon</b>",
        "standardize": "perhaps",
        "step": "100000",
    }
    query = "&".join(f"{name}={value}" for name, value in wrong.items())
    opened = page(f"{LESSON}?{query}&nonsense=1", reduced_motion=True)
    stage = Stage(opened).rest()
    lines = opened.locator("[data-testid=stCaptionContainer]", has_text="cannot be used").all_inner_texts()
    assert len(lines) == len(wrong)
    for value in wrong.values():
        assert sum(value in line for line in lines) == 1, value
    assert all("it is now" in line for line in lines)
    assert {name for name in wrong if name in stage.query} == set()
    assert stage.step == 0
    assert opened.locator("[data-testid=stException]").count() == 0
    assert opened.locator("[data-testid=stAlert]").count() == 0


def sections(opened: Page) -> set[str]:
    """The passages that are there."""
    places = opened.locator("[class*='st-key-section-']")
    classes = " ".join(places.evaluate_all("places => places.map(place => place.className)"))
    return {
        name.removeprefix("st-key-section-") for name in classes.split() if name.startswith("st-key-section-")
    }


def test_a_teachers_link_hides_locks_and_enlarges(page: Open) -> None:
    plain = page(LESSON, reduced_motion=True)
    Stage(plain).rest()
    taught = page(f"{LESSON}?present=1&hide=words,controls&lock=train", reduced_motion=True)
    stage = Stage(taught).rest()
    assert {"words", "code"} <= sections(plain)
    assert sections(taught) <= {"code"}
    assert plain.locator(".st-key-panel").count() == 1
    assert taught.locator(".st-key-panel").count() == 0
    assert plain.locator(".dl-train").is_visible()
    assert not taught.locator(".dl-train").is_visible()
    assert not taught.locator("header").is_visible()
    sizes = [
        float(opened.locator(".dl-captions").evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
        for opened in (plain, taught)
    ]
    assert sizes[1] > 1.2 * sizes[0]
    tape = stage.tape
    stage.click("plane", 2.0, -3.0)  # locked: the start stays
    stage.press("End").until("probe.done && probe.step === 200")
    assert stage.tape == tape
    for name, value in {"present": "1", "hide": "words,controls", "lock": "train"}.items():
        assert stage.query[name] == value  # a reload shows the same


def test_a_teacher_may_lock_or_hide_single_controls(page: Open) -> None:
    opened = page(f"{LESSON}?hide=noise,tries&lock=learning_rate,play")
    stage = Stage(opened).rest()
    assert (stage.step, stage.read("probe.playing")) == (0, False)
    stage.unfold()
    assert stage.control("steps").count() == 1
    assert stage.control("noise").count() == 0
    assert opened.locator(".st-key-tries").count() == 0
    assert stage.slider("learning_rate").is_disabled()
    assert stage.slider("momentum").is_enabled()
