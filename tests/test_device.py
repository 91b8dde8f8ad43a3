"""Truths about the device: what is chosen is taken if it is there, and changes nothing but rounding."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

import dlviz
from dlviz.models.device import device_of, has_gpu, name_of

gpu = torch.cuda.is_available() or torch.backends.mps.is_available()


def test_the_processor_is_there_for_whoever_asks() -> None:
    assert device_of("cpu") == torch.device("cpu")
    assert name_of(device_of("cpu")) == "CPU"


def test_a_graphics_processor_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for there, kind in ((False, "cpu"), (True, "cuda")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert device_of("auto").type == device_of("gpu").type == kind
        assert has_gpu() is there
        assert device_of("cpu").type == "cpu"


@pytest.mark.parametrize(
    ("slug", "choices"),
    [
        ("cnn", {"epochs": 1, "dropout": 0.3}),
        ("self_attention", {"task": "reverse", "updates": 20, "position": "rotary", "causal": True}),
        ("loss_landscape", {"updates": 100, "optimizers": ("adam",)}),
    ],
)
def test_a_run_on_either_device_tells_the_same(slug: str, choices: dict[str, object]) -> None:
    """Where there is no graphics processor, to the bit; else the first frames but for rounding."""
    experiment = dlviz.lesson(slug).experiment
    first, second = (
        dlviz.record(experiment, experiment.Config(**choices, device=device)) for device in ("cpu", "gpu")
    )
    for field in fields(experiment.Frame):
        a, b = (np.asarray(run.track(field.name)[:2], np.float64) for run in (first, second))
        assert (
            np.allclose(a, b, rtol=1e-2, atol=0.05, equal_nan=True)
            if gpu
            else np.array_equal(a, b, equal_nan=True)
        )
