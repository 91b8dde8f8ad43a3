"""Truths about the playground's examples, and about what is changed while it trains."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_breast_cancer, load_iris

from dlviz.data import own, tables, uploads
from dlviz.data.sheets import Column, Table
from dlviz.lessons.mlp_playground import experiment
from dlviz.lessons.mlp_playground.changes import Change, read_changes, with_change, written
from dlviz.lessons.mlp_playground.datasets import load_examples
from dlviz.lessons.mlp_playground.experiment import Config
from dlviz.recording import Recording, record


def same(one: Recording, other: Recording, steps: slice) -> bool:
    """Whether frames are equal bit for bit."""
    names = [field.name for field in fields(experiment.Frame)]
    return all(np.array_equal(one.track(name)[steps], other.track(name)[steps]) for name in names)


@pytest.mark.parametrize("data", ["circle", "xor", "gauss", "spiral", "moons", "three"])
def test_classes_are_even_and_seven_of_ten_are_learnt_from(data: str) -> None:
    scene = experiment.scene(Config(data=data, examples=300))
    labels = np.concatenate([scene.train_target, scene.test_target])
    assert (len(scene.train_x), len(scene.test_x)) == (210, 90)
    assert np.abs(np.concatenate([scene.train_x, scene.test_x])).max() <= 6
    assert len(scene.classes) == (3 if data == "three" else 2)
    shares = np.bincount(labels.astype(int)) / 300
    assert shares == pytest.approx(np.full(len(scene.classes), 1 / len(scene.classes)), abs=0.1)
    assert not {tuple(x) for x in scene.train_x} & {tuple(x) for x in scene.test_x}


def test_noise_mislabels_a_circle_near_its_border_only() -> None:
    for noise, wrong in ((0.0, False), (0.4, True)):
        scene = experiment.scene(Config(noise=noise, examples=1000))
        inside = np.linalg.norm(scene.train_x, axis=1) < 3
        assert ((scene.train_target == 1) != inside).any() == wrong
        assert (scene.train_target[np.linalg.norm(scene.train_x, axis=1) < 0.1] == 1).all()


@pytest.mark.parametrize(("data", "load"), [("iris", load_iris), ("breast_cancer", load_breast_cancer)])
def test_real_tables_are_scikit_learns(data: str, load: Any) -> None:
    measured, target, names, classes = tables.labelled(data)
    theirs = load()
    assert np.array_equal(measured.numpy(), theirs.data)
    assert [classes[k] for k in target] == [theirs.target_names[k] for k in theirs.target]
    assert len(names) == theirs.data.shape[1]


def test_real_columns_are_in_deviations_of_the_training_examples() -> None:
    config = Config(data="iris", feature_x=0, feature_y=3)
    examples, scene = load_examples(config), experiment.scene(config)
    assert (len(scene.train_x), len(scene.test_x)) == (105, 45)
    assert scene.train_x.mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert scene.train_x.std(axis=0) == pytest.approx([1, 1], abs=1e-5)
    measured = scene.centre[:2] + scene.deviation[:2] * np.concatenate([scene.train_x, scene.test_x])
    assert np.sort(measured, axis=0) == pytest.approx(np.sort(load_iris().data[:, [0, 3]], axis=0), abs=1e-5)
    assert examples.axes[:2] == ("sepal_length", "petal_width")


@pytest.mark.parametrize(
    ("x", "y", "used"), [(1, 1, ("sepal_width", "petal_length")), (63, 0, ("petal_width", "sepal_length"))]
)
def test_columns_that_cannot_serve_fall_back(x: int, y: int, used: tuple[str, str]) -> None:
    assert experiment.scene(Config(data="iris", feature_x=x, feature_y=y)).axes == used


def test_painted_points_are_learnt_from_where_they_are() -> None:
    places, labels = [[-2, 0], [2, 0], [0, 3], [1, 1]], [0, 1, 2, 1]
    scene = experiment.scene(Config(data="own", points=own.encode(places, labels)))
    found = {(*map(float, x), int(k)) for x, k in zip(scene.train_x, scene.train_target)}
    found |= {(*map(float, x), int(k)) for x, k in zip(scene.test_x, scene.test_target)}
    assert found == {(*map(float, x), k) for x, k in zip(places, labels)}
    assert len(scene.classes) == 3


def test_an_uploaded_table_is_learnt_from() -> None:
    random = np.random.RandomState(0)
    height, width = random.randn(60) * 10 + 170, random.randn(60) + 50
    kind = Column("kind", (height > 170).astype(float), ("short", "tall"))
    table = uploads.keep(Table((Column("height", height), Column("width", width), kind)))
    digest = uploads.digest_of(table)
    recording = record(experiment, Config(data="table", table=digest, epochs=60, learning_rate=0.3))
    assert recording.scene.axes == ("height", "width")
    assert recording.scene.classes == ("short", "tall")
    assert recording[-1].test_accuracy > 0.9
    values = record(
        experiment, Config(data="table", table=digest, feature_x=1, feature_y=2, target=0, epochs=10)
    )
    assert values.scene.task in ("values", "classes")
    assert values.ended is None


@pytest.mark.parametrize(
    "choices", [{}, {"batch_norm": True, "dropout": 0.3, "optimizer": "adamw"}, {"data": "hills"}]
)
def test_a_change_leaves_all_frames_before_it_as_they_were(choices: dict[str, Any]) -> None:
    config = Config(**choices, epochs=20)
    plain = record(experiment, config)
    assert same(plain, record(experiment, config), slice(None))
    for change in ("learning_rate=0.5", "w1.0.1=1.5", "b2.1=-2", "dropout=0.5", "batch_size=3", "l1=0.1"):
        changed = record(experiment, config.changed(changes=f"8:{change}"))
        assert same(plain, changed, slice(8)), change
        assert not same(plain, changed, slice(9, None)), change


def test_the_frame_of_a_change_shows_the_new_weight_and_no_other() -> None:
    recording = record(experiment, Config(epochs=20, changes="8:w2.1.3=1.5,12:b1.2=-0.25"))
    plain = record(experiment, Config(epochs=20))
    edge = next(k for k, ends in enumerate(recording.scene.edges) if tuple(ends) == (2 + 3, 2 + 4 + 1))
    assert recording[8].weights[edge] == 1.5
    others = np.arange(len(recording.scene.edges)) != edge
    assert np.array_equal(recording[8].weights[others], plain[8].weights[others])
    assert recording[12].biases[2] == -0.25
    assert recording.scene.change_epochs.tolist() == [8, 12]


def test_a_rate_changed_at_an_epoch_is_the_rate_from_then_on() -> None:
    choices: dict[str, Any] = {"epochs": 10, "batch_size": 512}
    plain = record(experiment, Config(**choices))
    changed = record(experiment, Config(**choices, changes="5:learning_rate=0.06"))
    step, twice = (r[6].weights.astype(float) - r[5].weights for r in (plain, changed))
    assert twice == pytest.approx(2 * step, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("40", "change"),
        ("40:learning_rate=", "change"),
        ("40:learning_rate=0.1,", "change"),
        ("40:learning_rate=nan", "change"),
        ("40:learning_rate=1e999", "change_value"),
        ("40:learning_rate=0", "change_value"),
        ("40:w1.0.0=21", "change_value"),
        ("4000:l1=0", "change_epoch"),
        ("40:colour=1", "change_name"),
        ("40:w8.0.0=1", "change_name"),
        ("40:w1.0.2=1", "change_weight"),
        ("40:w1.4.0=1", "change_weight"),
        ("40:b4.0=1", "change_weight"),
        (",".join(["1:l1=0"] * 21), "change_many"),
    ],
)
def test_what_cannot_be_changed_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Config(changes=text)
    assert refused.value.errors()[0]["loc"] == ("changes",)
    assert refused.value.errors()[0]["ctx"]["error"].reason == reason


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("hidden", "4-9", "units"),
        ("hidden", "4-", "units"),
        ("hidden", "٤", "units"),
        ("hidden", "1-1-1-1-1-1", ""),
        ("activations", "tanh-tanh-tanh", "activations"),
        ("activations", "swish", "activation"),
    ],
)
def test_layers_are_read_strictly(field: str, text: str, reason: str) -> None:
    if not reason:
        assert getattr(Config(**{field: text}), field) == text
        return
    with pytest.raises(ValidationError) as refused:
        Config(**{field: text})
    assert refused.value.errors()[0]["ctx"]["error"].reason == reason


def test_changes_are_kept_in_order_and_the_later_of_two_alike_counts() -> None:
    text = with_change("60:w1.0.1=1.5", 40, "learning_rate", 0.01)
    assert text == "40:learning_rate=0.01,60:w1.0.1=1.5"
    text = with_change(text, 60, "w1.0.1", -2e-5)
    assert read_changes(text) == [Change(40, "learning_rate", 0.01), Change(60, "w1.0.1", -2e-5)]
    assert written(read_changes(text)) == text
    assert Config.from_query(Config(changes=text).to_query()) == (Config(changes=text), [])
