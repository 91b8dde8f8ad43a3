"""Truths about the playground's arithmetic: passes, updates, dropout and batch normalisation are PyTorch's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from dlviz.lessons.mlp_playground import experiment
from dlviz.lessons.mlp_playground.layers import ACTIVATIONS, first_layer
from dlviz.lessons.mlp_playground.losses import targets_for
from dlviz.lessons.mlp_playground.network import Board, Network
from dlviz.lessons.mlp_playground.optimizers import Optimizer
from dlviz.lessons.mlp_playground.training import draw_keep
from dlviz.recording import record

TORCH = {
    "relu": F.relu,
    "leaky": F.leaky_relu,
    "gelu": F.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "linear": lambda z: z,
}


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """Float64, in which finite differences are exact enough."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def some_network(
    activations: tuple[str, ...], loss: str, outputs: int, batch_norm: bool = False, networks: int = 1
) -> Network:
    sizes = (2, *range(3, 3 + len(activations)), outputs)
    network = Network(sizes, activations, loss, batch_norm, networks)
    network.parameters.copy_(torch.randn(len(network.parameters)))
    return network


def some_examples(classes: int, count: int = 12) -> tuple[Tensor, Tensor]:
    """Inputs with a row of ones, (3, N), and class numbers or values, (N,)."""
    target = torch.randint(classes, (count,)).double() if classes else torch.randn(count)
    return torch.cat([torch.randn(2, count), torch.ones(1, count)]), target


def by_torch(
    network: Network, x: Tensor, target: Tensor, classes: int, keep: Any = ()
) -> tuple[Tensor, Tensor]:
    """Loss and gradient as PyTorch's own layers, losses and autograd have them; for one network."""
    parameters = network.parameters.clone().requires_grad_()
    views = network.views(parameters)
    layers, norms = views[: len(network.weights)], views[len(network.weights) :]
    hidden = x[:-1].T  # (N, I)
    for layer, weight in enumerate(layers):
        hidden = F.linear(hidden, weight[0, :, :-1], weight[0, :, -1])
        if layer < len(network.activations):
            if norms:
                gamma, beta = norms[2 * layer][0, :, 0], norms[2 * layer + 1][0, :, 0]
                hidden = F.batch_norm(hidden, None, None, gamma, beta, training=True)
            hidden = TORCH[network.activations[layer]](hidden)
            hidden = hidden * keep[layer].T if keep else hidden
    if network.loss == "values":
        loss = F.mse_loss(hidden[:, 0], target) / 2
    elif network.loss == "cross_entropy" and classes == 2:
        loss = F.binary_cross_entropy_with_logits(hidden[:, 0], target)
    elif network.loss == "cross_entropy":
        loss = F.cross_entropy(hidden, target.long())
    else:
        signs = 2 * F.one_hot(target.long(), classes).double() - 1 if classes > 2 else 2 * target[:, None] - 1
        if network.loss == "hinge":
            loss = (1 - signs * hidden).clamp(min=0).sum(dim=1).mean()
        else:
            loss = F.mse_loss(torch.tanh(hidden), signs, reduction="sum") / 2 / len(target)
    loss.backward()
    assert parameters.grad is not None
    return loss.detach(), parameters.grad


CASES = [
    *(((name, "tanh"), "cross_entropy", 2) for name in ACTIVATIONS),
    *(
        (("tanh", "relu"), loss, classes)
        for loss, classes in product(("cross_entropy", "hinge", "squared"), (2, 3))
    ),
    (("gelu", "leaky", "sigmoid"), "values", 0),
    ((), "cross_entropy", 2),
]


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize(("activations", "loss", "classes"), CASES)
def test_every_gradient_is_autograds(activations: Any, loss: str, classes: int, batch_norm: bool) -> None:
    torch.manual_seed(1)
    network = some_network(activations, loss, classes if classes > 2 else 1, batch_norm)
    x, target = some_examples(classes)
    keep = draw_keep(0.3, network.sizes, 12, torch.Generator().manual_seed(0)) if activations else []
    keep = [factors.double() for factors in keep]
    board = Board(network.sizes, 12)
    network.forward(board, x[None], keep=keep, learning=True)
    gradient = network.backward(board, targets_for(loss, target, classes), keep=keep)
    assert torch.allclose(gradient, by_torch(network, x, target, classes, keep)[1], atol=1e-12)


def test_gradients_are_finite_differences() -> None:
    torch.manual_seed(2)
    network, (x, target) = some_network(("gelu", "tanh"), "squared", 1), some_examples(2)
    goal, board = targets_for("squared", target, 2), Board((2, 3, 4, 1), 12)

    def loss() -> float:
        return float(((torch.tanh(network.forward(board, x[None])[0]) - goal) ** 2).mean() / 2)

    network.forward(board, x[None])
    gradient = network.backward(board, goal).clone()
    for place in range(len(gradient)):
        network.parameters[place] += 1e-6
        above = loss()
        network.parameters[place] -= 2e-6
        below = loss()
        network.parameters[place] += 1e-6
        assert abs((above - below) / 2e-6 - gradient[place]) < 1e-8


