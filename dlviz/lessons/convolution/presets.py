"""Configs worth trying, by the names that the text gives them; the one that a learner predicts; what matters where."""

from __future__ import annotations

from dlviz.lessons.convolution.experiment import Config

PRESETS: dict[str, tuple[Config, str]] = {  # a config, and the third picture that shows its point
    "edges": (Config(image="letter", kernel="sobel_x"), "whole"),
    "ramp": (Config(image="ramp", pixels=17, kernel="sobel_x"), "whole"),
    "border": (Config(kernel="blur", size=5, padding="zero"), "whole"),
    "curve": (Config(image="letter", kernel="curve", size=7, relu=True, padding="zero"), "whole"),
    "opponent": (Config(channels="rgb", kernel="blur", red=1.0, green=-1.0, blue=0.0), "whole"),
    "pool": (Config(image="letter", kernel="laplacian", relu=True, pooling="max", pixels=18), "whole"),
    "holes": (Config(image="checkerboard", pixels=16, kernel="laplacian", dilation=2), "whole"),
    "cortex": (Config(image="bar", kernel="gabor", angle=60, size=7, pixels=20), "cortex"),
    "keypoints": (Config(image="letter", kernel="sobel_y"), "keypoints"),
    "share": (Config(channels="rgb", size=5, filters=6, kernel="gabor", pixels=20), "weights"),
}
CHANGES = {"keypoints": {"change": "turn"}}
SHIFTED = "0,0,0;1,0,0;0,0,0"
PREDICTION = Config(image="letter", kernel="own", weights=SHIFTED, padding="zero")
ANSWERS = ("left", "right", "stays")


def in_sight(config: Config) -> tuple[str, ...]:
    """The choices beside the picture: the kernel and how it slides."""
    angle = ("angle",) if config.kernel == "gabor" else ()
    return ("kernel", *angle, "size", "stride", "padding")


def details(config: Config) -> list[str]:
    """The choices under "More": those that matter here."""
    return [
        *(("pixels",) if config.image != "digit" else ("scan",)),
        *(("turn",) if config.image == "bar" else ()),
        "channels",
        *(("red", "green", "blue") if config.channels == "rgb" else ()),
        *(("padding_size",) if config.padding != "none" else ()),
        "dilation",
        "bias",
        "relu",
        "pooling",
        *(("pool_size", "pool_stride") if config.pooling != "none" else ()),
        "filters",
        "seed",
    ]
