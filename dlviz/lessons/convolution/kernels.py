"""Kernels: the numbers that slide over a picture, by formulas that serve every size, or typed by the learner."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

import torch
from jaxtyping import Float32, Float64
from pydantic import AfterValidator, Field
from torch import Tensor

from dlviz.data.refusal import Refusal

KernelName = Literal[
    "identity", "blur", "sharpen", "sobel_x", "sobel_y", "laplacian", "curve", "gabor", "own"
]
LARGEST_SIZE = 7
LARGEST_WEIGHT = 100.0
LONGEST = 400  # characters of a typed kernel
NUMBER = re.compile(r"-?[0-9]{1,4}(\.[0-9]{1,4})?", re.ASCII)


def make_kernel(name: KernelName, size: int, angle: float, weights: str) -> Float32[Tensor, "k k"]:
    """The numbers of a kernel, rounded as they are shown.

    Args:
        name: of the kernel.
        size: k, cells along a side.
        angle: of a Gabor filter: the direction of the bars that it likes, in degrees from the horizontal.
        weights: of an own kernel; cut or filled up with zeros around its middle to have this size.
    """
    if name == "own":
        return fitted(read_kernel(weights), size).float()
    formulas = {
        "identity": lambda: identity(size),
        "blur": lambda: torch.outer(binomial(size), binomial(size)) / 4 ** (size - 1),
        "sharpen": lambda: identity(size) - laplacian(size),
        "sobel_x": lambda: torch.outer(binomial(size), difference(size)),
        "sobel_y": lambda: torch.outer(difference(size), binomial(size)),
        "laplacian": lambda: laplacian(size),
        "curve": lambda: curve(size),
        "gabor": lambda: gabor(size, angle, size / 4, size / 1.5),
    }
    return formulas[name]().round(decimals=4).float()


def identity(size: int) -> Float64[Tensor, "k k"]:
    """One in the middle, zero around it."""
    kernel = torch.zeros(size, size).double()
    kernel[(size - 1) // 2, (size - 1) // 2] = 1
    return kernel


def binomial(size: int) -> Float64[Tensor, " k"]:
    """1 2 1, 1 4 6 4 1 ...: smooths along a line."""
    return torch.tensor([math.comb(size - 1, k) for k in range(size)]).double()


def difference(size: int) -> Float64[Tensor, " k"]:
    """-1 0 1, -1 -2 0 2 1 ...: what comes after minus what came before, smoothed; a single cell has no neighbour."""
    if size < 3:
        return torch.tensor([[0.0], [-1.0, 1.0]][size - 1]).double()
    smooth, line = binomial(size - 2), torch.zeros(size).double()
    line[2:] += smooth
    line[:-2] -= smooth
    return line


def laplacian(size: int) -> Float64[Tensor, "k k"]:
    """The neighbours in the same row and column, minus as many times the middle."""
    middle, kernel = (size - 1) // 2, torch.zeros(size, size).double()
    kernel[middle], kernel[:, middle] = 1, 1
    kernel[middle, middle] = -(2 * size - 2)
    return kernel


def curve(size: int) -> Float64[Tensor, "k k"]:
    """A quarter of a circle around the lower left corner; the mean is taken off, so that an even area gives 0."""
    row, column = grid(size)
    middle = (size - 1) / 2
    radius = (column + middle).hypot(row - middle)  # from the lower left corner
    line = torch.exp(-((radius - 0.7 * (size - 1)) ** 2) / (2 * (size / 9) ** 2))
    return line - line.mean()


def gabor(size: int, angle: float, width: float, wavelength: float) -> Float64[Tensor, "k k"]:
    """A wave under a bell: what many cells of the visual cortex answer to.

    Args:
        size: k.
        angle: along the wave's crests, in degrees from the horizontal, counter-clockwise.
        width: standard deviation of the bell, in cells.
        wavelength: from crest to crest, in cells.

    Source: Daugman, Uncertainty relation for resolution in space ..., 1985.
    """
    row, column = grid(size)
    turn = math.radians(angle)
    across = column * math.sin(turn) + row * math.cos(turn)
    # exp(-(x² + y²) / 2σ²) · cos(2π across / λ)
    bell = torch.exp(-(row**2 + column**2) / (2 * width**2))
    wave = bell * torch.cos(2 * math.pi * across / wavelength)
    return wave - bell * (wave.sum() / bell.sum())  # an even area gives 0


def grid(size: int) -> tuple[Float64[Tensor, "k k"], Float64[Tensor, "k k"]]:
    """Row and column of every cell, counted from the middle."""
    line = torch.arange(size).double() - (size - 1) / 2
    row, column = torch.meshgrid(line, line, indexing="ij")
    return row, column


def fitted(kernel: Float64[Tensor, "n n"], size: int) -> Float64[Tensor, "k k"]:
    """A kernel cut, or filled up with zeros, around its middle."""
    have, fresh = len(kernel), torch.zeros(size, size).double()
    keep = min(have, size)
    old, new = ((have - 1) // 2 - (keep - 1) // 2), ((size - 1) // 2 - (keep - 1) // 2)
    fresh[new : new + keep, new : new + keep] = kernel[old : old + keep, old : old + keep]
    return fresh


def read_kernel(text: str) -> Float64[Tensor, "n n"]:
    """Reads "0,1,0;1,-4,1;0,1,0": rows between semicolons, numbers between commas.

    Raises:
        Refusal: "kernel_square" (not as many rows as columns, or more than 7), "kernel_number" or "kernel_large".
    """
    rows = [row.split(",") for row in text.split(";")]
    if len(rows) > LARGEST_SIZE or any(len(row) != len(rows) for row in rows):
        raise Refusal("kernel_square")
    for cell in (cell for row in rows for cell in row):
        if not NUMBER.fullmatch(cell):
            raise Refusal("kernel_number", 0, cell[:12])
        if abs(float(cell)) > LARGEST_WEIGHT:
            raise Refusal("kernel_large", 0, cell)
    return torch.tensor([[float(cell) for cell in row] for row in rows], dtype=torch.float64)


def write_kernel(cells: list[list[str]]) -> str:
    """The text of a kernel."""
    return ";".join(",".join(row) for row in cells)


def _readable(text: str) -> str:
    read_kernel(text)
    return text


KernelText = Annotated[str, Field(max_length=LONGEST), AfterValidator(_readable)]
