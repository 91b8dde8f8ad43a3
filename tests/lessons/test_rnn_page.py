"""What a learner can do on the page of the recurrent lesson."""

from __future__ import annotations

from dlviz.lessons.rnn.presets import PRESETS
from dlviz.text import lesson_text
from tests.test_pages import entered, opened, tried

SLUG = "rnn"
EVIL = "<script>x</script> [a](http://x) {loss} `y`"


def test_presets_bring_their_picture_and_their_promise() -> None:
    app, text = opened(SLUG, lang="en"), lesson_text(SLUG, "en")
    for name in ("boat", "brackets", "wave"):
        tried(app, name)
        assert not app.exception
        assert text(f"preset.{name}.promise") in [info.value for info in app.info]
        shown = next(box for box in app.selectbox if box.label == text.field("picture"))
        assert shown.value == PRESETS[name][1]


def test_an_own_text_is_written_and_read() -> None:
    app, text = opened(SLUG, lang="ko"), lesson_text(SLUG, "ko")
    assert not app.text_area
    entered(app, next(box for box in app.selectbox if box.label == text.field("text")), "own")
    entered(app, app.text_area[0], EVIL)
    assert app.text_area[0].value == EVIL
    entered(app, app.text_area[0], " ")
    assert [error.value for error in app.error] == [text("refused.text_empty")]
    assert app.text_area[0].value == " "


def test_other_tasks_bring_what_they_need() -> None:
    text = lesson_text(SLUG, "en")
    for task, label in (("series", "series"), ("brackets", "example")):
        app = opened(SLUG, lang="en", task=task)
        labels = {one.label for one in [*app.selectbox, *app.slider, *app.number_input]}
        assert text.field(label) in labels
        assert text.field("text") not in labels
        pictures = next(box for box in app.selectbox if box.label == text.field("picture"))
        assert text.option("picture", "generated") not in pictures.options


def test_a_link_that_names_a_stretch_or_a_unit_that_is_not_there_falls_back() -> None:
    opened(SLUG, lang="en", picture="states", stretch="9-2", position="x", unit="7.1")
    opened(SLUG, lang="en", picture="states", stretch="2-59", position="59")
