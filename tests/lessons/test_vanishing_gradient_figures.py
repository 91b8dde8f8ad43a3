"""Truths about the pictures: maps that grow, horizons, shares, and what a click chooses."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import dlviz
from dlviz.lessons.vanishing_gradient import experiment, figures
from dlviz.lessons.vanishing_gradient.experiment import Config
from dlviz.lessons.vanishing_gradient.figures_reach import factors, gradients, horizons, shares
from dlviz.text import LANGUAGES
from tests.test_pages import opened

SLUG = "vanishing_gradient"


@cache
def short(task: str = "recall") -> dlviz.Recording:
    return dlviz.record(experiment, Config(task=task, delay=10, updates=20, hidden_size=4, batch_size=8))


def test_a_map_shows_the_frames_made_so_far_and_nothing_of_the_rest() -> None:
    recording = short()
    film = figures.horizon(recording, dlviz.lesson(SLUG).text("en"))
    maps = [move for move in film.moves if "z" in move.columns]
    for k, move in enumerate(maps):
        z = move.columns["z"][6]  # (T, frames)
        assert z.shape == (11, 21)
        assert np.isnan(z[:, 7:]).all()
        found = gradients(recording, "carried")[:7, k, ::-1].astype(float)
        expected = np.clip(np.log10(found / found[:, :1]), -4, 0).T
        assert np.allclose(z[:, :7], expected, atol=4 / 254)


@pytest.mark.parametrize("state", ["carried", "hidden"])
def test_only_the_lstm_has_two_gradients(state: str) -> None:
    recording = short()
    shown, frame = gradients(recording, state)[-1], recording[-1]
    assert np.array_equal(shown[:2], frame.hidden_gradient[:2])
    assert np.array_equal(shown[2], frame.cell_gradient if state == "carried" else frame.hidden_gradient[2])


def test_a_horizon_is_the_last_step_back_with_a_hundredth_of_the_gradient() -> None:
    back = np.array([[1, 0.5, 0.02, 0.01, 0.009, 0.5], [1, 1, 1, 1, 1, 1], [1, 0.001, 1, 1, 1, 1]])
    assert horizons(back[None, :, ::-1]).tolist() == [[3, 5, 0]]
    assert np.isnan(horizons(np.full((1, 1, 4), np.nan))).all()


def test_the_factor_of_a_step_leads_from_the_end_to_the_start() -> None:
    shared = shares(short(), "hidden")
    assert np.allclose(factors(shared) ** 10, shared[..., 0], rtol=1e-3)


@pytest.mark.parametrize(("written", "read"), [
    ("1.8e−14", "1.8 × 10<sup>−14</sup>"), ("9.1e+03", "9.1 × 10<sup>3</sup>"), ("0.14", "0.14"),
    ("3e−05", "3 × 10<sup>−5</sup>"),
])  # fmt: skip
def test_small_and_large_numbers_are_powers_of_ten(written: str, read: str) -> None:
    assert figures.EXPONENT.sub(figures.POWER, f"<b>{written}</b> of it") == f"<b>{read}</b> of it"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sums_have_all_pictures_too(lang: str) -> None:
    recording, text = short("adding"), dlviz.lesson(SLUG).text(lang)  # type: ignore[arg-type]
    views = figures.views_of(recording.config)
    for picture in views["picture"]:
        for cell in views["cell"]:
            films = figures.stage(
                recording, {}, text, picture=picture, cell=cell, state="hidden", scale="absolute"
            )
            assert all(film.still(step).data for film in films if film.figure for step in (0, -1))


def test_the_page_brings_the_inside_of_another_cell() -> None:
    app = opened(SLUG, lang="en", delay="5", updates="20", cell="gru", picture="belt")
    assert not app.error
    assert any(box.value == "gru" for box in app.selectbox)
