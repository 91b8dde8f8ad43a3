"""Truths of convolution: what slides step by step is PyTorch's own convolution, in all that can be set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import nn
from torch.nn import functional as F

from dlviz.data import pictures
from dlviz.data.refusal import Refusal
from dlviz.lessons.convolution import experiment
from dlviz.lessons.convolution.experiment import CONVOLVE, POOL, Config, image_of, kernel_of
from dlviz.lessons.convolution.geometry import feeds, output_size, weights_needed
from dlviz.lessons.convolution.images import bar, shape_of
from dlviz.lessons.convolution.kernels import LONGEST, make_kernel, read_kernel, write_kernel
from dlviz.recording import Recording, record
from tests.strategies import configs

SMALL = {"pixels": st.integers(8, 14)}
OWN = "0.5,-1,2;0,0.25,1;-3,1,0"
ZERO_SUM = ["sobel_x", "sobel_y", "laplacian", "curve", "gabor"]


def values(recording: Recording, stage: int = CONVOLVE) -> np.ndarray:
    """All numbers that one stage made, as a map."""
    scene = recording.scene
    shape = (scene.rows, scene.columns) if stage == CONVOLVE else (scene.pooled_rows, scene.pooled_columns)
    return recording.track("value")[recording.track("stage") == stage].reshape(shape)


def layer(config: Config) -> nn.Conv2d:
    """PyTorch's own layer with the kernel of a config."""
    kernel = kernel_of(config)[None]
    own = nn.Conv2d(
        kernel.shape[1],
        1,
        config.size,
        stride=config.stride,
        padding=0 if config.padding == "none" else config.padding_size,
        padding_mode="reflect" if config.padding == "reflect" else "zeros",
        dilation=config.dilation,
    )
    own.weight.data, own.bias.data = kernel, torch.tensor([config.bias])
    return own


@settings(max_examples=80)
@given(configs(Config, **SMALL, weights=st.just(OWN)))
def test_the_sliding_kernel_is_pytorchs_convolution_and_pooling_whatever_is_chosen(config: Config) -> None:
    recording, own = record(experiment, config), layer(config)
    with torch.no_grad():
        whole = own(image_of(config)[None])[0]
    whole = whole.relu() if config.relu else whole
    assert np.allclose(values(recording), whole[0], atol=1e-4, rtol=1e-4)
    assert len(recording) == config.length()
    if config.pooling != "none":
        pool = nn.MaxPool2d if config.pooling == "max" else nn.AvgPool2d
        pooled = pool(config.pool_size, config.pool_stride)(whole)
        assert np.allclose(values(recording, POOL), pooled[0], atol=1e-4, rtol=1e-4)
    else:
        assert (recording.track("stage") == CONVOLVE).all()


@settings(max_examples=40)
@given(configs(Config, **SMALL))
def test_window_times_kernel_summed_up_is_the_number(config: Config) -> None:
    recording = record(experiment, config)
    sliding = recording.track("stage") == CONVOLVE
    windows, products = (recording.track(name)[sliding] for name in ("window", "products"))
    assert np.allclose(products, windows * kernel_of(config).numpy())
    totals = products.sum((1, 2, 3)) + np.float32(config.bias)
    assert np.allclose(totals, recording.track("total")[sliding], atol=1e-4)
    shown = np.maximum(totals, 0) if config.relu else totals
    assert np.allclose(shown, recording.track("value")[sliding], atol=1e-4)


@given(
    *[st.integers(low, high) for low, high in ((1, 40), (1, 7), (1, 4), (0, 6), (1, 3))],
)
def test_the_formula_of_the_output_size_is_pytorchs_shape(n: int, k: int, s: int, p: int, d: int) -> None:
    size = output_size(n, k, s, p, d)
    try:
        shape = F.conv2d(torch.zeros(1, 1, n, n), torch.zeros(1, 1, k, k), None, s, p, d).shape
    except RuntimeError:
        assert size == 0
    else:
        assert shape[2:] == (size, size)


