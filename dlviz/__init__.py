"""dlviz: deep learning, trained before your eyes.

In a notebook::

    import dlviz
    descent = dlviz.lesson("gradient_descent")
    recording = dlviz.record(descent.experiment, descent.experiment.Config(landscape="beale"))
    descent.figures.plane(recording, descent.text("en"))
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dlviz.text import Language, Text, lesson_text

if TYPE_CHECKING:
    from dlviz.recording import Recording, record

__all__ = ["Lesson", "Recording", "lesson", "record"]


@dataclass(frozen=True)
class Lesson:
    """One lesson: how its recordings are made, how they are drawn, and its words."""

    slug: str

    @property
    def experiment(self) -> Any:
        """The module with `Config`, `Frame` and `run`."""
        return self._module("experiment")

    @property
    def glance(self) -> Any:
        """What is recorded for the miniature: a lighter experiment of its own where the lesson has one."""
        try:
            return self._module("glance")
        except ModuleNotFoundError as missing:
            if missing.name != f"dlviz.lessons.{self.slug}.glance":
                raise
            return self.experiment

    @property
    def figures(self) -> Any:
        """The module whose functions turn a recording into films."""
        return self._module("figures")

    def text(self, lang: Language = "ko") -> Text:
        """The words of the lesson in a language."""
        return lesson_text(self.slug, lang)

    def _module(self, name: str) -> ModuleType:
        return import_module(f"dlviz.lessons.{self.slug}.{name}")


def lesson(slug: str) -> Lesson:
    """A lesson by its slug.

    Raises:
        ValueError: there is no lesson of that name.
    """
    from dlviz.curriculum import LESSONS

    if slug not in LESSONS:
        raise ValueError(f"lesson is one of {', '.join(LESSONS)}, not {slug!r}")
    return Lesson(slug)


def __getattr__(name: str) -> Any:
    """What needs torch comes when it is asked for: a server is there two seconds sooner."""
    if name in ("Recording", "record"):
        return getattr(import_module("dlviz.recording"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
