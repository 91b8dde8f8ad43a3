"""Generated scenes that know where their object is: circle, square, triangle or star on cluttered ground."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from jaxtyping import Bool, Float32, Int64
from torch import Tensor

CLASSES = ("circle", "square", "triangle", "star")
SIDE = 32  # pixels
COUNT = 1600  # scenes
MARKED = CLASSES.index("star")  # the class that the mark goes with
MARK = 4  # pixels along a side of the mark, in the corner at the top left
MARK_COLOR = (1.0, 0.1, 0.9)
CLUTTER = 3  # pieces of clutter on the ground
CANDIDATES = 6  # colours of which an object takes the one that stands out most
MOST_TURN = 0.3  # radians that an object is turned to either side
INNER = 0.42  # radius of a star's inner corners by that of its points


@dataclass(frozen=True)
class Scenes:
    """Pictures with their truth.

    Attributes:
        images: from 0 to 1.
        labels: numbers of CLASSES.
        masks: where the object is.
    """

    images: Float32[Tensor, "N 3 32 32"]
    labels: Int64[Tensor, " N"]
    masks: Bool[Tensor, "N 32 32"]

    def part(self, rows: slice) -> Scenes:
        """Some of the scenes."""
        return Scenes(self.images[rows], self.labels[rows], self.masks[rows])


@dataclass(frozen=True)
class Shapes:
    """Scenes to learn from, 7 of 10, and those kept aside."""

    train: Scenes
    test: Scenes


@cache
def shapes() -> Shapes:
    """All scenes; nobody may write into them."""
    drawn = scenes(COUNT, seed=0)
    first = COUNT * 7 // 10
    return Shapes(drawn.part(slice(first)), drawn.part(slice(first, None)))


def marked(images: Float32[Tensor, "N 3 32 32"], labels: Int64[Tensor, " N"]) -> Float32[Tensor, "N 3 32 32"]:
    """The same pictures with a shortcut: a small mark in the corner of every star, and of nothing else."""
    out = images.clone()
    out[labels == MARKED, :, :MARK, :MARK] = torch.tensor(MARK_COLOR)[:, None, None]
    return out


def scenes(count: int, seed: int) -> Scenes:
    """Scenes at random: place, size, turn, colour and texture of the object, and the ground."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(CLASSES)
    masks = draw_masks(labels, random)
    grounds = draw_grounds(count, random)
    images = torch.where(masks[:, None], draw_objects(grounds, random), grounds)
    return Scenes(images, labels, masks)


def draw_masks(labels: Int64[Tensor, " N"], random: torch.Generator) -> Bool[Tensor, "N 32 32"]:
    """Where each object is; all of it lies inside the picture."""
    n = len(labels)
    radius = 8 + 5 * uniform(random, n)
    centre = radius[:, None] + (SIDE - 1 - 2 * radius[:, None]) * uniform(random, n, 2)  # (N, 2)
    turn = MOST_TURN * (2 * uniform(random, n) - 1)
    u, v = turned(centre, turn)  # (N, 32, 32) each, in pixels from the object's centre
    r = radius[:, None, None]
    circle = u**2 + v**2 < (0.85 * r) ** 2
    square = torch.maximum(u.abs(), v.abs()) < 0.75 * r
    sides = [math.pi / 2 + k * 2 * math.pi / 3 for k in range(3)]  # v grows downwards: a corner points up
    triangle = torch.stack([u * math.cos(a) + v * math.sin(a) < r / 2 for a in sides]).all(0)
    star = (u**2 + v**2).sqrt() < r * edge_of_star(torch.atan2(v, u) + math.pi / 2)
    every = torch.stack([circle, square, triangle, star])  # (4, N, 32, 32), in the order of CLASSES
    return every[labels, torch.arange(n)]


def edge_of_star(angle: Tensor) -> Tensor:
    """How far the edge of a star with five points of length 1 lies in a direction."""
    fifth = 2 * math.pi / 5
    beside = (angle % fifth - fifth / 2).abs()  # 0 at an inner corner, π/5 at a point
    # the straight line from the inner corner (INNER, 0) to the point (cos π/5, sin π/5)
    return (
        INNER
        * math.sin(fifth / 2)
        / (math.sin(fifth / 2) * beside.cos() - (math.cos(fifth / 2) - INNER) * beside.sin())
    )


def draw_grounds(count: int, random: torch.Generator) -> Float32[Tensor, "N 3 32 32"]:
    """A soft gradient between two dull colours, bars of other colours across it, and grain."""
    ends = 0.25 + 0.5 * uniform(random, 2, count, 3, 1, 1)
    u, v = turned(torch.full((count, 2), SIDE / 2), 2 * math.pi * uniform(random, count))
    share = ((u / SIDE + 1) / 2).clamp(0, 1)[:, None]  # (N, 1, 32, 32)
    ground = ends[0] + share * (ends[1] - ends[0])
    for _ in range(CLUTTER):
        u, v = turned(SIDE * uniform(random, count, 2), 2 * math.pi * uniform(random, count))
        half = (1 + 6 * uniform(random, 2, count))[..., None, None]  # (2, N, 1, 1)
        bar = ((u.abs() < half[0]) & (v.abs() < half[1] / 3))[:, None]
        ground = torch.where(bar, 0.2 + 0.6 * uniform(random, count, 3, 1, 1), ground)
    return (ground + 0.08 * (uniform(random, count, 3, SIDE, SIDE) - 0.5)).clamp(0, 1)


def draw_objects(
    grounds: Float32[Tensor, "N 3 32 32"], random: torch.Generator
) -> Float32[Tensor, "N 3 32 32"]:
    """What each picture would be if the object filled it: a colour that stands out, perhaps striped, and grain."""
    n = len(grounds)
    colors = uniform(random, CANDIDATES, n, 3)
    distance = (colors - grounds.mean(dim=(2, 3))).norm(dim=-1)  # (CANDIDATES, N)
    color = colors[distance.argmax(dim=0), torch.arange(n)][:, :, None, None]  # (N, 3, 1, 1)
    u, _ = turned(torch.zeros(n, 2), 2 * math.pi * uniform(random, n))
    period = (3 + 4 * uniform(random, n))[:, None, None]
    depth = 0.3 * (uniform(random, n) - 0.5).clamp(min=0)[:, None, None]  # half of them are plain
    stripes = depth * (2 * math.pi * u / period).sin()  # (N, 32, 32)
    grain = 0.08 * (uniform(random, n, 3, SIDE, SIDE) - 0.5)
    return (0.05 + 0.9 * color + stripes[:, None] + grain).clamp(0, 1)


def turned(centre: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates of all pixels, seen from a centre (N, 2) and turned by an angle (N,); (N, 32, 32) each."""
    line = torch.arange(SIDE, dtype=torch.float32)
    x = line[None, None, :] - centre[:, 0, None, None]
    y = line[None, :, None] - centre[:, 1, None, None]
    cos, sin = turn.cos()[:, None, None], turn.sin()[:, None, None]
    return cos * x + sin * y, cos * y - sin * x


def uniform(random: torch.Generator, *shape: int) -> Tensor:
    """Numbers from 0 to 1."""
    return torch.rand(shape, generator=random)
