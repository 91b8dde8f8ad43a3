"""What the pictures of a loss landscape show: the recorded values in their places, and what the presets promise."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
import torch

from dlviz.lessons.loss_landscape import around, experiment, figures, grid, sharpness
from dlviz.lessons.loss_landscape.evaluation import Evaluation
from dlviz.lessons.loss_landscape.experiment import Config, examples, network_of, train
from dlviz.lessons.loss_landscape.look import MEASURES, surface_of
from dlviz.lessons.loss_landscape.presets import PLANES, PREDICTION, PRESETS
from dlviz.plots.wire import digest
from dlviz.recording import Recording, Tape, record
from dlviz.text import lesson_text

SHORT = Config(updates=100, optimizers=("small", "large"), depth=1, width=8)
TEXT = lesson_text("loss_landscape", "en")
MODULES = {"grid": grid, "around": around, "sharpness": sharpness}


@cache
def beside(name: str, config: Config = SHORT, plane: str = "pca") -> Recording:
    more = {"plane": plane} if name == "grid" else {}
    return record(MODULES[name], MODULES[name].Config(**config.model_dump(), **more))


def test_a_surface_shows_each_value_in_its_place_coarse_then_fine() -> None:
    found = beside("grid")
    weights = torch.stack([w for w, _ in train(SHORT)], 1)
    plane = grid.plane_of(found.config, weights)
    judge = Evaluation(network_of(SHORT), torch.cat([plane.origin[None], plane.axes]), *examples())
    seen = {}
    for n in range(101, len(found) + 1):
        part = surface_of(found[:n], "test_loss")
        if part is not None:
            seen[part.stage] = part
    assert [seen[k].values.shape for k in (1, 2, 3, 4)] == [(17, 17), (17, 17), (17, 51), (51, 51)]
    for part in seen.values():
        x, y = np.meshgrid(part.x, part.y)
        places = torch.from_numpy(np.stack([np.ones_like(x), x, y], -1).reshape(-1, 3))
        expected = judge.at(places)[:, MEASURES.index("test_loss")].view(x.shape)
        assert np.allclose(part.values, expected, rtol=1e-4, atol=1e-5)
    last = seen[4]
    for o, t in ((0, 0), (1, 57), (1, 100)):
        place = torch.tensor([[1.0, *last.path[o, t]]])
        assert np.isclose(last.on_path[o, t], judge.at(place)[0, 1], rtol=1e-4)
        shadow = plane.origin + torch.from_numpy(last.path[o, t]) @ plane.axes
        assert np.isclose(last.distance[o, t], (weights[o, t] - shadow).norm(), rtol=1e-4)


@pytest.mark.parametrize("shape", [{}, {"architecture": "cnn", "depth": 4}])
def test_the_coarse_surface_is_seen_as_soon_as_its_frames_are_there(shape: dict[str, object]) -> None:
    config = grid.Config(updates=100, optimizers=("small",), **shape)
    tape, least = Tape("", grid, config), grid.least(config)
    tape.advance(least - 1, float("inf"))
    assert surface_of(tape.recording(), "train_loss") is None
    tape.advance(least, float("inf"))
    assert surface_of(tape.recording(), "train_loss").stage == 1


def test_all_who_look_at_a_training_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []
    monkeypatch.setattr(experiment, "train", lambda config: trained.append(config) or train(config))
    config = SHORT.changed(seed=77)
    seen = record(experiment, config)
    for name in MODULES:
        beside(name, config)
    beside("grid", config, "random")
    assert len(trained) == 1
    experiment.forget(config)
    again = record(experiment, config)
    assert len(trained) == 2
    assert np.array_equal(seen.track("slices"), again.track("slices"))


def test_rows_of_films_do_not_depend_on_later_frames_nor_change_under_a_head_that_stays() -> None:
    whole = record(experiment, SHORT)
    names = ("grid", "around", "sharpness")
    for picture, plane in product(figures.pictures_of(SHORT), ("pca", "between")):
        view = {"picture": picture, "plane": plane, "measure": "train_loss"}
        others = {name: beside(name, plane=plane if name == "grid" else "pca") for name in names}
        known: dict[tuple[str, str], list[np.ndarray]] = {}
        for share in (0.0, 0.66, 0.7, 0.8, 0.9, 1.0):
            some = {name: found[: int(share * len(found))] for name, found in others.items()}
            some = {name: found for name, found in some.items() if len(found)}
            for early, late in zip(
                figures.stage(whole[:20], some, TEXT, **view), figures.stage(whole, some, TEXT, **view)
            ):
                columns = [c[:20] for move in late.moves for c in move.columns.values()]
                columns += [v[:20] for label in late.labels for v in label.values.values()]
                mine = [c[:] for move in early.moves for c in move.columns.values()]
                mine += [v for label in early.labels for v in label.values.values()]
                for a, b in zip(mine, columns, strict=True):
                    assert np.array_equal(a, b, equal_nan=True), (picture, late.name)
                rows = [c[:] for move in late.moves for c in move.columns.values()]
                rows += [v for label in late.labels for v in label.values.values()]
                before = known.setdefault((late.name, digest(late)), rows)
                assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, rows)), late.name


def test_the_words_tell_the_true_loss_that_of_the_shadow_and_the_distance() -> None:
    recording, found = record(experiment, SHORT), surface_of(beside("grid"), "train_loss")
    assert found is not None
    film = figures.numbers(recording, found, TEXT, plane="pca", measure="train_loss")
    line = film.labels[0].at(80)
    for o in (0, 1):
        told = recording[80].train_loss[o], found.on_path[o, 80]
        a, b = (f"{place:.2f}".replace("-", "−") for place in found.path[o, 80])
        assert f"<b>{told[0]:.3g}</b> / f({a}, {b}) = {told[1]:.3g} / {found.distance[o, 80]:.1f}" in line
    assert f"{100 * found.explained:.2g} %" in film.labels[1].at(0)


def test_the_rate_times_the_eigenvalue_is_told_of_sgd_as_it_was_measured_last() -> None:
    recording, found = record(experiment, SHORT), beside("sharpness")
    film = figures.closeups.sharpness(recording, found, TEXT)
    told, of = film.labels[0], found.track("optimizer")
    for step, measured in ((0, 0), (7, 1), (100, 25)):
        for o in range(2):
            value = found.track("eigenvalues")[of == o, 0][measured]
            assert f"0.2 × {value:.2f} = <b>{0.2 * value:.2f}</b>" in told.at(step)
    alone = SHORT.changed(optimizers=("adam",))
    film = figures.closeups.sharpness(record(experiment, alone), beside("sharpness", alone), TEXT)
    assert not [label for label in film.labels if "λ" in label.template]


def end_of(config: Config) -> torch.Tensor:
    """The weights of all at the end, (O, P)."""
    *_, (weights, _) = train(config)
    return weights


def preset(name: str) -> Config:
    return PRESETS[name][0]


def largest(config: Config) -> list[np.ndarray]:
    """The largest eigenvalue of each optimiser over its measurements."""
    found = record(sharpness, sharpness.Config(**config.model_dump()))
    of = found.track("optimizer")
    return [found.track("eigenvalues")[of == o, 0] for o in range(len(config.optimizers))]


def losses_at(config: Config, vectors: torch.Tensor, places: list[list[float]]) -> list[list[float]]:
    return Evaluation(network_of(config), vectors, *examples()).at(torch.tensor(places).float()).tolist()


def test_small_batches_end_less_than_half_as_sharp_and_no_better_on_test_data() -> None:
    config = preset("flat")
    small, large = largest(config)
    assert small[-1] < 0.5 * large[-1]
    ends = losses_at(config, end_of(config), [[1, 0], [0, 1]])
    assert ends[0][1] >= ends[1][1]


def test_all_data_brings_the_eigenvalue_to_the_edge_and_twice_the_rate_halves_it() -> None:
    for rate in (0.2, 0.4):
        (values,) = largest(preset("edge").changed(learning_rate=rate))
        assert np.median(values[3:15]) == pytest.approx(2 / rate, rel=0.25)


def test_skip_connections_make_eight_layers_learn() -> None:
    eye = torch.eye(3).tolist()
    rough, smooth = (losses_at(c, end_of(c), eye) for c in (preset("rough"), preset("skip")))
    assert min(row[0] for row in rough) > 0.4
    assert max(row[0] for row in smooth) < 0.2


def test_adam_looks_flattest_only_where_filters_are_not_normalised() -> None:
    rise = {}
    for normalization in ("none", "filter"):
        frame = record(experiment, preset("filter").changed(normalization=normalization))[-1]
        along = frame.slices[..., 0]  # (3, 21)
        rise[normalization] = along[:, [0, -1]].mean(1) - along[:, 10]
        assert frame.norm.argmax() == 2
    assert rise["none"].argmin() == 2
    assert rise["filter"][2] > rise["filter"][0]


def test_a_barrier_stands_between_networks_of_different_starts_only() -> None:
    for name, high in (("barrier", True), ("joined", False)):
        ends = end_of(preset(name))
        line = [[1 - a, a] for a in np.linspace(0, 1, 21).tolist()]
        losses = [row[0] for row in losses_at(preset(name), ends, line)]
        assert (max(losses) > 1) == high
        assert high or max(losses) < 1.1 * max(losses[0], losses[-1])


def test_a_random_plane_holds_less_than_a_hundredth_of_the_way() -> None:
    config = preset("illusion")
    shares = {}
    for plane in ("random", "pca"):
        weights = torch.stack([w for w, _ in train(config)], 1)
        lies = grid.plane_of(grid.Config(**config.model_dump(), plane=plane), weights)
        shares[plane] = lies.explained(weights.flatten(0, 1))
    assert shares["random"] < 0.01
    assert shares["pca"] > 0.8


def test_batch_normalisation_keeps_the_eigenvalue_below_two() -> None:
    assert max(float(values.max()) for values in largest(preset("norm"))) < 2


def test_about_a_third_is_still_read_after_the_walk_that_is_predicted() -> None:
    frame = record(experiment, PREDICTION)[-1]
    assert (frame.train_accuracy > 0.9).all()
    assert ((frame.slices[:, -1, 2] > 0.25) & (frame.slices[:, -1, 2] < 0.45)).all()


def test_every_preset_has_its_plane() -> None:
    assert PLANES.keys() == PRESETS.keys()
    assert all(view["plane"] in figures.PLANES for view in PLANES.values())
