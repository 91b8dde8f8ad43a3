"""What a learner can do on the page of the loss landscape."""

from __future__ import annotations

from dlviz.lessons.loss_landscape.presets import PLANES, PREDICTION, PRESETS
from dlviz.text import lesson_text, words
from tests.test_pages import opened, tried

SLUG = "loss_landscape"


def test_a_preset_brings_its_plane_and_its_picture() -> None:
    app = opened(SLUG, lang="en")
    for name in ("barrier", "edge", "filter"):
        tried(app, name)
        assert not app.exception
        chosen = {box.label: box.value for box in app.selectbox}
        text = lesson_text(SLUG, "en")
        assert chosen[text.field("plane")] == PLANES[name]["plane"]
        assert chosen[text.field("picture")] == PRESETS[name][1]
        assert [info.value for info in app.info] == [text(f"preset.{name}.promise")]


def test_controls_that_do_not_matter_are_not_shown() -> None:
    few = opened(SLUG, lang="en", architecture="cnn", optimizers="small")
    labels = {slider.label for slider in [*few.slider, *few.select_slider]}
    text = lesson_text(SLUG, "en")
    assert text.field("depth") in labels
    assert not labels & {text.field(name) for name in ("width", "adam_rate", "large_batch")}


def test_a_prediction_is_committed_before_the_network_of_the_question_is_trained() -> None:
    app = opened(SLUG, lang="en")
    app.radio[0].set_value("third").run()
    next(button for button in app.button if button.label == words("en")("predict.commit")).click().run()
    assert not app.exception
    assert app.segmented_control(key=f"{SLUG}.architecture.1").value == PREDICTION.architecture
    assert any(lesson_text(SLUG, "en").option("prediction", "third") in m.value for m in app.markdown)
