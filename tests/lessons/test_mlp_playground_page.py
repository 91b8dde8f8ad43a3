"""The playground's page: its layers, its units, what is changed on the way, and data of one's own."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dlviz.data.own import encode
from dlviz.lessons.mlp_playground.experiment import Config
from dlviz.lessons.mlp_playground.figures import pictures_of
from dlviz.text import lesson_text
from tests.test_pages import opened

SLUG = "mlp_playground"
TEXT = lesson_text(SLUG, "en")


def open_playground(**query: str) -> AppTest:
    return opened(SLUG, lang="en", **{"epochs": "10", **query})


def chosen(app: AppTest) -> Any:
    return app.session_state[f"choices:{SLUG}"]["config"]


def press(app: AppTest, name: str) -> AppTest:
    next(button for button in app.button if str(button.key).endswith(name)).click().run()
    assert not app.exception
    return app


def test_layers_come_and_go_down_to_the_perceptron() -> None:
    app = open_playground()
    press(app, ".more")
    assert (chosen(app).hidden, chosen(app).activations) == ("4-2-2", "tanh")
    for _ in range(3):
        press(app, ".fewer")
    assert chosen(app).hidden == ""
    assert TEXT("layers.none") in [caption.value for caption in app.caption]
    assert next(button for button in app.button if str(button.key).endswith(".fewer")).disabled
    press(app, ".more")
    assert chosen(app).hidden == "4"


def test_one_layer_gets_its_own_width_and_activation() -> None:
    app = open_playground()
    next(box for box in app.selectbox if str(box.key).endswith(".activation.1")).set_value("relu").run()
    next(box for box in app.selectbox if str(box.key).endswith(".units.0")).set_value(7).run()
    assert not app.exception
    assert (chosen(app).hidden, chosen(app).activations) == ("7-2", "tanh-relu")


def test_a_changed_weight_goes_with_its_layers_and_a_changed_rate_stays() -> None:
    app = open_playground(changes="3:learning_rate=0.5,4:w1.0.1=2")
    press(app, ".more")
    assert chosen(app).changes == "3:learning_rate=0.5"


@pytest.mark.parametrize(
    "query", [{}, {"hidden": ""}, {"data": "hills"}, {"data": "three"}, {"data": "iris"}], ids=str
)
def test_every_fourth_picture_of_every_kind_of_data_is_shown(query: dict[str, str]) -> None:
    for picture in pictures_of(Config(**query)):
        app = open_playground(picture=picture, **query)
        assert not [caption.value for caption in app.caption if "link_off" in caption.value], picture


def test_painted_points_come_with_the_link_and_bring_the_brush() -> None:
    points = encode([[-2, -2], [-1, -2], [2, 2], [1, 2]], [0, 0, 1, 1])
    app = open_playground(data="own", points=points)
    assert any("4" in caption.value and "300" in caption.value for caption in app.caption)
    assert chosen(app).points == points


def test_columns_of_a_real_table_are_chosen_by_their_names() -> None:
    app = open_playground(data="iris")
    box = next(box for box in app.selectbox if str(box.key) == f"{SLUG}.feature_y")
    assert box.options[3] == "petal width (cm)"
    box.set_value(3).run()
    assert not app.exception
    assert chosen(app).feature_y == 3


def test_a_unit_is_looked_at_and_the_address_says_so() -> None:
    app = open_playground(picture="layers")
    next(box for box in app.selectbox if str(box.key).endswith("view.unit")).set_value("1.3").run()
    assert not app.exception
    assert app.session_state[f"choices:{SLUG}"]["seen"]["unit"] == "1.3"


def test_an_unknown_unit_in_a_link_is_the_output() -> None:
    app = open_playground(picture="layers", unit="9.9")
    assert next(box for box in app.selectbox if str(box.key).endswith("view.unit")).value == "out"
