"""What a layer is made of: how many units, which activation, which first weights."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from dlviz.data.refusal import Refusal

ActivationName = Literal["relu", "leaky", "gelu", "tanh", "sigmoid", "linear"]
InitialisationName = Literal["default", "xavier", "kaiming", "zeros", "large"]
ACTIVATIONS: tuple[str, ...] = get_args(ActivationName)
MOST_LAYERS, MOST_UNITS = 6, 8
BOUNDED = ("tanh", "sigmoid")  # never beyond ±1
LEAK = 0.01  # slope of the leaky ReLU below 0


def checked_hidden(text: str) -> str:
    """The text itself, if it names the units of no more than six layers, such as "4-2".

    Raises:
        Refusal: "layers" or "units".
    """
    parts = text.split("-") if text else []
    if len(parts) > MOST_LAYERS:
        raise Refusal("layers", MOST_LAYERS, text)
    for at, part in enumerate(parts):
        if not re.fullmatch(f"[1-{MOST_UNITS}]", part, re.ASCII):
            raise Refusal("units", at, part)
    return text


def checked_activations(text: str, hidden: str) -> str:
    """The text itself, if it names one activation for all layers or one for each, such as "tanh-relu".

    Raises:
        Refusal: "activation" (there is none of that name) or "activations" (as many as layers, or one).
    """
    parts = text.split("-")
    for at, part in enumerate(parts):
        if part not in ACTIVATIONS:
            raise Refusal("activation", at, part)
    if len(parts) not in (1, len(sizes_of(hidden))):
        raise Refusal("activations", len(parts), text)
    return text


def sizes_of(hidden: str) -> tuple[int, ...]:
    """Units of each hidden layer, of "4-2": (4, 2)."""
    return tuple(int(part) for part in hidden.split("-")) if hidden else ()


def activations_of(activations: str, hidden: str) -> tuple[str, ...]:
    """The activation of each hidden layer."""
    parts, layers = activations.split("-"), len(sizes_of(hidden))
    return tuple(parts if len(parts) == layers else parts[:1] * layers)


def activate(name: str, z: Tensor, out: Tensor) -> Tensor:
    """a = f(z), written into `out`."""
    if name == "tanh":
        return torch.tanh(z, out=out)
    if name == "sigmoid":
        return torch.sigmoid(z, out=out)
    if name == "relu":
        return torch.clamp(z, min=0, out=out)
    if name == "leaky":
        return torch.maximum(z, LEAK * z, out=out)
    if name == "gelu":
        return torch.mul(z, torch.special.ndtr(z), out=out)  # z Φ(z)
    return out.copy_(z)


def times_slope(name: str, delta: Tensor, z: Tensor, a: Tensor, spare: Tensor) -> Tensor:
    """δ ← δ f'(z), by a = f(z) where that is less work; `spare` is room as large as δ."""
    if name == "tanh":
        return delta.addcmul_(torch.mul(delta, a, out=spare), a, value=-1)  # f' = 1 - a²
    if name == "sigmoid":
        return delta.mul_(a).addcmul_(delta, a, value=-1)  # f' = a (1 - a)
    if name == "relu":
        return delta.mul_(a > 0)
    if name == "leaky":
        return delta.mul_(torch.where(a > 0, 1.0, LEAK))
    if name == "gelu":
        density = torch.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return delta.mul_(torch.special.ndtr(z) + z * density)  # f' = Φ(z) + z φ(z)
    return delta


FIRST_WEIGHTS: dict[str, Callable[[Tensor], Tensor]] = {
    "xavier": nn.init.xavier_uniform_,
    "kaiming": nn.init.kaiming_uniform_,
    "zeros": nn.init.zeros_,
    "large": lambda weight: nn.init.normal_(weight, std=5.0),
}


def first_layer(inputs: int, outputs: int, initialisation: str) -> Tensor:
    """A layer's matrix before training, its biases as the last column, (outputs, inputs + 1).

    PyTorch's default draws weights and biases from ±1/√inputs; the others begin with biases of 0.
    """
    layer = nn.Linear(inputs, outputs)
    if initialisation in FIRST_WEIGHTS:
        FIRST_WEIGHTS[initialisation](layer.weight)
        nn.init.zeros_(layer.bias)
    return torch.cat([layer.weight, layer.bias[:, None]], dim=1).detach()