def test_sizes_that_cannot_be_are_refused_with_the_reason() -> None:
    for reason, choice in {
        "window_large": {"image": "digit", "size": 7, "dilation": 2},
        "reflect_large": {"image": "own", "padding": "reflect", "padding_size": 3, "size": 1},
        "pool_large": {"image": "digit", "size": 7, "pooling": "max", "pool_size": 3},
    }.items():
        if reason == "reflect_large":
            flat = pictures.keep(pictures.Picture(np.zeros((3, 20, 3), np.uint8)))
            choice["photo"] = pictures.digest_of(flat)
        with pytest.raises(ValidationError) as refused:
            Config(**choice)
        assert refused.value.errors()[0]["ctx"]["error"].reason == reason
    kept, problems = Config.from_query({"image": "digit", "size": "7", "dilation": "3", "bias": "1"})
    assert (kept.image, kept.size, kept.dilation, kept.bias) == ("digit", 7, 1, 1.0)
    assert [(problem.field, problem.reason) for problem in problems] == [("dilation", "window_large")]


def test_it_is_linear_in_the_kernel() -> None:
    other = "1,0,0;0,-2,0;0,0,1"
    both = "1.5,-1,2;0,-1.75,1;-3,1,1"
    one, two, sum_of_both = (
        values(record(experiment, Config(kernel="own", weights=w, padding="zero")))
        for w in (OWN, other, both)
    )
    assert np.allclose(one + two, sum_of_both, atol=1e-5)


def test_it_is_linear_in_the_picture_and_commutes_with_a_shift_inside_the_border() -> None:
    rng = np.random.default_rng(0)
    first, second = (rng.integers(0, 120, (20, 20, 3), np.uint8) for _ in range(2))

    def output(pixels: np.ndarray) -> np.ndarray:
        digest = pictures.digest_of(kept := pictures.keep(pictures.Picture(pixels)))
        answer = values(record(experiment, Config(image="own", photo=digest, kernel="own", weights=OWN)))
        del kept
        return answer

    one, two, both = output(first), output(second), output(first + second)
    assert np.allclose(one + two, both, atol=1e-5)
    moved = output(np.roll(first, (2, 3), (0, 1)))
    assert np.allclose(moved[2:, 3:], one[:-2, :-3], atol=1e-6)
    assert not np.allclose(moved[:2], one[:2], atol=1e-2)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7])
def test_sobel_of_a_ramp_is_its_slope(size: int) -> None:
    config = Config(image="ramp", pixels=17, kernel="sobel_x", size=size)
    answer = values(record(experiment, config))
    kernel = kernel_of(config)[0].double()
    place = torch.arange(size).double()
    per_slope = float((kernel * place).sum())  # of a picture that grows by 1 a pixel
    assert np.allclose(answer / per_slope, 1 / 16, atol=1e-6)
    assert per_slope == 8 or size != 3
    flat = values(record(experiment, config.changed(kernel="sobel_y")))
    assert np.allclose(flat, 0, atol=1e-5)


@settings(max_examples=60)
@given(configs(Config, pixels=st.integers(8, 12), channels=st.just("grey")), st.data())
def test_the_way_back_is_the_gradient_of_the_outputs_by_the_pixel(config: Config, data: Any) -> None:
    height, width = shape_of(config.image, config.photo, config.pixels)
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    where = feeds(config, height, width, (row, column))
    entering = (where * kernel_of(config)[0]).sum((2, 3))  # (R, Q)
    own = layer(config)
    with torch.no_grad():
        unit = torch.zeros(1, 1, height, width)
        still = own(unit)
        unit[0, 0, row, column] = 1
        change = (own(unit) - still)[0, 0]
    torch.testing.assert_close(entering, change, atol=1e-4, rtol=1e-4)


def test_an_inner_pixel_feeds_the_kernel_turned_by_180_degrees() -> None:
    config = Config(kernel="own", weights=OWN, image="digit", padding="zero")
    where = feeds(config, 8, 8, (4, 4))
    entering = (where * kernel_of(config)[0]).sum((2, 3))
    assert where.sum() == 9
    assert torch.equal(entering[3:6, 3:6], read_kernel(OWN).float().flip(0, 1))


