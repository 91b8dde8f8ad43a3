"""A script of the recurrent lesson brings its text with it, whatever was pasted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlviz import source
from dlviz.data.texts import name_of, read
from dlviz.lessons.rnn import experiment
from tests.test_source import last_line, shown, undefined

LONG = '공장 "앞"에 {a} \\ 선 공장장이\n' * 30


@pytest.mark.parametrize(
    "chosen",
    [
        {"text": "own", "own": LONG, "cell": "lstm", "layers": 2},
        {"text": "boat", "shuffle": True},
        {"task": "series", "series": "MSFT", "text": "own", "own": LONG},
        {"task": "reverse"},
    ],
    ids=["own", "saying", "series", "reverse"],
)
def test_a_script_of_any_task_ends_on_the_numbers_shown(chosen: dict[str, Any], tmp_path: Path) -> None:
    writing = read(LONG)  # held here: a process keeps what nobody holds only while there is room
    own = {"own": name_of(writing)} if "own" in chosen else {}
    config = experiment.Config(**{**chosen, **own}, updates=20)
    file = tmp_path / "script.py"
    file.write_text(source.script(experiment, config), encoding="utf-8")
    assert undefined(file) == ""
    assert last_line(file) == shown(experiment, config)
