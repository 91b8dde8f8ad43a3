"""Back-propagation through time, written out: how a loss after the last step hangs on every state and every weight.

At each step all that leads back is a factor of dL/dh_t, so the factors of all steps are worked out at once, and what is
left to do step by step is one product with W_hh: the one that makes gradients vanish or explode.

Sources: Werbos, Backpropagation through time, 1990; for the LSTM Gers, Schmidhuber and Cummins, 2000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from dlviz.models.cells import CellName, Step, Weights, shifted


@dataclass(frozen=True)
class Slopes:
    """How the loss changes with what happened on the way; T steps of B sequences.

    Attributes:
        hidden: with h_t, (T, B, H).
        cell: with c_t of an LSTM; as `hidden` for the others.
        read, fed: with the two halves of the sums below all gates, (T, B, kH).
    """

    hidden: Tensor
    cell: Tensor
    read: Tensor
    fed: Tensor


@torch.no_grad()
def back_through_time(
    kind: CellName, steps: Step, W_hh: Tensor, last: Tensor, slope: Callable[[Tensor], Tensor]
) -> Slopes:
    """From the last step to the first.

    Args:
        kind: which cell.
        steps: what happened at all of them, (T, B, ...).
        W_hh: by what the hidden state before is multiplied, (kH, H).
        last: dL/dh_T of every sequence, (B, H).
        slope: of a plain RNN's activation, from what it gave.
    """
    if kind == "rnn":
        return _plain(slope(steps.hidden), W_hh, last)
    if kind == "gru":
        return _gru(steps.gates, shifted(steps.hidden), steps.fed.chunk(3, dim=-1)[2], W_hh, last)
    return _lstm(steps.gates, steps.cell, W_hh, last)


def _plain(slope: Tensor, W_hh: Tensor, last: Tensor) -> Slopes:
    """h_t = φ(W_xh x_t + W_hh h_{t-1} + b)."""
    hidden, sums = [last], []
    for t in reversed(range(len(slope))):
        # dL/dh_{t-1} = (dL/dh_t ∘ φ') W_hh
        sums.append(hidden[-1] * slope[t])
        hidden.append(sums[-1] @ W_hh)
    dh, da = torch.stack(hidden[-2::-1]), torch.stack(sums[::-1])
    return Slopes(dh, dh, da, da)


def _gru(gates: Mapping[str, Tensor], h: Tensor, fed: Tensor, W_hh: Tensor, last: Tensor) -> Slopes:
    """h_t = (1 - z) ∘ g + z ∘ h_{t-1}, g = tanh(W_xg x_t + b + r ∘ (W_hg h_{t-1} + b))."""
    r, z, g = gates["reset"], gates["update"], gates["candidate"]
    new = (1 - z) * (1 - g * g)  # (T, B, H), as all here
    of_r, of_z = new * fed * r * (1 - r), (h - g) * z * (1 - z)
    factors = torch.stack([of_r, of_z, new * r], dim=2)  # (T, B, 3, H)
    hidden, sums = [last], []
    for t in reversed(range(len(z))):
        # dL/dh_{t-1} = dL/dh_t ∘ z + dL/d(W_hh h_{t-1}) W_hh
        sums.append((factors[t] * hidden[-1][:, None]).flatten(1))  # (B, 3H)
        hidden.append(torch.addmm(hidden[-1] * z[t], sums[-1], W_hh))
    dh, da = torch.stack(hidden[-2::-1]), torch.stack(sums[::-1])
    return Slopes(dh, dh, torch.cat([da[..., : -h.shape[-1]], dh * new], dim=-1), da)


def _lstm(gates: Mapping[str, Tensor], c: Tensor, W_hh: Tensor, last: Tensor) -> Slopes:
    """c_t = f ∘ c_{t-1} + i ∘ g, h_t = o ∘ tanh(c_t)."""
    i, f, g, o = gates["input"], gates["forget"], gates["candidate"], gates["output"]
    shown = c.tanh()
    out = o * (1 - shown * shown)  # (T, B, H), as all here
    parts = g * i * (1 - i), shifted(c) * f * (1 - f), i * (1 - g * g), shown * o * (1 - o)
    factors = torch.stack(parts, dim=2)  # (T, B, 4, H)
    hidden, cell, sums = [last], [], []
    belt = torch.zeros_like(last)  # what comes back along the cell state
    for t in reversed(range(len(c))):
        # dL/dc_t = dL/dc_{t+1} ∘ f_{t+1} + dL/dh_t ∘ o ∘ (1 - tanh²(c_t))
        cell.append(torch.addcmul(belt, hidden[-1], out[t]))
        ways = torch.stack([cell[-1], cell[-1], cell[-1], hidden[-1]], dim=1)  # (B, 4, H)
        sums.append((factors[t] * ways).flatten(1))
        belt = cell[-1] * f[t]
        # dL/dh_{t-1} = dL/d(W_hh h_{t-1}) W_hh
        hidden.append(sums[-1] @ W_hh)
    da = torch.stack(sums[::-1])
    return Slopes(torch.stack(hidden[-2::-1]), torch.stack(cell[::-1]), da, da)


def of_weights(slopes: Slopes, X: Tensor, hidden: Tensor) -> Weights:
    """How the loss changes with the weights: the sum over all steps of all sequences, (T, B, D), (T, B, H)."""
    h = shifted(hidden).flatten(0, 1)  # (T B, H)
    read, fed = slopes.read.flatten(0, 1), slopes.fed.flatten(0, 1)  # (T B, kH)
    return Weights(read.T @ X.flatten(0, 1), fed.T @ h, read.sum(0), fed.sum(0))
