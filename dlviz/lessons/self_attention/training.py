"""How the transformer learns a task, moment by moment; what is the same for all sequences is learnt once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from dlviz.lessons.self_attention.tasks import DRAWN, Puzzle, draw, patterns, puzzle, split_drawn
from dlviz.models.device import device_of
from dlviz.models.replay import Replay, Replays
from dlviz.models.transformer import Transformer, causal

WARM_UP = 30  # updates in which the rate rises
CLIP = 1.0  # of the gradient's norm
GATED = 512  # test sequences with a head off, of all heads together, at most
HAND = ("x1", "y1", "x2", "y2", "x3", "y3", "turn_query", "turn_key", "turn_value", "stretch")


@dataclass(frozen=True)
class Moment:
    """The network after some updates; see `experiment.Frame` for what the names mean."""

    update: int
    weights: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    without: np.ndarray
    places: np.ndarray
    shares: np.ndarray
    base: np.ndarray
    spread: np.ndarray


KEPT: Replays[Moment] = Replays()


def cause_of(config: Any) -> tuple[Any, ...]:
    """All that a training depends on: of the learner's sequence its length and symbols."""
    own = puzzle(config.task, config.sequence)
    learnt = [(k, v) for k, v in vars(config).items() if k not in ("sequence", *HAND)]
    return (*learnt, own.symbols, len(own.tokens))


def replay(config: Any) -> Replay[Moment]:
    """One training for all sequences of that length and those symbols."""
    return KEPT.of(cause_of(config), lambda: moments(config))


def new_network(config: Any, own: Puzzle) -> Transformer:
    """The network before training."""
    return Transformer(
        len(own.symbols),
        len(own.answers),
        len(own.tokens),
        width=int(config.width),
        heads=int(config.heads),
        layers=config.layers,
        position=config.position,
        norm=config.norm,
        dropout=config.dropout,
    )


def mask_of(config: Any, length: int) -> Tensor | None:
    """Who may look at whom, (T, T); None: all at all."""
    return causal(length) if config.causal else None


def moments(config: Any) -> Iterator[Moment]:
    """Learns; a moment before the first update and after every few."""
    torch.manual_seed(config.seed)
    own = puzzle(config.task, config.sequence)
    network, mask = new_network(config, own), mask_of(config, len(own.tokens))
    train, test = split_drawn(*draw(config.task, own, DRAWN))
    there = deepcopy(network)  # where it is looked at: on the processor
    device = device_of(config.device)
    network.to(device)
    hidden = None if mask is None else mask.to(device)
    optimizer = torch.optim.AdamW(network.parameters(), config.learning_rate, fused=True)
    for update in range(config.updates + 1):
        if update % config.every() == 0 or update == config.updates:
            there.load_state_dict(network.state_dict())
            now = look(config, update, there, mask, train, test)
            if not np.isfinite(now.loss).all():
                return
            yield now
        # batch and dropout of an update hang on its number alone, whoever asks for it
        torch.manual_seed(config.seed + 10_000 * (update + 1))
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * share_of_rate(update, config.updates)
        rows = torch.randint(len(train[0]), (config.batch_size,))
        tokens, targets = train[0][rows].to(device), train[1][rows].to(device)  # (B, T) each
        logits, _ = network.train()(tokens, hidden)  # (B, T, K)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()


def share_of_rate(update: int, updates: int) -> float:
    """Rises over the first updates, then falls to almost nothing."""
    return min(1.0, (update + 1) / WARM_UP) * (1 - update / (updates + 1))


