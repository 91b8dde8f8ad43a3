"""The script and the notebook that a learner takes home compute the very numbers that were shown."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from dlviz import source
from dlviz.curriculum import LESSONS
from dlviz.recording import record
from tests.fixtures.lesson import experiment as fixture

# Runs a script or a notebook as if neither Streamlit nor this house were there.
ALONE = """
import codeop, json, runpy, sys

class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("streamlit", "dlviz", "tests", "jaxtyping", "pydantic"):
            raise ImportError(f"{name} is barred")

sys.meta_path.insert(0, Barred())
file = sys.argv[1]
if file.endswith(".py"):
    runpy.run_path(file, run_name="__main__")
else:
    compile, names = codeop.Compile(), {"__name__": "__main__"}
    for cell in json.load(open(file, encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "cell", "exec"), names)
"""


def experiments() -> list[Any]:
    """The modules of all lessons that have a run."""
    found = []
    for slug in LESSONS:
        folder = Path(importlib.import_module(f"dlviz.lessons.{slug}").__path__[0])
        for file in sorted(folder.glob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body):
                found.append(importlib.import_module(f"dlviz.lessons.{slug}.{file.stem}"))
    return found


LESSONS_AND_FIXTURE = pytest.mark.parametrize(
    "experiment", [fixture, *experiments()], ids=lambda e: e.__name__
)


@cache
def shown(experiment: Any, config: Any) -> dict[str, Any]:
    """The last frame, as the house records it; in JSON's words."""
    return json.loads(json.dumps(source.numbers(record(experiment, config)[-1])))


def last_line(file: Path) -> dict[str, Any]:
    """Runs a file in a fresh interpreter and reads the JSON that it ends on."""
    command = [sys.executable, "-I", "-c", ALONE, str(file)]
    windowless = os.environ | {"MPLBACKEND": "Agg"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, cwd=file.parent, env=windowless
    )
    assert done.returncode == 0, done.stderr
    return json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])


def undefined(file: Path) -> str:
    """What pyflakes' rules say of a file."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select", "F", str(file)]
    return subprocess.run(command, capture_output=True, text=True).stdout


@LESSONS_AND_FIXTURE
def test_the_script_ends_on_the_numbers_shown(experiment: Any, tmp_path: Path) -> None:
    config = experiment.Config(seed=3)
    file = tmp_path / "script.py"
    file.write_text(source.script(experiment, config, {"seed": "씨앗"}), encoding="utf-8")
    assert undefined(file) == ""
    assert last_line(file) == shown(experiment, config)


@LESSONS_AND_FIXTURE
def test_the_notebook_ends_on_the_numbers_shown(experiment: Any, tmp_path: Path) -> None:
    config = experiment.Config(seed=3)
    file = tmp_path / "notebook.ipynb"
    file.write_text(source.notebook(experiment, config, "제목 — title", "intro"), encoding="utf-8")
    nbformat.validate(nbformat.read(file, as_version=4))
    assert undefined(file) == ""
    assert last_line(file) == shown(experiment, config)


@LESSONS_AND_FIXTURE
def test_the_listing_is_the_source_that_ran(experiment: Any) -> None:
    text = source.listing(experiment)
    ast.parse(text)
    assert "def run(config: Config)" in text
    assert text.index("class Frame") < text.index("def run(")


def test_only_what_run_needs_is_in_the_script() -> None:
    text = source.script(fixture, fixture.Config())
    for absent in ("UNUSED", "def never", "Recording", "Problem", "jaxtyping", "pydantic", "def unused"):
        assert absent not in text
    for present in (
        "# The arms of a spiral.",
        'KINDS["ring"] = 3',
        "def _model_scale",
        "hidden: np.ndarray  # N H",
    ):
        assert present in text


def test_the_choices_are_the_defaults_of_the_script() -> None:
    text = source.script(fixture, fixture.Config(steps=5, parts=("b",)), {"steps": "갱신 수"})
    assert "    steps: int = 5  # 갱신 수; 1 ... 50\n" in text
    assert '    parts: tuple[str, ...] = ("b",)  # a | b\n' in text
    assert '    loss: str = "cross_entropy"' in text
