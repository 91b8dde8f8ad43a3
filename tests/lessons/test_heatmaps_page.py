"""What a learner can do on the page of the lesson on heat maps."""

from __future__ import annotations

from urllib.parse import parse_qsl

from dlviz.lessons.heatmaps.experiment import Config
from dlviz.lessons.heatmaps.presets import PRESETS, SEEN
from dlviz.text import lesson_text, words
from tests.test_pages import opened, tried

SLUG = "heatmaps"


def test_a_preset_brings_its_picture_and_its_method() -> None:
    app, text = opened(SLUG, lang="en", data="digits", epochs="1"), lesson_text(SLUG, "en")
    tried(app, "against")
    assert not app.exception
    chosen = {box.label: box.value for box in app.selectbox}
    assert chosen[text.field("method")] == SEEN["against"]["method"]
    pictures = next(control for control in app.segmented_control if control.label == text.field("picture"))
    assert pictures.value == PRESETS["against"][1]
    assert [info.value for info in app.info] == [text("preset.against.promise")]


def test_any_class_can_be_explained_by_its_name() -> None:
    app, text = opened(SLUG, lang="en", data="digits", epochs="1", target="9"), lesson_text(SLUG, "en")
    box = next(box for box in app.selectbox if box.label == text.field("target"))
    assert box.options == [text("target.answered"), text("target.true"), *map(str, range(10))]
    assert box.options[box.index] == "7"


def test_an_own_picture_has_its_room() -> None:
    app, text = opened(SLUG, lang="en", data="digits", epochs="1"), lesson_text(SLUG, "en")
    assert not app.file_uploader
    app.segmented_control(key=f"{SLUG}.image").set_value("own").run()
    app.run()
    assert not app.exception
    assert app.file_uploader
    assert text.field("example") not in {slider.label for slider in app.slider}


def test_classes_of_ones_own_have_their_room() -> None:
    app = opened(SLUG, lang="en", data="own", epochs="1", filters="2", blocks="1")
    assert len(app.file_uploader) == 2
    assert words("en")("album.stand_in") in [caption.value for caption in app.caption]


def test_the_cnn_lesson_hands_its_network_on() -> None:
    app = opened("cnn", lang="en", epochs="1", filters="2", example="4")
    (link,) = (one for one in app.get("page_link") if "heatmaps" in one.proto.page)
    query = dict(parse_qsl(link.proto.query_string))
    assert Config.from_query({**query}) == (
        Config(data="digits", blocks=2, head="flatten", epochs=1, filters=2, example=4),
        [],
    )
