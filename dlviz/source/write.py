"""The code behind a recording: a listing to read, a script and a notebook that run without this app."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from dlviz.config import Config, domain
from dlviz.source.modules import Definition, External, House, Module
from dlviz.source.reach import Reach

DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow"}
WIDTH = 110

SCRIPT = """
import json
import torch
from {experiment} import {config}, run
from dlviz.source.numbers import numbers

if __name__ == "__main__":
    torch.set_num_threads(1)  # another number of threads may round in another way
    frames = list(run({config}()))
    last = numbers(frames[-1])
    print("step:", len(frames) - 1)
    for name, value in last.items():
        print(f"{{name}}: {{value}}"[:110])
    print(json.dumps(last))
"""

NOTEBOOK = """
import json
import numpy as np
import torch
from {experiment} import {config}, run
from dlviz.source.numbers import numbers

torch.set_num_threads(1)  # another number of threads may round in another way
frames = list(run({config}()))
len(frames)

last = numbers(frames[-1])
print(json.dumps(last))

try:
    import matplotlib.pyplot as plt
except ImportError:  # the numbers above need no plotting library
    print("matplotlib: pip install matplotlib")
else:
    tracks = {{name: np.array([getattr(frame, name) for frame in frames]) for name in last}}
    tracks = {{name: track for name, track in tracks.items() if track.dtype.kind == "f" and track[0].size < 16}}
    tracks = {{name: track for name, track in tracks.items() if track.ndim < 3 and np.isfinite(track).any()}}
    figure, axes = plt.subplots(len(tracks) or 1, 1, figsize=(8, 2 * len(tracks) or 1), squeeze=False)
    for axis, (name, track) in zip(axes[:, 0], tracks.items()):
        axis.plot(track)
        axis.set(ylabel=name)
    plt.show()
"""
CELLS = (3, 2, 1)  # statements of NOTEBOOK in each of its cells


def listing(experiment: Any, name: str = "run") -> str:
    """The source that ran, as it is written: `run` and what it uses of the lesson and of the shared models.

    Args:
        experiment: a module of a lesson.
        name: the function to begin with.
    """
    house, module = _open(experiment)
    reach = Reach(house)
    reach.follow(module, module.bindings[name])
    lesson = module.name.rpartition(".")[0]
    near = [m for m in reach.modules() if m.name.startswith((lesson + ".", "dlviz.models."))]
    parts = []
    for part in sorted(near, key=lambda m: m is not module):
        parts.append(f"# {part.path()}")
        parts += [part.text(statement) for statement in reach.statements(part)]
    return _spaced(parts)


def script(experiment: Any, config: Config, labels: Mapping[str, str] | None = None) -> str:
    """A Python file that computes the recording of a config anew and prints its last frame.

    It needs torch, numpy and what else `run` imports, but nothing of this house. The last line that it prints
    is the last frame as JSON, see `numbers`.

    Args:
        experiment: a module of a lesson.
        config: the choices, which become the defaults of the script.
        labels: what a field is called, for a comment beside it.
    """
    reach, _ = _reach(experiment, config, SCRIPT)
    sections = list(_sections(reach, config, labels or {}))
    opening = f'"""{(experiment.__doc__ or experiment.__name__).strip()}"""\n\n# {_pip(reach)}\n\n'
    return opening + _spaced([_imports(reach), *(text for _, text in sections)])


def notebook(
    experiment: Any, config: Config, title: str, intro: str = "", labels: Mapping[str, str] | None = None
) -> str:
    """The same as a Jupyter notebook: imports, parts, config, run, the numbers, and a plot of what is scalar.

    Args:
        experiment: a module of a lesson.
        config: the choices.
        title: the heading.
        intro: Markdown below it.
        labels: what a field is called.
    """
    reach, tail = _reach(experiment, config, NOTEBOOK)
    cells = [_cell(f"# {title}" + (f"\n\n{intro}" if intro else ""), "markdown")]
    cells += [_cell(f"# %{_pip(reach)}"), _cell(_imports(reach))]
    group: list[str] = []
    for kind, text in _sections(reach, config, labels or {}):
        alone = kind in ("config", "run", "tail")
        if group and (alone or kind == "module"):
            cells.append(_cell(_spaced(group)))
            group = []
        if kind == "tail":
            continue
        if alone:
            cells.append(_cell(text))
        else:
            group.append(text)
    statements = iter(reach.statements(tail))
    for count in CELLS:
        cells.append(_cell("\n".join(reach.text(tail, next(statements)) for _ in range(count))))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book = {"cells": cells, "metadata": {"kernelspec": python}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _open(experiment: Any, config: Config | None = None) -> tuple[House, Module]:
    given = config.embedded() if config else None
    house = House("dlviz", experiment.__name__.split(".")[0], given=given)
    module = house.module(experiment.__name__)
    assert module is not None
    return house, module


def _reach(experiment: Any, config: Config, template: str) -> tuple[Reach, Module]:
    """What the template, filled in for this experiment, needs."""
    house, module = _open(experiment, config)
    reach = Reach(house, type(config))
    for name in ("Config", "Frame", "run"):
        if isinstance(target := house.find(module, name), Definition):
            reach.name(target)  # they keep their names, whoever else has one of these
    tail = Module("tail", template.format(experiment=experiment.__name__, config="Config"))
    house.add(tail)
    reach.need("dataclasses", "dataclass")
    reach.follow(tail, tail.statements)
    return reach, tail


def _sections(reach: Reach, config: Config, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The parts in the order in which they run: ("module" | "code" | "config" | "run" | "tail", text)."""
    owner = type(config)
    for module in reach.modules():
        if module.name != "tail":
            yield "module", f"# {module.path()}"
        parts = [
            (s.lineno, "run" if getattr(s, "name", "") == "run" else "code", reach.text(module, s))
            for s in reach.statements(module)
        ]
        if module.name == owner.__module__:
            line = module.bindings[owner.__qualname__][0].lineno
            parts.append((line, "config", _config(reach, config, labels)))
        for _, kind, text in sorted(parts):
            yield ("tail" if module.name == "tail" else kind), text


