"""Recurrent cells written out step by step, every gate named: what torch.nn.RNN, GRU and LSTM compute.

Sources: Elman, Finding structure in time, 1990. Hochreiter and Schmidhuber, Long short-term memory, 1997; with the
forget gate of Gers, Schmidhuber and Cummins, 2000. Cho et al., Learning phrase representations using RNN
encoder-decoder, 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

CellName = Literal["rnn", "gru", "lstm"]
KINDS: dict[CellName, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
GATES: dict[CellName, tuple[str, ...]] = {  # in the order in which torch stacks their weights
    "rnn": ("candidate",),
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}


@dataclass(frozen=True)
class Weights:
    """The numbers of one layer; k gates below one another. They may have leading dimensions of their own.

    Attributes:
        W_xh: (kH, D), by what the input is multiplied.
        W_hh: (kH, H), by what the hidden state before is.
        b_xh, b_hh: (kH,).
    """

    W_xh: Tensor
    W_hh: Tensor
    b_xh: Tensor
    b_hh: Tensor

    @classmethod
    def of(cls, network: nn.RNNBase, layer: int = 0) -> Weights:
        """Those of a layer of torch's own module, not copied."""
        names = (f"{name}_l{layer}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        return cls(*(getattr(network, name) for name in names))


@dataclass(frozen=True)
class Step:
    """What one step computes; all (..., H).

    Attributes:
        hidden: h_t, what the step passes on and shows.
        cell: c_t of an LSTM, what it passes on inside; h_t of the others.
        gates: by name: `reset`, `update`, `input`, `forget`, `output` lie in 0 to 1, `candidate` in ±1.
        from_input, from_hidden: the two halves of the sum below each gate, biases included.
    """

    hidden: Tensor
    cell: Tensor
    gates: Mapping[str, Tensor]
    from_input: Mapping[str, Tensor]
    from_hidden: Mapping[str, Tensor]


def times(W: Tensor, x: Tensor) -> Tensor:
    """W x, for one or many of either: (..., K, D), (..., D) -> (..., K)."""
    return nn.functional.linear(x, W) if W.dim() == 2 else (W @ x.unsqueeze(-1)).squeeze(-1)


def step(
    kind: CellName,
    x: Tensor,
    hidden: Tensor,
    cell: Tensor,
    weights: Weights,
    activation: Callable[[Tensor], Tensor] = torch.tanh,
) -> Step:
    """One step of a cell.

    Args:
        kind: which.
        x: the input x_t, (..., D).
        hidden, cell: h_{t-1} and c_{t-1}, (..., H); only an LSTM reads the second.
        weights: of the layer.
        activation: of a plain RNN.
    """
    names = GATES[kind]
    from_x = dict(zip(names, (times(weights.W_xh, x) + weights.b_xh).chunk(len(names), dim=-1)))
    from_h = dict(zip(names, (times(weights.W_hh, hidden) + weights.b_hh).chunk(len(names), dim=-1)))
    if kind == "rnn":
        # h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)
        g = activation(from_x["candidate"] + from_h["candidate"])
        return Step(g, g, {"candidate": g}, from_x, from_h)
    if kind == "gru":
        # r, z = σ(W_xh x_t + W_hh h_{t-1} + b)
        r, z = ((from_x[name] + from_h[name]).sigmoid() for name in ("reset", "update"))
        # g = tanh(W_xg x_t + b + r ∘ (W_hg h_{t-1} + b))
        g = (from_x["candidate"] + r * from_h["candidate"]).tanh()
        # h_t = (1 - z) ∘ g + z ∘ h_{t-1}
        hidden = (1 - z) * g + z * hidden
        return Step(hidden, hidden, {"reset": r, "update": z, "candidate": g}, from_x, from_h)
    # i, f, o = σ(W_xh x_t + W_hh h_{t-1} + b), g = tanh(...)
    i, f, o = ((from_x[name] + from_h[name]).sigmoid() for name in ("input", "forget", "output"))
    g = (from_x["candidate"] + from_h["candidate"]).tanh()
    # c_t = f ∘ c_{t-1} + i ∘ g
    cell = f * cell + i * g
    # h_t = o ∘ tanh(c_t)
    gates = {"input": i, "forget": f, "candidate": g, "output": o}
    return Step(o * cell.tanh(), cell, gates, from_x, from_h)


def unroll(
    kind: CellName,
    inputs: Sequence[Tensor],
    weights: Weights,
    hidden: Tensor | None = None,
    cell: Tensor | None = None,
    activation: Callable[[Tensor], Tensor] = torch.tanh,
) -> list[Step]:
    """The steps of one layer over a sequence.

    Args:
        kind: which cell.
        inputs: x_1 to x_T, each (..., D); `X.unbind(dim)` makes them.
        weights: of the layer, the same at all steps.
        hidden, cell: the state before the first step, (..., H); zeros unless given.
        activation: of a plain RNN.

    Returns:
        One `Step` for each input. Gradients flow through all of them, and `steps[t].hidden` is a tensor of the
        graph: `retain_grad` on it gives dL/dh_t.
    """
    batch = torch.broadcast_shapes(inputs[0].shape[:-1], weights.W_hh.shape[:-2])
    start = inputs[0].new_zeros(*batch, weights.W_hh.shape[-1])
    hidden, cell = start if hidden is None else hidden, start if cell is None else cell
    steps = []
    for x in inputs:
        steps.append(step(kind, x, hidden, cell, weights, activation))
        hidden, cell = steps[-1].hidden, steps[-1].cell
    return steps