@given(st.sampled_from([1, 3]), st.integers(1, 7), st.integers(1, 16), st.integers(7, 12))
def test_weights_are_counted_as_pytorch_counts_them(
    channels: int, size: int, filters: int, side: int
) -> None:
    rows = side - size + 1
    counted = weights_needed(channels, (side, side), size, filters, (rows, rows)).tolist()
    shared = nn.Conv2d(channels, filters, size)
    assert counted[0] == sum(p.numel() for p in shared.parameters())
    full = nn.Linear(channels * side * side, filters * rows * rows, device="meta")
    assert counted[2] == sum(p.numel() for p in full.parameters())
    local = rows * rows * sum(p.numel() for p in shared.parameters())
    assert counted[1] == local


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize("name", ["identity", "blur", "sharpen", *ZERO_SUM])
def test_a_kernel_of_every_size_adds_up_to_what_it_should(name: Any, size: int) -> None:
    kernel = make_kernel(name, size, 30, "")
    assert kernel.shape == (size, size)
    assert float(kernel.sum()) == pytest.approx(0 if name in ZERO_SUM else 1, abs=5e-3)
    assert kernel.abs().max() <= 100


def test_three_by_three_kernels_are_those_of_the_books() -> None:
    books = {
        "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
        "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "blur": [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]],
    }
    for name, kernel in books.items():
        assert torch.allclose(make_kernel(name, 3, 0, ""), torch.tensor(kernel).float(), atol=1e-4)  # type: ignore[arg-type]


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 135, 170])
def test_a_gabor_filter_answers_most_to_a_bar_of_its_own_angle(angle: int) -> None:
    kernel = make_kernel("gabor", 7, angle, "")[None, None]
    answers = {a: float(F.conv2d(bar(41, a, 1.2)[None, None], kernel).max()) for a in range(0, 180, 5)}
    best = max(answers, key=answers.__getitem__)
    assert min(abs(best - angle), 180 - abs(best - angle)) <= 10
    assert answers[(angle + 90) % 180] < 0.6 * answers[angle]


cells = st.decimals(-100, 100, places=4).map(lambda d: format(d.normalize(), "f"))


@given(
    st.integers(1, 7).flatmap(
        lambda k: st.lists(st.lists(cells, min_size=k, max_size=k), min_size=k, max_size=k)
    )
)
def test_a_kernel_is_read_as_it_is_written(rows: list[list[str]]) -> None:
    text = write_kernel(rows)
    assert read_kernel(text).tolist() == [[float(cell) for cell in row] for row in rows]
    if len(text) <= LONGEST:
        config = Config(kernel="own", weights=text, size=len(rows))
        assert Config.from_query(config.to_query()) == (config, [])
        assert np.allclose(kernel_of(config)[0], read_kernel(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "kernel_number"),
        ("1,2;3", "kernel_square"),
        (";".join([",".join("1" * 8)] * 8), "kernel_square"),
        ("1e9", "kernel_number"),
        ("nan", "kernel_number"),
        ("1٢", "kernel_number"),
        ("__import__", "kernel_number"),
        ("100.1", "kernel_large"),
    ],
)
def test_what_is_no_kernel_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_kernel(text)
    assert refused.value.reason == reason


def test_a_kernel_of_another_size_is_cut_or_filled_around_its_middle() -> None:
    five = make_kernel("own", 5, 0, OWN)
    assert torch.equal(five[1:4, 1:4], read_kernel(OWN).float())
    assert int((five != 0).sum()) == 7
    assert make_kernel("own", 1, 0, OWN).tolist() == [[0.25]]


def test_pictures_are_what_they_are_called() -> None:
    ramp = image_of(Config(image="ramp", pixels=9))[0]
    assert torch.allclose(ramp, (torch.arange(9) / 8).expand(9, 9))
    board = image_of(Config(image="checkerboard", pixels=16))[0]
    assert torch.equal(board[::2, ::2], 1 - board[::2, ::2].roll(1, 1))
    level, upright = bar(21, 0, 1.5), bar(21, 90, 1.5)
    assert torch.allclose(level, upright.T)
    assert level[10].sum() > 15 > level[:, 10].sum()
    turned = bar(41, 45, 1.0).nonzero().double()
    assert np.corrcoef(turned.T)[0, 1] < -0.9  # rises to the right: rows fall as columns grow
    colored = image_of(Config(channels="rgb"))
    assert torch.allclose(colored.mean(0, keepdim=True), image_of(Config()))
    assert image_of(Config(image="own")).equal(image_of(Config()))  # until one is uploaded
