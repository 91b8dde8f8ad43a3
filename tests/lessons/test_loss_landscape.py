"""Truths about loss landscapes: every number of a slice is the loss of a network with those weights loaded."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dlviz.data.digits import digits
from dlviz.lessons.loss_landscape import around, experiment, grid, sharpness
from dlviz.lessons.loss_landscape.directions import plane_through, principal_plane, random_direction
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.experiment import NAMES, Config, examples, network_of, train, update_at
from dlviz.lessons.loss_landscape.networks import Network, flat, load, pieces
from dlviz.recording import record

SMALL = {"updates": 100, "width": 8}
SHAPES = [
    {"depth": depth, "architecture": architecture, "skip": skip, "batch_norm": batch_norm}
    for architecture in ("mlp", "cnn")
    for depth, skip, batch_norm in ((1, False, False), (3, True, False), (3, False, True), (2, True, True))
]
shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join(map(str, shape.values())))


def judged(network: Network, weights: Tensor) -> list[float]:
    """Training loss, test loss and accuracies of a network with these weights, by PyTorch's own layers."""
    load(network, weights)
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    (images, labels), (others, their) = examples()
    with torch.no_grad():
        network.train()
        for norm in norms:
            norm.momentum = (
                1.0  # its averages become those of the one batch that follows: all training examples
            )
        logits = network(images)
        network.eval()
        for norm in norms:
            count = len(images) * (16 if isinstance(norm, nn.BatchNorm2d) else 1)
            assert norm.running_var is not None
            norm.running_var *= (count - 1) / count  # PyTorch keeps the unbiased one
        tested = network(others)
        losses = [float(nn.functional.cross_entropy(*pair)) for pair in ((logits, labels), (tested, their))]
    shares = [float((z.argmax(1) == y).float().mean()) for z, y in ((logits, labels), (tested, their))]
    return [*losses, *shares]


@pytest.fixture(scope="module")
def paths() -> Tensor:
    """The weights of a short training, (O, T, P)."""
    return torch.stack([weights for weights, _ in train(Config(**SMALL))], 1)


def test_the_digits_are_those_of_scikit_learn_split_seven_to_three() -> None:
    from sklearn.datasets import load_digits

    data, images = digits(), load_digits().data / 16
    ours = torch.cat([data.train_images, data.test_images]).numpy()
    assert len(data.train_labels) == 1257 == len(data.train_images)
    assert sorted(map(tuple, ours)) == sorted(map(tuple, images.astype(np.float32)))
    named = {tuple(row): label for row, label in zip(images.astype(np.float32), load_digits().target)}
    labels = torch.cat([data.train_labels, data.test_labels]).tolist()
    assert [named[tuple(row)] for row in ours] == labels


@shapes
def test_many_weights_at_once_are_judged_like_one_network_after_the_other(shape: dict[str, object]) -> None:
    torch.manual_seed(3)
    network = network_of(Config(**shape, width=12))
    origin = flat(network)
    vectors = torch.stack([origin, *(0.3 * torch.randn(2, len(origin)))])
    places = torch.cat([torch.ones(5, 1), torch.randn(5, 2)], 1)
    found = Evaluation(network, vectors, *examples()).at(places)
    expected = torch.tensor([judged(network, place @ vectors) for place in places])
    assert torch.allclose(found[:, :2], expected[:, :2], rtol=2e-5, atol=2e-5)
    assert (
        found[:, 2:] - expected[:, 2:]
    ).abs().max() < 2 / 540  # a tie may fall to another class by rounding


@pytest.mark.parametrize(
    ("plane", "shape"),
    [
        ("pca", {}),
        ("random", {"batch_norm": True, "skip": True}),
        ("between", {}),
        ("pca", {"architecture": "cnn"}),
    ],
)
def test_every_point_of_a_plane_is_the_loss_of_those_weights(plane: str, shape: dict[str, object]) -> None:
    config = grid.Config(**{**SMALL, **shape, "plane": plane, "optimizers": ("small", "adam")})
    recording = record(grid, config)
    paths = torch.stack([weights for weights, _ in train(config)], 1)
    lies = grid.plane_of(config, paths)
    places = torch.from_numpy(recording[-1].path)
    points = grid.coordinates(torch.from_numpy(recording[-1].extent), places)
    values = recording.track("values")[101:].reshape(-1, 4)[: len(points)]
    assert np.isfinite(values).all()
    assert len(points) == 51 * 51 + 2 * 101 + 51
    network = network_of(config)
    for k in [0, 288, 289, 389, 490, 491, 541, 542, 1500, len(points) - 1]:
        weights = lies.origin + points[k, 0] * lies.axes[0] + points[k, 1] * lies.axes[1]
        assert np.allclose(values[k], judged(network, weights), rtol=2e-4, atol=4e-3), k
    lattice = {tuple(place) for place in points[grid.schedule(2)[:, 0] == 0].tolist()}
    assert len(lattice) == 51 * 51  # each once


