"""Small pictures to slide over: photographs, a scan, drawings that are made here, or what a learner brings."""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from jaxtyping import Float32
from torch import Tensor

from dlviz.data import pictures
from dlviz.data.digits import digits

ImageName = Literal["flower", "china", "letter", "digit", "bar", "ramp", "checkerboard", "own"]
STROKES = (  # of the letter R: its stem and leg, and the bow as a half circle (centre x, y, radius)
    ((0.28, 0.15), (0.28, 0.87)),
    ((0.28, 0.15), (0.5, 0.15)),
    ((0.28, 0.51), (0.5, 0.51)),
    ((0.46, 0.51), (0.74, 0.87)),
)
BOW = (0.5, 0.33, 0.18)
STROKE = 0.055  # half the width of a stroke


def shape_of(image: ImageName, photo: str, pixels: int) -> tuple[int, int]:
    """Height and width of a picture, without making it."""
    if image == "digit":
        return 8, 8
    if image == "own" and photo:
        height, width = pictures.pictured(photo).pixels.shape[:2]
        scale = min(pixels / max(height, width), 1)
        return max(1, round(scale * height)), max(1, round(scale * width))
    return pixels, pixels


def image_of(config: Any, pixels: int = 0, channels: str = "") -> Float32[Tensor, "C H W"]:
    """The picture of a config, from 0 (black) to 1 (white); one channel, or red, green and blue.

    Args:
        config: names the picture.
        pixels, channels: others than the config's.
    """
    side = pixels or config.pixels
    if config.image in ("flower", "china", "own"):
        if config.image == "own" and config.photo:
            array = pictures.photo(config.photo, side)
        else:
            array = pictures.photograph("china" if config.image == "china" else "flower", side)
        image = torch.tensor(array).permute(2, 0, 1).float() / 255  # (3, H, W)
    elif config.image == "digit":
        image = digits().train_images[config.scan].view(1, 8, 8).expand(3, -1, -1)
    else:
        image = drawn(config.image, side, config.turn)[None].expand(3, -1, -1)
    return image if (channels or config.channels) == "rgb" else image.mean(0, keepdim=True)


def drawn(name: str, side: int, turn: float) -> Float32[Tensor, "H W"]:
    """A picture by a formula.

    Args:
        name: "ramp" grows evenly to the right, from 0 to 1; "checkerboard" has eight fields a side; "bar" is one
            line through the middle; "letter" has strokes of every kind.
        side: height and width in pixels.
        turn: of the bar: degrees from the horizontal, counter-clockwise.
    """
    line = (torch.arange(side).double() + 0.5) / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    if name == "ramp":
        return ((x * side - 0.5) / (side - 1)).float()
    if name == "checkerboard":
        return (((8 * x).floor() + (8 * y).floor()) % 2).float()
    if name == "bar":
        return bar(side, turn, side / 12)
    pieces = [to_segment(x, y, *ends) for ends in STROKES]
    centre_x, centre_y, radius = BOW
    bow = ((x - centre_x).hypot(y - centre_y) - radius).abs()
    pieces.append(torch.where(x >= centre_x, bow, 1.0))
    distance = torch.stack(pieces).amin(0)
    return ((STROKE - distance) * side + 0.5).clamp(0, 1).float()  # edges are one pixel soft


def bar(side: int, turn: float, half_width: float) -> Float32[Tensor, "H W"]:
    """A bright line through the middle, with edges one pixel soft."""
    line = torch.arange(side).double() - (side - 1) / 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    angle = math.radians(turn)
    across = (x * math.sin(angle) + y * math.cos(angle)).abs()
    along = (x * math.cos(angle) - y * math.sin(angle)).abs()
    inside = torch.minimum(half_width - across, 0.42 * side - along)
    return (inside + 0.5).clamp(0, 1).float()


def to_segment(x: Tensor, y: Tensor, start: tuple[float, float], end: tuple[float, float]) -> Tensor:
    """The distance of every place from a straight stroke."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    share = ((x - start[0]) * along_x + (y - start[1]) * along_y) / (along_x**2 + along_y**2)
    share = share.clamp(0, 1)
    return (x - start[0] - share * along_x).hypot(y - start[1] - share * along_y)
