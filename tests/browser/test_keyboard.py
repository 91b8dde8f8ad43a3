"""All of it without a mouse."""

from __future__ import annotations

from dlviz import lesson
from tests.browser.stage import LESSON, Open, Stage

TEXT = lesson("gradient_descent").text("en")

NAME = """() => {
  const element = document.activeElement;
  const field = element.closest('[class*=st-key-gradient]')?.className ?? '';
  return [element.className, element.getAttribute('aria-label') ?? element.textContent.trim(), field].join(' | ');
}"""


def test_keys_move_the_playhead(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?steps=60&seed=501", reduced_motion=True)).rest()
    for keys, step in (
        (["ArrowRight"], 1),
        (["ArrowRight", "ArrowRight"], 3),
        (["ArrowLeft"], 2),
        (["Shift+ArrowRight"], 12),
        (["Shift+ArrowRight", "Shift+ArrowLeft"], 12),
        (["."], 13),
        ([","], 12),
        (["Shift+ArrowLeft", "Shift+ArrowLeft"], 0),  # not before the first
        (["End"], 60),
        (["ArrowRight"], 60),  # not after the last
        (["Home"], 0),
    ):
        stage.press(*keys).until("probe.step === value", step)
        stage.rest()
    stage.press(" ").until("probe.playing")
    stage.press(" ").until("!probe.playing")


def test_keys_are_letters_while_someone_types(page: Open) -> None:
    opened = page(f"{LESSON}?landscape=formula&seed=502", reduced_motion=True)
    stage = Stage(opened).seek(5)
    formula = stage.control("formula").locator("input")
    formula.click()
    for key in ("End", " ", ".", ",", "ArrowLeft", "Home"):
        opened.keyboard.press(key)
    assert stage.read("[probe.step, probe.playing, stage.wish]") == [5, False, None]
    assert " .," in str(formula.input_value())
    slider = stage.slider("learning_rate")
    slider.focus()
    opened.keyboard.press("ArrowLeft")  # the slider's own
    assert stage.read("[probe.step, stage.wish]") == [5, None]


def test_tab_reaches_everything(page: Open) -> None:
    opened = page(f"{LESSON}?seed=503", reduced_motion=True)
    stage = Stage(opened).rest()
    opened.get_by_text(TEXT("code.listing")).wait_for()  # the last thing on the page
    opened.evaluate("document.activeElement?.blur()")
    reached: list[str] = []
    for _ in range(120):
        opened.keyboard.press("Tab")
        name = opened.evaluate(NAME)
        if reached and name == reached[0]:
            break
        reached.append(name)
    all_names = "\n".join(reached)
    for part in ("dl-play", "dl-range", "dl-number", "dl-speed", "dl-loop", "dl-train", "Copy link"):
        assert part in all_names, part
    titles = opened.locator(".dl-title").all_inner_texts()
    assert len(titles) == 4
    for title in titles:
        assert f"Take this picture: {title}" in all_names
        assert f"Enlarge: {title}" in all_names
    for control in ("landscape", "optimizers", "learning_rate", "momentum", "view-picture"):
        assert f"gradient_descent-{control}" in all_names, control
    for words in (
        "app.language",
        "group.more",
        "preset.adam.title",
        "code.script",
        "code.listing",
        "app.home",
    ):
        assert TEXT(words) in all_names, words

    opened.locator(".dl-range").focus()
    opened.keyboard.press("ArrowRight")
    stage.until("probe.step === 1")
    stage.rest()
    assert opened.locator(".dl-range").get_attribute("aria-valuetext") == "Step 1 of 200"
    assert opened.locator(".dl-range").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_a_pictures_menu_works_with_keys_and_gives_the_focus_back(page: Open) -> None:
    opened = page(f"{LESSON}?seed=504", reduced_motion=True)
    stage = Stage(opened).rest()
    button = stage.picture("loss").locator("[aria-haspopup=menu]")
    button.focus()
    opened.keyboard.press("Enter")
    opened.keyboard.press("ArrowDown")
    assert opened.evaluate("document.activeElement.dataset.take") == "svg"
    opened.keyboard.press("Escape")
    assert button.evaluate("e => e === document.activeElement")
    assert stage.step == 0
    grow = stage.picture("loss").locator(".dl-quiet").last
    grow.focus()
    opened.keyboard.press("Enter")
    assert not stage.picture("plane").is_visible()
    assert stage.picture("loss").is_visible()
    opened.keyboard.press("Escape")
    stage.picture("plane").wait_for()
