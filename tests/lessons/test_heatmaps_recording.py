"""Truths about the recording: what it holds, what follows on training, and which pictures are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import dlviz
from dlviz.data import albums, pictures
from dlviz.data.examples import load_examples
from dlviz.data.shapes import MARK
from dlviz.lessons.cnn import experiment as cnn
from dlviz.lessons.cnn import training as cnn_training
from dlviz.lessons.cnn.presets import TAKEN
from dlviz.lessons.heatmaps import experiment, glance, subject, training
from dlviz.lessons.heatmaps.experiment import ZERO, Config, looked
from dlviz.lessons.heatmaps.layers import PARTS, forgetting
from dlviz.lessons.heatmaps.methods import METHODS, explain, layer_of, map_of
from dlviz.lessons.heatmaps.pieces import segments_of
from dlviz.lessons.heatmaps.subject import FIRST, target_of
from dlviz.models.training import build
from tests.lessons.questions import SMALL, asked, trained
from tests.test_albums import brought


@pytest.mark.parametrize("after", ["nothing", "layers"])
def test_recorded_maps_are_what_the_methods_say_of_the_recorded_network(after: Any) -> None:
    config = Config(**SMALL, after=after, target=FIRST + 4)
    recording = dlviz.record(experiment, config)
    assert len(recording) == config.length()
    frame = recording[config.trained()]
    question = asked(config, [3], 4)
    for k, method in enumerate(METHODS):
        if method in ("smooth_grad", "gradient_shap", "lime"):
            continue  # they draw random numbers
        plain = map_of(explain(question, method))[0].numpy()
        shown = frame.reach[k] * (frame.maps[k].astype(float) - ZERO) / ZERO
        assert np.allclose(shown, plain, atol=float(frame.reach[k]) / ZERO), method
        assert frame.total[k] == pytest.approx(float(plain.sum()), rel=1e-3, abs=1e-4), method
    probabilities = question.network(question.X)[0].softmax(dim=0).detach().numpy()
    assert np.allclose(frame.probabilities, probabilities, atol=1e-5)


def test_frames_do_not_depend_on_who_trained_before() -> None:
    config = Config(**SMALL, seed=5)
    first = dlviz.record(experiment, config)
    torch.rand(3), np.random.rand(3)  # the process' own streams have moved on
    again = dlviz.record(experiment, config)
    training.KEPT.clear()
    anew = dlviz.record(experiment, config)
    for name in ("maps", "reach", "curves", "scores"):
        for other in (again, anew):
            assert np.array_equal(first.track(name), other.track(name), equal_nan=True), name


def test_without_the_mean_of_maps_there_is_no_cam() -> None:
    frame = dlviz.record(experiment, Config(**SMALL, head="flatten"))[-1]
    assert (frame.maps[0] == 255).all()
    assert np.isnan(frame.scores[0]).all()
    assert (frame.maps[1:] != 255).all()


def test_the_class_that_is_explained_is_the_one_that_was_asked_for() -> None:
    logits, truth = torch.tensor([[0.0, 3.0, 1.0]]), torch.tensor([2])
    stranger = torch.tensor([subject.STRANGER])
    chosen = [target_of(Config(target=k), logits, truth).item() for k in (0, 1, 2, 3, 11)]
    assert chosen == [1, 2, 0, 1, 2]
    assert target_of(Config(target=1), logits, stranger).item() == 1


def test_a_network_that_forgets_ends_as_the_fresh_one_and_begins_at_the_top() -> None:
    config = Config(**SMALL)
    examples, network = load_examples("digits"), trained(config)
    torch.manual_seed(config.seed + 1)
    fresh = build(config, examples).state_dict()
    states = []
    for depth, forgetful in forgetting(config, examples, network):
        states.append((depth, {name: part.clone() for name, part in forgetful.state_dict().items()}))
    assert [depth for depth, _ in states[:3]] == [0.0, 1.0, 1 + 1 / PARTS]
    assert len(states) == 2 + PARTS * config.blocks
    trained_state = network.state_dict()
    for name, part in states[1][1].items():
        assert torch.equal(part, (fresh if name.startswith("head") else trained_state)[name]), name
    assert all(torch.equal(part, fresh[name]) for name, part in states[-1][1].items() if part.ndim)


def test_what_a_network_that_forgets_still_knows_is_measured_anew() -> None:
    config = Config(**SMALL, after="layers")
    recording, examples = dlviz.record(experiment, config), load_examples("digits")
    for step, (depth, forgetful) in enumerate(
        forgetting(config, examples, trained(config)), config.trained() + 1
    ):
        said = forgetful.eval()(examples.test_images).argmax(dim=1)
        right = (said == examples.test_labels).float().mean().item()
        assert recording[step].test_accuracy[0] == pytest.approx(right)
        assert recording[step].forgotten == depth
    assert recording[-1].test_accuracy[0] < 0.3 < recording[config.trained()].test_accuracy[0]


def test_a_network_that_cheats_is_caught() -> None:
    """It knows marked stars, misses the same stars without marks, and the heat lies on the mark."""
    config = Config(data="shortcut")
    network, examples = trained(config), load_examples("shortcut")
    star = examples.test_labels[:200] == 3
    said = network(examples.test_images).argmax(dim=1)
    marked, clean = (said[first : first + 200][star] == 3 for first in (0, 200))
    assert marked.float().mean() > 0.9
    assert clean.float().mean() < 0.3
    frame, maps = looked(config, network, subject.subject(config), 0)
    for method in ("integrated_gradients", "occlusion", "lime", "grad_cam"):
        hottest = divmod(int(maps[list(METHODS).index(method)].argmax()), 32)
        assert max(hottest) < MARK + 3, method
    assert frame["target"] == 3


def test_a_photograph_keeps_its_proportions_and_ink_is_dark() -> None:
    pixels = np.full((20, 40, 3), 255, np.uint8)
    pixels[:, :20] = 0
    kept = pictures.keep(pictures.Picture(pixels))
    digest = pictures.digest_of(kept)
    colour = subject.brought(Config(image="own", photo=digest))
    assert colour.shape == (3, 32, 32)
    assert colour[:, 8:24, :15].max() < 0.1  # twice as wide as high: half of the rows
    assert colour[:, 8:24, 17:].min() > 0.9
    assert torch.allclose(colour[:, :7], torch.tensor(0.5), atol=0.01)  # its mean
    ink = subject.brought(Config(data="digits", image="own", photo=digest))
    assert ink[0, 4, 0] > 0.9
    assert ink[0, 4, 7] < 0.1


def test_segments_cover_the_picture_without_gaps_in_their_numbers() -> None:
    for X in load_examples("shapes").test_images[:10]:
        segments = segments_of(X)
        assert segments.unique().tolist() == list(range(int(segments.max()) + 1))
        assert 10 <= int(segments.max()) + 1 <= 25


def test_the_network_is_that_of_the_cnn_lesson_with_the_same_settings() -> None:
    """The link of one lesson to the other names all that makes a network, and the numbers are the same, bit for bit."""
    learnt = cnn.Config(data="faces", epochs=2, filters=3, batch_size=64, seed=3, example=11)
    config, problems = Config.from_query(learnt.spelled(TAKEN))
    assert problems == []
    assert all(getattr(config, name) == getattr(learnt, name) for name in TAKEN)
    there, here = ([*module.replay(c)][-1] for module, c in ((cnn_training, learnt), (training, config)))
    assert np.array_equal(there.weights, here.weights)
    assert there.test_accuracy == here.test_accuracy


def test_a_learners_own_classes_are_learnt_and_explained() -> None:
    digest = albums.digest_of(album := brought("warm", "cold", each=6))
    config = Config(data="own", album=digest, epochs=1, filters=2, after="pictures")
    recording = dlviz.record(experiment, config)
    assert recording.scene.classes == album.names
    assert recording.scene.numbers == (3, 0, 1, 2)  # all that are kept aside, from the chosen one on
    assert len(recording) == config.length() == config.trained() + 1 + 4
    assert np.isnan(recording[-1].scores[:, 4:]).all()  # nobody knows where an object is
    assert np.isfinite(recording[-1].scores[:, :2]).all()
    assert np.isfinite(recording[-4].scores[:, :4]).all()


def test_layers_read_are_those_that_exist() -> None:
    config = Config(**SMALL, blocks=2, layer=3)
    assert layer_of(asked(config, [0], 1)) is trained(config).activations[1]
    assert len(dlviz.record(experiment, config)) == config.length()


def test_the_glance_shows_what_the_lesson_shows() -> None:
    """The two maps of the miniature are those of the lesson's own recording, step by step."""
    config = Config(data="digits", epochs=1)
    whole, quick = dlviz.record(experiment, config), dlviz.record(glance, config)
    places = [whole.scene.methods.index(name) for name in quick.scene.methods]
    assert len(quick) == len(whole)
    assert np.array_equal(quick.track("maps"), whole.track("maps")[:, places])
