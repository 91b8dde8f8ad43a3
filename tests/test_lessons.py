"""What holds for every lesson: its contract, its words, its films."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, make_dataclass
from functools import cache
from itertools import product
from typing import Any, get_type_hints

import numpy as np
import pytest
from beartype import BeartypeConf, beartype
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped

import dlviz
from dlviz.config import domain
from dlviz.curriculum import CHAPTERS, LESSONS
from dlviz.plots import theme
from dlviz.plots.film import Film
from dlviz.plots.wire import digest, message
from dlviz.recording import Tape
from dlviz.text import LANGUAGES, Text, words
from tests.strategies import configs

lessons = pytest.mark.parametrize("slug", LESSONS)
languages = pytest.mark.parametrize("lang", LANGUAGES)


@cache
def default_recording(slug: str) -> dlviz.Recording:
    experiment = dlviz.lesson(slug).experiment
    return dlviz.record(experiment, experiment.Config())


def films(slug: str, recording: dlviz.Recording, text: Text) -> Iterator[Film]:
    """Every film that the page of a lesson can show of a recording."""
    views = dlviz.lesson(slug).figures.views_of(recording.config)
    for chosen in product(*views.values()):
        yield from dlviz.lesson(slug).figures.stage(recording, {}, text, **dict(zip(views, chosen)))
    yield dlviz.lesson(slug).figures.miniature(recording, text)


@lessons
def test_a_frame_is_a_frozen_dataclass_of_plain_numbers(slug: str) -> None:
    frame = default_recording(slug)[0]
    assert is_dataclass(frame)
    assert type(frame).__dataclass_params__.frozen  # type: ignore[attr-defined]
    kinds = (np.ndarray, np.generic, float, int, bool, str)
    assert all(isinstance(getattr(frame, field.name), kinds) for field in fields(frame))


@lessons
def test_frames_and_scene_have_the_shapes_that_are_declared(slug: str) -> None:
    recording = default_recording(slug)
    for example in (recording[0], recording[-1], recording.scene):
        if example is None:
            continue
        hints = get_type_hints(type(example))
        values = {f.name: getattr(example, f.name) for f in fields(example)}
        check = beartype(conf=BeartypeConf(is_pep484_tower=True))
        declared = jaxtyped(
            make_dataclass("Declared", [(name, hints[name]) for name in values]), typechecker=check
        )
        declared(**values)
        name = next(n for n, value in values.items() if isinstance(value, np.ndarray) and value.ndim > 0)
        with pytest.raises(TypeCheckError):
            declared(**{**values, name: values[name][..., None]})


@lessons
def test_the_same_config_gives_the_same_frames_bit_for_bit(slug: str) -> None:
    experiment, first = dlviz.lesson(slug).experiment, default_recording(slug)
    second = dlviz.record(experiment, experiment.Config())
    for field in fields(experiment.Frame):
        assert np.array_equal(first.track(field.name), second.track(field.name), equal_nan=True), field.name


@lessons
def test_who_can_replay_a_training_says_how_much_of_it(slug: str) -> None:
    """A replay must not pass for a training."""
    experiment = dlviz.lesson(slug).experiment
    if not hasattr(experiment, "forget"):
        return
    config = experiment.Config()
    experiment.forget(config)
    assert experiment.kept(config) == 0
    Tape("", experiment, config).advance(2, float("inf"))
    assert 0 < experiment.kept(config) <= config.length()


@lessons
def test_a_run_has_the_length_that_its_config_says(slug: str) -> None:
    recording = default_recording(slug)
    assert len(recording) == recording.config.length()
    assert recording.ended is None


@lessons
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_valid_config_has_a_finite_first_frame_or_says_why_not(slug: str, data: Any) -> None:
    lesson = dlviz.lesson(slug)
    config = data.draw(configs(lesson.experiment.Config))
    usual, tape = default_recording(slug)[0], Tape("", lesson.experiment, config)
    tape.advance(2, float("inf"))
    first = tape.recording()[0]
    whole = [f.name for f in fields(usual) if np.isfinite(np.asarray(getattr(usual, f.name), float)).all()]
    if not all(np.isfinite(getattr(first, name)).all() for name in whole):
        assert tape.ended
        assert all(lesson.text(lang).has(f"ended.{tape.ended}") for lang in LANGUAGES)


@lessons
@languages
def test_every_choice_has_its_words(slug: str, lang: Any) -> None:
    lesson = dlviz.lesson(slug)
    text, kind = lesson.text(lang), lesson.experiment.Config
    for name in kind.model_fields:
        assert text.field(name)
        assert all(text.option(name, option) for option in domain(kind, name).options)


@lessons
def test_both_languages_say_the_same_things(slug: str) -> None:
    korean, english = (dlviz.lesson(slug).text(lang) for lang in LANGUAGES)
    assert korean.labels.keys() == english.labels.keys()
    assert list(korean.passages) == list(english.passages)
    for name, label in korean.labels.items():
        assert sorted(re.findall(r"%?\{[^}]*\}+", label)) == sorted(
            re.findall(r"%?\{[^}]*\}+", english.labels[name])
        ), name
    assert all(re.search("[가-힣]", passage) for passage in korean.passages.values())
    assert not any(re.search("[가-힣]", passage) for passage in english.passages.values())


def test_shared_words_are_the_same_in_both_languages() -> None:
    korean, english = (words(lang) for lang in LANGUAGES)
    assert korean.labels.keys() == english.labels.keys()
    assert all(korean.has(f"chapter.{name}") for name in CHAPTERS)


@lessons
@languages
def test_every_lesson_has_the_passages_of_a_lesson(slug: str, lang: Any) -> None:
    text = dlviz.lesson(slug).text(lang)
    assert {"intro", "look", "why", "limits", "source"} <= text.passages.keys()
    assert all(text(name) for name in ("title", "short", "sentence"))


@lessons
@languages
def test_every_picture_says_what_it_shows(slug: str, lang: Any) -> None:
    for film in films(slug, default_recording(slug), dlviz.lesson(slug).text(lang)):
        assert film.figure is None or len(film.alt) > 20, film.name


@lessons
def test_what_a_film_shows_at_a_step_does_not_depend_on_later_ones(slug: str) -> None:
    recording, text = default_recording(slug), dlviz.lesson(slug).text("en")
    for part, whole in zip(films(slug, recording[:20], text), films(slug, recording, text), strict=True):
        assert len(part.moves) == len(whole.moves)
        assert part.length == 20
        for early, late in zip(part.moves, whole.moves, strict=True):
            assert (early.trace, early.kind, list(early.columns)) == (
                late.trace,
                late.kind,
                list(late.columns),
            )
            for name, column in early.columns.items():
                assert len(column) == 20
                assert np.array_equal(column[:], late.columns[name][:20], equal_nan=True), (whole.name, name)
        for one, other in zip(part.labels, whole.labels, strict=True):
            assert [one.at(t) for t in range(20)] == [other.at(t) for t in range(20)]


@lessons
def test_films_that_show_other_rows_have_other_heads(slug: str) -> None:
    """A browser that has a head keeps the rows that came with it."""
    rows: dict[tuple[str, str], bytes] = {}
    for film in films(slug, default_recording(slug), dlviz.lesson(slug).text("en")):
        head = (film.name, digest(film))
        sent = message({}, [film], 0, {film.name: head[1]})
        assert rows.setdefault(head, sent) == sent, film.name


@lessons
def test_every_film_has_a_still_at_every_step(slug: str) -> None:
    recording = default_recording(slug)
    for film in films(slug, recording, dlviz.lesson(slug).text("ko")):
        if film.figure is not None:
            assert {len(film.still(step).data) for step in (0, 1, len(recording) // 2, -1)} == {
                len(film.figure["data"])
            }


@lessons
def test_a_film_names_only_colours_of_the_theme(slug: str) -> None:
    for film in films(slug, default_recording(slug), dlviz.lesson(slug).text("ko")):
        assert set(re.findall(r"--dl-[\w-]+", repr(film.figure) + repr(film.labels))) <= theme.LIGHT.keys()


@lessons
def test_the_films_of_the_default_config_are_small(slug: str) -> None:
    recording, lesson = default_recording(slug), dlviz.lesson(slug)
    views = {name: options[0] for name, options in lesson.figures.views_of(recording.config).items()}
    sent = message({}, lesson.figures.stage(recording, {}, lesson.text("ko"), **views))
    assert len(gzip.compress(sent)) < 1_500_000


@lessons
def test_presets_are_configs_with_a_promise(slug: str) -> None:
    from importlib import import_module

    presets = import_module(f"dlviz.lessons.{slug}.presets")
    text, figures = dlviz.lesson(slug).text("ko"), dlviz.lesson(slug).figures
    assert len({config for config, _ in presets.PRESETS.values()}) == len(presets.PRESETS)
    for name, (config, picture) in presets.PRESETS.items():
        assert text(f"preset.{name}.title")
        assert text(f"preset.{name}.promise")
        assert picture in figures.pictures_of(config)
        assert type(config).from_query(config.to_query()) == (config, [])
