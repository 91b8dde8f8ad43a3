"""Truths about pictures that a learner brings to a trained network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import dlviz
from dlviz.data import albums, pictures
from dlviz.data.examples import load_examples
from dlviz.data.sketch import drawn
from dlviz.lessons.cnn import experiment, figures
from dlviz.lessons.cnn.brought import as_learnt, ink_of
from dlviz.lessons.cnn.closeup_sketch import since_when
from dlviz.lessons.cnn.experiment import Config
from dlviz.lessons.cnn.reading import pad_of, seen_of
from dlviz.models.training import blank_network, load_weights
from dlviz.text import lesson_text
from tests.test_pages import opened
from tests.test_pictures import quarters, saved

SLUG = "cnn"
TEXT = lesson_text(SLUG, "en")
SEVEN = drawn("", [[9 + k, 9] for k in range(14)] + [[22 - k / 2, 9 + k] for k in range(15)])


def written(ground: np.ndarray, pen: float) -> np.ndarray:
    """The seven of the pad, written six times as large on some ground, (240, 300, 3)."""
    ink = pad_of(SEVEN)[0].repeat(6, 0).repeat(6, 1) > 0  # (192, 192)
    paper = ground.copy()
    paper[24:216, 50:242][ink] = pen
    return np.repeat(np.rint(255 * paper).astype(np.uint8)[..., None], 3, axis=2)


PAPER = np.full((240, 300), 0.9)
SHADOW = PAPER * np.linspace(0.4, 1, 300)[None]


@pytest.mark.parametrize(
    ("ground", "pen"), [(PAPER, 0.2), (PAPER, 0.7), (SHADOW, 0.05), (1 - PAPER, 0.9)],
    ids=["ink", "pencil", "shadow", "chalk"],
)  # fmt: skip
def test_a_photographed_digit_is_what_the_pad_makes_of_the_same_strokes(
    ground: np.ndarray, pen: float
) -> None:
    found = as_learnt(Config(), written(ground, pen))[0]
    assert float((found - torch.from_numpy(pad_of(SEVEN)[1])).abs().mean()) < 0.06


def test_thin_lines_become_as_thick_as_those_of_the_data() -> None:
    thin = np.full((200, 200, 3), 240, np.uint8)
    thin[20:180, 98:101] = 20  # a one
    thin[40:43, 70:98] = 20
    ink = float(as_learnt(Config(), thin).mean())
    usual = load_examples("digits").train_images.mean(dim=(1, 2, 3))
    assert float(usual.min()) < ink < float(usual.max())
    assert not as_learnt(Config(), np.full((90, 60, 3), 200, np.uint8)).any()  # an empty sheet


def test_ink_is_what_differs_most_from_its_ground() -> None:
    dark = ink_of(written(PAPER, 0.2))
    assert torch.equal(dark, ink_of(written(1 - PAPER, 0.8)))
    assert dark.float().mean() == pytest.approx(
        float(pad_of(SEVEN)[0].mean()) * 192**2 / (240 * 300), rel=0.02
    )


def test_other_pictures_are_made_as_the_network_knows_them() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (75, 150, 3), np.uint8)
    middle = pixels[:, 37:112].astype(np.float64) / 255
    face = as_learnt(Config(data="faces"), pixels)
    assert np.allclose(face[0], middle.reshape(25, 3, 25, 3, 3).mean((1, 3, 4)), atol=0.01)
    scene = as_learnt(Config(data="shapes"), pixels)
    assert np.array_equal((255 * scene).round().byte().permute(1, 2, 0), albums.square(pixels))


@pytest.mark.parametrize("data", ["digits", "faces"])
def test_a_photo_is_taken_for_what_the_recorded_network_says(data: Any) -> None:
    config = Config(data=data, epochs=1, filters=2)
    recording = dlviz.record(experiment, config)
    kept = pictures.keep(pictures.Picture(written(PAPER, 0.1)))
    photo = pictures.digest_of(kept)
    *_, film, _ = figures.stage(recording, {}, TEXT, picture="brought", scale="layer", photo=photo)
    given = torch.from_numpy(seen_of(config, photo)[1])[None]
    network, said = blank_network(config, load_examples(data)), []
    for frame in recording:
        load_weights(network, frame.weights.copy())
        said.append(network(given)[0].softmax(dim=0).detach().numpy())
    curves = np.stack([move.columns["y"] for move in film.moves], axis=1)  # (T, K)
    assert np.allclose(curves, said, atol=1e-6)
    best = curves.argmax(axis=1)
    name = TEXT.labels.get(f"class.{recording.scene.classes[best[-1]]}", recording.scene.classes[best[-1]])
    since = recording[int(since_when(best)[-1])].update
    shown = TEXT("live.takes", name=name, share=f"{100 * said[-1].max():.0f}", since=since)
    assert film.labels[-1].at(len(recording) - 1) == shown


def test_a_photo_is_brought_on_the_page_and_a_bad_one_refused() -> None:
    app = opened(SLUG, lang="en", picture="brought", epochs="1", filters="2")
    app.file_uploader[0].set_value(("mine.png", saved(quarters()), "image/png")).run()
    assert not app.exception
    kept = app.session_state[f"{SLUG}.photo"]["picture"]
    assert app.session_state[f"choices:{SLUG}"]["seen"]["photo"] == pictures.digest_of(kept)
    app.file_uploader[0].set_value(("mine.png", b"hello", "image/png")).run()
    assert [error.value for error in app.error] == [TEXT("refused.picture_format")]
    assert app.session_state[f"choices:{SLUG}"]["seen"]["photo"] == pictures.digest_of(kept)


def test_a_link_to_a_photo_that_is_not_here_says_so() -> None:
    app = opened(SLUG, lang="en", picture="brought", photo="0123456789abcdef", epochs="1", filters="2")
    assert TEXT("unusable.picture_absent") in [caption.value for caption in app.caption]
