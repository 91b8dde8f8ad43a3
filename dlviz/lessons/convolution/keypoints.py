"""Corners and edges of a picture that is shifted, turned, dimmed or brightened: what convolution finds again, and what
raw pixels lose.

Source: Harris and Stephens, A combined corner and edge detector, 1988.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import numpy as np
import torch
from jaxtyping import Bool, Float32
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from dlviz.config import Config as BaseConfig
from dlviz.data.pictures import PictureDigest, photo_source
from dlviz.lessons.convolution.images import ImageName, image_of
from dlviz.lessons.convolution.kernels import make_kernel

ChangeName = Literal["shift", "turn", "dim", "brighten"]
CHANGES: tuple[str, ...] = get_args(ChangeName)
WHOLE, SIDE = 96, 64  # pixels of the picture, and of its middle that is looked at
STEPS = 40
FARTHEST = {
    "shift": 10.0,
    "turn": 45.0,
    "dim": 0.7,
    "brighten": 0.7,
}  # pixels, degrees, share of the light, share of the way to white
POINTS = 12  # corners that are kept
NEAR = 2.0  # pixels within which a corner counts as found again
SAME = 0.05  # of the light, within which a pixel counts as the same
BORDER = 5  # pixels at the border where nothing is looked for
STEEP = 0.4  # of the steepest slope, from which on a pixel is one of an edge


class Config(BaseConfig):
    """One picture and one way to change it.

    Attributes:
        image, photo, turn, scan: the picture, see the sliding kernel.
        change: shifted to the right, turned counter-clockwise, dimmed, or brightened towards white.
    """

    image: ImageName = "flower"
    photo: PictureDigest = ""
    turn: Annotated[int, Field(ge=0, le=179)] = 60
    scan: Annotated[int, Field(ge=0, le=1256)] = 1
    change: ChangeName = "shift"

    def embedded(self) -> dict[str, str]:
        """An uploaded picture as source, for a script that runs where the picture is not."""
        used = self.photo if self.image == "own" else ""
        return {"dlviz.data.pictures.photo": photo_source(used, WHOLE)}

    def length(self) -> int:
        """The picture as it is, and forty times changed a little more."""
        return STEPS + 1


@dataclass(frozen=True)
class Frame:
    """The picture, changed by an amount. N corners.

    Attributes:
        amount: pixels, degrees, percent of the light that is gone, or of the way to white.
        image: the changed picture.
        edges: where it is steep.
        corners: where it has its strongest corners, column and row; NaN where there are fewer.
        expected: where the change takes the corners of the unchanged picture; NaN where that is out of sight.
        found: which of those are found again.
        found_share: of the corners that stay in sight, those that are found again; NaN if there are none.
        edge_share: of the pixels of edges that stay in sight, those that are found again within a pixel; NaN likewise.
        same_share: of the pixels, those that are as bright as before at their place.
    """

    amount: float
    image: Float32[np.ndarray, "H W"]
    edges: Bool[np.ndarray, "H W"]
    corners: Float32[np.ndarray, "N 2"]
    expected: Float32[np.ndarray, "N 2"]
    found: Bool[np.ndarray, " N"]
    found_share: float
    edge_share: float
    same_share: float


def run(config: Config) -> Iterator[Frame]:
    """Changes the picture more and more, and looks for corners and edges every time as if it had never been seen."""
    torch.manual_seed(config.seed)
    whole = whole_picture(config)  # (1, 1, H, W)
    first = changed(whole, config.change, 0.0)  # (64, 64)
    known = corners_of(first, POINTS)  # (N, 2)
    steep = edges_of(first).nonzero().flip(1).float()  # (E, 2)
    for step in range(STEPS + 1):
        amount = step / STEPS * FARTHEST[config.change]
        image = changed(whole, config.change, amount)
        corners = corners_of(image, 2 * POINTS)
        expected = taken(known, config.change, amount)
        inside = in_sight(expected)
        distance = torch.cdist(expected, corners).nan_to_num(nan=torch.inf).amin(dim=1)  # (N,)
        found = inside & (distance <= NEAR)
        edges = edges_of(image)
        moved = taken(steep, config.change, amount)
        moved = moved[in_sight(moved)].round().long()  # (E, 2)
        near = F.max_pool2d(edges[None].float(), 3, stride=1, padding=1)[0]  # one pixel wider to all sides
        same = ((image - first).abs() <= SAME).float().mean()
        yield Frame(
            amount=100 * amount if config.change in ("dim", "brighten") else amount,
            image=image.numpy(),
            edges=edges.numpy(),
            corners=corners[:POINTS].numpy(),
            expected=torch.where(inside[:, None], expected, torch.nan).numpy(),
            found=found.numpy(),
            found_share=(found.sum() / inside.sum()).item() if inside.any() else math.nan,
            edge_share=near[moved[:, 1], moved[:, 0]].mean().item(),  # NaN of none
            same_share=same.item(),
        )


def whole_picture(config: Config) -> Float32[Tensor, "1 1 H W"]:
    """More than what is looked at, so that nothing new is missing when it is shifted or turned."""
    image = image_of(config, WHOLE, "grey")[None]
    square = image.shape[2:] == (WHOLE, WHOLE)
    return image if square else F.interpolate(image, size=(WHOLE, WHOLE), mode="bilinear")


def changed(whole: Float32[Tensor, "1 1 H W"], change: str, amount: float) -> Float32[Tensor, "h w"]:
    """The middle of a picture, shifted, turned, dimmed or brightened."""
    line = torch.arange(SIDE) - (SIDE - 1) / 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    if change == "shift":
        x = x - amount
    elif change == "turn":
        cos, sin = math.cos(math.radians(amount)), math.sin(math.radians(amount))
        x, y = x * cos - y * sin, x * sin + y * cos
    places = torch.stack([x, y], dim=-1)[None] / (whole.shape[2] / 2)
    seen = F.grid_sample(whole, places, padding_mode="border", align_corners=False)[0, 0]
    if change in ("dim", "brighten"):
        light = 1.0 if change == "brighten" else 0.0
        return seen + amount * (light - seen)
    return seen


def taken(points: Float32[Tensor, "N 2"], change: str, amount: float) -> Float32[Tensor, "N 2"]:
    """Where the change takes places of the unchanged picture."""
    x, y = (points - (SIDE - 1) / 2).unbind(1)
    if change == "shift":
        x = x + amount
    elif change == "turn":
        cos, sin = math.cos(math.radians(amount)), math.sin(math.radians(amount))
        x, y = x * cos + y * sin, y * cos - x * sin
    return torch.stack([x, y], dim=1) + (SIDE - 1) / 2


def in_sight(points: Float32[Tensor, "N 2"]) -> Bool[Tensor, " N"]:
    """Which places are so far inside the picture that something may be found there."""
    return ((points >= BORDER) & (points <= SIDE - 1 - BORDER)).all(dim=1)


def slopes_of(image: Float32[Tensor, "H W"]) -> Float32[Tensor, "2 H W"]:
    """How fast the light grows to the right and downwards, by Sobel's kernels."""
    kernels = torch.stack([make_kernel("sobel_x", 3, 0, ""), make_kernel("sobel_y", 3, 0, "")])
    return F.conv2d(F.pad(image[None, None], [1] * 4, mode="replicate"), kernels[:, None])[0] / 8


