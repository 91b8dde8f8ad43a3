"""Numbers in time: a wave in noise made here, and weekly prices of shares as the plotly package carries them."""

from __future__ import annotations

import csv
import gzip
import io
from functools import cache
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from dlviz.data.carried import carried_path

SeriesName = Literal["wave", "GOOG", "AAPL", "AMZN", "FB", "NFLX", "MSFT"]
LENGTH, PERIODS, NOISE = 240, (17.0, 6.5), 0.25  # of the wave
LAGS = 12  # numbers that are read before the one that is asked for
LEARNT = 0.7  # of the time


@cache
def series_of(name: SeriesName) -> Float32[Tensor, " n"]:
    """The numbers in their order of time: of a share its price, 1 at the beginning of 2018.

    Source: the data set "stocks" of the plotly package: 105 weeks, 2018 and 2019.
    """
    if name == "wave":
        time = torch.arange(LENGTH)
        clean = sum((2 * torch.pi * time / period).sin() / (k + 1) for k, period in enumerate(PERIODS))
        noise = torch.randn(LENGTH, generator=torch.Generator().manual_seed(1))
        return clean + NOISE * noise
    packed = carried_path("plotly", "package_data", "datasets", "stocks.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))
    return torch.tensor([float(row[name]) for row in rows])


def standardised(numbers: Float32[Tensor, " n"]) -> tuple[Float32[Tensor, " n"], float, float]:
    """The numbers with mean 0 and variance 1 over the first 7 of 10, and that mean and deviation."""
    learnt = numbers[: int(LEARNT * len(numbers))]
    mean, deviation = learnt.mean().item(), learnt.std().item()
    return (numbers - mean) / deviation, mean, deviation


def windows(numbers: Float32[Tensor, " n"]) -> tuple[Float32[Tensor, "N L"], Float32[Tensor, "N L"], int]:
    """All stretches of `LAGS` numbers, what follows each number, and how many stretches end in the first 7 of 10."""
    parts = numbers.unfold(0, LAGS + 1, 1)  # (N, L + 1)
    return parts[:, :-1], parts[:, 1:], int(LEARNT * len(numbers)) - LAGS


def autoregression(inputs: Float64[np.ndarray, "N L"], next_ones: Float64[np.ndarray, " N"]) -> np.ndarray:
    """Weights (L + 1,) of the linear autoregression, the last being its constant, by least squares.

    Source: Yule, On a method of investigating periodicities in disturbed series, 1927.
    """
    table = np.column_stack([inputs, np.ones(len(inputs))])
    weights: np.ndarray = np.linalg.lstsq(table, next_ones, rcond=None)[0]
    return weights
