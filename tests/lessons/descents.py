"""What the truths about gradient descent share: races, heights, and slopes by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from dlviz.config import Config
from dlviz.lessons.gradient_descent import experiment
from dlviz.lessons.gradient_descent.optimizers import OptimizerName
from dlviz.lessons.gradient_descent.surfaces import VIEWS, Landscape, load_examples, make_surface
from dlviz.recording import Recording, record
from tests.strategies import values_of

LANDSCAPES = Landscape.__args__
OPTIMIZERS = OptimizerName.__args__
STATED = [name for name in LANDSCAPES if VIEWS[name].minima]


def race(**choices: object) -> Recording:
    return record(experiment, experiment.Config(**choices))


def configs(kind: type[Config], **always: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Configs over the whole domain; some fields always drawn, from a strategy of their own."""
    fields = {name: values_of(kind, name) for name in kind.model_fields if name not in always}
    return st.fixed_dictionaries(always, optional=fields).map(lambda chosen: kind(**chosen))


def height_of(landscape: str, standardize: bool = True) -> Callable[..., Tensor]:
    """f(x, y) of a landscape with its training data filled in."""
    surface = make_surface(landscape, experiment.Config().formula, 10.0)
    train, _ = load_examples(landscape, 0, standardize)
    return lambda x, y: surface(x, y, *train)


def central_difference(f: Callable[..., Tensor], x: Tensor, y: Tensor, h: float = 1e-5) -> Tensor:
    along_x = (f(x + h, y) - f(x - h, y)) / (2 * h)
    along_y = (f(x, y + h) - f(x, y - h)) / (2 * h)
    return torch.stack((along_x, along_y))
