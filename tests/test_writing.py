"""The room for a learner's text: it is taken in, or refused in one sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dlviz.data import texts
from dlviz.text import LANGUAGES, words

APP = Path(__file__).parent / "fixtures" / "written_app.py"


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def typed(app: AppTest, characters: str) -> AppTest:
    app.text_area[0].set_value(characters).run()
    assert not app.exception
    return app


def chosen(app: AppTest) -> str:
    return app.text[0].value


def test_a_short_text_is_taken_as_it_is_and_a_long_one_under_its_name() -> None:
    app = typed(opened(lang="en"), "나는 간다")
    assert chosen(app) == "chosen: 나는 간다 of 5"
    typed(app, "<b>긴 글</b> " * 100)
    assert chosen(app).startswith("chosen: #")
    assert app.text_area[0].value == texts.clean("<b>긴 글</b> " * 100)
    assert words("en")("upload.text_read", count=1099) in [caption.value for caption in app.caption]


def test_what_was_not_read_is_told() -> None:
    app = typed(opened(lang="ko"), "a" * (texts.MOST + 7))
    assert words("ko")("upload.text_left", count=7) in [caption.value for caption in app.caption]


def test_a_file_takes_the_place_of_what_was_typed() -> None:
    app = typed(opened(lang="en"), "typed")
    app.file_uploader[0].set_value(("a.txt", "파일에서".encode("cp949"), "text/plain")).run()
    assert not app.exception
    assert app.text_area[0].value == "파일에서"
    app.file_uploader[0].set_value(("a.txt", b"\1\2\3\0\xff\xfe\xfd", "text/plain")).run()
    assert [error.value for error in app.error] == [words("en")("refused.text_file")]
    assert chosen(app) == "chosen: 파일에서 of 4"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_line_that_is_no_pair_is_named_and_stays(lang: str) -> None:
    app = opened(lang=lang, kind="pairs")
    good = "\n".join(f"{k}\t{k + 1}" for k in range(6))
    typed(app, good)
    assert words(lang)("upload.pairs_read", count=6) in [caption.value for caption in app.caption]
    typed(app, good + "\n`x` <b>no pair</b>")
    (error,) = app.error
    assert "7" in error.value
    assert "`'x' <b>no pair</b>`" in error.value
    assert str(app.text_area[0].value).endswith("<b>no pair</b>")
    assert chosen(app).endswith("of 23")
    typed(app, good)
    assert not app.error


def test_a_preset_brings_its_text_and_forgets_what_was_refused() -> None:
    app = typed(typed(opened(lang="en"), "mine"), " \n")
    assert len(app.error) == 1
    app.button[0].click().run()
    assert not app.error
    assert app.text_area[0].value == "preset"


def test_a_link_to_a_text_that_is_not_here_says_so_in_one_line() -> None:
    app = opened(lang="en", own="#" + "1" * 16)
    (told,) = [caption.value for caption in app.caption if "link_off" in caption.value]
    assert told.endswith(words("en")("unusable.text_absent"))


def test_a_link_carries_a_short_text() -> None:
    assert chosen(opened(lang="en", own="간다 간다")) == "chosen: 간다 간다 of 5"
