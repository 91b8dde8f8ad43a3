"""What a learner can do on the page of convolution."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dlviz.lessons.convolution.figures import PICTURES
from dlviz.lessons.convolution.presets import PREDICTION, PRESETS
from dlviz.text import lesson_text, words
from tests.test_pages import entered, opened, tried
from tests.test_pictures import quarters, saved

SLUG = "convolution"
TEXT = lesson_text(SLUG, "en")


def page(**query: str) -> AppTest:
    return opened(SLUG, lang="en", **query)


def chosen(app: AppTest) -> Any:
    return app.session_state[f"choices:{SLUG}"]["config"]


def cell(app: AppTest, row: int, column: int) -> Any:
    """The input of one cell of the kernel."""
    return next(box for box in app.text_input if str(box.key).endswith(f".{row}.{column}"))


@pytest.mark.parametrize("picture", PICTURES)
def test_every_third_picture_is_shown(picture: str) -> None:
    app = page(picture=picture, image="letter", pixels="10")
    assert not [caption.value for caption in app.caption if "link_off" in caption.value]
    changes = [box for box in app.selectbox if box.label == TEXT.field("change")]
    assert len(changes) == (picture == "keypoints")


def test_a_cell_of_the_kernel_is_edited_and_the_link_says_so() -> None:
    app = page()
    assert [cell(app, 1, k).value for k in range(3)] == ["-2", "0", "2"]
    entered(app, cell(app, 1, 1), " 0.5 ")
    assert (chosen(app).kernel, chosen(app).weights) == ("own", "-1,0,1;-2,0.5,2;-1,0,1")
    entered(app, cell(app, 0, 0), "−3")
    assert chosen(app).weights.startswith("-3,0,1;")
    for wrong, reason in (("abc", "kernel_number"), ("101", "kernel_large")):
        entered(app, cell(app, 2, 2), wrong)
        (error,) = app.error
        assert error.value.endswith(TEXT(f"refused.{reason}").rpartition("}")[2])
        assert chosen(app).weights == "-3,0,1;-2,0.5,2;-1,0,1"
    entered(app, cell(app, 2, 2), "")
    assert not app.error
    assert chosen(app).weights.endswith(";-1,0,0")


def test_an_impossible_size_is_refused_with_the_formula_and_the_earlier_one_stays() -> None:
    app = page(image="digit", dilation="3")
    entered(app, next(s for s in app.slider if str(s.key).startswith(f"{SLUG}.size")), 7)
    (error,) = app.error
    assert "8 + 2·0 − 3·(7 − 1) − 1 = −11" in error.value.replace("-", "−")
    assert chosen(app).size == 3


def test_a_pixel_is_chosen_by_its_row_and_column() -> None:
    app = page(image="letter", pixels="12")
    row, column = (
        next(box for box in app.number_input if str(box.key).endswith(f".{part}"))
        for part in ("row", "column")
    )
    assert (row.value, column.value, row.max) == (7, 7, 12)
    row.set_value(2).run()
    assert not app.exception
    assert app.session_state[f"choices:{SLUG}"]["seen"]["pixel"] == "1.6"


def test_a_picture_of_ones_own_is_filtered_and_a_bad_one_refused() -> None:
    app = page(image="own")
    app.file_uploader[0].set_value(("mine.png", saved(quarters()), "image/png")).run()
    assert not app.exception
    assert len(chosen(app).photo) == 16
    app.file_uploader[0].set_value(("mine.png", b"no picture", "image/png")).run()
    assert [error.value for error in app.error] == [words("en")("refused.picture_format")]
    assert len(chosen(app).photo) == 16


def test_a_preset_brings_its_picture_and_its_promise() -> None:
    app = page()
    for name in ("keypoints", "share", "holes"):
        tried(app, name)
        assert not app.exception
        assert chosen(app) == PRESETS[name][0]
        assert [info.value for info in app.info] == [TEXT(f"preset.{name}.promise")]


def test_a_prediction_is_committed_and_answered_by_the_recording() -> None:
    app = page()
    app.radio[0].set_value("left").run()
    next(button for button in app.button if button.label == words("en")("predict.commit")).click().run()
    assert not app.exception
    assert chosen(app) == PREDICTION
    assert any(TEXT.option("prediction", "left") in markdown.value for markdown in app.markdown)
