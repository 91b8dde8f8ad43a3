"""Truths about gradients through time: torch's own cells unrolled, powers of a matrix, an open and a shut gate."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

import dlviz
from dlviz.lessons.vanishing_gradient import experiment, tasks
from dlviz.lessons.vanishing_gradient.experiment import ASIDE, LONGEST, TESTED, Config
from dlviz.lessons.vanishing_gradient.learning import CELLS, Learner, lengths
from dlviz.lessons.vanishing_gradient.presets import PREDICTION, PRESETS
from dlviz.lessons.vanishing_gradient.starts import rows_of, spectral_radius
from dlviz.models.cells import Weights

TORCH = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
SOME = (
    Config(delay=12, updates=20, hidden_size=6, batch_size=8),
    Config(delay=7, updates=20, hidden_size=5, batch_size=9, task="adding", fillers=False, forget_bias="1"),
    Config(delay=9, updates=20, hidden_size=4, batch_size=8, activation="relu", forget_bias="0", seed=3),
)
some = pytest.mark.parametrize("config", SOME, ids=["recall", "adding", "relu"])
kinds = pytest.mark.parametrize("kind", CELLS)


@cache
def recorded(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def sequences(config: Config, batches: int) -> tuple[tuple[torch.Tensor, torch.Tensor], list]:
    """What is tested, and the first batches of the training."""
    random = torch.Generator().manual_seed(config.seed + ASIDE)
    test = tasks.examples(config.task, TESTED, LONGEST, random, fillers=config.fillers)
    batch = (config.task, config.batch_size, config.delay, random)
    return test, [tasks.examples(*batch, fillers=config.fillers) for _ in range(batches)]


def plain_loss(config: Config, answers: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (
        nn.functional.cross_entropy(answers, y)
        if config.task == "recall"
        else ((answers[:, 0] - y) ** 2).mean()
    )


@some
@kinds
def test_gradients_are_those_of_torchs_own_cells_unrolled(config: Config, kind: str) -> None:
    _, [(X, y)] = sequences(config, 1)
    learner, k = Learner(config, kind), CELLS.index(kind)
    more = {"nonlinearity": config.activation} if kind == "rnn" else {}
    cell = TORCH[kind](X.shape[2], config.hidden_size, **more)
    cell.load_state_dict({name.removesuffix("_l0"): part for name, part in learner.cell.state_dict().items()})
    hidden_lengths, cell_lengths = [], []
    for b in range(len(X)):  # one sequence at a time
        h = torch.zeros(1, config.hidden_size, requires_grad=True)
        c = torch.zeros(1, config.hidden_size, requires_grad=True)
        hidden, carried = [], []
        for x in X[b]:
            if kind == "lstm":
                h, c = cell(x[None], (h, c))
            else:
                h = c = cell(x[None], h)
            hidden.append(h)
            carried.append(c)
        loss = plain_loss(config, learner.head(h), y[b, None])
        hidden_lengths.append([g.norm() for g in torch.autograd.grad(loss, hidden, retain_graph=True)])
        cell_lengths.append([g.norm() for g in torch.autograd.grad(loss, carried)])
    frame = recorded(config)[0]
    assert np.allclose(frame.hidden_gradient[k], np.mean(hidden_lengths, axis=0), rtol=1e-3, atol=1e-9)
    if kind == "lstm":
        assert np.allclose(frame.cell_gradient, np.mean(cell_lengths, axis=0), rtol=1e-3, atol=1e-9)
    assert spectral_radius(kind, learner.cell) == pytest.approx(float(frame.radius[k]), rel=1e-5)


@some
@kinds
def test_a_training_is_that_of_torchs_own_modules(config: Config, kind: str) -> None:
    """The modules as torch runs them, torch's own clipping, and an optimiser that is not fused."""
    (X_test, y_test), batches = sequences(config, 7)
    learner, k, recording = Learner(config, kind), CELLS.index(kind), recorded(config)
    more = {"nonlinearity": config.activation} if kind == "rnn" else {}
    network = type(learner.cell)(X_test.shape[2], config.hidden_size, batch_first=True, **more)
    network.load_state_dict(learner.cell.state_dict())
    weights = [*network.parameters(), *learner.head.parameters()]
    optimizer = torch.optim.Adam(weights, config.learning_rate)
    lead = tasks.LEAD[config.task]
    for update, (X, y) in enumerate(batches):
        with torch.no_grad():
            answers = learner.head(network(X_test)[0])  # (B, T, K)
            for delay in (1, config.delay, 60, LONGEST):
                said = answers[:, lead + delay - 1]
                well = (
                    said.argmax(1) == y_test if config.task == "recall" else (said[:, 0] - y_test).abs() < 0.1
                )
                share = float(recording[update].accuracy[k, delay - 1])
                assert share == pytest.approx(well.float().mean().item(), abs=1.5 / TESTED)  # ties
        loss = plain_loss(config, learner.head(network(X)[0][:, -1]), y)
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(weights, config.threshold)
        optimizer.step()
        assert float(recording[update].loss[k]) == pytest.approx(loss.item(), rel=2e-3)
        assert float(recording[update].norm[k]) == pytest.approx(norm.item(), rel=2e-2)


