"""Losses of two parameters: formulas that descent is tested on, and losses of real data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor

from dlviz.data.tables import Split, breast_cancer, diabetes
from dlviz.lessons.gradient_descent.formula import Surface, read_formula

Landscape = Literal[
    "bowl",
    "rosenbrock",
    "himmelblau",
    "beale",
    "saddle",
    "rastrigin",
    "cliff",
    "formula",
    "diabetes",
    "breast_cancer",
]
FARTHEST = 1e6  # whoever is further away along x or y has diverged

# Every surface takes x and y of any one shape and returns the heights, of that shape.


def bowl(x: Tensor, y: Tensor, condition: float = 10.0) -> Tensor:
    """A valley whose walls are `condition` times as steep as its floor."""
    # f = (x² + κ y²) / 2
    return (x * x + condition * y * y) / 2


def rosenbrock(x: Tensor, y: Tensor) -> Tensor:
    """A bent, narrow valley. Source: Rosenbrock, 1960."""
    # f = (1 - x)² + 100 (y - x²)²
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def himmelblau(x: Tensor, y: Tensor) -> Tensor:
    """Four minima, all of height 0. Source: Himmelblau, 1972."""
    # f = (x² + y - 11)² + (x + y² - 7)²
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def beale(x: Tensor, y: Tensor) -> Tensor:
    """Flat in the middle, steep at the corners. Source: Beale, 1958."""
    # f = (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def saddle(x: Tensor, y: Tensor) -> Tensor:
    """Up along x, down along y, and a minimum on either side."""
    # f = x² - y² + y⁴ / 8
    return x * x - y * y + y**4 / 8


def rastrigin(x: Tensor, y: Tensor) -> Tensor:
    """A bowl full of dimples: 121 local minima in view. Source: Rastrigin, 1974."""
    # f = 20 + x² - 10 cos 2πx + y² - 10 cos 2πy
    return 20 + x * x - 10 * torch.cos(2 * torch.pi * x) + y * y - 10 * torch.cos(2 * torch.pi * y)


def cliff(x: Tensor, y: Tensor) -> Tensor:
    """A plateau that ends in a cliff, with a gentle bowl at its foot."""
    # f = 6 σ(4x) + ((x + 3)² + y²) / 30
    return 6 * torch.sigmoid(4 * x) + ((x + 3) ** 2 + y * y) / 30


def least_squares(w: Tensor, b: Tensor, feature: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of the line w x + b."""
    # f = 1/N Σ (w xᵢ + b - yᵢ)²
    error = w[..., None] * feature + b[..., None] - target  # (..., N)
    return error.square().mean(-1)  # (...)


