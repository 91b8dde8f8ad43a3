"""What a learner can do on the page of the lesson."""

from __future__ import annotations

from dlviz.data import texts
from dlviz.lessons.seq2seq.experiment import Config, readable
from dlviz.text import lesson_text
from tests.test_pages import entered, opened

SLUG = "seq2seq"
PAIRS = "\n".join(
    f"{word} day\t{word[::-1]} yad" for word in ("one", "two", "red", "sun", "map", "dog", "pan")
)


def test_what_cannot_be_read_is_told_in_one_sentence_and_stays() -> None:
    app, text = opened(SLUG, lang="ko", updates="20"), lesson_text(SLUG, "ko")
    for wrong, reason in (("hello", "sentence_token"), ("", "sentence_empty"), ("일" * 30, "sentence_long")):
        entered(app, app.text_input(key=f"{SLUG}.sentence"), wrong)
        (error,) = app.error
        assert error.value.split("{")[0][:8] == text(f"refused.{reason}").format(at=1, piece="`h`")[:8]
        assert app.text_input(key=f"{SLUG}.sentence").value == wrong
    entered(app, app.text_input(key=f"{SLUG}.sentence"), "구백만일")
    assert not app.error


def test_a_row_is_set_by_sliders_and_left_alone_again() -> None:
    app, text = opened(SLUG, lang="en", updates="20", picture="bend", row="2"), lesson_text(SLUG, "en")
    sliders = [slider for slider in app.slider if "bend" in str(slider.key)]
    assert len(sliders) == 4
    sliders[3].set_value(1.0).run()
    app.run()
    assert not app.exception
    undo = next(button for button in app.button if button.label == text("bend.row"))
    assert not undo.disabled
    undo.click().run()
    app.run()
    assert next(button for button in app.button if button.label == text("bend.row")).disabled


def test_a_learners_own_pairs_are_learnt() -> None:
    app = opened(SLUG, lang="en", task="own", updates="20")
    entered(app, app.text_area[0], PAIRS)
    assert not app.error
    assert app.text_input[0].value == "one day"
    entered(app, app.text_area[0], "no tab here")
    assert len(app.error) == 1
    assert app.text_area[0].value == "no tab here"


def test_pairs_of_a_learner_are_a_task_of_their_own() -> None:
    config = Config(task="own", pairs=texts.name_of(texts.read(PAIRS)))
    assert config.sentence == "one day"
    assert readable("dog day", "own", config.pairs, "word") == "dog day"
    assert Config(task="own", pairs=config.pairs, split_by="character").sentence == "one day"


def test_another_task_brings_its_own_sentence_and_settings() -> None:
    app = opened(SLUG, lang="ko", updates="20")
    entered(app, app.selectbox(key=f"{SLUG}.task"), "reverse")
    assert not app.error
    assert next(box.value for box in app.text_input if "sentence" in str(box.key)) == "abcdefgh"
