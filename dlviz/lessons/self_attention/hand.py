"""Attention by hand: three tokens in the plane, three matrices that turn them, and the sum stage by stage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlviz.models.transformer import causal

# What a frame adds to what was there before.
TOKENS, QUERY, KEYS, DOTS, SCALE, SOFTMAX, VALUES, MIXED, ADDED = range(9)
COUNT = 3  # tokens


def by_hand(config: Any) -> dict[str, np.ndarray]:
    """All numbers of the sum, as `experiment.Frame` names them: one layer, one head, three tokens, width 2."""
    X = torch.tensor([[config.x1, config.y1], [config.x2, config.y2], [config.x3, config.y3]])  # (T, 2)
    W_query = config.stretch * turn(config.turn_query)
    W_key, W_value = turn(config.turn_key), turn(config.turn_value)
    Q, K, V = X @ W_query.T, X @ W_key.T, X @ W_value.T  # (T, 2) each
    # scores = Q Kᵀ / √d
    scores = Q @ K.T / math.sqrt(2)  # (T, T)
    allowed = causal(COUNT) if config.causal else torch.ones(COUNT, COUNT).bool()
    weights = scores.masked_fill(~allowed, -math.inf).softmax(dim=-1)
    mixed = weights @ V  # (T, 2)
    stream = torch.stack([X, X + mixed])  # before and after
    head = {"query": Q, "key": K, "value": V, "scores": scores, "weights": weights, "mixed": mixed}
    arrays = {name: part[None, None].numpy() for name, part in head.items()}  # one layer, one head
    return {**arrays, "joined": mixed[None].numpy(), "stream": stream.numpy()}


def turn(degrees: float) -> Tensor:
    """The matrix that turns the plane to the left, (2, 2)."""
    angle = math.radians(degrees)
    return torch.tensor([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