def cross_entropy(w: Tensor, b: Tensor, feature: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy of the probabilities σ(w x + b)."""
    # f = -1/N Σ yᵢ log σ(w xᵢ + b) + (1 - yᵢ) log (1 - σ(w xᵢ + b))
    logits = w[..., None] * feature + b[..., None]  # (..., N)
    targets = target.to(logits).expand_as(logits)
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(-1)  # (...)


SURFACES: dict[str, Surface] = {
    "bowl": bowl,
    "rosenbrock": rosenbrock,
    "himmelblau": himmelblau,
    "beale": beale,
    "saddle": saddle,
    "rastrigin": rastrigin,
    "cliff": cliff,
    "diabetes": least_squares,
    "breast_cancer": cross_entropy,
}
TABLES: dict[str, Callable[[int, bool], Split]] = {"diabetes": diabetes, "breast_cancer": breast_cancer}


def make_surface(landscape: str, formula: str, condition: float) -> Surface:
    """The surface of a landscape: f(x, y), or f(w, b, feature, target) where it is a loss of data."""
    if landscape == "formula":
        return read_formula(formula)
    return partial(bowl, condition=condition) if landscape == "bowl" else SURFACES[landscape]


def load_examples(
    landscape: str, seed: int, standardize: bool
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """What a surface takes beside x and y, to train and to test: (feature, target) each, or nothing."""
    if landscape not in TABLES:
        return (), ()
    table = TABLES[landscape](seed, standardize)
    return (table.train_feature, table.train_target), (table.test_feature, table.test_target)


# staying, and eight directions, (9, 2)
AROUND = torch.cartesian_prod(*[torch.tensor([0.0, 1.0, -1.0], dtype=torch.float64)] * 2)


@dataclass(frozen=True)
class View:
    """What is seen of a landscape, and how a race on it starts.

    Attributes:
        x, y: range of the picture.
        start: a place from which the landscape shows what it is.
        learning_rate, momentum: good ones for that start.
        minima: the minima in view, stated or roughly known; empty where they are to be searched.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    start: tuple[float, float]
    learning_rate: float
    momentum: float = 0.9
    minima: tuple[tuple[float, float], ...] = ()

    @property
    def width(self) -> float:
        """The longer side."""
        return max(self.x[1] - self.x[0], self.y[1] - self.y[0])


FOUR = ((3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127))  # of Himmelblau
DIMPLES = tuple((0.995 * i, 0.995 * j) for j in range(-5, 6) for i in range(-5, 6))  # of Rastrigin
VIEWS = {
    "bowl": View((-10, 10), (-10, 10), (-9, 4), 0.15, 0.9, ((0, 0),)),
    "rosenbrock": View((-2, 2), (-1, 3), (-1.2, 1), 0.001, 0.9, ((1, 1),)),
    "himmelblau": View((-6, 6), (-6, 6), (0.6, 4.1), 0.016, 0.8, FOUR),
    "beale": View((-4.5, 4.5), (-4.5, 4.5), (1, 1.5), 0.005, 0.9, ((3, 0.5),)),
    "saddle": View((-4, 4), (-4, 4), (-3, 0.01), 0.05, 0.9, ((0, 2), (0, -2))),
    "rastrigin": View((-5.5, 5.5), (-5.5, 5.5), (5.44, -4.37), 0.005, 0.9, DIMPLES),
    "cliff": View((-9, 6), (-7.5, 7.5), (4, 3), 0.3, 0.9, ((-3, 0),)),
    "formula": View((-5, 5), (-5, 5), (-4.5, 4.5), 0.1),
    "diabetes": View((-2, 3), (-2.5, 2.5), (-1.5, 2), 0.05),
    "diabetes raw": View((-10, 20), (-20, 20), (-5, 15), 0.1),
    "breast_cancer": View((-4, 8), (-6, 6), (-3, 4), 0.2),
    "breast_cancer raw": View((-10, 20), (-20, 10), (-5, 5), 1.0),
}


def view_of(landscape: str, extent: float, standardize: bool) -> View:
    """The view of a landscape; of a typed formula it reaches from -extent to extent."""
    if landscape == "formula":
        return replace(
            VIEWS["formula"], x=(-extent, extent), y=(-extent, extent), start=(-0.9 * extent, 0.9 * extent)
        )
    return VIEWS[landscape if standardize or landscape not in TABLES else f"{landscape} raw"]


def suggested_view(chosen: Mapping[str, Any]) -> View:
    """The view of what was chosen so far; what is no landscape counts as Himmelblau's."""
    landscape, extent = str(chosen.get("landscape")), chosen.get("extent")
    landscape = landscape if landscape in get_args(Landscape) else "himmelblau"
    extent = extent if isinstance(extent, int | float) and 1 <= extent <= 10 else 5.0
    return view_of(landscape, extent, chosen.get("standardize", True) is not False)


def grid(view: View, x_count: int, y_count: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Points that cover a view, x along the rows."""
    x = torch.linspace(*view.x, x_count, dtype=dtype)
    y = torch.linspace(*view.y, y_count, dtype=dtype)
    x, y = torch.meshgrid(x, y, indexing="xy")
    return x, y  # (y_count, x_count) each


def find_minima(surface: Callable[[Tensor, Tensor], Tensor], view: View) -> tuple[Tensor, Tensor]:
    """The local minima in a view, to about seven digits, the lowest first.

    Candidates are the stated minima, else what walking down from a grid finds; Newton's method then puts them
    right. What is not lower than a ring around it is no minimum but a plain or the floor of a valley.

    Returns:
        Places (M, 2) and heights (M,), float64; M = 0 if there is none, at most 200.
    """

    def height(places: Tensor) -> Tensor:
        return surface(places[..., 0], places[..., 1]).nan_to_num(torch.inf, torch.inf, -torch.inf)

    width = view.width
    if view.minima:
        places = torch.tensor(view.minima, dtype=torch.float64)
    else:
        places = walk_down(height, lowest_of_grid(height, view), width / 80)
    places = newton(height, places)
    heights = height(places)
    isolated = (height(places[:, None] + width / 400 * AROUND[1:]) > heights[:, None] + 1e-12).all(-1)
    low, high = torch.tensor([view.x, view.y], dtype=torch.float64).T
    kept = isolated & heights.isfinite() & ((places >= low) & (places <= high)).all(-1)
    places, heights = places[kept], heights[kept]
    order = heights.round(decimals=9).argsort(stable=True)
    places, heights = places[order], heights[order]
    # of several closer than a fiftieth of the view, or at one place, the lowest stays
    twin = (torch.cdist(places, places) < width / 50).triu(1).any(0)
    return places[~twin][:200], heights[~twin][:200]


def lowest_of_grid(height: Callable[[Tensor], Tensor], view: View) -> Tensor:
    """Points of an 81 x 81 grid that no neighbour undercuts and some neighbour exceeds, (M, 2)."""
    places = torch.stack(grid(view, 81, 81, torch.float64), -1)  # (81, 81, 2)
    z = height(places)[None]
    lowest = -F.max_pool2d(-z, 3, stride=1, padding=1)
    highest = F.max_pool2d(z, 3, stride=1, padding=1)
    return places[((z == lowest) & (z < highest))[0]]


def walk_down(height: Callable[[Tensor], Tensor], places: Tensor, reach: float) -> Tensor:
    """Goes to the lowest of the eight neighbours, which move closer when none is lower, (M, 2).

    It needs no gradient, so it finds corners as those of abs(x) as well; it may get stuck in a narrow valley.
    """
    reaches = torch.full((len(places), 1, 1), reach, dtype=torch.float64)
    for _ in range(160):
        candidates = places[:, None] + reaches * AROUND  # (M, 9, 2)
        best = height(candidates).argmin(-1)  # (M,)
        places = candidates[torch.arange(len(places)), best]
        reaches = torch.where((best == 0)[:, None, None], reaches / 2, reaches)
        if (reaches <= 1e-7 * reach).all():
            break
    return places


def newton(height: Callable[[Tensor], Tensor], places: Tensor, repetitions: int = 20) -> Tensor:
    """Newton's method from each place, (M, 2); a step is made only if it leads downhill."""
    for _ in range(repetitions):
        p = places.detach().requires_grad_()
        with torch.enable_grad():
            f = height(p) + 0 * p.square().sum(-1)  # (M,); the 0 lets a plane have second derivatives
            (g,) = torch.autograd.grad(f.sum(), p, create_graph=True)  # (M, 2)
            h = [torch.autograd.grad(g[:, k].sum(), p, retain_graph=True)[0] for k in range(2)]
        (xx, xy), (_, yy) = h[0].T, h[1].T  # (M,) each
        # p ← p - H⁻¹ g
        step = torch.stack((yy * g[:, 0] - xy * g[:, 1], xx * g[:, 1] - xy * g[:, 0]), 1)
        moved = (p - step / (xx * yy - xy * xy)[:, None]).detach()
        better = height(moved) < height(places)
        if not better.any():
            break
        places = torch.where(better[:, None], moved, places)
    return places
