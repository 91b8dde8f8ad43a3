"""A formula f(x, y) that a learner typed, read from a whitelist of Python's syntax into torch operations."""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable

import torch
from torch import Tensor

Surface = Callable[..., Tensor]  # (x, y) of any shape -> heights of that shape

TYPED = "sin(3*x)*cos(2*y) + (x**2 + y**2)/8"  # before the learner types: 35 minima in view
LONGEST = 120  # characters
DEEPEST = 64  # operations inside operations
LARGEST = 1e30  # of a number; float32 ends at 3.4e38
STEEPEST = 32  # of an exponent that is a number

CONSTANTS = {"pi": torch.pi, "e": torch.e}
OPERATORS: dict[type[ast.AST], Surface] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def smaller(a: Tensor | float, b: Tensor | float) -> Tensor:
    """The smaller of two, of which one may be a number."""
    return -larger(-a, -b)


def larger(a: Tensor | float, b: Tensor | float) -> Tensor:
    """The larger of two, of which one may be a number."""
    like = a if isinstance(a, Tensor) else torch.as_tensor(b)
    return torch.maximum(*(v if isinstance(v, Tensor) else like.new_tensor(v) for v in (a, b)))


FUNCTIONS: dict[str, Surface] = {
    "sin": torch.sin,
    "cos": torch.cos,
    "tan": torch.tan,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "floor": torch.floor,
    "min": smaller,
    "max": larger,
}
PAIRS = {"min", "max"}  # functions of two


class FormulaError(ValueError):
    """A formula that is not read, why, and where.

    Attributes:
        reason: "empty", "too_long", "character", "syntax", "too_deep", "name", "function", "arguments",
            "operator", "number" (not a real one), "constant" (a part without x or y that is too large or no
            number), "exponent" (too large), "flat" (neither x nor y in it) or "not_a_number_everywhere".
        at: place of the piece, in characters from the start.
        piece: the offending part of the formula.
    """

    def __init__(self, reason: str, at: int = 0, piece: str = "") -> None:
        super().__init__(f"{reason} at {at}: {piece}")
        self.reason, self.at, self.piece = reason, at, piece


@functools.lru_cache(maxsize=256)
def read_formula(text: str) -> Surface:
    """The surface that a formula describes.

    Raises:
        FormulaError: it is not one, or uses what is not on the whitelist.
    """
    refuse_odd_characters(text)
    try:
        tree = ast.parse(text.strip(" "), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        at = (getattr(error, "offset", None) or 1) - 1 + len(text) - len(text.lstrip(" "))
        at = min(max(at, 0), len(text) - 1)
        raise FormulaError("syntax", at, text[at]) from None
    meaning = FormulaReader(text).read(tree)
    if isinstance(meaning, float):
        raise FormulaError("flat", 0, text)
    return meaning


def refuse_odd_characters(text: str) -> None:
    """Nothing but one short line of plain ASCII reaches the parser: no look-alikes, comments, line breaks."""
    if len(text) > LONGEST:
        raise FormulaError("too_long", LONGEST, text[LONGEST : LONGEST + 20])
    if not text.strip(" "):
        raise FormulaError("empty")
    for at, character in enumerate(text):
        if not (" " <= character <= "~") or character in "#\\\"'":
            raise FormulaError("character", at, character)


class FormulaReader:
    """Turns a tree of syntax into one function of x and y; a branch without either is a number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.indent = len(text) - len(text.lstrip(" "))

    def refusal(self, reason: str, node: ast.expr) -> FormulaError:
        """Says where a branch stands in the text."""
        start, end = self.indent + node.col_offset, self.indent + (node.end_col_offset or node.col_offset)
        return FormulaError(reason, start, self.text[start:end])

    def read(self, node: ast.expr, depth: int = 1) -> Surface | float:
        """The meaning of one branch."""
        if depth > DEEPEST:
            raise self.refusal("too_deep", node)
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self.number(float(min(value, 2 * LARGEST)), node)
            case ast.Constant():
                raise self.refusal("number", node)
            case ast.Name(id="x"):
                return lambda x, y: x
            case ast.Name(id="y"):
                return lambda x, y: y
            case ast.Name(id=name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.Name(id=name):
                raise self.refusal("function" if name in FUNCTIONS else "name", node)
            case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
                return self.apply(OPERATORS[type(op)], [operand], node, depth)
            case ast.BinOp(op=ast.Pow(), left=left, right=right):
                exponent = self.read(right, depth + 1)
                if isinstance(exponent, float) and abs(exponent) > STEEPEST:
                    raise self.refusal("exponent", right)
                return self.apply(operator.pow, [left, right], node, depth)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATORS:
                return self.apply(OPERATORS[type(op)], [left, right], node, depth)
            case ast.BinOp(left=left, right=right):
                raise self.refused_operator(left, right)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in FUNCTIONS:
                if keywords or len(args) != (2 if name in PAIRS else 1):
                    raise self.refusal("arguments", node)
                return self.apply(FUNCTIONS[name], args, node, depth)
            case ast.Call(func=func):
                raise self.refusal("function", func)
            case ast.UnaryOp() | ast.Compare() | ast.BoolOp() | ast.IfExp() | ast.NamedExpr():
                raise self.refusal("operator", node)
            case _:
                raise self.refusal("syntax", node)

    def refused_operator(self, left: ast.expr, right: ast.expr) -> FormulaError:
        """Points at the sign between two branches, e.g. ^ where ** is meant."""
        start, end = self.indent + (left.end_col_offset or 0), self.indent + right.col_offset
        sign = self.text[start:end].strip(" ()")
        return FormulaError("operator", self.text.index(sign, start), sign)

    def number(self, value: float, node: ast.expr) -> float:
        """A part without x and y is worked out at once, and must stay a number that float32 can hold."""
        if not abs(value) <= LARGEST:
            raise self.refusal("constant", node)
        return value

    def apply(
        self, operation: Surface, branches: list[ast.expr], node: ast.expr, depth: int
    ) -> Surface | float:
        """An operation on branches: a number if they all are, else a function of x and y."""
        meanings = [self.read(branch, depth + 1) for branch in branches]
        numbers = [meaning for meaning in meanings if isinstance(meaning, float)]
        if len(numbers) == len(meanings):
            return self.number(operation(*torch.tensor(numbers, dtype=torch.float64)).item(), node)

        def surface(x: Tensor, y: Tensor) -> Tensor:
            return operation(*(m if isinstance(m, float) else m(x, y) for m in meanings))

        return surface


def checked_formula(text: str, extent: float) -> str:
    """The formula itself, if it has a height somewhere in the view.

    Raises:
        FormulaError: it cannot be read, or has no finite height for any x, y within ±extent.
    """
    line = torch.linspace(-extent, extent, 41)
    x, y = torch.meshgrid(line, line, indexing="xy")
    if not read_formula(text)(x, y).isfinite().any():
        raise FormulaError("not_a_number_everywhere", 0, text)
    return text