def test_networks_of_a_stack_do_not_see_each_other() -> None:
    torch.manual_seed(3)
    stack, (x, target) = some_network(("tanh", "relu"), "cross_entropy", 1, True, 3), some_examples(2)
    board, goal = Board(stack.sizes, 12, 3), targets_for("cross_entropy", target, 2)
    stack.forward(board, x.expand(3, -1, -1), learning=True)
    stack.backward(board, goal)
    for k in range(3):
        one = some_network(("tanh", "relu"), "cross_entropy", 1, True)
        for own, shared in zip(one.views(one.parameters), stack.views(stack.parameters)):
            own.copy_(shared[k : k + 1])
        expected = by_torch(one, x, target, 2)[1]
        mine = torch.cat([view[k].flatten() for view in stack.views(stack.gradient)])
        assert torch.allclose(mine, expected, atol=1e-12)


def test_batch_normalisation_remembers_what_torchs_does() -> None:
    torch.manual_seed(4)
    network, norm = some_network(("linear",), "values", 1, True), nn.BatchNorm1d(3)
    board = Board(network.sizes, 7)
    for _ in range(5):
        x = some_examples(0, 7)[0]
        network.forward(board, x[None], learning=True)
        network.remember(board)
        norm((network.weights[0][0] @ x).T)
    assert torch.allclose(network.mean[0][0, :, 0], norm.running_mean)
    assert torch.allclose(network.variance[0][0, :, 0], norm.running_var)
    network.forward(board, x[None])
    norm.eval()
    expected = norm((network.weights[0][0] @ x).T).T * network.gamma[0][0] + network.beta[0][0]
    assert torch.allclose(board.z[0][0], expected)


def test_dropout_scales_what_it_keeps_as_torchs() -> None:
    ours = torch.cat(draw_keep(0.25, (2, 8, 8, 1), 4000, torch.Generator().manual_seed(0)))
    theirs = F.dropout(torch.ones(16, 4000), 0.25)
    assert ours.unique().tolist() == pytest.approx(theirs.unique().tolist())
    assert float(ours.mean()) == pytest.approx(1, abs=0.01)
    assert draw_keep(0.0, (2, 8, 8, 1), 10, torch.Generator()) == []


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", ["sgd", "momentum", "rmsprop", "adam", "adamw"])
def test_updates_are_those_of_torch_optim(name: str, decay: float) -> None:
    torch.manual_seed(5)
    is_weight = (torch.arange(10) % 3 > 0).double()
    theta = torch.randn(10)
    weights, biases = (
        theta[is_weight > 0].clone().requires_grad_(),
        theta[is_weight == 0].clone().requires_grad_(),
    )
    kind = {
        "sgd": torch.optim.SGD,
        "momentum": torch.optim.SGD,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }[name]
    extra: dict[str, Any] = {"momentum": 0.9} if name == "momentum" else {}
    groups = [{"params": [weights], "weight_decay": decay}, {"params": [biases], "weight_decay": 0.0}]
    theirs = kind(groups, lr=0.05, **extra)
    ours = Optimizer(name, theta, is_weight)
    for _ in range(30):
        g = torch.randn(10)
        weights.grad, biases.grad = g[is_weight > 0].clone(), g[is_weight == 0].clone()
        theirs.step()
        ours.update(g, torch.tensor([0.05]), decay)
        assert torch.allclose(theta[is_weight > 0], weights.detach(), atol=1e-12)
        assert torch.allclose(theta[is_weight == 0], biases.detach(), atol=1e-12)


def test_l1_pulls_weights_by_the_same_step_towards_zero() -> None:
    theta = torch.tensor([2.0, -3.0, 1.0])
    Optimizer("sgd", theta, torch.tensor([1.0, 1.0, 0.0])).update(torch.zeros(3), torch.tensor([0.5]), l1=0.2)
    assert torch.allclose(theta, torch.tensor([1.9, -2.9, 1.0]))


def test_default_first_weights_are_those_of_a_linear_layer() -> None:
    torch.manual_seed(6)
    layer = nn.Linear(5, 4)
    torch.manual_seed(6)
    drawn = first_layer(5, 4, "default")
    assert torch.equal(drawn, torch.cat([layer.weight, layer.bias[:, None]], dim=1))
    assert not first_layer(5, 4, "zeros").any()
    assert first_layer(8, 8, "large").std() > 10 * first_layer(8, 8, "default").std()


def test_without_a_hidden_layer_it_is_logistic_regression() -> None:
    torch.set_default_dtype(torch.float32)
    decay = 0.01
    recording = record(
        experiment,
        experiment.Config(
            data="gauss",
            noise=0.4,
            hidden="",
            learning_rate=1.0,
            weight_decay=decay,
            batch_size=512,
            epochs=2000,
        ),
    )
    scene, frame = recording.scene, recording[-1]
    line = LogisticRegression(C=1 / (decay * len(scene.train_x)), tol=1e-8)
    line.fit(scene.train_x.astype(float), scene.train_target)
    assert frame.weights == pytest.approx(line.coef_[0], abs=1e-3)
    assert frame.biases == pytest.approx(line.intercept_, abs=1e-3)
    assert frame.test_accuracy == pytest.approx(line.score(scene.test_x.astype(float), scene.test_target))