def test_gradients_of_a_linear_rnn_are_powers_of_its_matrix() -> None:
    config = Config(activation="linear", radius=0.8, delay=20, updates=20, hidden_size=7, batch_size=8)
    _, [(X, y)] = sequences(config, 1)
    learner = Learner(config, "rnn")
    W, V = Weights.of(learner.cell).W_hh.detach().double(), learner.head.weight.detach().double()
    p = learner.head(learner.states(X.transpose(0, 1))[-1]).detach().double().softmax(1)
    last = (p - nn.functional.one_hot(y, p.shape[1])) @ V  # dL/dh_T of every sequence, (B, H)
    powers = [torch.linalg.matrix_power(W, k) for k in range(config.steps())]
    expected = [(last @ power).norm(dim=1).mean().item() for power in reversed(powers)]
    assert np.allclose(recorded(config)[0].hidden_gradient[0], expected, rtol=1e-4)


def test_of_a_scaled_turn_they_are_powers_of_its_radius() -> None:
    config, _ = PRESETS["power"]
    found = recorded(config.changed(updates=20))[0].hidden_gradient[0].astype(float)
    assert np.allclose(found / found[-1], 0.9 ** np.arange(config.steps())[::-1], rtol=1e-3)


def test_an_lstm_that_forgets_nothing_and_writes_nothing_passes_the_gradient_unchanged() -> None:
    config = Config(delay=40)
    learner, (_, [(X, y)]) = Learner(config, "lstm"), sequences(config, 1)
    weights = Weights.of(learner.cell)
    with torch.no_grad():
        weights.W_hh.zero_()
        for gate, bias in (("forget", 40.0), ("input", -40.0)):
            rows = rows_of("lstm", learner.cell, gate)
            weights.W_xh[rows], weights.b_xh[rows], weights.b_hh[rows] = 0.0, bias, 0.0
    learner.differentiate(X, y, 0)
    found = lengths(learner.slopes.cell)
    assert found[0] > 1e-3
    assert (found == found[-1]).all()


def test_chrono_spreads_memory_over_the_delay() -> None:
    config = Config(hidden_size=64, delay=80)
    lstm, gru = Learner(config, "lstm").cell, Learner(config, "gru").cell
    total = {k: Weights.of(cell).b_xh + Weights.of(cell).b_hh for k, cell in (("lstm", lstm), ("gru", gru))}
    forget, write = (total["lstm"][rows_of("lstm", lstm, gate)] for gate in ("forget", "input"))
    assert torch.equal(write, -forget)
    for bias in (forget, total["gru"][rows_of("gru", gru, "update")]):
        times = bias.exp()
        assert times.min() >= 1
        assert times.max() <= 79
        assert times.mean().item() == pytest.approx(40, abs=4 * 22.5 / 8)  # four standard errors


