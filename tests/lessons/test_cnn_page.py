"""What a learner can do on the page of the CNN lesson."""

from __future__ import annotations

from dlviz.data import sketch
from dlviz.lessons.cnn import experiment
from dlviz.lessons.cnn.presets import PRESETS
from dlviz.recording import record
from dlviz.text import lesson_text
from tests.test_pages import entered, opened, tried

SLUG = "cnn"
SEVEN = sketch.drawn("", [[8 + k, 8] for k in range(16)] + [[23 - k / 2, 8 + k] for k in range(18)])


def test_a_preset_brings_its_picture_and_its_unit() -> None:
    app, text = opened(SLUG, lang="en"), lesson_text(SLUG, "en")
    tried(app, "parts")
    assert not app.exception
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen[text.field("picture")] == PRESETS["parts"][1]
    assert chosen[text.field("unit")] == "3.11"
    assert [info.value for info in app.info] == [text("preset.parts.promise")]


def test_the_pad_has_its_pen_and_can_be_wiped() -> None:
    app = opened(SLUG, lang="en", picture="sketch", drawing=SEVEN)
    wipe = next(button for button in app.button if "pen.wipe" in str(button.key))
    assert not wipe.disabled
    wipe.click().run()
    assert not app.exception
    assert next(button for button in app.button if "pen.wipe" in str(button.key)).disabled


def test_a_broken_drawing_in_a_link_is_an_empty_pad() -> None:
    app = opened(SLUG, lang="en", picture="sketch", drawing="<b>" + SEVEN)
    assert next(button for button in app.button if "pen.wipe" in str(button.key)).disabled


def test_other_pictures_bring_what_they_need() -> None:
    app = opened(SLUG, lang="en")
    app.selectbox(key=f"{SLUG}.data").set_value("shapes").run()
    app.run()
    assert not app.exception
    sliders = {slider.label: slider.value for slider in app.slider}
    text = lesson_text(SLUG, "en")
    assert sliders[text.field("blocks")] == 3
    assert sliders[text.field("epochs")] == 6
    pictures = next(box for box in app.selectbox if box.label == text.field("picture"))
    assert text.option("picture", "sketch") not in pictures.options


def test_another_picture_of_a_training_that_is_there_is_no_training() -> None:
    config = experiment.Config(epochs=1, filters=2, blocks=1, seed=77)
    assert experiment.kept(config) == 0
    frames = len(record(experiment, config))
    other = config.changed(example=5)
    assert experiment.kept(other) == frames
    experiment.forget(other)  # Train was pressed
    assert experiment.kept(other) == 0
    assert experiment.kept(config.changed(seed=78)) == 0


def test_pooling_is_no_question_where_there_is_one_block() -> None:
    app, text = opened(SLUG, lang="en"), lesson_text(SLUG, "en")
    blocks = next(slider for slider in app.slider if slider.label == text.field("blocks"))
    assert text.field("pooling") in {control.label for control in app.segmented_control}
    entered(app, blocks, 1)
    assert text.field("pooling") not in {control.label for control in app.segmented_control}
