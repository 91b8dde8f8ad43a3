"""Convolution and CNN: what a pointer rests on is explained, what is clicked is chosen, what is drawn is read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from dlviz.lessons.cnn import brought, experiment, figures, reading, tiles
from dlviz.lessons.cnn.closeups import ACROSS, MISREAD, misread
from dlviz.lessons.cnn.figures_network import board
from dlviz.lessons.convolution import experiment as convolution
from dlviz.lessons.convolution.boards import plan_of
from dlviz.lessons.convolution.figures_numbers import spelled
from dlviz.recording import Recording, record
from dlviz.text import lesson_text
from tests.browser.stage import Open, Stage
from tests.test_pictures import saved

TEXT = lesson_text("cnn", "en")
FAST = {"seed": 31, "epochs": 2}
LINK = "/cnn?lang=en&seed=31&epochs=2"
PLACE = """{ const {left, top} = gd.getBoundingClientRect(), {xaxis, yaxis} = gd._fullLayout, [x, y] = value;
              return [left + xaxis._offset + xaxis.c2p(x), top + yaxis._offset + yaxis.c2p(y)]; }"""
CARD = "stage.scene.pictures.find(one => one.name === 'network').card"


@pytest.fixture(scope="module")
def recorded() -> Recording:
    """The recording that the pages of these tests show."""
    return record(experiment, experiment.Config(**FAST))


def rest_on(stage: Stage, film: str, x: float, y: float) -> None:
    """Rests the pointer on a place of a flat picture."""
    stage.picture(film).scroll_into_view_if_needed()
    stage.page.mouse.move(*stage.figure(film, PLACE, [x, y]))


def tile(recorded: Recording, block: int, unit: int) -> list[float]:
    """The middle of a unit's tile in the picture of the network."""
    left, bottom = tiles.place_of(board(recorded.scene), block, unit)
    return [left + 0.45, bottom + 0.45]


def test_a_pointer_on_a_unit_shows_its_card_and_the_card_follows_the_steps(
    page: Open, recorded: Recording
) -> None:
    stage = Stage(page(LINK, reduced_motion=True))
    stage.press("End").until("probe.done")
    stage.rest()
    for block, k in ((0, 2), (1, 9)):
        rest_on(stage, "network", *tile(recorded, block, k))
        name = TEXT("unit.name", block=block + 1, k=k + 1)
        stage.until(f"{CARD} && !{CARD}.root.hidden && {CARD}.title.textContent === value", name)
    number = recorded.scene.widths[0] + 9
    column = "[...stage.reel.films.get('network').columns.at(-1)[0].raw(stage.step)]"
    shown = f"{column}.slice({10 * number + 1}, {10 * number + 10})"
    for step in (len(recorded) - 1, 3):
        stage.seek(step)
        stage.until(f"{CARD}.step === value", step)
        assert stage.read(shown) == recorded[step].strongest[number].tolist()
    stage.page.mouse.move(5, 5)
    stage.until(f"{CARD}.root.hidden")


