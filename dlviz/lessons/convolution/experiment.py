"""A kernel slides over a picture: at every position window times kernel, summed up, is one number of the output."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Float32, Int64
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor
from torch.nn import functional as F

from dlviz.config import Config as BaseConfig
from dlviz.data.pictures import PictureDigest, photo_source
from dlviz.data.refusal import Refusal
from dlviz.lessons.convolution.geometry import (
    amount_of,
    output_size,
    padded,
    pooled_positions,
    positions,
    refuse_what_does_not_fit,
    weights_needed,
)
from dlviz.lessons.convolution.images import ImageName, image_of, shape_of
from dlviz.lessons.convolution.kernels import KernelName, KernelText, make_kernel

CONVOLVE, POOL = 0, 1  # what a frame shows
Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
LARGE = 128  # pixels of the longer side on which the whole result is shown
MIX = Annotated[float, Field(ge=-1, le=1)]


class Config(BaseConfig):
    """One picture, one kernel, and how it slides.

    Attributes:
        image: the picture; "own" is an uploaded one.
        photo: digest of the uploaded picture; without one, the flower stands in for it.
        pixels: of the longer side; a scan of a digit always has 8.
        turn, scan: of the bar, its angle; of the digit, which one.
        channels: one (the mean of red, green and blue) or all three.
        kernel, weights, angle, size: the kernel, see `make_kernel`.
        red, green, blue: by what the kernel is multiplied for each slice of a colour picture.
        stride: pixels from one position to the next.
        padding, padding_size: what surrounds the picture, and how much of it.
        dilation: pixels from one cell of the kernel to the next.
        bias: added to every sum.
        relu: negative sums become 0.
        pooling, pool_size, pool_stride: what becomes of small squares of the output.
        filters: kernels of a whole layer like this one; it only counts its weights.
    """

    image: ImageName = "flower"
    photo: PictureDigest = ""
    pixels: Annotated[int, Field(ge=8, le=32)] = 24
    turn: Annotated[int, Field(ge=0, le=179)] = 60
    scan: Annotated[int, Field(ge=0, le=1256)] = 1
    channels: Literal["grey", "rgb"] = "grey"
    kernel: KernelName = "sobel_x"
    weights: KernelText = "0,0,0;0,1,0;0,0,0"
    angle: Annotated[int, Field(ge=0, le=179)] = 45
    red: MIX = 1.0
    green: MIX = 1.0
    blue: MIX = 1.0
    size: Annotated[int, Field(ge=1, le=7)] = 3
    stride: Annotated[int, Field(ge=1, le=4)] = 1
    padding: Literal["none", "zero", "reflect"] = "none"
    padding_size: Annotated[int, Field(ge=0, le=6)] = 1
    dilation: Annotated[int, Field(ge=1, le=3)] = 1
    bias: Annotated[float, Field(ge=-2, le=2)] = 0.0
    relu: bool = False
    pooling: Literal["none", "max", "average"] = "none"
    pool_size: Annotated[int, Field(ge=2, le=4)] = 2
    pool_stride: Annotated[int, Field(ge=1, le=4)] = 2
    filters: Annotated[int, Field(ge=1, le=64, json_schema_extra={"scale": "log"})] = 6

    @field_validator("dilation")
    @classmethod
    def _kernel_fits(cls, dilation: int, info: ValidationInfo) -> int:
        chosen = info.data
        if {
            "photo",
            "size",
            "padding",
            "padding_size",
        } <= chosen.keys():  # else one of them is refused itself
            shape = shape_of(chosen["image"], chosen["photo"], chosen["pixels"])
            refuse_what_does_not_fit(
                shape, chosen["size"], chosen["padding"], chosen["padding_size"], dilation
            )
        return dilation

    @field_validator("pool_size")
    @classmethod
    def _square_fits(cls, pool_size: int, info: ValidationInfo) -> int:
        chosen = info.data
        if {"photo", "dilation", "stride"} <= chosen.keys() and chosen["pooling"] != "none":
            amount = 0 if chosen["padding"] == "none" else chosen["padding_size"]
            shape = shape_of(chosen["image"], chosen["photo"], chosen["pixels"])
            least = output_size(min(shape), chosen["size"], chosen["stride"], amount, chosen["dilation"])
            if pool_size > least:
                raise Refusal("pool_large", pool_size - 1, str(least))
        return pool_size

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Padding that keeps the size at stride 1; squares of pooling side by side."""
        size, dilation, pool = (chosen.get(name) for name in ("size", "dilation", "pool_size"))
        reach = (dilation if isinstance(dilation, int) else 1) * ((size if isinstance(size, int) else 3) - 1)
        return {
            "padding_size": min(max(reach // 2, 0), 6),
            "pool_stride": min(max(pool, 1), 4) if isinstance(pool, int) else 2,
        }

    def embedded(self) -> dict[str, str]:
        """An uploaded picture as source, for a script that runs where the picture is not."""
        used = self.photo if self.image == "own" else ""
        return {"dlviz.data.pictures.photo": photo_source(used, self.pixels)}

    def length(self) -> int:
        """A frame for every position of the kernel, then one for every square of pooling."""
        rows, columns = positions(self, *shape_of(self.image, self.photo, self.pixels))
        pooled_rows, pooled_columns = pooled_positions(self, rows, columns)
        return rows * columns + pooled_rows * pooled_columns


@dataclass(frozen=True)
class Frame:
    """One position. C channels, k size of the kernel, P size of a pooled square.

    Attributes:
        stage: 0 the kernel slides; 1 the output is pooled.
        row, column: of the number that is made.
        window: what the kernel lies on; NaN while pooling, as all that follows of the kernel.
        products: window times kernel, cell by cell.
        sums: of the products of each channel.
        total: all of them and the bias.
        value: the number that is made: `total`, after ReLU if there is one; or the square's largest or mean.
        patch: the square that is pooled; NaN before.
    """

    stage: Integer
    row: Integer
    column: Integer
    window: Float32[np.ndarray, "C k k"]
    products: Float32[np.ndarray, "C k k"]
    sums: Float32[np.ndarray, " C"]
    total: float
    value: float
    patch: Float32[np.ndarray, "P P"]


def run(config: Config) -> Generator[Frame, None, None]:
    """Slides the kernel from left to right and from top to bottom; then pools what came out."""
    torch.manual_seed(config.seed)
    image = image_of(config)  # (C, H, W)
    kernel = kernel_of(config)  # (C, k, k)
    around = padded(image, config.padding, amount_of(config))  # (C, H + 2p, W + 2p)
    rows, columns = positions(config, *image.shape[1:])
    reach = config.dilation * (config.size - 1) + 1
    output = torch.zeros(rows, columns)
    nothing = np.full((config.pool_size, config.pool_size), np.nan, np.float32)

    for row in range(rows):
        for column in range(columns):
            top, left = row * config.stride, column * config.stride
            window = around[:, top : top + reach, left : left + reach]
            window = window[:, :: config.dilation, :: config.dilation]  # (C, k, k)
            products = window * kernel  # (C, k, k)
            sums = products.sum(dim=(1, 2))  # (C,)
            # y = Σ w x + b
            total = sums.sum() + config.bias
            output[row, column] = total.relu() if config.relu else total
            yield Frame(
                CONVOLVE,
                row,
                column,
                window=window.clone().numpy(),
                products=products.numpy(),
                sums=sums.numpy(),
                total=total.item(),
                value=output[row, column].item(),
                patch=nothing,
            )

    unseen = np.full_like(kernel.numpy(), np.nan)
    rows, columns = pooled_positions(config, rows, columns)
    for row in range(rows):
        for column in range(columns):
            top, left = row * config.pool_stride, column * config.pool_stride
            patch = output[top : top + config.pool_size, left : left + config.pool_size]  # (P, P)
            value = patch.max() if config.pooling == "max" else patch.mean()
            yield Frame(
                POOL,
                row,
                column,
                window=unseen,
                products=unseen,
                sums=unseen[:, 0, 0],
                total=np.nan,
                value=value.item(),
                patch=patch.clone().numpy(),
            )


def kernel_of(config: Config) -> Float32[Tensor, "C k k"]:
    """The kernel of every channel."""
    kernel = make_kernel(config.kernel, config.size, config.angle, config.weights)
    if config.channels == "grey":
        return kernel[None]
    return torch.tensor([config.red, config.green, config.blue])[:, None, None] * kernel


@dataclass(frozen=True)
class Scene:
    """What stays the same. C channels, H W of the padded picture, R Q of the output; L M of a larger picture.

    Attributes:
        image: the padded picture.
        height, width, padding: of the picture itself, and how much surrounds it.
        kernel: of every channel.
        rows, columns, pooled_rows, pooled_columns: of the output, before and after pooling.
        low, high: the least and the largest number that this kernel makes anywhere on this picture.
        needed: weights and biases of this layer, of one whose windows share nothing, of a fully connected one.
        large, response, rectified, pooled: a larger version of the picture (the mean of its channels), what the
            kernel makes of it, that after ReLU, and that after pooling.
    """

    image: Float32[np.ndarray, "C H W"]
    height: int
    width: int
    padding: int
    kernel: Float32[np.ndarray, "C k k"]
    rows: int
    columns: int
    pooled_rows: int
    pooled_columns: int
    low: float
    high: float
    needed: Int64[np.ndarray, " 3"]
    large: Float32[np.ndarray, "L M"]
    response: Float32[np.ndarray, "l m"]
    rectified: Float32[np.ndarray, "l m"]
    pooled: Float32[np.ndarray, "i j"]


def scene(config: Config) -> Scene:
    """The picture, the kernel and the whole result, by PyTorch's own convolution."""
    image, kernel, amount = image_of(config), kernel_of(config), amount_of(config)
    shape = image.shape[1], image.shape[2]
    rows, columns = positions(config, *shape)
    whole = convolved(padded(image, config.padding, amount), kernel, config, config.stride)
    large = image_of(config, LARGE)
    keeps = config.dilation * (config.size - 1) // 2
    wide = padded(large, "reflect", min(keeps, min(large.shape[1:]) - 1))
    response = convolved(wide, kernel, config, 1) if fits(wide, config) else torch.zeros(1, 1)
    square = min(config.pool_size, *response.shape)
    pool = F.avg_pool2d if config.pooling == "average" else F.max_pool2d
    return Scene(
        image=padded(image, config.padding, amount).numpy(),
        height=shape[0],
        width=shape[1],
        padding=amount,
        kernel=kernel.numpy(),
        rows=rows,
        columns=columns,
        pooled_rows=pooled_positions(config, rows, columns)[0],
        pooled_columns=pooled_positions(config, rows, columns)[1],
        low=whole.min().item(),
        high=whole.max().item(),
        needed=weights_needed(len(image), shape, config.size, config.filters, (rows, columns)).numpy(),
        large=large.mean(0).numpy(),
        response=response.numpy(),
        rectified=response.relu().numpy(),
        pooled=pool(response.relu()[None], square)[0].numpy(),
    )


def convolved(image: Tensor, kernel: Tensor, config: Config, stride: int) -> Float32[Tensor, "R Q"]:
    """The whole output at once, before ReLU."""
    bias = torch.tensor([config.bias])
    return F.conv2d(image[None], kernel[None], bias, stride, dilation=config.dilation)[0, 0]


def fits(image: Tensor, config: Config) -> bool:
    """Whether the kernel has a position on a picture."""
    return config.dilation * (config.size - 1) < min(image.shape[1:])
