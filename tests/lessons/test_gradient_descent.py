"""Truths about the race: what is shown, computed again by another route."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlviz.lessons.gradient_descent import experiment
from dlviz.lessons.gradient_descent.formula import FormulaError
from dlviz.lessons.gradient_descent.slopes import autograd_slope
from dlviz.lessons.gradient_descent.surfaces import (
    VIEWS,
    load_examples,
    make_surface,
)
from dlviz.recording import record
from tests.lessons.descents import LANDSCAPES, OPTIMIZERS, central_difference, configs, height_of, race

TEXTS = st.sampled_from(["x*y", "log(x)", "1/x + y", "exp(exp(x))", "sqrt(y)", "tan(x)**9", "abs(x)"])


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configs(experiment.Config, formula=TEXTS))
def test_first_frames_of_any_config_are_finite_or_say_why_not(config: experiment.Config) -> None:
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
