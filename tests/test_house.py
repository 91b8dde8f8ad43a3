"""The rules of the house, kept by reading its files: who looks into which room, and what stands in none."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dlviz.curriculum import CHAPTERS, LESSONS

ROOT = Path(__file__).parents[1]

# Room by the path of a file; the first that fits.
ROOMS = {
    r"dlviz/(config|text|curriculum)\.py": "ground",
    r"dlviz/source/.*": "source",
    r"dlviz/(recording|library)\.py": "recording",
    r"dlviz/data/.*": "data",
    r"dlviz/models/.*": "models",
    r"dlviz/plots/.*": "plots",
    r"dlviz/ui/.*": "ui",
    r"dlviz/lessons/\w+/figures\w*\.py": "figures",
    r"dlviz/lessons/.*": "computing",
    r"dlviz/__init__\.py": "notebook",
    r"app\.py": "app",
    r"cloud/.*": "cloud",
    r"pages/.*": "pages",
    r"tests/.*|benchmarks/.*": "outside",
}
# Which rooms a room may look into, besides its own; "outside" sees all.
SEES = {
    "ground": set(),
    "source": {"ground"},
    "recording": {"ground"},
    "data": set(),
    "models": {"ground", "data"},
    "plots": {"ground"},
    "computing": {"ground", "data", "models"},
    "figures": {"ground", "recording", "plots", "computing"},
    "ui": {"ground", "source", "recording", "data", "models", "plots"},
    "notebook": {"ground", "recording", "plots"},
    "app": {"ui"},
    "cloud": set(),
    "pages": {"ground", "recording", "plots", "computing", "figures", "ui", "notebook"},
}
# Which rooms may load a library that is heavy or that would turn an arrow round.
LOADS = {
    "streamlit": {"app", "ui", "pages"},
    "starlette": {"app", "ui"},
    "plotly": {"plots", "ui"},
    "kaleido": {"plots"},
    "torch": {"recording", "data", "models", "computing", "ui"},
    "captum": {"models", "computing"},
    "sklearn": {"data", "models", "computing"},
    "pydantic": {"ground", "data", "models", "computing", "ui"},
}
LONGEST = {r"pages/.*\.py": 60, r"(?!README).*\.(py|js|css|md|sh)": 300}
DRAWS = {
    "random",
    "rand",
    "randn",
    "randint",
    "randperm",
    "manual_seed",
    "normal_",
    "uniform_",
    "default_rng",
}
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@cache
def files() -> list[str]:
    """The paths of all files of the repository, caches and environments left out."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        ours = [n for n in folders if not n.startswith((".", "__")) or n in (".ci", ".streamlit", ".github")]
        folders[:] = [n for n in ours if n != "node_modules" and not Path(folder, n, "pyvenv.cfg").exists()]
        found += [Path(folder, name).relative_to(ROOT).as_posix() for name in names]
    return sorted(found)


def having(pattern: str) -> list[str]:
    """The files whose whole path fits a pattern."""
    return [path for path in files() if re.fullmatch(pattern, path)]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: str) -> ast.Module:
    return ast.parse(read(path))


@cache
def room(path: str) -> str:
    """The room of a file; what of a lesson draws is `figures`, whatever it is called."""
    name = next(name for pattern, name in ROOMS.items() if re.fullmatch(pattern, path))
    draws = name == "computing" and any(module.startswith("dlviz.plots") for module in imported(path))
    return "figures" if draws else name


def imported(path: str) -> Iterator[str]:
    """The modules that a file imports, in functions too; `from a import b` is a.b where that is a module."""
    package = path.split("/")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from (inner if house_path(inner := f"{origin}.{a.name}") else origin for a in node.names)


def house_path(module: str) -> str | None:
    """The file of a module of the house."""
    path = module.replace(".", "/")
    return next((p for p in (f"{path}.py", f"{path}/__init__.py") if p in files()), None)


PYTHON = having(r"(app\.py|(dlviz|pages|cloud)/.*\.py)")


@pytest.mark.parametrize("path", PYTHON)
def test_a_room_looks_only_into_rooms_below(path: str) -> None:
    for module in imported(path):
        other = house_path(module)
        if other:
            assert room(other) in SEES[room(path)] | {room(path)}, f"{path} imports {module}"


@pytest.mark.parametrize("path", PYTHON)
def test_a_room_loads_only_its_libraries(path: str) -> None:
    for module in imported(path):
        allowed = LOADS.get(module.split(".")[0])
        assert allowed is None or room(path) in allowed, f"{path} imports {module}"


