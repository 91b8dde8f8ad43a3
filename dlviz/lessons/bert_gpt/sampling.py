"""How the next token is drawn: the temperature flattens, top-k and top-p cut the tail.

Sources: top-k: Fan, Lewis and Dauphin, 2018. Top-p: Holtzman et al., The curious case of neural text
degeneration, 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from dlviz.data.pieces import END, MASK, PAD, START, UNKNOWN
from dlviz.lessons.bert_gpt.network import Stack
from dlviz.models.transformer import causal

UNSAID = (PAD, START, MASK, UNKNOWN)  # tokens that nobody writes


def tempered(logits: Float32[Tensor, "... V"], temperature: float) -> Float32[Tensor, "... V"]:
    """Probabilities at a temperature; 0 leaves the most probable token alone."""
    barred = logits.clone()
    barred[..., list(UNSAID)] = -torch.inf
    if temperature == 0:
        return torch.nn.functional.one_hot(barred.argmax(-1), logits.shape[-1]).float()
    # p_i = exp(z_i / τ) / Σ_j exp(z_j / τ)
    return (barred / temperature).softmax(dim=-1)


def kept(p: Float32[Tensor, "... V"], top_k: int, top_p: float) -> Bool[Tensor, "... V"]:
    """Which tokens may be drawn.

    Args:
        p: probabilities.
        top_k: how many are left, the most probable ones; 0 leaves all.
        top_p: of those the fewest whose probabilities reach this together; 1 leaves all.
    """
    order = p.argsort(dim=-1, descending=True, stable=True)  # (..., V)
    sorted_p = p.gather(-1, order)
    before = sorted_p.cumsum(dim=-1) - sorted_p  # of all that are more probable
    stays = sorted_p > 0 if top_p >= 1 else before < top_p
    if top_k:
        stays = stays & (torch.arange(p.shape[-1]) < top_k)
    stays[..., 0] = True  # one is always left
    return torch.zeros_like(stays).scatter(-1, order, stays)


@dataclass(frozen=True, eq=False)
class Written:
    """What GPT wrote after a prompt; W places, n candidates.

    Attributes:
        tokens: the drawn ones; -1 after the end, (W,).
        best: the most probable tokens at each place, (W, n).
        chances: their probabilities at the temperature, before the cut, (W, n).
        count: how many tokens the cut left, (W,).
    """

    tokens: Tensor
    best: Tensor
    chances: Tensor
    count: Tensor


@torch.inference_mode()
def write(
    gpt: Stack,
    prompt: list[int],
    draws: list[float],
    temperature: float,
    top_k: int,
    top_p: float,
    shown: int,
) -> Written:
    """Writes token by token; `draws` are numbers from 0 to 1, one for each place."""
    tokens, n = [START, *prompt], len(draws)
    drawn, count = torch.full((n,), -1), torch.zeros(n, dtype=torch.int64)
    best, chances = torch.full((n, shown), -1), torch.zeros(n, shown)
    for place, draw in enumerate(draws):
        read = torch.tensor(tokens)[None]
        logits, _ = gpt(read, causal(len(tokens)))
        p = tempered(logits[0, -1], temperature)  # (V,)
        stays = kept(p, top_k, top_p)
        chances[place], best[place] = p.topk(shown)
        count[place] = stays.sum()
        drawn[place] = pick(torch.where(stays, p, 0.0), draw)
        tokens.append(int(drawn[place]))
        if tokens[-1] == END:
            break
    return Written(drawn, best, chances, count)


def pick(p: Float32[Tensor, " V"], draw: float) -> int:
    """The token at a share of the way through all that are left, the most probable first; p need not sum to 1."""
    ordered, order = p.sort(descending=True, stable=True)
    total = ordered.cumsum(dim=0)
    at = int((total <= draw * total[-1]).sum())
    return int(order[min(at, int((ordered > 0).sum()) - 1)])
