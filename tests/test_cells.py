"""The cells that are written out compute what torch's own do."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from dlviz.models.cells import GATES, KINDS, CellName, Weights, inside, step, unroll

CELLS: dict[CellName, Any] = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
kinds = pytest.mark.parametrize("kind", list(KINDS))


def some(kind: CellName, *, layers: int = 1) -> tuple[nn.RNNBase, torch.Tensor]:
    torch.manual_seed(0)
    return KINDS[kind](5, 7, layers, batch_first=True), torch.randn(3, 11, 5)


@kinds
def test_own_unrolling_equals_torchs_in_every_layer(kind: CellName) -> None:
    network, X = some(kind, layers=2)
    inputs = list(X.unbind(1))
    for layer in range(2):
        steps = unroll(kind, inputs, Weights.of(network, layer))
        inputs = [step.hidden for step in steps]
    outputs, last = network(X)
    assert torch.allclose(torch.stack(inputs, 1), outputs, atol=1e-6)
    if kind == "lstm":
        assert torch.allclose(steps[-1].cell, last[1][-1], atol=1e-6)


@kinds
def test_one_step_equals_torchs_cell(kind: CellName) -> None:
    own = CELLS[kind](5, 7)
    weights = Weights(own.weight_ih, own.weight_hh, own.bias_ih, own.bias_hh)
    x, h, c = torch.randn(4, 5), torch.randn(4, 7), torch.randn(4, 7)
    made = step(kind, x, h, c, weights)
    if kind == "lstm":
        hidden, cell = own(x, (h, c))
        assert torch.allclose(made.cell, cell, atol=1e-6)
    else:
        hidden = own(x, h)
    assert torch.allclose(made.hidden, hidden, atol=1e-6)


@kinds
def test_gates_are_named_and_lie_in_their_range(kind: CellName) -> None:
    network, X = some(kind)
    for made in unroll(kind, X.unbind(1), Weights.of(network)):
        assert tuple(sorted(made.gates)) == tuple(sorted(GATES[kind]))
        for name, gate in made.gates.items():
            low = -1 if name == "candidate" else 0
            assert low <= gate.min()
            assert gate.max() <= 1


@kinds
def test_many_networks_are_unrolled_at_once(kind: CellName) -> None:
    (one, X), (other, _) = some(kind), some(kind)
    for part in other.parameters():
        part.data *= 0.5
    both = [
        torch.stack(pair)
        for pair in zip(*([*vars(Weights.of(network)).values()] for network in (one, other)), strict=True)
    ]
    together = unroll(kind, X[0].unbind(0), Weights(*both))
    for k, network in enumerate((one, other)):
        alone = network(X[:1])[0][0]
        assert torch.allclose(torch.stack([made.hidden[k] for made in together]), alone, atol=1e-6)


@kinds
def test_gradients_reach_every_hidden_state(kind: CellName) -> None:
    network, X = some(kind)
    steps = unroll(kind, X.unbind(1), Weights.of(network))
    for made in steps:
        made.hidden.retain_grad()
    loss = steps[-1].hidden.square().sum()
    own = torch.autograd.grad(loss, network.all_weights[0], retain_graph=True)
    loss.backward()
    assert all(made.hidden.grad is not None and made.hidden.grad.abs().sum() > 0 for made in steps)
    theirs = torch.autograd.grad(network(X)[0][:, -1].square().sum(), network.all_weights[0])
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(own, theirs, strict=True))


def test_a_plain_rnn_may_have_another_activation() -> None:
    torch.manual_seed(0)
    network, X = torch.nn.RNN(3, 5, nonlinearity="relu", batch_first=True), torch.randn(4, 6, 3)
    steps = unroll("rnn", X.unbind(1), Weights.of(network), activation=torch.relu)
    assert torch.allclose(torch.stack([made.hidden for made in steps], 1), network(X)[0], atol=1e-6)


@kinds
def test_what_is_inside_follows_from_the_states_alone(kind: CellName) -> None:
    network, X = some(kind)
    steps = unroll(kind, X.unbind(1), Weights.of(network))
    found = inside(kind, X.transpose(0, 1), network(X)[0].transpose(0, 1), Weights.of(network))
    for part in ("hidden", "cell", "read", "fed"):
        assert torch.allclose(
            getattr(found, part), torch.stack([getattr(made, part) for made in steps]), atol=1e-6
        )
    assert list(found.gates) == list(steps[0].gates)
    for name, gate in found.gates.items():
        assert torch.allclose(gate, torch.stack([made.gates[name] for made in steps]), atol=1e-6)