def test_frames_and_slices_are_the_losses_of_the_weights_of_that_frame() -> None:
    config = Config(**SMALL)
    recording = record(experiment, config)
    network, (first, *_, last) = network_of(config), list(train(config))
    for step, (weights, _) in ((0, first), (-1, last)):
        frame = recording[step]
        here = np.stack([frame.train_loss, frame.test_loss, frame.train_accuracy, frame.test_accuracy], 1)
        assert np.allclose(here, [judged(network, own) for own in weights], rtol=1e-4, atol=3e-3)
        assert np.allclose(frame.slices[:, 10], here, rtol=1e-4, atol=3e-3)  # its middle
        for o, own in enumerate(weights):
            beside = own + 0.5 * experiment.direction(config, network, own)
            assert np.allclose(frame.slices[o, 15], judged(network, beside), rtol=1e-4, atol=3e-3)
    assert np.allclose(recording[-1].norm, last[0].norm(dim=1))


def test_the_surface_around_a_step_is_that_of_its_weights() -> None:
    config = around.Config(**SMALL, optimizers=("large",))
    recording = record(around, config)
    own = next(weights[0] for step, (weights, _) in enumerate(train(config)) if step == 50)
    network, generator = network_of(config), torch.Generator().manual_seed(config.seed)
    u, v = (random_direction(network, own, generator, filters=True) for _ in range(2))
    rows = [f for f in recording if f.step == 50]
    assert [f.row for f in rows] == list(range(17))
    assert np.allclose(rows[12].values[0, 4], judged(network, own - 0.5 * u + 0.5 * v), rtol=1e-4, atol=3e-3)


def test_the_plane_of_principal_components_equals_scikit_learns(paths: Tensor) -> None:
    from sklearn.decomposition import PCA

    points = paths.flatten(0, 1)
    plane, other = principal_plane(points), PCA(2, svd_solver="full").fit(points.double().numpy())
    signs = np.sign((plane.axes.numpy() * other.components_).sum(1))
    assert np.allclose(plane.axes.numpy() * signs[:, None], other.components_, atol=1e-4)
    assert np.allclose(plane.origin, other.mean_, atol=1e-5)
    assert np.allclose(plane.explained(points), other.explained_variance_ratio_.sum(), atol=1e-5)
    projected = other.inverse_transform(other.transform(points.double().numpy()))
    assert np.allclose(plane.points(plane.coordinates(points)), projected, atol=1e-4)


def test_the_random_plane_is_normalised_as_the_config_says(paths: Tensor) -> None:
    start, end, shape = pieces(network_of(Config(**SMALL)))["layers.0.weight"]
    own = paths[0, -1, start:end].view(shape).norm(dim=1)
    for normalization in ("filter", "none"):
        plane = grid.plane_of(grid.Config(**SMALL, plane="random", normalization=normalization), paths)
        lengths = plane.axes[:, start:end].view(2, *shape).norm(dim=2)
        assert torch.equal(plane.origin, paths[0, -1])
        assert torch.allclose(lengths, own.expand(2, -1), rtol=1e-4) == (normalization == "filter")


def test_a_plane_through_three_networks_holds_all_three(paths: Tensor) -> None:
    three = torch.stack([paths[0, -1], paths[1, -1], paths[0, 0]])
    plane = plane_through(*three)
    assert torch.allclose(plane.points(plane.coordinates(three)), three, atol=1e-5)
    assert torch.allclose(plane.coordinates(three[:2]), torch.tensor([[0.0, 0.0], [1.0, 0.0]]), atol=1e-5)
    u, v = plane.axes
    assert abs(float(u @ v)) < 1e-4 * float(u @ u)
    assert torch.allclose(u.norm(), v.norm())


@pytest.mark.parametrize("architecture", ["mlp", "cnn"])
def test_a_filter_of_a_random_direction_is_as_long_as_that_of_the_network(architecture: str) -> None:
    network = network_of(Config(architecture=architecture, batch_norm=True, width=8))
    weights = flat(network) + 0.1
    draw: Callable[[bool], Tensor] = lambda filters: random_direction(  # noqa: E731
        network, weights, torch.Generator().manual_seed(5), filters=filters
    )
    normalised, plain = draw(True), draw(False)
    for name, (start, end, shape) in pieces(network).items():
        part, own = normalised[start:end].view(shape), weights[start:end].view(shape)
        if len(shape) == 1:
            assert not part.any(), name  # biases and batch normalisation stay
        else:
            assert torch.allclose(part.flatten(1).norm(dim=1), own.flatten(1).norm(dim=1), rtol=1e-5), name
            cosine = nn.functional.cosine_similarity(part.flatten(1), plain[start:end].view(shape).flatten(1))
            assert torch.allclose(cosine, torch.ones(()))  # only lengths differ
    whole = plain[plain != 0]
    assert abs(float(whole.std()) - 0.1) < 0.01


