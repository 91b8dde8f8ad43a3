"""Any valid config of a lesson, read from its declaration."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from dlviz.config import Config, domain


def configs(kind: type[Config], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Config]:
    """Configs over the whole domain of every field; `fixed` replaces the strategy of some, e.g. of a typed text."""
    fields = {name: fixed[name] if name in fixed else values_of(kind, name) for name in kind.model_fields}

    def made(chosen: dict[str, Any]) -> Config | None:
        with suppress(ValidationError):
            return kind(**chosen)
        return None  # a rule over several fields refuses it

    return st.fixed_dictionaries({}, optional=fields).map(made).filter(bool)


def values_of(kind: type[Config], name: str) -> st.SearchStrategy[Any]:
    """All values that a field may take."""
    of = domain(kind, name)
    if of.kind == "choice":
        return st.sampled_from(of.options)
    if of.kind == "subset":
        return st.lists(st.sampled_from(of.options), min_size=1, unique=True).map(tuple)
    if of.kind == "switch":
        return st.booleans()
    if of.kind == "integer":
        return st.integers(int(of.low), int(of.high))
    return st.floats(of.low, of.high) if of.kind == "number" else st.just(kind.defaults()[name])