@pytest.mark.parametrize("orthogonal", [False, True])
def test_the_rnn_starts_with_the_radius_that_is_chosen(orthogonal: bool) -> None:
    W = Weights.of(Learner(Config(radius=1.2, orthogonal=orthogonal), "rnn").cell).W_hh.detach()
    assert np.abs(np.linalg.eigvals(W.numpy())).max() == pytest.approx(1.2, rel=1e-4)
    turns = torch.allclose(W @ W.T, 1.44 * torch.eye(len(W)), atol=1e-4)
    assert turns == orthogonal


def test_a_clipped_step_is_as_long_as_the_threshold_allows() -> None:
    config = Config(optimizer="sgd", learning_rate=0.5, threshold=0.01, delay=5)
    learner, (_, [(X, y)]) = Learner(config, "rnn"), sequences(config, 1)
    before = [weight.detach().clone() for weight in learner.weights]
    learner.differentiate(X, y, 0)
    assert learner.norm > 0.01
    learner.step()
    moved = math.sqrt(sum((w - b).square().sum().item() for w, b in zip(learner.weights, before)))
    assert moved == pytest.approx(0.5 * 0.01, rel=1e-3)


def test_gradients_explode_without_clipping_and_not_with_it() -> None:
    free, clipped = (recorded(PRESETS[name][0]) for name in ("explode", "clip"))
    assert 0 < free[-1].diverged[0] < 4
    assert clipped[0].norm[0] == free[0].norm[0]
    assert clipped[-1].accuracy[0, 49] > 0.9
    assert np.isnan(free[-1].hidden_gradient[0]).all()
    assert (free[-1].diverged[1:] == -1).all()
    assert free.ended is None
    assert np.isfinite(free[-1].loss[1:]).all()
    assert (clipped[-1].diverged == -1).all()
    assert 5_000 < free[0].hidden_gradient[0, 0] / free[0].hidden_gradient[0, -1] < 20_000


def test_the_default_shows_who_remembers() -> None:
    recording = recorded(Config())
    rnn, gru, lstm = recording[-1].accuracy[:, 49]
    assert min(gru, lstm) >= 0.95
    assert rnn < 0.4
    share = recording[-1].hidden_gradient[:, 0] / recording[-1].hidden_gradient[:, -1]
    assert share[0] < 1e-6 < 1e-4 < min(share[1:])


def test_the_other_presets_keep_their_promises() -> None:
    last = {}
    for name in ("short", "shut", "turn", "adding"):
        config, _ = PRESETS[name]
        last[name] = recorded(config)[-1].accuracy[:, config.delay - 1]
    assert last["short"].min() > 0.95
    assert last["shut"].max() < 0.4
    assert last["turn"][0] > 0.95
    assert last["adding"][0] < 0.3 < 0.9 < last["adding"][1:].min()
    assert recorded(PREDICTION)[-1].accuracy[:, 49].max() < 0.4  # a bias of 1 is not enough for 50 steps


def test_a_symbol_is_shown_once_and_two_early_numbers_are_marked() -> None:
    random = torch.Generator().manual_seed(0)
    X, y = tasks.examples("recall", 50, 9, random)
    assert torch.equal(X[:, 0].argmax(1), y)
    assert X[:, 1:, : tasks.SYMBOLS].sum() == 0
    assert (X.sum(2) == 1).all()
    X, y = tasks.examples("adding", 4000, 9, random)
    assert X.shape == (4000, 14, 2)
    assert (X[:, : tasks.MARKED, 1].sum(1) == 2).all()
    assert X[:, tasks.MARKED :, 1].sum() == 0
    assert torch.allclose((X[..., 0] * X[..., 1]).sum(1), y)
    middle = tasks.right(torch.ones(4000, 1), y).float().mean().item()
    assert middle == pytest.approx(tasks.chance("adding"), abs=4 * 0.4 / 4000**0.5)
    assert not tasks.examples("adding", 5, 9, random, fillers=False)[0][:, tasks.MARKED :].any()
