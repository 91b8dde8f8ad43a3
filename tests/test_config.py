"""Truths of configs: one declaration serves widget, link and validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from dlviz.config import Config, domain


class Race(Config):
    place: Literal["hill", "valley"] = "hill"
    who: Annotated[tuple[Literal["a", "b", "c"], ...], Field(min_length=1)] = ("a", "b")
    rate: Annotated[float, Field(ge=1e-4, le=10, json_schema_extra={"scale": "log"})] = 0.1
    start: Annotated[float, Field(ge=-5, le=5)] = 1.0
    steps: Annotated[int, Field(ge=1, le=100)] = 10
    loud: bool = False
    note: Annotated[str, Field(max_length=8)] = ""

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        return {"start": -2.0 if chosen.get("place") == "valley" else 1.0}

    def length(self) -> int:
        return self.steps


races = st.builds(
    Race,
    place=st.sampled_from(["hill", "valley"]),
    who=st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).map(tuple),
    rate=st.floats(1e-4, 10),
    start=st.floats(-5, 5),
    steps=st.integers(1, 100),
    loud=st.booleans(),
    note=st.text(max_size=8),
    seed=st.integers(0, 9999),
)


@given(races)
def test_a_link_brings_every_config_back(race: Race) -> None:
    assert Race.from_query(race.to_query()) == (race, [])


def test_defaults_are_left_out_of_a_link() -> None:
    assert Race().to_query() == {}
    assert Race(place="valley").to_query() == {"place": "valley"}
    assert Race(place="valley", start=1.0).to_query() == {"place": "valley", "start": "1"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("rate", "1e9"), ("rate", "nan"), ("rate", "fast"), ("rate", ""), ("steps", "2.5"), ("steps", "1_0"),
        ("place", "moon"), ("who", "a~z"), ("who", ""), ("loud", "perhaps"), ("note", "x" * 9), ("seed", "-1"),
    ],
)  # fmt: skip
def test_what_a_link_cannot_mean_falls_back_and_is_named(field: str, text: str) -> None:
    race, problems = Race.from_query(
        {field: text, "place" if field != "place" else "loud": "hill" if field != "place" else "1"}
    )
    assert [(p.field, p.value) for p in problems] == [(field, text)]
    assert getattr(race, field) == getattr(Race(), field)


def test_one_bad_value_spoils_no_other() -> None:
    race, problems = Race.from_query({"rate": "x", "steps": "7", "loud": "1"})
    assert (race.steps, race.loud, len(problems)) == (7, True, 1)


@given(st.dictionaries(st.sampled_from([*Race.model_fields, "other"]), st.text(max_size=20)))
def test_no_link_breaks_a_page(query: dict[str, str]) -> None:
    race, _ = Race.from_query(query)
    assert isinstance(race, Race)


def test_what_followed_from_an_old_choice_follows_from_the_new_one() -> None:
    moved = Race(start=3.0, rate=0.5)
    assert moved.changed(place="valley").start == -2.0
    assert moved.changed(place="valley").rate == 0.5
    assert moved.changed(steps=20).start == 3.0


def test_a_config_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        Race().steps = 3  # type: ignore[misc]


def test_every_kind_of_field_tells_its_domain() -> None:
    kinds = {name: domain(Race, name).kind for name in Race.model_fields}
    numbers = {"rate": "number", "start": "number", "steps": "integer", "seed": "integer"}
    assert kinds == {"place": "choice", "who": "subset", "loud": "switch", "note": "text", **numbers}
    assert domain(Race, "rate").log
    assert (domain(Race, "steps").low, domain(Race, "steps").high) == (1, 100)