def test_a_click_chooses_a_unit_and_a_misread_picture(page: Open, recorded: Recording) -> None:
    step = 8
    example = misread(recorded)[step][1]
    assert example >= 0
    stage = Stage(page(f"{LINK}&step={step}", reduced_motion=True)).rest()
    stage.click("network", *tile(recorded, 1, 4))
    stage.until_asked(unit="2.5")
    title = TEXT("picture.layer", unit=TEXT("unit.name", block=2, k=5))
    stage.until("document.querySelector('[data-film=closeup] .dl-title').textContent === value", title)
    stage = Stage(page(f"{LINK}&picture=confusion&step={step}", reduced_motion=True)).rest()
    plot = stage.picture("closeup")
    plot.scroll_into_view_if_needed()
    at = stage.figure(
        "closeup",
        """{ const {left, top} = gd.getBoundingClientRect(), {xaxis9: x, yaxis9: y} = gd._fullLayout;
             return [left + x._offset + x.c2p(value[0]), top + y._offset + y.c2p(value[1])]; }""",
        [1.3, MISREAD // ACROSS - 0.7],
    )
    tape = stage.tape
    stage.page.mouse.click(*at)
    stage.until_asked(example=str(example))
    stage.until_tape(tape)


def test_a_drawn_digit_is_read_and_what_is_read_changes_with_the_step(
    page: Open, recorded: Recording
) -> None:
    stage = Stage(page(f"{LINK}&picture=sketch", reduced_motion=True))
    stage.press("End").until("probe.done")
    stage.rest()
    left, side, mouse = reading.PAD, 32, stage.page.mouse
    stage.picture("closeup").scroll_into_view_if_needed()
    for stroke in ([(8, 5), (23, 5), (14, 27)],):
        for n, (x, y) in enumerate(stroke):
            mouse.move(*stage.figure("closeup", PLACE, [left + x, -y]), steps=8)
            if n == 0:
                mouse.down()
        mouse.up()
    stage.until("new URLSearchParams(location.search).has('drawing')")
    stage.until("stage.reel.films.get('closeup').head.moves.length > 1 && !stage.deeds.busy")
    drawing = stage.query["drawing"]
    assert 0 < reading.pad_of(drawing)[0].sum() < side * side / 3
    said = reading.answers(recorded.config, recorded.track("weights"), drawing)  # (T, K)
    told = "document.querySelector('[data-film=closeup] .dl-labels').textContent"
    before = ""
    for step in (len(recorded) - 1, 0):
        stage.seek(step)
        best = int(said[step].argmax())
        start = f"Reads a {best} ({round(100 * float(said[step].max()))} %)"
        stage.until(f"{told}.includes(value)", start)
        assert start != before
        before = start
    assert "sketch" in figures.pictures_of(recorded.config)


def test_a_pointer_on_a_cell_of_the_output_shows_how_it_is_made(page: Open) -> None:
    recording, text = record(convolution, convolution.Config(seed=32)), lesson_text("convolution", "en")
    output = plan_of(recording.scene).output
    stage = Stage(page("/convolution?lang=en&seed=32", reduced_motion=True))
    stage.press("End").until("probe.done")
    stage.rest()
    last = stage.caption()[0]
    caption = "document.querySelector('.dl-captions .dl-label').textContent === value"
    for row, column in ((4, 7), (15, 2)):
        rest_on(stage, "sliding", float(output.x()[column]), float(output.y()[row]))
        frame = recording[row * output.columns + column]
        plain = spelled(recording, text, frame).replace("<b>", "").replace("</b>", "")
        stage.until(caption, plain)
        window = [f"{number:.2f}" for number in frame.window.flatten()]
        seen = stage.picture("sliding").locator(".dl-label").all_inner_texts()
        assert [one for one in seen if one in window][:9] == window
        assert stage.step == len(recording) - 1
    stage.page.mouse.move(5, 5)
    stage.until(caption, last)
    stage.rest()


def test_a_cell_of_the_kernel_is_edited_and_the_picture_follows(page: Open) -> None:
    opened = page("/convolution?lang=en&seed=33&step=40", reduced_motion=True)
    stage = Stage(opened).rest()
    before = stage.tape
    opened.get_by_text("Cells of the kernel").click()
    cell = opened.get_by_role("textbox", name="Row 1, column 1", exact=True)
    cell.fill("-3")
    cell.press("Enter")
    stage.until_tape(before)
    stage.until_asked(kernel="own", weights="-3,0,1;-2,0,2;-1,0,1")
    stage.rest()
    kernel = [trace["text"] for trace in stage.figure("sliding", "gd.layout.annotations")]
    assert kernel[0] == "<b>−3</b>"
    edited = convolution.Config(kernel="own", weights="-3,0,1;-2,0,2;-1,0,1", seed=33)
    seen = np.array(stage.rows("sliding", 1)[0])
    value = record(convolution, edited)[0].value
    assert seen[np.isfinite(seen)] == pytest.approx([value], abs=0.1)


def test_a_photo_is_read_at_every_step_and_its_link_brings_it_back(page: Open, recorded: Recording) -> None:
    opened = page(f"{LINK}&picture=brought", reduced_motion=True)
    stage = Stage(opened)
    stage.press("End").until("probe.done")
    ink = np.full((240, 240, 3), 235, np.uint8)
    ink[30:210, 105:130] = 30  # a one
    photo = {"name": "one.png", "mimeType": "image/png", "buffer": saved(Image.fromarray(ink))}
    opened.set_input_files("input[type=file]", [photo])  # type: ignore[list-item]
    stage.until("new URLSearchParams(location.search).has('photo')")
    stage.until("stage.reel.films.get('closeup').head.moves.length > 1 && !stage.deeds.busy")
    given = brought.as_learnt(recorded.config, ink).numpy()
    said = reading.said_of(recorded.config, recorded.track("weights"), given)  # (T, K)
    told = "document.querySelector('[data-film=closeup] .dl-labels').textContent"
    for step in (len(recorded) - 1, 0):
        stage.seek(step)
        best = int(said[step].argmax())
        stage.until(f"{told}.includes(value)", f"“{best}” ({100 * said[step].max():.0f} %)")
    again = Stage(page(opened.evaluate("location.pathname + location.search"), reduced_motion=True)).rest()
    again.until(f"{told}.includes(value)", f"“{best}”")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_pad_is_large_enough_for_a_hand(page: Open, width: int, height: int) -> None:
    stage = Stage(page(f"{LINK}&picture=sketch", width=width, height=height, reduced_motion=True)).rest()
    sides = stage.figure("closeup", "[gd._fullLayout.xaxis._length, gd._fullLayout.yaxis._length]")
    assert min(sides) >= 220
    place = stage.picture("closeup").bounding_box()
    assert place is not None
    assert place["y"] + place["height"] <= height  # all of it is in the window as it opens