def edges_of(image: Float32[Tensor, "H W"]) -> Bool[Tensor, "H W"]:
    """Where the picture is nearly as steep as where it is steepest."""
    inner = torch.zeros_like(image)
    seen = slice(BORDER, -BORDER)
    inner[seen, seen] = slopes_of(image).norm(dim=0)[seen, seen]
    return inner > STEEP * inner.max()


def corners_of(image: Float32[Tensor, "H W"], count: int) -> Float32[Tensor, "N 2"]:
    """The strongest corners, column and row; NaN where there are fewer.

    A place is a corner where the slopes around it point in more than one direction.
    """
    slope_x, slope_y = slopes_of(image)
    blur = make_kernel("blur", 7, 0, "")[None, None]

    def blurred(products: Tensor) -> Tensor:
        return F.conv2d(products[None, None], blur, padding=3)[0, 0]

    # M = Σ [Ix² IxIy; IxIy Iy²],   R = det M - 0.05 (trace M)²
    xx, yy, xy = blurred(slope_x**2), blurred(slope_y**2), blurred(slope_x * slope_y)
    response = xx * yy - xy**2 - 0.05 * (xx + yy) ** 2
    largest = F.max_pool2d(response[None, None], 7, stride=1, padding=3)[0, 0]
    peaks = torch.where((response == largest) & (response > 0.01 * response.max()), response, 0.0)
    peaks[:BORDER], peaks[-BORDER:], peaks[:, :BORDER], peaks[:, -BORDER:] = 0, 0, 0, 0
    strength, order = peaks.flatten().topk(count)
    points = torch.stack([order % SIDE, order // SIDE], dim=1).float()
    return torch.where((strength > 0)[:, None], points, torch.nan)
