"""The modules of the house as text: which statement binds a name, and what an import leads to."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dlviz.source.scope import IMPORTS, Use, Uses, bound, uses


@dataclass(frozen=True)
class External:
    """A name from outside: `import module`, `import module as name`, `from module import attr as name`."""

    module: str
    attr: str | None
    name: str

    @property
    def key(self) -> tuple[str, str | None, bool]:
        """Equal for imports that lead to the same thing."""
        plain = self.attr is None and self.name == self.module.split(".")[0]
        return (self.name if plain else self.module, self.attr, plain)


@dataclass(frozen=True)
class Definition:
    """A name that a module of the house binds itself."""

    module: str
    name: str


@dataclass(frozen=True)
class Folder:
    """A module of the house as a value."""

    module: str


Target = External | Definition | Folder


class Module:
    """One file.

    Attributes:
        name: dotted.
        statements: of the file's top level, those under `if TYPE_CHECKING` included.
        bindings: the statements that bind a name or change what it stands for.
    """

    def __init__(self, name: str, text: str, package: str = "") -> None:
        self.name, self.package = name, package
        self.lines = text.encode().splitlines(keepends=True)  # columns of the syntax tree count bytes
        self.tree = ast.parse(text)
        self.statements: list[ast.stmt] = []
        for statement in self.tree.body:
            checking = isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)
            self.statements += statement.body if checking else [statement]  # type: ignore[attr-defined]
        self.bindings: dict[str, list[ast.stmt]] = {}
        for statement in self.statements:
            for binding in dict.fromkeys(bound(statement)):
                self.bindings.setdefault(binding, []).append(statement)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def offset(self, line: int, column: int) -> int:
        """The place of a syntax tree's line and column in the file's bytes."""
        return self._starts[line - 1] + column

    def first_line(self, node: ast.stmt) -> int:
        """The line where a statement begins, with its decorators and the comment right above."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        indent = b" " * node.col_offset
        while first > 1 and self.lines[first - 2].startswith(indent + b"#"):
            first -= 1
        return first

    def text(self, node: ast.stmt) -> str:
        """A statement as it is written, with the comment above."""
        return b"".join(self.lines[self.first_line(node) - 1 : node.end_lineno]).decode().rstrip("\n")

    def path(self) -> str:
        """The name as a path, for a heading."""
        return self.name.replace(".", "/") + ".py"


class House:
    """Reads modules of the house when they are first asked for.

    Args:
        packages: whose modules belong to the house.
        given: text by dotted name, in place of what a module itself says under that name.
    """

    def __init__(self, *packages: str, given: Mapping[str, str] | None = None) -> None:
        self._packages, self._given = packages, given or {}
        self._modules: dict[str, Module | None] = {}
        self._uses: dict[ast.AST, Uses] = {}

    def holds(self, module: str) -> bool:
        """Whether a module belongs to the house."""
        return module.split(".")[0] in self._packages

    def add(self, module: Module) -> None:
        """Takes in a module that has no file."""
        self._modules[module.name] = module

    def module(self, name: str) -> Module | None:
        """A module by its dotted name, or None when there is none."""
        if name not in self._modules:
            try:
                spec = importlib.util.find_spec(name)
            except ModuleNotFoundError:
                spec = None
            self._modules[name] = None
            if spec:  # a folder without __init__.py has no text
                text = Path(spec.origin).read_text(encoding="utf-8") if spec.origin else ""
                package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
                self._modules[name] = self._rewritten(Module(name, text, package))
        return self._modules[name]

    def _rewritten(self, module: Module) -> Module:
        for dotted, text in self._given.items():
            place, _, name = dotted.rpartition(".")
            if place == module.name:
                (node,) = module.bindings[name]
                lines = [line.decode() for line in module.lines]
                lines[module.first_line(node) - 1 : node.end_lineno] = [text + "\n"]
                module = Module(module.name, "".join(lines), module.package)
        return module

    def statements(self, target: Definition) -> list[ast.stmt]:
        """The statements that bind a name of the house, or change what it stands for."""
        module = self.module(target.module)
        return module.bindings.get(target.name, []) if module else []

    def uses(self, node: ast.AST) -> Uses:
        """What a statement uses; read once."""
        if node not in self._uses:
            self._uses[node] = uses(node)
        return self._uses[node]

    def target(self, module: Module, use: Use) -> tuple[Target | None, int]:
        """What a use stands for, and how many of its attributes lead there."""
        target = self._imported(module, *use.local, use.name) if use.local else self.find(module, use.name)
        used = 0
        while isinstance(target, Folder) and used < len(use.chain):
            folder = self.module(target.module)
            assert folder is not None
            inner = self.find(folder, use.chain[used]) or self._folder(f"{target.module}.{use.chain[used]}")
            if inner is None:
                break
            target, used = inner, used + 1
        return target, used

    def find(self, module: Module, name: str) -> Target | None:
        """What a name of a module stands for; None for a builtin."""
        statements = module.bindings.get(name)
        if not statements:
            return None
        statement = statements[-1]
        if not isinstance(statement, IMPORTS):
            return Definition(module.name, name)
        alias = next(a for a in statement.names if (a.asname or a.name.split(".")[0]) == name)
        return self._imported(module, statement, alias, name)

    def origin(self, module: Module, statement: ast.ImportFrom) -> str:
        """The module that `from ... import` names, relative dots resolved."""
        if not statement.level:
            return statement.module or ""
        parts = module.package.split(".")
        base = parts[: len(parts) - statement.level + 1]
        return ".".join([*base, *([statement.module] if statement.module else [])])

    def _imported(self, module: Module, statement: ast.stmt, alias: ast.alias, name: str) -> Target | None:
        if isinstance(statement, ast.ImportFrom):
            origin = self.origin(module, statement)
            if not self.holds(origin):
                return External(origin, alias.name, name)
            source = self.module(origin)
            found = source and self.find(source, alias.name)
            return found or self._folder(f"{origin}.{alias.name}")
        if self.holds(alias.name):
            return Folder(alias.name if alias.asname else alias.name.split(".")[0])
        return External(alias.name, None, name)

    def _folder(self, name: str) -> Folder | None:
        return Folder(name) if self.module(name) else None
