"""Truths about the surfaces and the data: slopes, minima, and where descent on them must end."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_breast_cancer, load_diabetes

from dlviz.data.tables import breast_cancer, carried, diabetes
from dlviz.lessons.gradient_descent import experiment
from dlviz.lessons.gradient_descent.formula import read_formula
from dlviz.lessons.gradient_descent.slopes import autograd_slope, make_slope
from dlviz.lessons.gradient_descent.surfaces import (
    VIEWS,
    find_minima,
    grid,
    load_examples,
    make_surface,
    view_of,
)
from tests.lessons.descents import LANDSCAPES, STATED, central_difference, height_of, race


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


def test_tables_are_those_that_scikit_learn_loads() -> None:
    patients, tumours = load_diabetes(scaled=False), load_breast_cancer()
    assert np.array_equal(carried("diabetes_data_raw.csv.gz").numpy(), patients.data)
    assert np.array_equal(carried("diabetes_target.csv.gz").numpy(), patients.target)
    assert np.array_equal(carried("breast_cancer.csv", header=1)[:, :-1].numpy(), tumours.data)
    for table, feature, target in (
        (
            diabetes(3, False),
            patients.data[:, patients.feature_names.index("bmi")] / 10,
            patients.target / 10,
        ),
        (breast_cancer(3, False), tumours.data[:, 0] / 10, 1 - tumours.target),
    ):
        assert np.allclose(
            np.sort(np.concatenate([table.train_feature, table.test_feature])), np.sort(feature)
        )
        assert np.allclose(np.sort(np.concatenate([table.train_target, table.test_target])), np.sort(target))


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
