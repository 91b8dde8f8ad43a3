"""Recurrent cells written out step by step, every gate named: what torch.nn.RNN, GRU and LSTM compute.

Sources: Elman, Finding structure in time, 1990. Hochreiter and Schmidhuber, Long short-term memory, 1997; with the
forget gate of Gers, Schmidhuber and Cummins, 2000. Cho et al., Learning phrase representations using RNN
encoder-decoder, 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
        read, fed: the two halves of the sums below all gates, W_xh x_t + b and W_hh h_{t-1} + b, (..., kH).
    """

    hidden: Tensor
    cell: Tensor
    gates: Mapping[str, Tensor]
    read: Tensor
    fed: Tensor

    @property
    def from_input(self) -> dict[str, Tensor]:
        """What the input gives each gate, (..., H)."""
        return dict(zip(self.gates, self.read.chunk(len(self.gates), dim=-1)))

    @property
    def from_hidden(self) -> dict[str, Tensor]:
        """What the hidden state before gives each gate, (..., H)."""
        return dict(zip(self.gates, self.fed.chunk(len(self.gates), dim=-1)))


def times(W: Tensor, x: Tensor) -> Tensor:
    """W x, for one or many of either: (..., K, D), (..., D) -> (..., K)."""
    return nn.functional.linear(x, W) if W.dim() == 2 else (W @ x.unsqueeze(-1)).squeeze(-1)


def affine(W: Tensor, x: Tensor, b: Tensor) -> Tensor:
    """W x + b, for one or many of each: (..., K, D), (..., D), (..., K) -> (..., K)."""
    return nn.functional.linear(x, W, b) if W.dim() == 2 else times(W, x) + b


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
    return _step(kind, affine(weights.W_xh, x, weights.b_xh), hidden, cell, weights, activation)


def _step(
    kind: CellName,
    read: Tensor,
    hidden: Tensor,
    cell: Tensor,
    weights: Weights,
    activation: Callable[[Tensor], Tensor],
) -> Step:
    """The same once the input is multiplied, (..., kH)."""
    fed = affine(weights.W_hh, hidden, weights.b_hh)  # (..., kH)
    if kind == "rnn":
        # h_t = tanh(W_xh x_t + W_hh h_{t-1} + b)
        g = activation(read + fed)
        return Step(g, g, {"candidate": g}, read, fed)
    if kind == "gru":
        size = hidden.shape[-1]
        # r, z = σ(W_xh x_t + W_hh h_{t-1} + b)
        r, z = (read[..., :-size] + fed[..., :-size]).sigmoid().chunk(2, dim=-1)
        # g = tanh(W_xg x_t + b + r ∘ (W_hg h_{t-1} + b))
        g = (read[..., -size:] + r * fed[..., -size:]).tanh()
        # h_t = (1 - z) ∘ g + z ∘ h_{t-1}
        hidden = torch.lerp(g, hidden, z)
        return Step(hidden, hidden, {"reset": r, "update": z, "candidate": g}, read, fed)
    gates = _gates_of_lstm(read + fed)
    # c_t = f ∘ c_{t-1} + i ∘ g
    cell = gates["forget"] * cell + gates["input"] * gates["candidate"]
    # h_t = o ∘ tanh(c_t)
    return Step(gates["output"] * cell.tanh(), cell, gates, read, fed)


def _gates_of_lstm(sums: Tensor) -> dict[str, Tensor]:
    """i, f, o = σ(W_xh x_t + W_hh h_{t-1} + b), g = tanh(...); (..., 4H) -> (..., H) each."""
    i, f, g, o = sums.chunk(4, dim=-1)
    return {"input": i.sigmoid(), "forget": f.sigmoid(), "candidate": g.tanh(), "output": o.sigmoid()}


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
    if weights.W_xh.dim() == 2:  # W_xh x + b does not wait for the step before
        reads = affine(weights.W_xh, torch.stack(tuple(inputs)), weights.b_xh).unbind()
    else:
        reads = tuple(affine(weights.W_xh, x, weights.b_xh) for x in inputs)
    for read in reads:
        steps.append(_step(kind, read, hidden, cell, weights, activation))
        hidden, cell = steps[-1].hidden, steps[-1].cell
    return steps


def inside(kind: CellName, X: Tensor, hidden: Tensor, weights: Weights) -> Step:
    """What all steps of one layer computed, where the states that they left are known.

    Nothing but the cell state of an LSTM waits for the step before, so that this is far quicker than `unroll`.

    Args:
        kind: which cell.
        X: x_1 to x_T, (T, B, D).
        hidden: h_1 to h_T, of a sequence that began with zeros, (T, B, H).
        weights: of the layer.

    Returns:
        One `Step` of tensors (T, B, ...).
    """
    read = affine(weights.W_xh, X, weights.b_xh)  # (T, B, kH)
    before = shifted(hidden)
    if kind != "lstm":
        made = _step(kind, read, before, before, weights, lambda sums: hidden)
        return replace(made, hidden=hidden, cell=hidden)
    fed = affine(weights.W_hh, before, weights.b_hh)
    gates = _gates_of_lstm(read + fed)
    new, f = gates["input"] * gates["candidate"], gates["forget"]
    cells = [new[0]]
    for t in range(1, len(X)):
        # c_t = i ∘ g + f ∘ c_{t-1}
        cells.append(torch.addcmul(new[t], f[t], cells[-1]))
    return Step(hidden, torch.stack(cells), gates, read, fed)


def shifted(states: Tensor) -> Tensor:
    """What each step starts from: nothing, then the state of the step before, (T, ...)."""
    return torch.cat([torch.zeros_like(states[:1]), states[:-1]])
