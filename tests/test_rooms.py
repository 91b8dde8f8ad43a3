"""The rooms for what learners bring: a table is taken in or refused in one sentence, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dlviz.data import own, sheets
from dlviz.text import LANGUAGES, Text, words
from dlviz.ui.changing import entries_of, written

APP = Path(__file__).parent / "fixtures" / "brought_app.py"
ROWS = "".join(f"{k},{k * k},{'<b>x</b>' if k % 2 else '`y`'},{k % 7}\n" for k in range(24))
GOOD = f"가,나,<img src=x>,다\n{ROWS}".encode("cp949")
BAD = {
    "file_empty": b"",
    "file_excel": b"PK\x03\x04rest",
    "file_binary": b"\1\2\3\0\xff\xfe\xfd",
    "file_encoding": b"a,b,c\n1,2,\xff\xff\xff\n",
    "file_cells": b'a,b,c\n1,2,"' + b"x" * 140_000,
    "file_separator": b"a\n1\n2\n",
    "file_rows": b"a,b,c\n1,2,3\n",
    "file_numbers": b"a,b,c\n" + b"p,q,3\n" * 30,
    "file_large": b"1,2,3\n" * (sheets.LARGEST // 6 + 1),
}


def opened(**query: str) -> AppTest:
    """The page of the fixture as a visitor of that link sees it."""
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def given(app: AppTest, data: bytes) -> AppTest:
    """After a file was handed in."""
    app.file_uploader[0].set_value(("table.csv", data, "text/csv")).run()
    assert not app.exception
    return app


def chosen(app: AppTest) -> dict[str, str]:
    """What the three pickers show, by their labels."""
    boxes = {
        box.label: box for box in app.selectbox if box.label in ("First input", "Second input", "Target")
    }
    return {label: box.options[box.index] for label, box in boxes.items()}


def picker(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(box for box in app.selectbox if box.label == label)


def test_a_table_is_taken_in_and_its_columns_are_chosen_by_name() -> None:
    app = given(opened(lang="ko"), GOOD)
    assert chosen(app) == {"First input": "가", "Second input": "나", "Target": "<img src=x>"}
    told = [caption.value for caption in app.caption]
    assert any("`<b>x</b>`, `'y'`" in caption for caption in told)
    picker(app, "First input").select_index(1).run()
    assert chosen(app) == {"First input": "나", "Second input": "가", "Target": "<img src=x>"}
    picker(app, "First input").select_index(2).run()
    picker(app, "Second input").select_index(2).run()
    assert chosen(app) == {"First input": "가", "Second input": "다", "Target": "<img src=x>"}
    picker(app, "First input").select_index(1).run()
    picker(app, "Target").select_index(0).run()
    assert not app.exception
    assert chosen(app) == {"First input": "나", "Second input": "다", "Target": "가"}
    assert words("ko")("upload.number") in [caption.value for caption in app.caption]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", BAD)
def test_a_bad_file_is_refused_in_one_sentence_and_loses_nothing(reason: str, lang: str) -> None:
    app = given(opened(lang=lang, points="AAAA"), GOOD)
    before = chosen(app)
    given(app, BAD[reason])
    (error,) = app.error
    start = words(lang)(f"refused.{reason}").partition("{")[0]  # type: ignore[arg-type]
    assert error.value.startswith(start)
    assert "{" not in error.value
    assert chosen(app) == before
    given(app, GOOD)
    assert not app.error


def test_a_link_to_a_table_that_is_not_here_says_so_in_one_line() -> None:
    app = opened(lang="en", table="0123456789abcdef", seed="4")
    (told,) = [caption.value for caption in app.caption if "link_off" in caption.value]
    assert told.endswith(words("en")("unusable.absent"))


def test_points_are_counted_and_wiped() -> None:
    app = opened(lang="en", points=own.encode([[0, 0], [1, 1]], [0, 2]))
    assert words("en")("brush.count", count=2, most=300) in [caption.value for caption in app.caption]
    next(button for button in app.button if button.label == words("en")("brush.wipe")).click().run()
    assert words("en")("brush.count", count=0, most=300) in [caption.value for caption in app.caption]


def test_a_change_is_added_in_order_replaced_and_removed() -> None:
    app = opened(lang="en", changes="20:rate=0.1,12:w1.0.0=-2e-05", step="7")

    def present() -> list[str]:
        return [caption.value for caption in app.caption if caption.value.startswith("From step")]

    def button(label: str, k: int = 0) -> None:
        [one for one in app.button if one.label == words("en")(f"change.{label}")][k].click().run()
        assert not app.exception

    assert present() == ["From step 20: Rate = 0.1", "From step 12: Weight = -2e-05"]
    app.number_input[0].set_value(0.125).run()
    button("apply")
    assert present() == [
        "From step 7: Rate = 0.125",
        "From step 12: Weight = -2e-05",
        "From step 20: Rate = 0.1",
    ]
    app.number_input[0].set_value(9.0).run()
    button("apply")
    assert len(app.error) == 1
    assert len(present()) == 3
    assert app.number_input[0].value == 9.0
    app.number_input[0].set_value(0.5).run()
    button("apply")
    assert present()[0] == "From step 7: Rate = 0.5"
    button("remove", 1)
    assert present() == ["From step 7: Rate = 0.5", "From step 20: Rate = 0.1"]


@pytest.mark.parametrize("changes", ["", "40:learning_rate=0.01", "40:learning_rate=0.01,60:w1.0.2=-1.5e-05"])
def test_changes_are_read_as_they_are_written(changes: str) -> None:
    assert written(entries_of(changes)) == changes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_of_a_file_has_its_sentence(lang: str) -> None:
    text: Text = words(lang)  # type: ignore[arg-type]
    assert all(text.has(f"refused.{reason}") for reason in [*BAD, "absent"])