def test_a_lesson_never_imports_a_lesson() -> None:
    for path in having(r"dlviz/lessons/\w+/.*\.py"):
        lesson = path.split("/")[2]
        others = [m for m in imported(path) if re.match(rf"dlviz\.lessons\.(?!{lesson}\b)", m)]
        assert not others, f"{path} imports {others}"


def test_a_page_shows_its_own_lesson() -> None:
    for path in having(r"pages/(?!home).*\.py"):
        lessons = {m.split(".")[2] for m in imported(path) if m.startswith("dlviz.lessons.")}
        assert lessons <= {Path(path).stem}, f"{path} imports {lessons}"


def test_randomness_is_drawn_by_run_and_data_only() -> None:
    for path in PYTHON:
        if room(path) in ("plots", "figures", "ui", "pages", "ground", "source", "notebook"):
            drawn = {n.attr for n in ast.walk(tree(path)) if isinstance(n, ast.Attribute)} & DRAWS
            assert not drawn | ({"random"} & set(imported(path))), f"{path}: {drawn}"


def test_one_slug_names_folder_page_and_test() -> None:
    assert len(set(LESSONS)) == len(LESSONS) == sum(map(len, CHAPTERS.values()))
    lessons = set(LESSONS)
    assert {path.split("/")[2] for path in having(r"dlviz/lessons/\w+/.*")} == lessons
    assert {Path(path).stem for path in having(r"pages/(?!__).*\.py")} == lessons | {"home"}
    tests = {Path(path).stem.removeprefix("test_") for path in having(r"tests/lessons/test_.*\.py")}
    assert lessons <= tests
    assert all(any(test.startswith(slug) for slug in lessons) for test in tests)


def test_files_are_short() -> None:
    for pattern, most in LONGEST.items():
        for path in having(pattern):
            lines = len(read(path).splitlines())
            assert lines <= most, f"{path} has {lines} lines of at most {most}"


def test_no_file_is_named_after_nothing() -> None:
    assert not [p for p in files() if {"utils", "common", "helpers", "misc"} & set(re.split(r"[/._]", p))]


def test_no_sentence_for_a_learner_stands_in_python() -> None:
    for path in PYTHON:
        prose = {id(n.value) for n in ast.walk(tree(path)) if isinstance(n, ast.Expr)}  # docstrings
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                word = room(path) == "data" and " " not in node.value  # an example, such as a numeral
                assert word or not HANGUL.search(node.value), f"{path}:{node.lineno} {node.value!r}"
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("st."):
                for text in (
                    a for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ):
                    told = SENTENCE.search(text.value) and not text.value.lstrip().startswith("<")
                    assert not told, f"{path}:{node.lineno} {text.value!r}"


def test_no_sentence_for_a_learner_stands_in_javascript() -> None:
    told = re.compile(
        r"(textContent|innerText|title|ariaLabel|aria-label)['\"]?\s*[=,:]\s*['\"`][^'\"`]*\w \w"
    )
    for path in having(r"(dlviz|assets)/.*\.js"):
        code = re.sub(r"/\*.*?\*/|(?:^|\s)//[^\n]*", "", read(path), flags=re.S)
        assert not HANGUL.search(code), path
        assert not told.search(code), f"{path}: {told.search(code)}"


def test_no_test_is_skipped() -> None:
    quiet = {"skip", "skipif", "skip_module", "importorskip", "xfail"}
    for path in having(r"tests/.*\.py"):
        used = {n.attr for n in ast.walk(tree(path)) if isinstance(n, ast.Attribute)} & quiet
        assert not used, f"{path}: {used}"


def test_no_file_names_a_machine() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "deb." + "debian")
    places = re.compile(r"(?<![\w.])/(work|root|opt/wheels)/")
    for path in having(r"(?!assets/).*\.(py|js|css|md|sh|toml|txt|html|yml)|Makefile|\.ci/.*"):
        text = read(path)
        assert not places.search(text), f"{path}: {places.search(text)}"
        assert not any(host in text for host in hosts), path


def test_a_notebook_loads_neither_streamlit_nor_plotly_nor_the_compiler() -> None:
    check = (
        "import sys, dlviz; print([m for m in ('streamlit', 'plotly', 'torch._dynamo') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_players_files_share_one_scope_without_a_name_twice() -> None:
    names = [name for path in having(r"dlviz/ui/player/\w+\.js") for name in TOP_LEVEL.findall(read(path))]
    assert len(names) > 100
    assert {name for name in names if names.count(name) > 1} == set()
