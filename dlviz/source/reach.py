"""What of the house a piece of code needs, followed from name to name through the modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dlviz.source.modules import Definition, External, Folder, House, Module, Target
from dlviz.source.scope import FUNCTIONS, IMPORTS, Use

TYPES_ONLY = ("jaxtyping",)  # packages that say shapes in annotations and do nothing
Edit = tuple[int, int, str]


@dataclass
class Reach:
    """The code that some statements of one module need.

    Attributes:
        house: where modules are read.
        replaced: a class whose own statement is left out; of its body the methods in use are kept.
        kept: statements by module, and in `methods` the class's.
    """

    house: House
    replaced: type | None = None
    kept: dict[str, list[ast.stmt]] = field(default_factory=dict)
    methods: list[tuple[Module, ast.stmt]] = field(default_factory=list)
    externals: dict[Any, External] = field(default_factory=dict)
    _names: dict[Any, str] = field(default_factory=dict)
    _attributes: set[str] = field(default_factory=set)
    _avoid: dict[Any, set[str]] = field(default_factory=dict)
    _pending: list[tuple[Module, ast.stmt]] = field(default_factory=list)

    def follow(self, module: Module, statements: list[ast.stmt]) -> None:
        """Keeps these statements and all that they need."""
        for statement in statements:
            self._keep(module, statement)
        self._settle()
        while self._annotated() | self._own_methods():
            self._settle()

    def need(self, module: str, attr: str) -> str:
        """Asks for `from module import attr`, and tells the name that it has."""
        external = External(module, attr, attr)
        self._reach(external)
        return self.name(external)

    def name(self, target: Target) -> str:
        """The one name of a thing in the code that is written; two things never share one."""
        key = target.key if isinstance(target, External) else target
        if key not in self._names:
            wish = target.name if not isinstance(target, Folder) else target.module.rpartition(".")[2]
            last = target.module.rpartition(".")[2]
            taken = {*self._names.values(), *self._avoid.get(key, ())}
            longer = ("_" if wish.startswith("_") else "") + f"{last}_{wish.lstrip('_')}"
            for name in (wish, longer, *(f"{longer}_{k}" for k in range(2, 99))):
                if name not in taken:
                    self._names[key] = name
                    break
        return self._names[key]

    def modules(self) -> list[Module]:
        """The modules with something kept, each after those that it imports."""
        order: list[str] = []

        def visit(name: str, seen: tuple[str, ...]) -> None:
            module = self.house.module(name)
            if module is None or name in order or name in seen:
                return
            for statement in module.statements:
                for origin in self._origins(module, statement):
                    visit(origin, (*seen, name))
            order.append(name)

        for name in list(self.kept):
            visit(name, ())
        return [module for name in order if name in self.kept and (module := self.house.module(name))]

    def statements(self, module: Module) -> list[ast.stmt]:
        """What is kept of a module, in its order."""
        return sorted(self.kept.get(module.name, ()), key=lambda statement: statement.lineno)

    def text(self, module: Module, node: ast.stmt) -> str:
        """A statement as it is written, with the names that things have here."""
        first, last = module.first_line(node), node.end_lineno or node.lineno
        begin, end = module.offset(first, 0), module.offset(last + 1, 0)
        source = b"".join(module.lines)
        edits = sorted(self._edits(module, node))
        text, at = b"", begin
        for start, stop, new in edits:
            text, at = text + source[at:start] + new.encode(), stop
        return (text + source[at:end]).decode().rstrip("\n")

    def imported(self) -> Iterator[str]:
        """The modules from outside that the code imports, at the top or inside a function."""
        yield from (external.module for external in self.externals.values())
        for module, statement in self._all():
            for inner in self.house.uses(statement).imports:
                if not any(True for _ in self._origins(module, inner)):
                    yield from [inner.module or ""] if isinstance(inner, ast.ImportFrom) else _names(inner)

    def replaces(self, target: Target | None) -> bool:
        """Whether this is the class that is written anew."""
        owner = self.replaced
        return bool(owner) and target == Definition(owner.__module__, owner.__qualname__)  # type: ignore[union-attr]

    def _keep(self, module: Module, statement: ast.stmt) -> None:
        kept = self.kept.setdefault(module.name, [])
        if statement not in kept and not isinstance(statement, IMPORTS):
            kept.append(statement)
            self._pending.append((module, statement))

    def _settle(self) -> None:
        while self._pending:
            module, statement = self._pending.pop(0)
            read = self.house.uses(statement)
            self._attributes |= read.attributes
            for use, target, used in self._targets(module, statement):
                if target is None or use.annotation:
                    continue
                self._reach(target)
                if used or use.local or (isinstance(target, Definition) and target.name != use.name):
                    key = target.key if isinstance(target, External) else target
                    self._avoid.setdefault(key, set()).update(read.locals)

    def _reach(self, target: Target) -> None:
        if isinstance(target, External):
            self.externals.setdefault((*target.key, target.module), target)
        elif isinstance(target, Definition):
            module = self.house.module(target.module)
            assert module is not None
            if self.replaces(target):
                self.kept.setdefault(module.name, [])
                return
            for statement in self.house.statements(target):
                self._keep(module, statement)
        else:
            raise ValueError(
                f"the code uses the module {target.module} as a value; name what it takes from it"
            )

    def _targets(self, module: Module, node: ast.stmt) -> Iterator[tuple[Use, Target | None, int]]:
        """What the names of a statement stand for, but those of packages that only annotate."""
        for use in self.house.uses(node).names:
            target, used = self.house.target(module, use)
            outside = isinstance(target, External)
            if outside and use.local:
                continue  # imported inside the function, and stays there
            if outside and target.module in TYPES_ONLY:  # type: ignore[union-attr]
                continue
            yield use, target, used

    def _all(self) -> list[tuple[Module, ast.stmt]]:
        kept = [
            (self.house.module(name), statement) for name, list_ in self.kept.items() for statement in list_
        ]
        return [*((module, statement) for module, statement in kept if module), *self.methods]

    def _annotated(self) -> bool:
        """Keeps what annotations need: imports, and names for types; never classes and functions."""
        before = len(self.externals), sum(map(len, self.kept.values()))
        for module, statement in self._all():
            for use, target, _ in self._targets(module, statement):
                if use.annotation and (isinstance(target, External) or self._is_alias(target)):
                    self._reach(target)  # type: ignore[arg-type]
        return before != (len(self.externals), sum(map(len, self.kept.values())))

    def _is_alias(self, target: Target | None) -> bool:
        if not isinstance(target, Definition) or self.replaces(target):
            return False
        return all(isinstance(s, (ast.Assign, ast.AnnAssign)) for s in self.house.statements(target))

    def _own_methods(self) -> bool:
        """Keeps the methods and constants of the replaced class that somebody asks for."""
        before = len(self.methods)
        for owner in self.replaced.__mro__ if self.replaced else ():
            module = self.house.module(owner.__module__) if self.house.holds(owner.__module__) else None
            if module is None or module.name == "dlviz.config":
                continue
            body = next(
                s.body for s in module.statements if isinstance(s, ast.ClassDef) and s.name == owner.__name__
            )
            for node in body:
                known = [name for name in _class_names(node) if name in self._attributes]
                have = {name for _, other in self.methods for name in _class_names(other)}
                if known and not have & set(known):
                    self.methods.append((module, node))
                    self._pending.append((module, node))
        return len(self.methods) != before

    def _edits(self, module: Module, node: ast.stmt) -> Iterator[Edit]:
        for use, target, used in self._targets(module, node):
            first, last = use.nodes[0], use.nodes[used]
            start = module.offset(first.lineno, first.col_offset)
            stop = module.offset(last.end_lineno or 0, last.end_col_offset or 0)
            if use.annotation and isinstance(target, Definition) and not self._has(target):
                yield start, stop, "object"
            elif target is not None and not isinstance(target, Folder):
                old = ".".join([use.name, *use.chain[:used]])
                if old != (new := self.name(target)):
                    if b"".join(module.lines)[start:stop].decode() != old:
                        raise ValueError(
                            f"{old!r} stands inside an f-string of {module.name}: name it before"
                        )
                    yield start, stop, new
        yield from self._own_name(module, node)
        for part in self.house.uses(node).subscripts:
            yield from self._shape(module, part)
        for statement in self.house.uses(node).imports:
            if any(True for _ in self._origins(module, statement)):
                stop = module.offset((statement.end_lineno or 0) + 1, 0)
                yield module.offset(statement.lineno, 0), stop, ""

    def _own_name(self, module: Module, node: ast.stmt) -> Iterator[Edit]:
        """The name after `def` or `class`."""
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.col_offset == 0:
            new = self.name(Definition(module.name, node.name))
            if new != node.name:
                line = module.lines[node.lineno - 1].decode()
                place = re.match(r"(async\s+def|def|class)\s+", line)
                assert place is not None
                start = module.offset(node.lineno, len(place[0].encode()))
                yield start, start + len(node.name.encode()), new

    def _shape(self, module: Module, part: ast.Subscript) -> Iterator[Edit]:
        """`Float[np.ndarray, "T 2"]` becomes `np.ndarray  # T 2`: the script needs no package for shapes."""
        base = self.house.find(module, part.value.id)  # type: ignore[attr-defined]
        if isinstance(base, External) and base.module in TYPES_ONLY and isinstance(part.slice, ast.Tuple):
            kind, shape = part.slice.elts
            yield module.offset(part.lineno, part.col_offset), module.offset(kind.lineno, kind.col_offset), ""
            stop = module.offset(part.end_lineno or 0, part.end_col_offset or 0)
            ends = not module.lines[(part.end_lineno or 0) - 1][part.end_col_offset :].strip()
            note = f"  # {str(shape.value).strip()}" if ends and isinstance(shape, ast.Constant) else ""
            yield module.offset(kind.end_lineno or 0, kind.end_col_offset or 0), stop, note

    def _has(self, target: Definition) -> bool:
        kept = self.kept.get(target.module, ())
        return self.replaces(target) or any(s in kept for s in self.house.statements(target))

    def _origins(self, module: Module, statement: ast.stmt) -> Iterator[str]:
        """The modules of the house that an import names."""
        if isinstance(statement, ast.ImportFrom) and self.house.holds(self.house.origin(module, statement)):
            origin = self.house.origin(module, statement)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names if self.house.holds(alias.name))


def _names(statement: ast.stmt) -> list[str]:
    return [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []


def _class_names(node: ast.stmt) -> Iterator[str]:
    """What a statement in a class's body adds to the class, fields left out."""
    if isinstance(node, FUNCTIONS):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and "ClassVar" in ast.unparse(node.annotation):
        yield node.target.id  # type: ignore[union-attr]
