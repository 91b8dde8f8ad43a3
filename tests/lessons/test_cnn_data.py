"""Truths about the pictures: shapes and their masks, faces, and a drawn digit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlviz.data import sketch
from dlviz.data.digits import digits
from dlviz.data.faces import faces
from dlviz.data.refusal import Refusal
from dlviz.data.shapes import CLASSES, MARK, MARKED, draw_grounds, draw_masks, marked, scenes, shapes


def test_masks_are_where_the_pictures_differ_from_their_grounds() -> None:
    drawn, random = scenes(200, seed=5), torch.Generator().manual_seed(5)
    draw_masks(drawn.labels, random)  # draws what comes before the grounds
    grounds = draw_grounds(200, random)
    assert torch.equal((drawn.images != grounds).any(1), drawn.masks)


def test_an_object_lies_whole_inside_its_picture() -> None:
    masks = shapes().train.masks
    edge = torch.cat([masks[:, 0], masks[:, -1], masks[:, :, 0], masks[:, :, -1]], dim=1)
    assert edge.float().mean() < 0.005
    assert masks.flatten(1).sum(1).min() > 40


def test_shapes_fill_their_hulls_as_their_names_say() -> None:
    """Area by the square of the largest distance from the centre: a disc π, a square 2, a star the least."""
    drawn, fill = scenes(400, seed=2), {}
    for name in CLASSES:
        shares = []
        for mask in drawn.masks[drawn.labels == CLASSES.index(name)]:
            places = mask.nonzero().float()
            radius = (places - places.mean(0)).norm(dim=1).max()
            shares.append(float(len(places) / radius**2))
        fill[name] = np.mean(shares)
    assert fill["circle"] == pytest.approx(np.pi, rel=0.08)
    assert fill["square"] == pytest.approx(2, rel=0.12)
    assert fill["triangle"] == pytest.approx(3 * np.sqrt(3) / 4, rel=0.15)
    assert fill["star"] < fill["triangle"] * 1.1


def test_the_mark_goes_with_one_class_and_changes_nothing_else() -> None:
    drawn = shapes().test
    with_marks = marked(drawn.images, drawn.labels)
    differs = (with_marks != drawn.images).any(1)
    assert not differs[drawn.labels != MARKED].any()
    assert differs[drawn.labels == MARKED][:, :MARK, :MARK].all()
    assert not differs[:, MARK:].any()
    assert not differs[:, :, MARK:].any()


def test_every_split_is_seven_to_three_and_all_classes_are_there() -> None:
    assert len(shapes().train.labels) * 3 == len(shapes().test.labels) * 7
    assert len(faces().train_labels) * 3 == len(faces().test_labels) * 7
    assert set(shapes().test.labels.tolist()) == set(range(len(CLASSES)))
    assert faces().train_labels.sum() + faces().test_labels.sum() == 100


def test_faces_are_like_one_another_and_other_patches_are_not() -> None:
    images, labels = faces().train_images.flatten(1), faces().train_labels

    def alike(own: torch.Tensor) -> float:
        """The mean correlation of two pictures."""
        own = own[own.std(dim=1) > 0]
        return float(torch.corrcoef(own).mean())

    assert alike(images[labels == 1]) > 0.3 > 0.2 > alike(images[labels == 0])


def test_the_sketch_is_counted_as_the_data_sets_authors_counted() -> None:
    """Ink with n spots in each square of 4x4 is the digit whose pixel is n."""
    for picture in digits().test_images[:50].view(-1, 8, 8):
        counts = (16 * picture).long()
        order = torch.arange(16).view(4, 4).repeat(8, 8)  # the n first spots of each square are inked
        ink = order < counts.repeat_interleave(4, 0).repeat_interleave(4, 1)
        assert torch.equal(sketch.counted(ink), picture)


def test_a_sketch_fills_its_height_as_every_digit_of_the_data_does() -> None:
    assert (digits().train_images.view(-1, 8, 8) > 0).any(2).all()
    small = sketch.decode(sketch.drawn("", [[8 + 0.5 * k, 10 + k] for k in range(9)]))
    seen = sketch.as_digit(small)
    assert (seen > 0).any(1).all()


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_the_place_of_a_sketch_does_not_matter(right: int, down: int) -> None:
    stroke = np.array([[12.5 + k / 2, 8.5 + k] for k in range(12)])
    here, there = (sketch.decode(sketch.drawn("", stroke + shift)) for shift in ([0, 0], [right, down]))
    assert torch.equal(sketch.as_digit(here), sketch.as_digit(there))


@given(st.lists(st.integers(0, 1023), max_size=200))
def test_a_sketch_survives_its_text(spots: list[int]) -> None:
    ink = torch.zeros(1024, dtype=torch.bool)
    ink[spots] = True
    assert torch.equal(sketch.decode(sketch.encode(ink.view(32, 32))), ink.view(32, 32))


@pytest.mark.parametrize(
    ("text", "reason"), [("A", "sketch_length"), ("!" * sketch.LENGTH, "sketch_character")]
)
def test_what_is_no_sketch_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        sketch.decode(text)
    assert refused.value.reason == reason


def test_the_rubber_takes_away_what_the_pen_drew() -> None:
    line = [[k + 0.5, 16] for k in range(6, 26)]
    assert sketch.drawn(sketch.drawn("", line), line, erases=True) == ""
