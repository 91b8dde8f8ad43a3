"""What this learner has chosen: a config in the session, and in the URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st
from pydantic import ValidationError

from dlviz.config import Config, Problem, domain
from dlviz.text import Text
from dlviz.ui.site import presenting, redraw

REMEMBERED = 50  # queries that this session has written itself


class Choices:
    """The config of one lesson in this session: read from the link, changed by controls, clicks and presets.

    Args:
        slug: the lesson.
        config: its Config.
        linked: whether the address line speaks of this lesson.
        begins: choices, as in a link, that a visitor without a link begins with; links always spell them.
    """

    def __init__(
        self,
        slug: str,
        config: type[Config],
        *,
        linked: bool = True,
        begins: Mapping[str, str] | None = None,
    ) -> None:
        self.slug, self.type, self._begins = slug, config, begins or {}
        blank: dict[str, Any] = {"written": [], "problems": [], "refused": {}, "step": None}
        blank |= {"views": {}, "seen": {}, "viewed": {}, "turns": {}, "awaited": False, "page": None}
        self._state = st.session_state.setdefault(f"choices:{slug}", blank) if linked else blank
        self._query = st.query_params.to_dict() if linked else {}
        self._read_link(self._query)

    @property
    def config(self) -> Any:
        """The present config, of the lesson's own type."""
        return self._state["config"]

    @property
    def problems(self) -> list[Problem]:
        """What the link held that could not be used."""
        problems: list[Problem] = self._state["problems"]
        return problems

    @property
    def step(self) -> int | None:
        """The step that the link names."""
        step: int | None = self._state["step"]
        return step

    @property
    def awaited(self) -> bool:
        """Whether the page waits for what the recording will show."""
        awaited: bool = self._state["awaited"]
        return awaited

    @awaited.setter
    def awaited(self, awaited: bool) -> None:
        self._state["awaited"] = awaited

    def refused(self, field: str) -> ValidationError | None:
        """Why the last entry of a field was not taken."""
        error: ValidationError | None = self._state["refused"].get(field)
        return error

    @property
    def _locked(self) -> frozenset[str]:
        return presenting().locked & self.type.model_fields.keys()

    def may(self, config: Config) -> bool:
        """Whether a config leaves alone what a teacher's link locks."""
        return not any(self._differs(name, config) for name in self._locked)

    def set(self, config: Config, *, by: str | None = None) -> None:
        """Chooses a config as a whole, but for what is locked; `by` is the field whose widget did it, if one did."""
        if not self.may(config):
            try:
                config = config.changed(**{name: getattr(self.config, name) for name in self._locked})
            except ValidationError:
                return  # it cannot be had without what is locked
        self._turn(name for name in self.type.model_fields if self._differs(name, config) and name != by)
        self._state |= {"config": config, "problems": [], "refused": {}}
        self._remember()

    def change(self, *, by: str | None = None, **values: Any) -> None:
        """Changes some choices; an entry that cannot be used is kept in its field, with the reason."""
        try:
            self.set(self.config.changed(**values), by=by)
        except ValidationError as error:
            self._state["refused"] = {**self._state["refused"], **dict.fromkeys(values, error)}

    def view(self, name: str, options: Sequence[str]) -> str:
        """What is chosen of the view alone; the first option unless another one was."""
        chosen: str = self._state["views"].get(name, self._query.get(name))
        chosen = chosen if chosen in options else options[0]
        self.shows(name, chosen)
        self._state["seen"] = {**self._state["seen"], name: "" if chosen == options[0] else chosen}
        return chosen

    def shown(self, name: str) -> str | None:
        """What the widget of a view has shown last."""
        value: str | None = self._state["viewed"].get(name)
        return value

    def shows(self, name: str, value: str | None, *, by: str | None = None) -> None:
        """Tells what the widget of a view shows: another one takes its place where it showed something else."""
        if by != name and self._state["viewed"].get(name, value) != value:
            self._turn((f"view.{name}",))
        self._state["viewed"] = {**self._state["viewed"], name: value}

    def views(self, options: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """What is chosen of each view."""
        return {name: self.view(name, values) for name, values in options.items()}

    @property
    def query(self) -> dict[str, str]:
        """The choices and the view as URL parameters, defaults omitted."""
        return {
            **self._spelled(),
            **{name: view for name, view in self._state["seen"].items() if view},
        }

    @property
    def own(self) -> list[str]:
        """The URL parameters that speak of this lesson."""
        return [*self.type.model_fields, *self._state["seen"]]

    def set_view(self, name: str, option: str, *, by: str | None = None) -> None:
        """Chooses what is seen, not what is recorded; what a teacher's link locks stays."""
        if presenting().locks(name):
            return
        self._turn(() if by == name else (f"view.{name}",))
        self._state["views"] = {**self._state["views"], name: option}
        self.shows(name, option, by=name)

    def key(self, field: str) -> str:
        """The key of a field's widget, another one after each change from elsewhere; see `heard`."""
        turn = self._state["turns"].get(field, 0)
        return f"{self.slug}.{field}" + (f".{turn}" if turn else "")

    def changer(self, field: str, read: Callable[[Any], Any] = lambda value: value) -> Callable[[], None]:
        """A callback that takes over what a field's widget holds."""
        key = self.key(field)

        def take() -> None:
            before = self._look()
            self.change(by=field, **{field: read(st.session_state[key])})
            page = self._state["page"]
            if page and before == self._look():
                redraw(page[0])

        return self.heard(field, take)

    def heard(self, field: str, take: Callable[..., None]) -> Callable[..., None]:
        """A callback of a field's present widget: once that is replaced, what it still says is not taken.

        A browser that has not heard of a change from elsewhere sends the old widgets once more, and for Streamlit,
        which has forgotten their values but not their callbacks, each of them has just changed.
        """
        key = self.key(field)

        def call(*args: Any) -> None:
            if key == self.key(field):
                take(*args)

        return call

    def steady(self, stage: str, page: Callable[[Any], Any]) -> None:
        """Lets a widget's change rerun the fragment `stage` alone while all that `page` gives of a config stays."""
        self._state["page"] = stage, page

    def _look(self) -> tuple[Any, ...]:
        """What the page shows beside its stage."""
        page = self._state["page"]
        refused = {name: str(error) for name, error in self._state["refused"].items()}
        return page and page[1](self.config), bool(self.problems), refused, self._state["turns"]

    def _differs(self, field: str, config: Config) -> bool:
        return "config" in self._state and getattr(self.config, field) != getattr(config, field)

    def _turn(self, fields: Iterable[str]) -> None:
        turns = self._state["turns"]
        self._state["turns"] = {**turns, **{field: turns.get(field, 0) + 1 for field in fields}}

    def _read_link(self, query: Mapping[str, str]) -> None:
        link = {name: query[name] for name in self.type.model_fields if name in query}
        if "config" in self._state and (not link or link in self._state["written"]):
            return  # the address line follows this session, some messages behind
        config, problems = self.type.from_query({**self._begins, **link})
        self._turn(name for name in self.type.model_fields if self._differs(name, config))
        self._state |= {
            "config": config,
            "refused": {},
            "step": self._linked_step(query.get("step"), config, problems),
        }
        self._state["problems"] = problems
        self._remember()
        self._state["written"].append(link)

    def _linked_step(self, text: str | None, config: Config, problems: list[Problem]) -> int | None:
        if text is None:
            return None
        if text.isascii() and text.isdigit() and len(text) < 7 and int(text) < config.length():
            return int(text)
        problems.append(Problem("step", text, 0))
        return None

    def _spelled(self) -> dict[str, str]:
        """The choices as a link spells them."""
        query: dict[str, str] = {**self.config.spelled(self._begins), **self.config.to_query()}
        return query

    def _remember(self) -> None:
        self._state["written"] = [*self._state["written"], self._spelled()][-REMEMBERED:]


def held(config: type[Config], clicked: Mapping[str, float]) -> dict[str, Any]:
    """What a click chooses, held inside the domains of its fields; a logarithmic field is clicked by its logarithm."""
    values: dict[str, Any] = {}
    for name, place in clicked.items():
        bounds = domain(config, name)
        value = 10.0 ** min(float(place), 300) if bounds.log else float(place)
        values[name] = min(max(float(f"{value:.4g}"), bounds.low), bounds.high)
    return values


def quoted(value: str) -> str:
    """What somebody else wrote, as it reads, whatever Markdown would make of it."""
    return "`" + value[:40].replace("`", "'").replace("\n", " ") + "`"


def shown(text: Text, field: str, value: Any) -> str:
    """A field's value in the learner's language."""
    if isinstance(value, tuple):
        return ", ".join(text.option(field, member) for member in value)
    name = f"option.{field}.{value}"
    return text(name) if text.has(name) else f"{value:.4g}" if isinstance(value, float) else str(value)
