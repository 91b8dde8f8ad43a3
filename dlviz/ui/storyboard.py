"""The order of every lesson's page: question, stage beside its controls, presets, prediction, words, code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any

import streamlit as st

from dlviz.plots.film import Film
from dlviz.recording import Recording
from dlviz.text import Language, Text
from dlviz.ui import lesson
from dlviz.ui.brush import Brush
from dlviz.ui.choices import Choices
from dlviz.ui.code import code
from dlviz.ui.stage import PLAY, Clicks, Draws, Marks, Stage


@dataclass(eq=False)
class Play:
    """What the parts of a page are given.

    Attributes:
        choices, text: what the learner has chosen, and the words.
        figures, presets: those modules of the lesson.
        view: what is chosen of each view.
        brush: what the learner paints with; there where the page has one.
        stage, recording: what is seen; there for what comes after it.
    """

    choices: Choices
    text: Text
    figures: ModuleType
    presets: ModuleType
    view: dict[str, str] = field(default_factory=dict)
    brush: Brush = field(init=False)
    stage: Stage = field(init=False)
    recording: Recording = field(init=False)

    @property
    def config(self) -> Any:
        """The present config, of the lesson's own type."""
        return self.choices.config

    def controls(self) -> None:
        """The controls in sight, then the rest under "More"."""
        lesson.controls(
            self.choices, self.text, self.presets.in_sight(self.config), self.presets.details(self.config)
        )

    def views(self) -> None:
        """The controls of what changes the view alone."""
        lesson.views(self.choices, self.text, self.figures.views_of(self.config))


def usual_panel(play: Play) -> None:
    """The controls of most lessons."""
    play.controls()
    play.views()


def storyboard(
    slug: str,
    experiment: Any,
    figures: ModuleType,
    presets: ModuleType,
    *,
    listed: Callable[..., Film],
    reveal: Callable[[Recording, Text], str | None],
    answers: str = "prediction",
    begins: Callable[[Language], Mapping[str, str]] = lambda lang: {},
    page: Callable[[Any], Any] | None = None,
    seen: Callable[[Any], Mapping[str, Sequence[str]]] = lambda config: {},
    also: Mapping[str, Mapping[str, str]] | None = None,
    panel: Callable[[Play], None] = usual_panel,
    beside: Callable[[Play, Any], Mapping[str, tuple[Any, Any]]] | None = None,
    clicks: Callable[[Play], Clicks] = lambda play: {},
    brush: Callable[[Choices], Brush] | None = None,
    draws: Callable[[Play], Draws] = lambda play: {},
    marks: Callable[[Recording, Text], Marks] = lambda recording, text: (),
    report: bool = False,
    stays: Callable[[Any], bool] = lambda config: False,
) -> None:
    """The page of a lesson.

    Args:
        slug: the lesson.
        experiment: what is recorded.
        figures: has `stage(recording, others, text, **view)`, the films, and `views_of(config)`.
        presets: has PRESETS, PREDICTION, ANSWERS, `in_sight(config)` and `details(config)`; perhaps EITHER, names
            of presets that show their point with what `begins` says as well, and ABROAD, by language and name the
            configs of presets that have an example of their own there.
        listed: the figure whose source is shown.
        reveal: what the recording says about the prediction, once it can.
        answers: the group of words that names the answers.
        begins: what a visitor of a language begins with, as in a link; the same names for every language.
        page: what of the page beside its stage depends on a config, if not only controls and views.
        seen: further views, which have no list of their own among the controls.
        also: further views of some presets.
        panel: draws the controls.
        beside: further recordings that the pictures of a config need whole, by name.
        clicks, draws, marks, report: as the stage has them.
        stays: of a config, as the stage has it.
        brush: what the learner paints with.
    """
    text = lesson.open(slug)
    begun = begins(text.lang)
    choices = Choices(slug, experiment.Config, begins=begun)
    either, abroad = getattr(presets, "EITHER", ()), getattr(presets, "ABROAD", {}).get(text.lang, {})
    tried = {
        name: (config.changed(**begun) if name in either else abroad.get(name, config), picture)
        for name, (config, picture) in presets.PRESETS.items()
    }
    depends = page or (lambda config: (*_listed(presets, config), figures.views_of(config)))

    @st.fragment(key=PLAY)
    def scene() -> None:
        config = choices.config
        view = choices.views({**figures.views_of(config), **seen(config)})
        play = Play(choices, text, figures, presets, view)
        if brush:
            play.brush = brush(choices)
        with lesson.beside_stage() as (left, right):
            with left:
                lesson.problems(choices, text)
                others = partial(beside, play) if beside else None
                play.stage = Stage(choices, experiment, text, others, report=report, stays=stays(config))
                lesson.steady(choices, play.stage, depends, tried, presets.PREDICTION)
                play.recording = play.stage.show(
                    lambda own, others: figures.stage(own, others, text, **view),
                    clicks(play),
                    draws=draws(play),
                    brush=play.brush if brush else None,
                    marks=lambda own: marks(own, text),
                )
                lesson.tries(choices, text, tried, also)
            with right:
                panel(play)
        told = lambda: reveal(play.recording, text)  # noqa: E731
        lesson.predict(choices, text, presets.PREDICTION, presets.ANSWERS, told, field=answers)

    scene()
    lesson.words(text)
    code(experiment, listed, choices, text)


def _listed(presets: ModuleType, config: Any) -> tuple[Any, Any]:
    return presets.in_sight(config), presets.details(config)
