"""What a learner can do on the page of the self-attention lesson."""

from __future__ import annotations

from dlviz.lessons.self_attention.presets import VIEWS
from dlviz.text import lesson_text
from tests.test_pages import entered, opened, tried

SLUG = "self_attention"
TEXT = lesson_text(SLUG, "en")


def test_a_sentence_of_ones_own_is_read_word_by_word() -> None:
    app = opened(SLUG, lang="en", task="reverse", updates="20")
    entered(app, app.text_input(key=f"{SLUG}.sequence"), "one two three")
    tokens = next(box for box in app.selectbox if box.label == TEXT.field("token"))
    assert len(tokens.options) == 3


def test_brackets_that_do_not_match_get_one_sentence_and_change_nothing() -> None:
    app = opened(SLUG, lang="en", updates="20")
    entered(app, app.text_input(key=f"{SLUG}.sequence"), "([)]{}")
    assert [error.value for error in app.error] == [TEXT("refused.brackets_letter").format(at=3, piece="`)`")]
    assert app.text_input(key=f"{SLUG}.sequence").value == "([)]{}"
    tokens = next(box for box in app.selectbox if box.label == TEXT.field("token"))
    assert len(tokens.options) == 12


def test_another_task_brings_its_own_sequence() -> None:
    app = opened(SLUG, lang="en", updates="20")
    entered(app, app.selectbox(key=f"{SLUG}.task"), "copy")
    assert [box.value for box in app.text_input] == ["31415926"]


def test_by_hand_there_are_sliders_for_the_matrices() -> None:
    app = opened(SLUG, lang="en", task="hand")
    labels = {slider.label for slider in app.slider}
    assert {TEXT.field(f"turn_{name}") for name in ("query", "key", "value")} <= labels
    assert not app.text_input


def test_a_preset_brings_the_head_that_shows_its_point() -> None:
    app = opened(SLUG, lang="en", task="hand")
    tried(app, "sum")
    assert not app.exception
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen[TEXT.field("unit")] == VIEWS["sum"]["unit"]
    assert chosen[TEXT.field("token")] == VIEWS["sum"]["token"]
