"""Truths about the race and the basin map: what is shown, computed again by another route."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from dlviz.config import domain
from dlviz.data.tables import breast_cancer, diabetes
from dlviz.lessons.gradient_descent import basins, experiment
from dlviz.lessons.gradient_descent.formula import FormulaError, read_formula
from dlviz.lessons.gradient_descent.optimizers import OptimizerName
from dlviz.lessons.gradient_descent.phases import phase_diagram
from dlviz.lessons.gradient_descent.slopes import autograd_slope, make_slope
from dlviz.lessons.gradient_descent.surfaces import (
    VIEWS,
    Landscape,
    find_minima,
    grid,
    load_examples,
    make_surface,
    view_of,
)
from dlviz.recording import Recording, record

LANDSCAPES = Landscape.__args__
OPTIMIZERS = OptimizerName.__args__
STATED = [name for name in LANDSCAPES if VIEWS[name].minima]


def race(**choices: object) -> Recording:
    return record(experiment, experiment.Config(**choices))


def height_of(landscape: str, standardize: bool = True):
    """f(x, y) of a landscape with its training data filled in."""
    surface = make_surface(landscape, experiment.Config().formula, 10.0)
    train, _ = load_examples(landscape, 0, standardize)
    return lambda x, y: surface(x, y, *train)


def central_difference(f, x: Tensor, y: Tensor, h: float = 1e-5) -> Tensor:
    along_x = (f(x + h, y) - f(x - h, y)) / (2 * h)
    along_y = (f(x, y + h) - f(x, y - h)) / (2 * h)
    return torch.stack((along_x, along_y))


# --- the race ---------------------------------------------------------------------------------------------


def plain_loop(name: str, config: experiment.Config, f) -> np.ndarray:
    """The loop as a PyTorch tutorial has it."""
    w = torch.nn.Parameter(torch.tensor([config.start_x, config.start_y]))
    lr, momentum, betas = config.learning_rate, config.momentum, (config.momentum, config.beta2)
    optimizer = {
        "sgd": lambda: torch.optim.SGD([w], lr=lr),
        "momentum": lambda: torch.optim.SGD([w], lr=lr, momentum=momentum),
        "nesterov": lambda: torch.optim.SGD([w], lr=lr, momentum=momentum, nesterov=True),
        "adagrad": lambda: torch.optim.Adagrad([w], lr=lr),
        "rmsprop": lambda: torch.optim.RMSprop([w], lr=lr, alpha=config.beta2),
        "adam": lambda: torch.optim.Adam([w], lr=lr, betas=betas),
        "adamw": lambda: torch.optim.AdamW([w], lr=lr, betas=betas, weight_decay=config.weight_decay),
    }[name]()
    path = [w.detach().clone()]
    for _ in range(config.steps):
        optimizer.zero_grad()
        f(w[0], w[1]).backward()
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path).numpy()


@pytest.mark.parametrize("landscape", ["himmelblau", "formula", "diabetes", "breast_cancer"])
def test_every_path_equals_a_plain_torch_loop_to_the_bit(landscape: str) -> None:
    config = experiment.Config(landscape=landscape, optimizers=OPTIMIZERS, learning_rate=0.01, steps=60)
    positions = record(experiment, config).track("position")
    for o, name in enumerate(OPTIMIZERS):
        np.testing.assert_array_equal(
            positions[:, o], plain_loop(name, config, height_of(landscape)), err_msg=name
        )


@pytest.mark.parametrize("schedule", ["constant", "step", "exponential", "cosine", "warmup_cosine"])
def test_update_is_the_learning_rate_of_that_update_times_the_gradient_for_plain_descent(
    schedule: str,
) -> None:
    recording = race(optimizers=("sgd",), schedule=schedule, learning_rate=0.01, steps=50)
    rate, gradient = recording.track("learning_rate")[1:, :, None], recording.track("gradient")[1:]
    np.testing.assert_allclose(recording.track("update")[1:], -rate * gradient, rtol=1e-5, atol=1e-6)
    position = recording.track("position")
    np.testing.assert_array_equal(recording.track("update")[1:], np.diff(position, axis=0))
    assert not recording.track("update")[0].any()


def test_schedules_end_where_they_say() -> None:
    def rates(schedule: str) -> np.ndarray:
        return race(schedule=schedule, optimizers=("adam",), learning_rate=0.1).track("learning_rate")[1:, 0]

    t = np.arange(200)
    np.testing.assert_allclose(rates("constant"), 0.1)
    np.testing.assert_allclose(rates("step"), 0.1 * 0.5 ** (t // 40), rtol=1e-5)
    np.testing.assert_allclose(rates("exponential"), 0.1 * 0.01 ** (t / 200), rtol=1e-4)
    np.testing.assert_allclose(rates("cosine"), 0.05 * (1 + np.cos(np.pi * t / 200)), atol=1e-6)
    warm = rates("warmup_cosine")
    np.testing.assert_allclose(warm[:20], np.linspace(0.01, 0.1, 21)[:20], rtol=1e-5)
    np.testing.assert_allclose(warm[20:], 0.05 * (1 + np.cos(np.pi * t[:180] / 180)), atol=1e-6)


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_momentum_zero_is_plain_descent(name: str) -> None:
    recording = race(optimizers=("sgd", name), momentum=0, learning_rate=0.01)
    assert np.array_equal(recording.track("position")[:, 0], recording.track("position")[:, 1])
    assert np.isnan(recording.track("first")).all()


@pytest.mark.parametrize("landscape", ["himmelblau", "breast_cancer"])
def test_moments_are_those_of_the_papers(landscape: str) -> None:
    names = ("momentum", "adagrad", "rmsprop", "adam")
    choices = {"batch_size": 32} if landscape == "breast_cancer" else {"noise": 1.0}
    recording = race(
        landscape=landscape, optimizers=names, momentum=0.9, beta2=0.99, learning_rate=0.01, **choices
    )
    gradient = recording.track("gradient").astype(np.float64)[1:]  # (T, O, 2)
    first, second = recording.track("first")[1:], recording.track("second")[1:]
    b, total, v, m, v_adam = np.zeros((5, 2))
    for t, (by_momentum, by_adagrad, by_rmsprop, by_adam) in enumerate(gradient, start=1):
        b = 0.9 * b + by_momentum
        total = total + by_adagrad**2
        v = 0.99 * v + 0.01 * by_rmsprop**2
        m = 0.9 * m + 0.1 * by_adam
        v_adam = 0.99 * v_adam + 0.01 * by_adam**2
        close = {"rtol": 2e-4, "atol": 1e-4}
        np.testing.assert_allclose(first[t - 1, 0], b, **close)
        np.testing.assert_allclose(second[t - 1, 1], total, **close)
        np.testing.assert_allclose(second[t - 1, 2], v, **close)
        np.testing.assert_allclose(first[t - 1, 3], m, **close)
        np.testing.assert_allclose(second[t - 1, 3], v_adam, **close)
        m_hat, v_hat = m / (1 - 0.9**t), v_adam / (1 - 0.99**t)
        np.testing.assert_allclose(recording[t].first_hat[3], m_hat, **close)
        np.testing.assert_allclose(recording[t].second_hat[3], v_hat, **close)
        shown_m, shown_v = recording[t].first_hat[3], recording[t].second_hat[3]
        np.testing.assert_allclose(
            recording[t].update[3], -0.01 * shown_m / (np.sqrt(shown_v) + 1e-8), rtol=1e-3, atol=1e-6
        )
    assert np.isnan(second[:, 0]).all()
    assert np.isnan(first[:, 1:3]).all()
    assert np.isnan(recording.track("first_hat")[:, :3]).all()


def test_loss_is_the_height_where_they_are_and_the_gradient_that_of_the_place_before() -> None:
    recording = race(optimizers=OPTIMIZERS, learning_rate=0.005)
    x, y = torch.tensor(recording.track("position")).double().unbind(-1)  # (T, O)
    f = height_of("himmelblau")
    np.testing.assert_allclose(recording.track("loss"), f(x, y), rtol=1e-4, atol=1e-5)
    slope = central_difference(f, x, y).permute(1, 2, 0).numpy()
    np.testing.assert_allclose(recording.track("gradient")[1:], slope[:-1], rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(recording.track("gradient")[0], slope[0], rtol=1e-4)


def test_all_see_the_same_noise_and_it_has_the_size_that_was_asked_for() -> None:
    recording = race(optimizers=("sgd", "adam", "rmsprop"), noise=2.0, steps=500, learning_rate=1e-4)
    x, y = torch.tensor(recording.track("position")).double().unbind(-1)
    slope = central_difference(height_of("himmelblau"), x, y).permute(1, 2, 0).numpy()
    noise = recording.track("gradient")[1:] - slope[:-1]
    np.testing.assert_allclose(noise[:, 0], noise[:, 1], atol=1e-2)
    np.testing.assert_allclose(noise[:, 0], noise[:, 2], atol=1e-2)
    assert noise.std() == pytest.approx(2.0, rel=0.1)
    assert abs(noise.mean()) < 0.3


@pytest.mark.parametrize(("landscape", "batch_size"), [("diabetes", 103), ("breast_cancer", 199)])
def test_mini_batch_gradients_of_an_epoch_average_to_the_full_gradient(
    landscape: str, batch_size: int
) -> None:
    train, _ = load_examples(landscape, 0, True)
    assert len(train[0]) % batch_size == 0  # batches of equal size
    batches = experiment.draw_batches(train, batch_size)
    surface = make_surface(landscape, "", 10.0)
    place = torch.tensor([0.7]), torch.tensor([-0.3])
    for _ in range(2):
        epoch = [next(batches) for _ in range(len(train[0]) // batch_size)]
        mean = torch.stack([autograd_slope(surface, *place, *batch) for batch in epoch]).mean(0)
        torch.testing.assert_close(mean, autograd_slope(surface, *place, *train))
        assert not torch.equal(epoch[0][0], train[0][:batch_size])  # shuffled


def test_same_config_same_frames_bit_for_bit() -> None:
    for choices in (
        {"noise": 1.0},
        {"landscape": "breast_cancer", "batch_size": 8},
        {"landscape": "formula"},
    ):
        one, two = race(**choices), race(**choices)
        for name in experiment.Frame.__dataclass_fields__:
            np.testing.assert_array_equal(one.track(name), two.track(name))
        other = race(**{**choices, "seed": 1})
        same = np.array_equal(one.track("position"), other.track("position"))
        assert same == (choices == {"landscape": "formula"})  # only where chance plays a part


def test_who_diverges_stops_with_finite_numbers_while_the_others_go_on() -> None:
    recording = race(landscape="bowl", optimizers=("sgd", "adam"), learning_rate=0.5, condition=100)
    at = int(recording.track("diverged")[-1, 0])
    assert recording.ended is None
    assert len(recording) == 201
    assert recording.track("diverged")[-1, 1] == -1
    for name in ("position", "loss", "gradient", "update", "learning_rate"):
        assert np.isfinite(recording.track(name)).all()
    assert (recording.track("diverged")[:at, 0] == -1).all()
    assert (recording.track("diverged")[at:, 0] == at).all()
    position = recording.track("position")[:, 0]
    assert (position[at:] == position[at - 1]).all()
    # by hand: y is multiplied by 1 - 0.5 * 100 with every update, and starts at 4
    assert at == int(np.ceil(np.log(1e6 / 4) / np.log(49)))
    assert recording.track("position")[-1, 1] == pytest.approx([0, 0], abs=0.5)


def test_a_race_that_nobody_survives_ends_early_and_says_so() -> None:
    recording = race(landscape="rosenbrock", optimizers=("sgd", "momentum"), learning_rate=1.0)
    assert recording.ended == "diverged"
    assert len(recording) < 20
    assert (recording[-1].diverged > 0).all()
    assert np.isfinite(recording.track("loss")).all()


def test_a_start_without_height_is_undefined_at_once() -> None:
    recording = race(landscape="formula", formula="log(x) + y**2", start_x=-1.0)
    assert (len(recording), recording.ended) == (1, "undefined")
    assert (recording[0].diverged == 0).all()


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "adagrad"])
def test_a_moment_too_large_for_float32_counts_as_diverged(name: str) -> None:
    recording = race(landscape="formula", formula="1e25*x + y", optimizers=(name,))
    assert (len(recording), recording.ended) == (2, "diverged")
    assert recording[-1].diverged.tolist() == [1]


def test_where_a_surface_has_no_finite_height_the_scene_has_none() -> None:
    scene = experiment.scene(experiment.Config(landscape="formula", formula="1/x + log(y)"))
    assert np.isnan(scene.z[:, 40]).all()  # x = 0
    assert np.isnan(scene.z[:41]).all()  # y <= 0
    assert np.isfinite(scene.z[41:, :40]).all()


def test_the_default_race_ends_in_three_different_minima() -> None:
    recording = race()
    ends = recording[-1].position[:, None] - recording.scene.minima  # (3, 4, 2)
    assert np.linalg.norm(ends, axis=-1).min(1) == pytest.approx([0, 0, 0], abs=0.05)
    assert len(set(np.linalg.norm(ends, axis=-1).argmin(1).tolist())) == 3


# --- surfaces and data --------------------------------------------------------------------------------------


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("landscape", LANDSCAPES)
def test_gradients_equal_central_differences(landscape: str, standardize: bool) -> None:
    view = view_of(landscape, 5.0, standardize)
    f = height_of(landscape, standardize)
    x, y = (line.reshape(-1) + 0.0123 for line in grid(view, 9, 9, torch.float64))
    train, _ = load_examples(landscape, 0, standardize)
    surface = make_surface(landscape, experiment.Config().formula, 10.0)
    expected = central_difference(f, x, y)
    torch.testing.assert_close(autograd_slope(f, x, y), expected, rtol=1e-4, atol=1e-4)
    # and those written out for the basin map
    written = make_slope(landscape, surface, 10.0)(x.float(), y.float(), *train)
    torch.testing.assert_close(written.double(), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("landscape", STATED)
def test_stated_minima_are_minima(landscape: str) -> None:
    f, view = height_of(landscape), VIEWS[landscape]
    minima, heights = find_minima(f, view)
    assert len(minima) == len(view.minima)
    for x, y in view.minima:  # stated to a few digits, and none moved away
        assert (minima - torch.tensor([x, y])).norm(dim=1).min() < 2e-2
    assert autograd_slope(f, *minima.T).abs().max() < 1e-5
    for place in minima:
        hessian = torch.autograd.functional.hessian(lambda p: f(p[0], p[1]), place)
        assert torch.linalg.eigvalsh(hessian).min() > 0
    # the lowest stated one is the lowest of all
    assert f(*grid(view, 201, 201, torch.float64)).min() >= heights.min() - 1e-9
    assert (heights.diff() > -1e-8).all()


@pytest.mark.parametrize(
    ("formula", "places"),
    [
        ("(x-1)**2 + (y+2)**2", [(1, -2)]),
        ("abs(x - 1.3) + abs(y)", [(1.3, 0)]),  # corners
        ("(x**2 - 4)**2 + y**2", [(-2, 0), (2, 0)]),
        ("x**2 - y**2", []),  # a saddle
        ("x**2 + 0*y", []),  # the floor of a valley
        ("x + y", []),  # a slope
        ("floor(x) + 0*y", []),  # steps
        ("max(x, 0) + relu(y)", []),  # a plain
        ("x*log(x) + y**2", [(1 / np.e, 0)]),  # no height for x <= 0
        ("10000*(x + 2.3*y)**2 + (y - 1)**2", [(-2.3, 1)]),  # narrow and oblique
    ],
)
def test_minima_of_a_typed_formula_are_found(formula: str, places: list[tuple[float, float]]) -> None:
    minima, _ = find_minima(read_formula(formula), view_of("formula", 5.0, True))
    assert len(minima) == len(places)
    for found, place in zip(sorted(minima.tolist()), places, strict=True):
        assert found == pytest.approx(place, abs=2e-6)


@pytest.mark.parametrize("standardize", [True, False])
def test_least_squares_ends_where_the_closed_form_says(standardize: bool) -> None:
    recording = race(
        landscape="diabetes",
        standardize=standardize,
        optimizers=("momentum",),
        momentum=0.95,
        steps=500,
        seed=3,
    )
    data = diabetes(3, standardize)
    rows = np.stack([data.train_feature, np.ones_like(data.train_feature)], 1).astype(np.float64)
    closed, residual, *_ = np.linalg.lstsq(rows, data.train_target.double().numpy(), rcond=None)
    assert recording[-1].position[0] == pytest.approx(closed, rel=1e-3, abs=1e-4)
    assert recording[-1].loss[0] == pytest.approx(residual[0] / len(rows), rel=1e-5)
    assert recording.scene.minima[0] == pytest.approx(closed, rel=1e-5, abs=1e-6)
    prediction = data.test_feature * closed[0] + closed[1]
    assert recording[-1].test_loss[0] == pytest.approx(
        float(((prediction - data.test_target) ** 2).mean()), rel=1e-3
    )


@pytest.mark.parametrize("standardize", [True, False])
def test_cross_entropy_ends_where_scikit_learn_says(standardize: bool) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    recording = race(
        landscape="breast_cancer",
        standardize=standardize,
        optimizers=("momentum",),
        momentum=0.95,
        steps=500,
        learning_rate=1.0 if standardize else 5.0,
    )
    data = breast_cancer(0, standardize)
    fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000)
    fitted.fit(data.train_feature[:, None].double().numpy(), data.train_target.numpy())
    best = [fitted.coef_.item(), fitted.intercept_.item()]
    assert recording.scene.minima == pytest.approx(np.array([best]), rel=1e-3)
    assert recording[-1].position[0] == pytest.approx(best, rel=1e-2)
    probability = fitted.predict_proba(data.test_feature[:, None].double().numpy())[:, 1]
    assert recording[-1].test_loss[0] == pytest.approx(
        log_loss(data.test_target.numpy(), probability), rel=1e-3
    )


@pytest.mark.parametrize("table", [diabetes, breast_cancer])
def test_tables_are_split_seven_to_three_and_scaled_by_the_training_examples_alone(table) -> None:
    data, other = table(0, True), table(1, True)
    train, test = len(data.train_feature), len(data.test_feature)
    assert abs(train - 0.7 * (train + test)) < 1
    assert data.train_feature.mean().item() == pytest.approx(0, abs=1e-6)
    assert data.train_feature.std().item() == pytest.approx(1, abs=1e-6)
    assert abs(data.test_feature.mean().item()) > 1e-4
    assert not torch.equal(data.train_target, other.train_target)
    raw = table(0, False)
    together = torch.cat((raw.train_feature, raw.test_feature)) * 10
    assert together.min() > 6  # of radii in mm/100, and of bmi
    assert together.max() < 45
    torch.testing.assert_close(
        (raw.train_feature - raw.train_feature.mean()) / raw.train_feature.std(),
        data.train_feature,
        atol=1e-4,
        rtol=0,
    )


# --- the phase diagram --------------------------------------------------------------------------------------


@pytest.mark.parametrize("landscape", ["bowl", "diabetes"])
def test_phases_are_what_sgd_with_momentum_really_does(landscape: str) -> None:
    scene = experiment.scene(experiment.Config(landscape=landscape))
    f = height_of(landscape)
    centre = torch.tensor(scene.minima[0]).double()
    chance = np.random.RandomState(0)
    seen = set()
    for row, column in chance.randint(0, 64, (70, 2)):
        near = scene.phase[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        if (near != scene.phase[row, column]).any() or scene.phase_rates[column] < 3e-3:
            continue  # at a border, or too slow to tell in 600 updates
        w = (centre + torch.tensor([1.0, 0.7]).double()).requires_grad_()
        optimizer = torch.optim.SGD(
            [w], lr=float(scene.phase_rates[column]), momentum=float(scene.phase_momenta[row])
        )
        offsets = [w.detach() - centre]
        for _ in range(600):
            optimizer.zero_grad()
            f(w[0], w[1]).backward()
            optimizer.step()
            offsets.append(w.detach() - centre)
            if not offsets[-1].norm() < 1e9:
                break
        path = torch.stack(offsets)
        turned = path if landscape == "bowl" else path @ directions()
        turns = (turned[1:].sign() != turned[:-1].sign()) & (turned[1:].abs() > 1e-7)
        diverged = not path[-1].norm() < 10
        really = 2 if diverged else int(bool((turns.sum(0) >= 1).any()))
        assert really == scene.phase[row, column], (scene.phase_rates[column], scene.phase_momenta[row])
        seen.add(really)
    assert seen == {0, 1, 2}


def directions() -> Tensor:
    """Eigenvectors of the Hessian of least squares."""
    train, _ = load_examples("diabetes", 0, True)
    rows = torch.stack((train[0].double(), torch.ones(len(train[0])).double()), 1)
    return torch.linalg.eigh(2 * rows.T @ rows / len(rows)).eigenvectors


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_divergence_begins_where_the_rate_is_twice_one_plus_the_momentum_over_the_curvature(
    momentum: float,
) -> None:
    curvatures = np.array([1.0, 10.0])
    border = 2 * (1 + momentum) / 10.0
    rates = border * np.array([0.999, 1.001])
    assert phase_diagram(curvatures, rates, np.array([momentum])).tolist() == [[1, 2]]
    # and oscillation where the rate passes (1 - √momentum)² over the curvature
    border = (1 - np.sqrt(momentum)) ** 2 / 10.0
    rates = border * np.array([0.999, 1.001])
    assert phase_diagram(curvatures, rates, np.array([momentum])).tolist() == [[0, 1]]


def test_other_surfaces_have_no_phase_diagram() -> None:
    assert experiment.scene(experiment.Config()).phase.size == 0


# --- the basin map ------------------------------------------------------------------------------------------


def single_run(config: basins.Config, scene: basins.Scene, row: int, column: int) -> tuple[int, int]:
    """One ball alone, judged from its whole path."""
    run = experiment.Config(
        **{
            name: getattr(config, name)
            for name in ("landscape", "formula", "standardize", "steps", "momentum")
        },
        learning_rate=config.learning_rate,
        optimizers=(config.optimizer,),
        start_x=float(scene.x[column]),
        start_y=float(scene.y[row]),
    )
    frames = list(experiment.run(run))
    if frames[-1].diverged[0] >= 0:
        return basins.LOST, 0
    path = np.stack([frame.position[0] for frame in frames])  # (T, 2)
    distance = np.linalg.norm(path[:, None] - scene.minima, axis=-1)  # (T, M)
    there = distance < scene.radius
    if not there[-1].any():
        return basins.NOWHERE, config.steps
    minimum = int(distance[-1].argmin())
    looks = [*range(0, config.steps, basins.EVERY), config.steps]
    missed = [t for t in looks if not there[t, minimum]]  # the last look that did not find it there, ...
    away = np.flatnonzero(~there[: missed[-1] + basins.EVERY, minimum]) if missed else []
    return minimum, int(away[-1]) + 1 if len(away) else 0  # ... and when it came in the ten updates after


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"optimizer": "sgd", "learning_rate": 0.014},
        {"optimizer": "momentum", "learning_rate": 0.01},
        {"optimizer": "adamw"},
        {"optimizer": "rmsprop"},
        {"optimizer": "nesterov", "learning_rate": 0.003},
        {"optimizer": "adagrad", "learning_rate": 1.0},
        {"landscape": "formula"},
        {"landscape": "rastrigin"},
        {"landscape": "saddle", "optimizer": "sgd"},
        {"landscape": "diabetes"},
        {"landscape": "breast_cancer", "learning_rate": 0.5},
    ],
    ids=lambda choices: "-".join(map(str, choices.values())) or "default",
)
def test_every_basin_cell_equals_its_single_run(choices: dict[str, object]) -> None:
    config = basins.Config(grid=48, **choices)
    recording = record(basins, config)
    frame, scene = recording[-1], recording.scene
    cells = np.random.RandomState(1).randint(0, len(scene.x), (30, 2))
    for row, column in cells:
        minimum, needed = single_run(config, scene, row, column)
        assert frame.minimum[row, column] == minimum, (row, column)
        assert minimum == basins.LOST or frame.needed[row, column] == needed, (row, column)


def test_the_map_shows_every_minimum_of_himmelblau_and_fills_with_time() -> None:
    recording = record(basins, basins.Config(grid=64))
    assert len(recording) == recording.config.length() == 21
    there = (recording.track("minimum") < basins.NOWHERE).sum((1, 2))
    assert there[0] < 20
    assert there[-1] > 0.9 * 64 * 64
    assert set(np.unique(recording[-1].minimum)) >= {0, 1, 2, 3}
    assert recording.track("update").tolist() == list(range(0, 201, 10))


def test_balls_that_diverge_are_lost() -> None:
    frame = record(basins, basins.Config(landscape="bowl", optimizer="sgd", learning_rate=3.0, grid=16))[-1]
    assert (frame.minimum == basins.LOST).all()


# --- the whole domain ---------------------------------------------------------------------------------------


def choices_of(config: type) -> st.SearchStrategy:
    fields = {}
    for name in config.model_fields:
        known = domain(config, name)
        if known.kind == "choice":
            fields[name] = st.sampled_from(known.options)
        elif known.kind == "subset":
            fields[name] = st.lists(st.sampled_from(known.options), min_size=1, unique=True).map(tuple)
        elif known.kind == "switch":
            fields[name] = st.booleans()
        elif known.kind == "integer":
            fields[name] = st.integers(int(known.low), int(known.high))
        elif known.kind == "number":
            fields[name] = st.floats(known.low, known.high)
        else:
            fields[name] = st.sampled_from(
                ["x*y", "log(x)", "1/x + y", "exp(exp(x))", "sqrt(y)", "tan(x)**9", "abs(x)"]
            )
    return st.fixed_dictionaries({}, optional=fields)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices_of(experiment.Config))
def test_first_frames_of_any_config_are_finite_or_say_why_not(choices: dict[str, object]) -> None:
    config = experiment.Config(**choices)
    frames = list(islice(experiment.run(config), 12))
    assert len(frames) == min(12, config.length()) or (frames[-1].diverged >= 0).all()
    for frame in frames:
        well = frame.diverged != 0
        assert np.isfinite(frame.position).all()
        for shown in (frame.loss, frame.gradient, frame.update, frame.learning_rate):
            assert np.isfinite(shown[well]).all()
        for kept in (frame.first, frame.second, frame.first_hat, frame.second_hat):
            assert not np.isinf(kept).any()
    scene = experiment.scene(config)
    assert np.isfinite(scene.minima).all()
    assert np.isfinite(scene.heights).all()
    assert not np.isinf(scene.z).any()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices_of(basins.Config))
def test_the_map_of_any_config_counts_minima_that_exist(choices: dict[str, object]) -> None:
    config = basins.Config(**{**choices, "grid": 16, "steps": 25})
    recording = record(basins, config)
    assert len(recording) == 4
    known = recording.track("minimum")
    assert ((known < len(recording.scene.minima)) | (known >= basins.NOWHERE)).all()
    assert (recording.track("needed") <= recording.track("update")[:, None, None]).all()


def test_a_bad_formula_is_the_fault_of_its_field_and_keeps_its_reason() -> None:
    with pytest.raises(ValueError, match="formula") as refused:
        experiment.Config(formula="x + foo")
    (error,) = refused.value.errors()
    assert error["loc"] == ("formula",)
    fault = error["ctx"]["error"]
    assert isinstance(fault, FormulaError)
    assert (fault.reason, fault.at, fault.piece) == ("name", 4, "foo")
    config, problems = experiment.Config.from_query({"formula": "x ^ 2", "steps": "50"})
    assert config.steps == 50
    assert [problem.field for problem in problems] == ["formula"]


def test_each_landscape_brings_its_own_start_and_rate_and_an_explicit_choice_wins() -> None:
    for landscape in LANDSCAPES:
        config = experiment.Config(landscape=landscape)
        view = VIEWS[landscape]
        assert (config.start_x, config.start_y) == view.start
        assert config.learning_rate == view.learning_rate
        assert config.to_query().keys() <= {"landscape"}
    assert experiment.Config(landscape="beale", start_x=1.25).start_x == 1.25
