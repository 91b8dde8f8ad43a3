"""A config: the whole cause of a recording, declared once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?", re.ASCII)
SEPARATOR = "~"  # between the members of a subset in a query string; needs no escaping


@dataclass(frozen=True)
class Problem:
    """One value of a link that could not be used.

    Attributes:
        field: name of the field, or of the parameter if no field has that name.
        value: what stood in the link.
        fallback: what is used instead.
        reason: a neutral id why, where the value's own rule gives one.
    """

    field: str
    value: str
    fallback: Any
    reason: str | None = None


class Config(BaseModel):
    """What can be chosen in a lesson; equal configs give equal recordings.

    A lesson's config names every choice with a bounded domain: `Literal`, a number with `ge` and `le`, `bool`,
    `str` with `max_length`, or `tuple[Literal[...], ...]` for a subset.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    seed: Annotated[int, Field(ge=0, le=9999)] = 0

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Defaults that follow from other choices, e.g. a start point from the landscape."""
        return {}

    @model_validator(mode="before")
    @classmethod
    def _follow_suggestions(cls, values: Any) -> Any:
        return {**cls.suggest(values), **values} if isinstance(values, Mapping) else values

    def length(self) -> int:
        """The number of frames that `run` yields at most."""
        raise NotImplementedError

    def embedded(self) -> dict[str, str]:
        """Functions, by dotted name, as a script must have them: what they read lies on this server alone."""
        return {}

    def changed(self, **values: Any) -> Self:
        """The config with some choices changed; what followed from the old choices follows from the new ones."""
        before, after = self.suggest(self.model_dump()), self.suggest({**self.model_dump(), **values})
        moved = {name for name in after if before.get(name) != after[name]}
        kept = {name: value for name, value in self.model_dump().items() if name not in moved}
        return type(self)(**{**kept, **values})

    def to_query(self) -> dict[str, str]:
        """The choices as URL parameters, defaults omitted."""
        values = self.model_dump()
        usual = {**self.defaults(), **self.suggest(values)}
        return {name: _encode(value) for name, value in values.items() if value != usual[name]}

    def spelled(self, names: Iterable[str]) -> dict[str, str]:
        """Some choices as URL parameters, defaults too: another lesson may have others."""
        return {name: _encode(getattr(self, name)) for name in names}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Self, list[Problem]]:
        """Reads URL parameters; what cannot be used falls back to its default and is named.

        Returns:
            The config, and one `Problem` per value that was out of range or of the wrong kind.
        """
        texts = {name: query[name] for name in cls.model_fields if name in query}
        values = {name: _decode(text, cls.model_fields[name]) for name, text in texts.items()}
        wrong: dict[str, str | None] = {}
        while True:
            try:
                config = cls(**{name: value for name, value in values.items() if name not in wrong})
            except ValidationError as error:
                named = {str(e["loc"][0]): _reason(e) for e in error.errors() if e["loc"]}
                new = {name: reason for name, reason in named.items() if name in values.keys() - wrong.keys()}
                wrong |= new or dict.fromkeys(
                    values
                )  # a rule over several fields names none: use none of them
            else:
                return config, [
                    Problem(name, texts[name], getattr(config, name), wrong[name])
                    for name in texts
                    if name in wrong
                ]

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """The default of every field by its name."""
        return {name: field.get_default() for name, field in cls.model_fields.items()}


@dataclass(frozen=True)
class Domain:
    """The values that a field may take, read from its declaration.

    Attributes:
        kind: "choice", "subset", "switch", "integer", "number" or "text".
        options: of a choice or subset, in order.
        low, high: bounds of a number, both included.
        log: whether a number is chosen on a logarithmic scale.
        length: the most characters of a text.
    """

    kind: Literal["choice", "subset", "switch", "integer", "number", "text"]
    options: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    length: int = 0


def domain(config: type[Config], name: str) -> Domain:
    """The domain of one field of a config."""
    return _domain(config.model_fields[name])


def _domain(field: FieldInfo) -> Domain:
    declared = field.annotation
    arguments = get_args(declared)
    if get_origin(declared) is Literal:
        return Domain("choice", options=arguments)
    if get_origin(declared) is tuple:
        return Domain("subset", options=get_args(arguments[0]))
    bounds = {
        key: getattr(rule, key)
        for rule in field.metadata
        for key in ("ge", "le", "max_length")
        if hasattr(rule, key)
    }
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if declared is bool:
        return Domain("switch")
    if declared is str:
        return Domain("text", length=bounds["max_length"])
    if declared in (int, float):
        kind: Literal["integer", "number"] = "integer" if declared is int else "number"
        return Domain(kind, low=bounds["ge"], high=bounds["le"], log=extra.get("scale") == "log")
    raise TypeError(f"a config's field is a Literal, a number, a switch, a text or a subset, not {declared}")


def _reason(error: Any) -> str | None:
    return getattr(error.get("ctx", {}).get("error"), "reason", None)


def _encode(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return SEPARATOR.join(value) if isinstance(value, tuple) else str(value)


def _decode(text: str, field: FieldInfo) -> Any:
    kind = _domain(field).kind
    if kind == "subset":
        return tuple(text.split(SEPARATOR)) if text else ()
    if kind == "switch":
        return {"1": True, "0": False}.get(text, text)
    if kind in ("integer", "number"):
        plain = NUMBER.fullmatch(text)
        return (
            (int(text) if kind == "integer" and text.lstrip("-").isdigit() else float(text))
            if plain
            else text + "?"
        )
    return text
