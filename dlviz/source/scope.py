"""Which names of its module a piece of code uses, and where they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
NESTED = (*FUNCTIONS, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Import = tuple[ast.stmt, ast.alias]


@dataclass(frozen=True)
class Use:
    """One place where code names something of its module.

    Attributes:
        name: as it is bound in the module, or by an import inside a function.
        chain: the attributes asked of it, e.g. ("nn", "Linear") of `torch.nn.Linear`.
        nodes: the name's node, then one per attribute.
        annotation: whether it stands in a type annotation.
        local: the import inside a function that binds it, if one does.
    """

    name: str
    chain: tuple[str, ...]
    nodes: tuple[ast.expr, ...]
    annotation: bool
    local: Import | None = None


@dataclass
class Uses:
    """What a piece of code uses.

    Attributes:
        names: uses of names of the module.
        attributes: every attribute that is asked of anything.
        imports: imports inside functions.
        locals: names of arguments and variables.
        subscripts: `Name[...]`, which may be the shape of an array.
    """

    names: list[Use] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    imports: list[ast.stmt] = field(default_factory=list)
    locals: set[str] = field(default_factory=set)
    subscripts: list[ast.Subscript] = field(default_factory=list)


def uses(code: ast.AST) -> Uses:
    """Reads one statement of a module or of a class."""
    reader = _Reader()
    reader.visit(code)
    return reader.found


def bound(statement: ast.stmt) -> Iterator[str]:
    """The names of its module that a statement binds, or changes as in `TABLE["key"] = value`."""
    if isinstance(statement, ast.Expr):
        return
    for node in _shallow(statement):
        yield from _named(node)
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            base: ast.expr = node
            while isinstance(base, (ast.Subscript, ast.Attribute)):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id


def _named(node: ast.AST) -> Iterator[str]:
    """The names that this very node binds."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, IMPORTS):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name


def _shallow(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement, but not what is inside functions, classes and comprehensions."""
    yield node
    if not isinstance(node, NESTED):
        for child in ast.iter_child_nodes(node):
            yield from _shallow(child)


class _Reader(ast.NodeVisitor):
    """Walks code with the local names of the scopes around it in hand."""

    def __init__(self) -> None:
        self.found = Uses()
        self._scopes: list[tuple[ast.AST, dict[str, Import | None]]] = []
        self._annotation = False

    def visit_Name(self, node: ast.Name) -> None:
        self._use(node, [], [node])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        nodes: list[ast.expr] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            chain, nodes, inner = [inner.attr, *chain], [inner, *nodes], inner.value
        self.found.attributes.update(chain)
        if isinstance(inner, ast.Name):
            self._use(inner, chain, [inner, *nodes])
        else:
            self.visit(inner)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name):
            self.found.subscripts.append(node)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotations([node.annotation])
        self._all([node.value, node.target])

    def visit_FunctionDef(self, node: Any) -> None:
        self._all([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        self._annotations([node.returns, *(argument.annotation for argument in _arguments(node.args))])
        self._inside(node, node.body, [argument.arg for argument in _arguments(node.args)])

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all([*node.args.defaults, *node.args.kw_defaults])
        self._inside(node, [node.body], [argument.arg for argument in _arguments(node.args)])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._all([*node.decorator_list, *node.bases, *node.keywords])
        self._inside(node, node.body, [])

    def visit_ListComp(self, node: Any) -> None:
        targets = [
            name for part in node.generators for inner in ast.walk(part.target) for name in _named(inner)
        ]
        self._inside(node, list(ast.iter_child_nodes(node)), targets)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Import(self, node: Any) -> None:
        self.found.imports.append(node)

    visit_ImportFrom = visit_Import

    def _use(self, node: ast.Name, chain: list[str], nodes: list[ast.expr]) -> None:
        local = None
        for depth, (owner, names) in enumerate(reversed(self._scopes)):
            if node.id in names and (depth == 0 or not isinstance(owner, ast.ClassDef)):
                local = names[node.id]
                if local is None:
                    return
                break
        self.found.names.append(Use(node.id, tuple(chain), tuple(nodes), self._annotation, local))

    def _annotations(self, annotations: Iterable[ast.AST | None]) -> None:
        before, self._annotation = self._annotation, True
        self._all(annotations)
        self._annotation = before

    def _all(self, parts: Iterable[ast.AST | None]) -> None:
        for part in parts:
            if part is not None:
                self.visit(part)

    def _inside(self, owner: ast.AST, body: list[Any], names: list[str]) -> None:
        """Reads a body; a name that is bound anywhere in it is local to all of it."""
        scope: dict[str, Import | None] = dict.fromkeys(names)
        shared: set[str] = set()
        for node in (node for part in body for node in _shallow(part)):
            if isinstance(node, IMPORTS):
                scope.update({a.asname or a.name.split(".")[0]: (node, a) for a in node.names})
            elif isinstance(node, ast.Global):
                shared.update(node.names)
            else:
                scope.update(dict.fromkeys(_named(node)))
        self.found.locals.update(scope)
        self._scopes.append((owner, {name: bind for name, bind in scope.items() if name not in shared}))
        self._all(body)
        self._scopes.pop()


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]