@torch.inference_mode()
def look(
    config: Any,
    update: int,
    network: Transformer,
    mask: Tensor | None,
    train: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
) -> Moment:
    """How well it does, with all heads and with each switched off, and where each head looks on average."""
    network.eval()
    tokens, targets = test
    asked = targets >= 0  # (N, T)
    learnt = [part[: len(tokens)] for part in train]
    logits, seen = network(tokens, mask)
    right = (logits.argmax(-1) == targets) & asked  # (N, T)
    per_place = right.float().sum(0) / asked.sum(0)  # (T,), NaN where nothing is asked
    losses = [
        nn.functional.cross_entropy(said.flatten(0, 1), true.flatten(), ignore_index=-1).item()
        for said, true in ((network(learnt[0], mask)[0], learnt[1]), (logits, targets))
    ]
    weights = torch.cat([layer.weights for layer in seen], dim=1)  # (N, H, T, T)
    shares, base = shares_of(weights, patterns(config.task, tokens, targets), asked, mask)
    symbols, whole = right.sum() / asked.sum(), (right | ~asked).all(1).float().mean()
    return Moment(
        update=update,
        weights=nn.utils.parameters_to_vector(network.parameters()).numpy(),
        loss=np.array(losses, np.float32),
        accuracy=torch.stack([symbols, whole]).numpy(),
        without=switched_off(network, mask, tokens, targets),
        places=per_place.nan_to_num(-1.0).numpy(),
        shares=shares.numpy(),
        base=base.numpy(),
        spread=spread_of(weights, asked, mask).numpy(),
    )


def switched_off(network: Transformer, mask: Tensor | None, tokens: Tensor, targets: Tensor) -> np.ndarray:
    """Accuracy with all heads, then with each head's result multiplied by 0, (1 + H,)."""
    layers, heads = network.layers, network.heads
    count = layers * heads
    gates = torch.ones(count + 1, count)
    gates[1:] -= torch.eye(count)
    tokens, targets = (part[: max(16, GATED // (count + 1))] for part in (tokens, targets))
    every = gates.view(-1, layers, heads).repeat_interleave(len(tokens), dim=0)  # ((1 + H) N, L, h)
    logits, _ = network(tokens.repeat(count + 1, 1), mask, every)
    right = (logits.argmax(-1) == targets.repeat(count + 1, 1)).view(count + 1, -1)
    return (right.sum(1) / (targets >= 0).sum()).numpy()


def shares_of(weights: Tensor, wanted: Tensor, asked: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """Which share of its attention each head spends on a pattern, and which one that looks at all alike would.

    Args:
        weights: (N, H, T, T).
        wanted: the patterns, (N, R, T, T).
        asked: whose attention counts, (N, T).
        mask: what may be seen at all.

    Returns:
        (H, R) and (R,); only tokens that a pattern gives something to look at count.
    """
    allowed = torch.ones(weights.shape[-2:]).bool() if mask is None else mask
    wanted = wanted & allowed
    counts = (wanted.any(-1) & asked[:, None]).float()  # (N, R, T)
    flat = (allowed / allowed.sum(-1, keepdim=True)).expand(len(weights), 1, -1, -1)
    total = counts.sum((0, 2)).clamp(min=1)  # (R,)
    # share[head, role] = mean over n, t of Σ_s weights[n, head, t, s] · wanted[n, role, t, s]
    spent = [
        torch.einsum("nhts,nrts,nrt->hr", part, wanted.float(), counts) / total for part in (weights, flat)
    ]
    return spent[0], spent[1][0]


def spread_of(weights: Tensor, asked: Tensor, mask: Tensor | None) -> Tensor:
    """Mean entropy of each head's attention, (H,): 0 for one place alone, 1 for all that may be seen alike."""
    length = weights.shape[-1]
    seen = torch.full((length,), length) if mask is None else mask.sum(-1)  # (T,)
    most = seen.float().log()
    entropy = -torch.special.xlogy(weights, weights).sum(-1)  # (N, H, T)
    counts = (asked & (seen > 1))[:, None].expand_as(entropy)
    share = torch.where(counts, entropy / most.clamp(min=math.log(2)), 0.0)
    return share.sum((0, 2)) / counts.sum((0, 2)).clamp(min=1)
