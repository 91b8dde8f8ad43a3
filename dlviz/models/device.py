"""Where a network learns: on a graphics processor if there is one, else on the processor."""

from __future__ import annotations

from typing import Literal

import torch

DeviceName = Literal["auto", "cpu", "gpu"]


def device_of(name: DeviceName) -> torch.device:
    """The device that a config names; where there is no graphics processor it is the processor.

    The same config gives the same frames on one device; on another one they differ by rounding.
    """
    if name != "cpu" and torch.cuda.is_available():
        torch.backends.cudnn.deterministic = True  # the same sums in the same order, every time
        return torch.device("cuda")
    if name != "cpu" and torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def has_gpu() -> bool:
    """Whether this machine has a graphics processor that PyTorch can use."""
    return device_of("auto").type != "cpu"


def name_of(device: torch.device) -> str:
    """What a device is called: "CPU", the name of a graphics card, or "Apple GPU"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return {"mps": "Apple GPU"}.get(device.type, "CPU")
