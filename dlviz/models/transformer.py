"""A transformer whose attention tells all that it computes on the way.

Source: Vaswani et al., Attention is all you need (2017); pre-norm: Xiong et al. (2020); rotary positions: Su et
al. (2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor, nn

PositionName = Literal["none", "sinusoidal", "learnt", "rotary"]
NormName = Literal["pre", "post"]
BASE = 10_000.0  # of the wave lengths of positions


@dataclass(frozen=True)
class Attended:
    """What one attention layer computes; h heads of width d, T queries, S keys.

    Attributes:
        query, key, value: (B, h, T or S, d), the first two turned by their position where it is rotary.
        scores: query · key / √d, (B, h, T, S), before any mask.
        weights: their softmax over the keys that may be seen; every row sums to 1, what is hidden has 0.
        mixed: weights times values, (B, h, T, d).
        joined: the heads side by side through one more matrix, (B, T, D): what is added to the residual stream.
    """

    query: Tensor
    key: Tensor
    value: Tensor
    scores: Tensor
    weights: Tensor
    mixed: Tensor
    joined: Tensor


class MultiHeadAttention(nn.Module):
    """Every query looks at every key, in several heads side by side.

    Args:
        width: D, of a token; the heads share it evenly.
        heads: how many.
        rotary: whether queries and keys are turned by their position.
    """

    def __init__(self, width: int, heads: int, *, rotary: bool = False) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width is a multiple of heads ({heads}), not {width}")
        self.heads, self.rotary = heads, rotary
        self.query, self.key, self.value, self.join = (nn.Linear(width, width) for _ in range(4))

    def forward(
        self, x: Tensor, memory: Tensor | None = None, mask: Tensor | None = None, gates: Tensor | None = None
    ) -> Attended:
        """Attends.

        Args:
            x: (B, T, D), where queries come from.
            memory: (B, S, D), where keys and values come from; x itself unless given (cross-attention).
            mask: (T, S), or what broadcasts to (B, h, T, S); True where a query may look.
            gates: (B or 1, h), what each head's result is multiplied by; 0 switches a head off.
        """
        source = x if memory is None else memory
        query, key, value = (
            split(layer(part), self.heads)
            for layer, part in ((self.query, x), (self.key, source), (self.value, source))
        )
        if self.rotary:
            query, key = turned(query), turned(key)
        # scores = Q Kᵀ / √d
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])  # (B, h, T, S)
        seen = scores if mask is None else scores.masked_fill(~mask, -math.inf)
        weights = seen.softmax(dim=-1)
        mixed = weights @ value  # (B, h, T, d)
        heard = mixed if gates is None else mixed * gates[:, :, None, None]
        joined = self.join(heard.transpose(1, 2).flatten(2))  # (B, T, D)
        return Attended(query, key, value, scores, weights, mixed, joined)


class Block(nn.Module):
    """Attention, then a small network for each token, each added to what was there.

    Args:
        width: D, of a token.
        heads: of each attention.
        hidden: units of the small network.
        norm: normalise before each part ("pre") or after each sum ("post", as in 2017).
        rotary: positions within the attention of tokens to one another.
        cross: a second attention, to a memory.
        dropout: share of what each part adds that is set to 0 in training.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        *,
        norm: NormName = "pre",
        rotary: bool = False,
        cross: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.norm = norm
        self.attention = MultiHeadAttention(width, heads, rotary=rotary)
        self.cross = MultiHeadAttention(width, heads) if cross else None
        self.feed = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3 if cross else 2))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
        gates: Tensor | None = None,
    ) -> tuple[Tensor, list[Attended]]:
        """Tokens (B, T, D) after the block, and its attentions: to one another, then to the memory if there is one."""
        own = self.attention(self._before(0, x), mask=mask, gates=gates)
        x = self._added(0, x, own.joined)
        seen = [own]
        if self.cross is not None:
            seen.append(self.cross(self._before(1, x), memory, memory_mask))
            x = self._added(1, x, seen[1].joined)
        last = len(self.norms) - 1
        return self._added(last, x, self.feed(self._before(last, x))), seen

    def _before(self, k: int, x: Tensor) -> Tensor:
        normed: Tensor = self.norms[k](x) if self.norm == "pre" else x
        return normed

    def _added(self, k: int, x: Tensor, part: Tensor) -> Tensor:
        total = x + self.dropout(part)
        normed: Tensor = self.norms[k](total) if self.norm == "post" else total
        return normed


