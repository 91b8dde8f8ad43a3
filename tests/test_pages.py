"""Every page in both languages: it runs, answers its controls, and survives bad links and bad entries."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from dlviz.curriculum import LESSONS
from dlviz.lessons.gradient_descent.experiment import Config
from dlviz.lessons.gradient_descent.figures import pictures_of
from dlviz.text import LANGUAGES, lesson_text, words
from dlviz.ui.choices import Choices

HOUSE = Path(__file__).parents[1]
GD = "gradient_descent"
FOLDS = ("more", "listing", "weights", "pixel")
pages = pytest.mark.parametrize("slug", LESSONS)
languages = pytest.mark.parametrize("lang", LANGUAGES)


def opened(slug: str | None = None, *, folds: Sequence[str] = FOLDS, **query: str) -> AppTest:
    """A page as a visitor of that link sees it who has opened these folds."""
    app = AppTest.from_file(str(HOUSE / "dlviz" / "ui" / "site.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if slug:
        for name in folds:
            app.session_state[f"{slug}.fold.{name}"] = True
        app.switch_page(str(HOUSE / "pages" / f"{slug}.py"))
        for name, value in query.items():  # what a link to the page itself would carry
            app.query_params[name] = value
        app.run()
    assert not app.exception
    return app


def entered(app: AppTest, widget: Any, value: Any) -> AppTest:
    """Enters a value and looks at the whole page: after an entry perhaps only the stage has run."""
    widget.set_value(value).run()
    app.run()
    assert not app.exception
    return app


def presets_of(app: AppTest) -> Any:
    """The widget with the presets; none where none is offered."""
    return next((group for group in app.button_group if ".view.try" in str(group.key)), None)


def tried(app: AppTest, name: str) -> AppTest:
    """Takes a preset."""
    presets_of(app).set_value(name).run()
    assert not app.exception
    return app


@languages
def test_home_shows_every_lesson_that_is_built(lang: str) -> None:
    app = opened(lang=lang)
    assert app.title[0].value == words(lang)("home.title")  # type: ignore[arg-type]
    captions = [caption.value for caption in app.caption]
    assert all(lesson_text(slug, lang)("sentence") in captions for slug in LESSONS)  # type: ignore[arg-type]


@pages
@languages
def test_a_lesson_opens_in_its_language(slug: str, lang: str) -> None:
    app, text = opened(slug, lang=lang), lesson_text(slug, lang)  # type: ignore[arg-type]
    assert app.title[0].value == text("title")
    shown = [markdown.value for markdown in app.markdown]
    assert all(any(passage in part for part in shown) for passage in text.passages.values())


@pages
def test_what_is_folded_comes_when_it_is_opened(slug: str) -> None:
    shut, open_ = opened(slug, folds=(), lang="en"), opened(slug, lang="en")
    keys = [
        {str(box.key) for box in (*app.number_input, *app.slider, *app.select_slider, *app.toggle)}
        for app in (shut, open_)
    ]
    assert f"{slug}.seed" in keys[1] - keys[0]
    assert keys[0] < keys[1]
    assert [len(app.code) for app in (shut, open_)] == [0, 2]


@pages
def test_another_language_keeps_what_was_chosen(slug: str) -> None:
    app = opened(slug, lang="ko", seed="7")
    app.segmented_control(key="lang-switch").set_value("en").run()
    assert not app.exception
    assert app.title[0].value == lesson_text(slug, "en")("title")
    assert app.number_input(key=f"{slug}.seed").value == 7


@pages
@languages
def test_a_link_that_cannot_be_meant_is_told_in_one_line(slug: str, lang: str) -> None:
    app = opened(slug, lang=lang, seed="-4", step="999999", unknown="x")
    text = lesson_text(slug, lang)  # type: ignore[arg-type]
    told = [caption.value for caption in app.caption if "link_off" in caption.value]
    assert len(told) == 2
    assert text.field("seed") in told[0]
    assert app.number_input(key=f"{slug}.seed").value == 0


@pages
def test_a_link_cannot_put_markdown_on_the_page(slug: str) -> None:
    app = opened(slug, lang="en", seed="`![x](http://example.org/x.png)`<script>")
    (told,) = [caption.value for caption in app.caption if "link_off" in caption.value]
    assert told.count("`") == 2  # all of it inside one code span


@pages
def test_a_teachers_link_hides_and_locks(slug: str) -> None:
    app = opened(slug, lang="en", present="1", hide="words,tries,predict,code,nothing", lock="seed")
    text = lesson_text(slug, "en")
    assert not any(passage in [m.value for m in app.markdown] for passage in text.passages.values())
    assert app.number_input(key=f"{slug}.seed").disabled
    assert presets_of(app) is None
    assert not opened(slug, hide="controls").slider


def test_a_teachers_link_hides_one_passage() -> None:
    text = lesson_text(GD, "en")
    whole, without = (
        "".join(markdown.value for markdown in opened(GD, lang="en", hide=hide).markdown)
        for hide in ("nothing", "look")
    )
    for name in ("look", "why"):
        assert text.passage(name) in whole
        assert (text.passage(name) in without) == (name != "look")


def test_a_formula_is_drawn_and_a_wrong_one_is_refused_and_kept() -> None:
    app = opened(GD, lang="ko", landscape="formula")
    entered(app, app.text_input(key=f"{GD}.formula"), "x**2 + 3*y**2")
    assert not app.error
    for wrong in ("__import__('os')", "x^2", "sin(", "9**9**9**9", "x.real", "", "1", "<b>x</b>", "y" * 120):
        entered(app, app.text_input(key=f"{GD}.formula"), wrong)
        assert len(app.error) == 1, wrong
        assert app.text_input(key=f"{GD}.formula").value == wrong  # nothing is lost
    entered(app, app.text_input(key=f"{GD}.formula"), "x**2 + y**2")
    assert not app.error


@pytest.mark.parametrize("landscape", ["bowl", "formula", "diabetes", "breast_cancer", "cliff"])
def test_every_landscape_shows_all_its_pictures(landscape: str) -> None:
    for picture in pictures_of(Config(landscape=landscape)):
        app = opened(GD, lang="en", landscape=landscape, picture=picture)
        told = [caption.value for caption in app.caption if "link_off" in caption.value]
        assert not told, picture


def test_another_landscape_brings_its_own_start() -> None:
    app = opened(GD, lang="en", start_x="2", start_y="2")
    entered(app, app.selectbox(key=f"{GD}.landscape"), "rosenbrock")
    start = tuple(box.value for box in app.number_input if "start_" in str(box.key))
    rosenbrock = Config(landscape="rosenbrock")
    assert start == (rosenbrock.start_x, rosenbrock.start_y) != (2, 2)


def test_a_change_that_moves_another_choice_redraws_its_control(monkeypatch: pytest.MonkeyPatch) -> None:
    alone: list[str] = []
    entries = {f"{GD}.seed": 3, f"{GD}.landscape": "rosenbrock"}
    monkeypatch.setattr("dlviz.ui.choices.redraw", alone.append)
    monkeypatch.setattr("dlviz.ui.choices.st.session_state", entries)
    choices = Choices(GD, Config, linked=False)
    choices.steady("stage", lambda config: ())
    choices.changer("seed")()
    assert alone == ["stage"]
    choices.changer("landscape")()  # brings a start of its own
    assert alone == ["stage"]


def test_who_goes_to_another_page_right_after_an_entry_gets_there() -> None:
    app = opened(GD, lang="en")
    app.select_slider(key=f"{GD}.learning_rate").set_value(0.05)
    app.switch_page(str(HOUSE / "pages" / "backprop.py")).run()
    assert not app.exception
    assert app.title[0].value == lesson_text("backprop", "en")("title")


def test_no_optimiser_at_all_is_refused_and_the_race_stays() -> None:
    app = opened(GD, lang="en")
    app.button_group(key=f"{GD}.optimizers").set_value([]).run()
    assert not app.exception
    assert len(app.error) == 1


def test_a_prediction_is_committed_before_the_race_is_run() -> None:
    app = opened(GD, lang="en")
    app.radio[0].set_value("momentum").run()
    commit = next(button for button in app.button if button.label == words("en")("predict.commit"))
    commit.click().run()
    assert not app.exception
    assert any("Momentum" in m.value and "predicted" in m.value for m in app.markdown)
    assert next(box.value for box in app.selectbox if "landscape" in str(box.key)) == "bowl"


def test_a_widget_changed_from_elsewhere_is_another_one_so_that_no_late_echo_undoes_it() -> None:
    app = opened(GD, lang="en")
    before = {box.key for box in app.select_slider} | {box.key for box in app.number_input}
    tried(app, "ravine")
    after = {box.key for box in app.select_slider} | {box.key for box in app.number_input}
    assert f"{GD}.learning_rate" in before - after  # the preset changed it
    assert f"{GD}.seed" in before & after


@pages
def test_a_browser_that_has_not_heard_of_a_preset_yet_does_not_undo_it(slug: str) -> None:
    app = opened(slug, lang="en")
    chosen = lambda: app.session_state[f"choices:{slug}"]  # noqa: E731
    names = list(import_module(f"dlviz.lessons.{slug}.presets").PRESETS)
    for number in (0, -1, 1):
        late = WidgetStates()  # what the browser says of the others once more: not that a button was pressed
        for state in app._tree.get_widget_states().widgets:
            if state.WhichOneof("value") != "trigger_value" and ".view.try" not in state.id:
                late.widgets.append(state)
        tried(app, names[number])
        config, views = chosen()["config"], chosen()["viewed"]
        app._run(late)
        assert not app.exception
        assert (chosen()["config"], chosen()["viewed"]) == (config, views)


@pages
def test_what_a_link_locks_stays_whatever_is_pressed(slug: str) -> None:
    app = opened(slug, lang="en", seed="7", lock="seed")
    assert presets_of(app) is None  # each has another seed
    assert not app.radio
    next(button for button in app.button if button.label == words("en")("app.reset")).click().run()
    app.run()
    assert not app.exception
    assert next(box.value for box in app.number_input if ".seed" in str(box.key)) == 7


def test_a_locked_view_stays_though_a_preset_shows_another() -> None:
    for lock, stays in (("picture", True), ("nothing", False)):
        app = opened(GD, lang="en", picture="basins", lock=lock)
        tried(app, "diverge")
        views = [box for box in [*app.selectbox, *app.button_group] if ".view.picture" in str(box.key)]
        assert [box.disabled for box in views] == [stays]
        assert (views[0].value in ("basins", ["basins"])) is stays


def test_a_preset_that_leaves_alone_what_is_locked_is_offered() -> None:
    app = opened(GD, lang="en", lock="steps")
    text = lesson_text(GD, "en")
    offered = presets_of(app).options
    assert text("preset.ravine.title") in offered
    assert text("preset.fewer.title") not in offered  # it makes 500 steps
