"""Truths about typed formulas: the allowed ones mean what numpy means, the others are refused, why and where."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlviz.lessons.gradient_descent.formula import LONGEST, TYPED, FormulaError, checked_formula, read_formula

X, Y = np.meshgrid(np.linspace(-3, 3, 13), np.linspace(-2, 4, 13))
NUMPY = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "floor": np.floor, "min": np.minimum, "max": np.maximum,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0), "pi": np.pi, "e": np.e,
}  # fmt: skip


def by_numpy(text: str) -> np.ndarray:
    with np.errstate(all="ignore"):
        return eval(text, {"__builtins__": {}, **NUMPY, "x": X, "y": Y}) + 0 * X  # the tests' own texts only


def refusal_of(text: str) -> FormulaError | None:
    try:
        read_formula(text)(torch.tensor([1.0]), torch.tensor([2.0]))
    except FormulaError as refusal:
        return refusal
    return None


def by_torch(text: str) -> np.ndarray:
    return read_formula(text)(torch.tensor(X), torch.tensor(Y)).numpy()


@pytest.mark.parametrize(
    "text",
    [
        TYPED, "x", "  y + 0.5 ", "-x**2 + +y", "2**x/3 - y", "x**-2", "x**0.5", "x**y", "1/x", "3 - 2*pi*x*e/y",
        "sin(x)*cos(y) + tan(x/9)", "exp(-x*x-y*y)", "log(abs(x) + 1)", "sqrt(x*x + y*y)", "sinh(x) - cosh(y)",
        "tanh(x) + sigmoid(y)*relu(x)", "floor(x) + 0*y", "min(x, y) + max(x, 2) + max(1, y) + min(0.5, x)",
        "(x + 3e-2)*(y - .5) + sin(pi/6)*x", "log(x) + sqrt(y)", "2**3**2*x", "-2**2 + x", "x - y - 1", "x/y/2",
        "+".join(["x"] * 60),
    ],
)  # fmt: skip
def test_a_formula_means_what_numpy_means(text: str) -> None:
    np.testing.assert_allclose(by_torch(text), by_numpy(text), rtol=1e-12, atol=1e-12)


leaves = st.sampled_from(["x", "y", "pi", "e", "2", "0.5", "7"])
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh", "sigmoid", "relu", "abs"]), inner).map(
            "{0[0]}({0[1]})".format
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map("{0[0]}({0[1]}, {0[2]})".format),
        st.tuples(inner, st.sampled_from(["2", "3", "-1"])).map("({0[0]})**{0[1]}".format),
        inner.map("-{0}".format),
    ),
    max_leaves=6,
)


@given(formulas)
def test_every_formula_of_the_grammar_is_refused_with_a_reason_or_means_what_numpy_means(text: str) -> None:
    refusal = refusal_of(text)
    if refusal:
        assert refusal.reason in {"too_long", "flat", "constant"}
        assert refusal.piece in text
    else:
        np.testing.assert_allclose(by_torch(text), by_numpy(text), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "reason", "at", "piece"),
    [
        ("", "empty", 0, ""),
        ("   ", "empty", 0, ""),
        ("x + foo", "name", 4, "foo"),
        ("  x + foo", "name", 6, "foo"),
        ("x + X", "name", 4, "X"),
        ("x ^ 2", "operator", 2, "^"),
        ("(x) ^ (y)", "operator", 4, "^"),
        ("x // 2", "operator", 2, "//"),
        ("x % 2", "operator", 2, "%"),
        ("x < y", "operator", 0, "x < y"),
        ("x if y else 1", "operator", 0, "x if y else 1"),
        ("x and y", "operator", 0, "x and y"),
        ("~x", "operator", 0, "~x"),
        ("sin", "function", 0, "sin"),
        ("eval(x)", "function", 0, "eval"),
        ("x(y)", "function", 0, "x"),
        ("y + sin(x)(y)", "function", 4, "sin(x)"),
        ("sin(x, y)", "arguments", 0, "sin(x, y)"),
        ("1 + max(x)", "arguments", 4, "max(x)"),
        ("sin(x=y)", "arguments", 0, "sin(x=y)"),
        ("sin(*x)", "syntax", 4, "*x"),
        ("x.__class__", "syntax", 0, "x.__class__"),
        ("x[0]", "syntax", 0, "x[0]"),
        ("lambda: 0", "syntax", 0, "lambda: 0"),
        ("[x]", "syntax", 0, "[x]"),
        ("x, y", "syntax", 0, "x, y"),
        ("x*2j", "number", 2, "2j"),
        ("x + True", "number", 4, "True"),
        ("x + 1e31", "constant", 4, "1e31"),
        ("x/(1/0)", "constant", 3, "1/0"),
        ("x*log(0-1)", "constant", 2, "log(0-1)"),
        ("x**99", "exponent", 3, "99"),
        ("2 + pi", "flat", 0, "2 + pi"),
        ("__import__('os')", "character", 11, "'"),
        ("__import__(x)", "function", 0, "__import__"),
        ("x # y", "character", 2, "#"),
        ("x\n+ y", "character", 1, "\n"),
        ("х + 1", "character", 0, "х"),  # a Cyrillic look-alike
        ("x + ｙ", "character", 4, "ｙ"),  # a full-width one, which Python would read as y
        ("x − y", "character", 2, "−"),
        ("9**9**9**9 + x", "exponent", 6, "9**9"),
        ("9**9**9 + x", "exponent", 3, "9**9"),
        ("-" * 100 + "x", "too_deep", 64, "-" * 36 + "x"),
        ("(" * 500, "too_long", LONGEST, "(" * 20),
        ("x" * 10_000, "too_long", LONGEST, "x" * 20),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_its_reason_and_place(
    text: str, reason: str, at: int, piece: str
) -> None:
    with pytest.raises(FormulaError) as refused:
        read_formula(text)
    assert (refused.value.reason, refused.value.at, refused.value.piece) == (reason, at, piece)


@pytest.mark.parametrize(
    "text", ["x := 2", "x +", "2x", "sin x", "x = 2", "(x", "(" * 100, "x)", "1..2", "def f(): x"]
)
def test_what_python_cannot_read_is_refused_at_a_place_in_the_text(text: str) -> None:
    with pytest.raises(FormulaError) as refused:
        read_formula(text)
    assert refused.value.reason == "syntax"
    assert refused.value.piece == text[refused.value.at]


@given(st.text(max_size=130) | st.text("xy()+-*/^. 019esincolgmax,_'\"\\", max_size=LONGEST))
def test_any_text_is_read_or_refused_and_quickly(text: str) -> None:
    begun = process_time()
    refusal = refusal_of(text)
    if refusal:
        assert 0 <= refusal.at <= len(text)
        assert refusal.piece in text
    assert process_time() - begun < 2  # a guard against texts that take for ever, not a measurement


def test_a_formula_needs_a_height_somewhere_in_the_view() -> None:
    assert checked_formula("log(x - 2)", 5) == "log(x - 2)"
    with pytest.raises(FormulaError) as refused:
        checked_formula("log(x - 2)", 1)
    assert refused.value.reason == "not_a_number_everywhere"


@pytest.mark.parametrize("text", [TYPED, "max(x, 0.3)*0.1 + 2**y", "relu(x) + abs(y)**1.5"])
def test_one_ball_and_many_have_the_same_heights_and_slopes_to_the_bit(text: str) -> None:
    surface = read_formula(text)
    many = torch.tensor([[1.5, -0.25, 2.0], [0.75, 3.0, -1.0]], requires_grad=True)
    heights = surface(*many)
    heights.nansum().backward()
    assert heights.dtype == torch.float32
    for column in range(3):
        one = many.detach()[:, column].clone().requires_grad_()
        height = surface(*one)
        height.backward()
        assert torch.equal(height, heights[column]) or bool(height.isnan())
        assert torch.equal(one.grad, many.grad[:, column]) or bool(height.isnan())