class Embedding(nn.Module):
    """Symbols as vectors, and where they stand.

    Args:
        symbols: V, how many there are.
        width: D.
        longest: the most tokens of a sequence.
        position: nothing, fixed waves, or learnt vectors are added; "rotary" adds nothing here.
    """

    def __init__(self, symbols: int, width: int, longest: int, position: PositionName) -> None:
        super().__init__()
        self.token = nn.Embedding(symbols, width)
        nn.init.normal_(self.token.weight, std=0.5)
        self.learnt = nn.Embedding(longest, width) if position == "learnt" else None
        if self.learnt is not None:
            nn.init.normal_(self.learnt.weight, std=0.5)
        self.waves = waves(longest, width) if position == "sinusoidal" else None

    def forward(self, tokens: Tensor) -> Tensor:
        """Symbol numbers (B, T) as (B, T, D)."""
        x: Tensor = self.token(tokens)
        places = self.places(tokens.shape[1])
        return x if places is None else x + places.to(x.device)

    def places(self, length: int) -> Tensor | None:
        """What is added for where a token stands, (T, D)."""
        if self.learnt is not None:
            return self.learnt.weight[:length]
        return None if self.waves is None else self.waves[:length]


class Transformer(nn.Module):
    """Symbols in, an answer for every token out.

    Args:
        symbols: V, that come in.
        answers: K, that each token can say.
        longest: the most tokens of a sequence.
        width, heads, layers: D, per layer, and how many blocks; each has a small network of 2 D units.
        position, norm, dropout: see `Embedding` and `Block`.
    """

    def __init__(
        self,
        symbols: int,
        answers: int,
        longest: int,
        *,
        width: int = 32,
        heads: int = 2,
        layers: int = 1,
        position: PositionName = "learnt",
        norm: NormName = "pre",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.layers, self.heads = layers, heads
        self.embedding = Embedding(symbols, width, longest, position)
        rotary = position == "rotary"
        self.blocks = nn.ModuleList(
            Block(width, heads, 2 * width, norm=norm, rotary=rotary, dropout=dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width) if norm == "pre" else nn.Identity()
        self.answer = nn.Linear(width, answers)

    def forward(
        self, tokens: Tensor, mask: Tensor | None = None, gates: Tensor | None = None
    ) -> tuple[Tensor, list[Attended]]:
        """Logits (B, T, K) and the attention of every layer.

        Args:
            tokens: symbol numbers, (B, T).
            mask: see `MultiHeadAttention`.
            gates: (B or 1, layers, h), 0 for a head that is switched off.
        """
        x = self.embedding(tokens)  # (B, T, D)
        seen: list[Attended] = []
        for k, block in enumerate(self.blocks):
            x, attended = block(x, mask, gates=None if gates is None else gates[:, k])
            seen += attended
        return self.answer(self.norm(x)), seen


def causal(length: int) -> Tensor:
    """The mask under which a token sees itself and those before it, (T, T)."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def split(x: Tensor, heads: int) -> Tensor:
    """(B, T, D) as heads, (B, h, T, d)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def angles(length: int, width: int) -> Tensor:
    """By how much each pair of numbers turns at a position, (T, d / 2)."""
    # θ(t, i) = t / 10000^(2i / d)
    rates = BASE ** (-torch.arange(0, width, 2) / width)  # (d / 2,)
    return torch.arange(length)[:, None] * rates


def waves(length: int, width: int) -> Tensor:
    """Positions as sine and cosine by turns, (T, D)."""
    turn = angles(length, width)
    return torch.stack([turn.sin(), turn.cos()], dim=-1).flatten(1)[:, :width]


def turned(x: Tensor) -> Tensor:
    """Pairs of numbers turned by their position, (B, h, T, d); an odd last number stays."""
    even = x.shape[-1] // 2 * 2
    # a pair is a complex number: z(t) -> z(t) · e^(i θ(t))
    pairs = torch.view_as_complex(x[..., :even].unflatten(-1, (-1, 2)).contiguous())  # (B, h, T, d / 2)
    spun = torch.view_as_real(pairs * turns(x.shape[-2], even).to(x.device)).flatten(-2)
    return spun if even == x.shape[-1] else torch.cat([spun, x[..., even:]], dim=-1)


@lru_cache(maxsize=256)
def turns(length: int, width: int) -> Tensor:
    """By what each pair of numbers is multiplied at a position, complex, (T, d / 2)."""
    with torch.inference_mode(False):  # whoever asks first, others may learn through it
        turn = angles(length, width)
        return torch.polar(torch.ones_like(turn), turn)
