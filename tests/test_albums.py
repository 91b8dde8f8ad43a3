"""Truths of pictures of classes that learners bring: how they are read, split, moved, learnt, and carried away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from dlviz import source
from dlviz.data import albums
from dlviz.data.albums import Album
from dlviz.data.examples import MOVED, from_album
from dlviz.data.refusal import Refusal
from dlviz.lessons.cnn import experiment, figures
from dlviz.lessons.cnn.experiment import Config
from dlviz.models.training import moved
from dlviz.recording import record
from dlviz.text import lesson_text, words
from tests.test_pages import opened
from tests.test_pictures import saved
from tests.test_source import last_line, shown

HUES = {"warm": (200, 60, 40), "cold": (40, 70, 200), "green": (60, 180, 70)}


def picture(color: tuple[int, int, int], seed: int) -> Image.Image:
    """A wide picture of one colour with grain."""
    grain = np.random.default_rng(seed).integers(-30, 30, (40, 60, 3))
    return Image.fromarray((np.array(color) + grain).clip(0, 255).astype(np.uint8))


def brought(*names: str, each: int = 6) -> Album:
    """An album of colours."""
    classes = [
        (name, [albums.square(np.array(picture(HUES[name], 10 * k + n))) for n in range(each)])
        for k, name in enumerate(names)
    ]
    return albums.keep(albums.bound(classes))


def test_a_picture_becomes_the_mean_of_its_middle_square() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 100, 3), dtype=np.uint8)
    means = pixels[:, 18:82].reshape(32, 2, 32, 2, 3).mean((1, 3))
    assert np.abs(albums.square(pixels) - means).max() <= 1
    assert albums.square(pixels[:7, :5]).shape == (32, 32, 3)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("  고양이 1 ", "고양이 1"), ("<b>x</b>{y}", "b x b y"), ("a" * 40, "a" * 12), ("{}$", "")],
)
def test_a_name_is_letters_and_digits(typed: str, name: str) -> None:
    assert albums.named(typed) == name


def test_what_is_no_album_yet_is_refused_with_its_reason() -> None:
    full = [np.full((32, 32, 3), n, np.uint8) for n in range(5)]
    for classes, reason, at in (
        ([("a", full), ("b", full[:4])], "album_few", 1),
        ([("a", full), (" a", full)], "album_same", 0),
        ([("a", full), ("<>", full)], "album_same", 0),
    ):
        with pytest.raises(Refusal) as refused:
            albums.bound(classes)
        assert (refused.value.reason, refused.value.at) == (reason, at)
        assert all(words(lang).has(f"refused.{reason}") for lang in ("ko", "en"))
    assert len(albums.bound([("a", full * 9), ("b", full)]).labels) == albums.MOST + 5


def test_of_every_class_seven_of_ten_are_learnt_and_none_is_in_both() -> None:
    album = brought("warm", "cold", "green", each=10)
    examples = from_album(album)
    assert examples.train_labels[: examples.looked].bincount().tolist() == [7, 7, 7]
    assert examples.test_labels.bincount().tolist() == [3, 3, 3]
    learnt, aside = (
        {row.numpy().tobytes() for row in images} for images in (examples.train_images, examples.test_images)
    )
    assert not learnt & aside
    assert len(learnt) == examples.looked == 21
    assert len(examples.train_images) >= 100


def test_a_moved_picture_is_seen_through_a_window_that_repeats_the_edge() -> None:
    X = torch.rand(12, 3, 9, 7)
    seen = moved(X, MOVED, torch.Generator().manual_seed(0))
    steps = range(-MOVED, MOVED + 1)
    found = set()
    for one, before in zip(seen, X):
        ways = [
            (down, right)
            for down in steps
            for right in steps
            if torch.equal(
                one,
                before[:, (torch.arange(9) + down).clamp(0, 8)][:, :, (torch.arange(7) + right).clamp(0, 6)],
            )
        ]
        assert ways
        found |= {*ways}
    assert len(found) > 4


def test_classes_that_differ_are_told_apart_and_every_picture_of_them_is_drawn() -> None:
    config = Config(data="own", album=albums.digest_of(brought("warm", "cold", each=5)))
    recording = record(experiment, config)
    assert recording.ended is None
    assert len(recording) == config.length()
    assert recording[-1].accuracy == 1
    assert recording[-1].test_accuracy.tolist() == [1]
    assert recording.scene.classes == ("warm", "cold")
    assert (recording[0].strongest[:, :6] >= 0).all()  # there are six to learn from
    assert (recording[0].strongest[:, 6:] == -1).all()
    text = lesson_text("cnn", "en")
    for name in figures.pictures_of(config):
        films = figures.stage(recording, {}, text, picture=name, scale="layer", unit="3.2")
        assert all(film.still(-1).data for film in films if film.figure)


def test_a_link_to_pictures_that_are_not_here_says_so() -> None:
    config, problems = Config.from_query({"data": "own", "album": "0123456789abcdef"})
    assert config == Config(data="own")
    assert [problem.reason for problem in problems] == ["album_absent"]
    app = opened("cnn", lang="en", data="own", album="0123456789abcdef")
    assert any(words("en")("unusable.album_absent") in caption.value for caption in app.caption)


def test_the_script_has_the_pictures_in_it(tmp_path: Path) -> None:
    digest = albums.digest_of(brought("warm", "green", each=5))
    config = Config(data="own", album=digest, epochs=1, blocks=1, filters=2)
    file = tmp_path / "script.py"
    file.write_text(source.script(experiment, config, {}), encoding="utf-8")
    assert last_line(file) == shown(experiment, config)


def test_pictures_are_brought_class_by_class_and_a_bad_one_loses_nothing() -> None:
    app = opened("cnn", lang="en", data="own")

    def chosen() -> Any:
        return app.session_state["choices:cnn"]["config"]

    def files(name: str, count: int) -> list[tuple[str, bytes, str]]:
        return [(f"{n}.png", saved(picture(HUES[name], n)), "image/png") for n in range(count)]

    app.file_uploader[0].set_value(files("warm", 6)).run()
    assert chosen().album == ""
    few = words("en")("refused.album_few").format(at=2, piece="`0`")
    assert few in [caption.value for caption in app.caption]
    app.file_uploader[1].set_value([*files("cold", 5), ("x.png", b"no picture", "image/png")]).run()
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == [f"`x.png`: {words('en')('refused.picture_format')}"]
    first = chosen().album
    assert albums.album_of(first).names == ("Class 1", "Class 2")
    assert np.bincount(albums.album_of(first).labels).tolist() == [6, 5]
    app.text_input[0].set_value("<i>cat</i>").run()
    assert albums.album_of(chosen().album).names == ("i cat i", "Class 2")
    app.file_uploader[1].set_value(files("cold", 5)).run()  # the same ones again
    assert len(albums.album_of(chosen().album).labels) == 11
    second = opened("cnn", lang="en", data="own", album=first)
    assert [box.value for box in second.text_input[:2]] == ["Class 1", "Class 2"]