@pytest.mark.parametrize("shape", [{"width": 4}, {"width": 4, "batch_norm": True, "depth": 2, "skip": True}])
def test_the_largest_eigenvalues_are_those_of_the_whole_hessian(shape: dict[str, object]) -> None:
    config = Config(**{"depth": 1, **shape, "updates": 100})
    network = network_of(config)
    *_, (weights, _) = train(config)
    own, (data, _) = weights[0], examples()
    names = [name for name, _ in network.named_parameters()]
    sizes = [end - start for start, end, _ in pieces(network).values()]

    def loss(vector: Tensor) -> Tensor:
        parts = {
            n: part.view(p.shape) for n, part, p in zip(names, vector.split(sizes), network.parameters())
        }
        logits = torch.func.functional_call(network, parts, (data[0],))
        return nn.functional.cross_entropy(logits, data[1])

    network.train()
    whole = torch.autograd.functional.hessian(loss, own)
    expected = torch.linalg.eigvalsh(whole.double()).flip(0)
    product = sharpness.hessian(network, own, *data)
    vector = torch.linspace(-1, 1, len(own))
    assert torch.allclose(product(vector), whole @ vector, atol=1e-3 * float(expected[0]))
    eigenvalues, best = sharpness.lanczos(product, vector, 40)
    assert torch.allclose(eigenvalues[:2], expected[:2], rtol=1e-3)
    assert torch.allclose(whole @ best, expected[0].float() * best, atol=0.02 * float(expected[0]))


def test_what_is_recorded_as_sharpness_is_close_to_the_limit_of_many_products() -> None:
    config = sharpness.Config(**SMALL)
    recording = record(sharpness, config)
    *_, (weights, _) = train(config)
    last = {f.optimizer: f.eigenvalues for f in recording if f.step == 100}
    assert sorted(last) == [0, 1, 2]
    for o, own in enumerate(weights):
        product = sharpness.hessian(network_of(config), own, *examples()[0])
        exact, _ = sharpness.lanczos(product, torch.linspace(-1, 1, len(own)), 80)
        assert np.allclose(last[o][:2], exact[:2], rtol=0.03)


def test_an_optimiser_alone_makes_the_same_steps_as_in_company() -> None:
    for same_start in (True, False):
        *_, (together, _) = train(Config(**SMALL, same_start=same_start))
        for o, name in enumerate(NAMES):
            *_, (alone, _) = train(Config(**SMALL, same_start=same_start, optimizers=(name,)))
            assert torch.equal(alone[0], together[o])


def test_one_start_or_each_its_own() -> None:
    first, _ = next(iter(train(Config(**SMALL))))
    assert (first == first[0]).all()
    apart, _ = next(iter(train(Config(**SMALL, same_start=False))))
    assert (apart[0] != apart[1]).any()


def test_a_training_equals_the_plain_loop_of_pytorch() -> None:
    config = Config(**SMALL, optimizers=("large",), weight_decay=0.01)
    network, ((images, labels), _) = network_of(config), examples()
    optimizer = torch.optim.SGD(network.parameters(), 0.2, weight_decay=0.01)
    generator, made = torch.Generator().manual_seed(config.seed), 0
    while made < 100:
        order = torch.randperm(1257, generator=generator)
        for rows in (order[:512], order[512:1024]):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(images[rows]), labels[rows]).backward()
            optimizer.step()
            made += 1
    *_, (weights, _) = train(config)
    assert torch.equal(weights[0], flat(network))
    assert [update_at(Config(updates=150), step) for step in (0, 1, 2, 100)] == [0, 2, 3, 150]


def test_a_rate_that_is_too_large_ends_the_run_and_says_when() -> None:
    config = Config(learning_rate=5.0, optimizers=("small",), updates=100)
    recording = record(experiment, config)
    assert recording.ended == "diverged"
    assert recording[-1].diverged[0] > 0
    assert np.isfinite(recording.track("train_loss")).all()
    for module in (grid, around, sharpness):  # what is beside it runs to its end
        kind = module.Config(**config.model_dump())
        assert len(record(module, kind)) == kind.length()
