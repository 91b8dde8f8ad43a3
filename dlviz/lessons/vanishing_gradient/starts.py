"""How a memory is set up before it learns: the recurrent matrix of an RNN, the bias of the gate that keeps."""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from dlviz.models.cells import GATES, CellName, Weights

ForgetBias = Literal["0", "1", "chrono"]
KEEP: dict[CellName, str] = {"gru": "update", "lstm": "forget"}  # the gate that says how much stays


def spectral_radius(kind: CellName, network: nn.RNNBase) -> float:
    """The largest size of an eigenvalue of the W_h that makes what is new; NaN if not all of it is finite."""
    W = Weights.of(network).W_hh.detach()[rows_of(kind, network, "candidate")].double()
    return float(torch.linalg.eigvals(W).abs().max()) if W.isfinite().all() else torch.nan


def rows_of(kind: CellName, network: nn.RNNBase, gate: str) -> slice:
    """Where the weights of a gate are among those that stand below one another."""
    first = GATES[kind].index(gate) * network.hidden_size
    return slice(first, first + network.hidden_size)


@torch.no_grad()
def set_radius(network: nn.RNNBase, radius: float, *, orthogonal: bool) -> None:
    """Gives an RNN's W_h a spectral radius.

    Args:
        network: a plain RNN.
        radius: the largest size of its eigenvalues; torch's usual start has about 1/√3.
        orthogonal: all eigenvalues have that size.

    Source: Le, Jaitly and Hinton, A simple way to initialize recurrent networks, 2015, for starts of radius 1.
    """
    W = Weights.of(network).W_hh
    if orthogonal:
        nn.init.orthogonal_(W)
    W.mul_(radius / spectral_radius("rnn", network))


@torch.no_grad()
def set_forget_bias(kind: CellName, network: nn.RNNBase, forget_bias: ForgetBias, delay: int) -> None:
    """Sets the bias of the gate that keeps: the forget gate of an LSTM, the update gate of a GRU.

    A unit whose gate is f forgets after about 1 / (1 - f) steps. Chrono draws these times evenly up to the delay,
    and lets an LSTM write as much less as it keeps more.

    Source: Jozefowicz, Zaremba and Sutskever, An empirical exploration of recurrent network architectures, 2015,
    for 1; Tallec and Ollivier, Can recurrent neural networks warp time?, 2018, for chrono.
    """
    weights, keep = Weights.of(network), rows_of(kind, network, KEEP[kind])
    if forget_bias == "chrono":
        # b_f = log u, u ~ U(1, T - 1)
        bias = torch.empty(network.hidden_size).uniform_(1, delay - 1).log()
    else:
        bias = torch.full((network.hidden_size,), float(forget_bias))
    weights.b_xh[keep], weights.b_hh[keep] = bias, 0.0
    if kind == "lstm" and forget_bias == "chrono":
        # b_i = -b_f
        write = rows_of(kind, network, "input")
        weights.b_xh[write], weights.b_hh[write] = -bias, 0.0