def _config(reach: Reach, config: Config, labels: Mapping[str, str]) -> str:
    """A frozen dataclass whose defaults are the choices made."""
    decorator, owner = reach.need("dataclasses", "dataclass"), type(config)
    lines = [
        f"@{decorator}(frozen=True)",
        f"class {reach.name(Definition(owner.__module__, owner.__qualname__))}:",
    ]
    for name in owner.model_fields:
        value = getattr(config, name)
        kind = "tuple[str, ...]" if isinstance(value, tuple) else type(value).__name__
        line = f"    {name}: {kind} = {_literal(value)}"
        note = "; ".join(filter(None, [" ".join(labels.get(name, "").split()), _choices(owner, name)]))
        lines.append(f"{line}  # {note}" if note and len(line) + len(note) + 4 <= WIDTH else line)
    for module, node in sorted(reach.methods, key=lambda method: method[1].lineno):
        lines += ["", reach.text(module, node)]
    return "\n".join(lines)


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return (
            "("
            + "".join(f"{_literal(item)}, " for item in value).removesuffix(" " if len(value) == 1 else ", ")
            + ")"
        )
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _choices(owner: type[Config], name: str) -> str:
    allowed = domain(owner, name)
    if allowed.options:
        return " | ".join(allowed.options)
    return f"{allowed.low:g} ... {allowed.high:g}" if allowed.kind in ("integer", "number") else ""


def _imports(reach: Reach) -> str:
    plain: dict[bool, set[str]] = {True: set(), False: set()}
    named: dict[str, set[str]] = {}
    for external in reach.externals.values():
        name = reach.name(external)
        if external.attr:
            named.setdefault(external.module, set()).add(_as(external.attr, name))
        else:
            whole = external.module if name == external.module.split(".")[0] else _as(external.module, name)
            plain[_standard(external)].add(f"import {whole}")
    groups = []
    for standard in (True, False):
        froms = [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(named.items())
            if (module.split(".")[0] in sys.stdlib_module_names) is standard
        ]
        groups.append("\n".join([*sorted(plain[standard]), *froms]))
    return "\n\n".join(filter(None, ["from __future__ import annotations", *groups]))


def _as(thing: str, name: str) -> str:
    return thing if thing == name else f"{thing} as {name}"


def _standard(external: External) -> bool:
    return external.module.split(".")[0] in sys.stdlib_module_names


def _pip(reach: Reach) -> str:
    """The line that installs what the code imports, in the versions that ran here."""
    roots = {name.split(".")[0] for name in reach.imported()} - set(sys.stdlib_module_names)
    names = sorted(DISTRIBUTIONS.get(root, root) for root in roots - {"matplotlib"})
    return "pip install " + " ".join(f"{n}=={importlib.metadata.version(n).split('+')[0]}" for n in names)


def _cell(source: str, kind: str = "code") -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def _spaced(parts: list[str]) -> str:
    """Parts one below the other: constants close together, all else apart."""
    text = parts[0]
    for before, part in zip(parts, parts[1:]):
        headed, constants = before.startswith("# "), "\n" not in before and "\n" not in part
        text += (
            "\n\n" if headed and "\n" not in before else "\n" if constants and part[0] != "#" else "\n\n\n"
        ) + part
    return text + "\n"
