"""One stack of blocks, read both ways or from the left alone; and an encoder with a decoder that looks at it.

Positions are rotary where tokens look at one another; the two of 2018 and 2019 learnt a vector for each place.

Sources: Vaswani et al., Attention is all you need, 2017 (both halves). Radford et al., 2018 (GPT: the decoder alone).
Devlin et al., 2019 (BERT: the encoder alone).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlviz.models.transformer import Attended, Block, Embedding, causal


class Stack(nn.Module):
    """Tokens in, logits of all tokens out at each place; which tokens it may look at is the caller's choice.

    Args:
        symbols: V, that are known.
        width, heads, layers: D, per layer, and how many blocks; each has a small network of 2 D units.
    """

    def __init__(self, symbols: int, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.embedding = embedding_of(symbols, 0, width)
        self.blocks = nn.ModuleList(Block(width, heads, 2 * width, rotary=True) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(symbols))

    def forward(
        self, tokens: Tensor, mask: Tensor, asked: Tensor | None = None
    ) -> tuple[Tensor, list[Attended]]:
        """Logits (B, T, V), or (n, V) of the places that are asked, and the attention of every layer.

        Args:
            tokens: their numbers, (B, T).
            mask: True where a token may look, (T, T) or (B, 1, T, T).
            asked: True where an answer is wanted, (B, T); everywhere if it is not given.
        """
        x = self.embedding(tokens)  # (B, T, D)
        seen: list[Attended] = []
        for block in self.blocks:
            x, attended = block(x, mask)
            seen += attended
        return said(self, x if asked is None else x[asked]), seen


class Translator(nn.Module):
    """An encoder that reads both ways, and a decoder that reads what is written and looks at the encoder.

    Args:
        symbols: V, of source and target together.
        sources, targets: the most tokens of each.
        width, heads, layers: of both halves.
    """

    def __init__(self, symbols: int, sources: int, targets: int, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.embedding = embedding_of(symbols, max(sources, targets), width)
        self.encoder, self.decoder = (
            nn.ModuleList(Block(width, heads, 2 * width, cross=cross) for _ in range(layers))
            for cross in (False, True)
        )
        self.read = nn.LayerNorm(width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(symbols))

    def forward(self, source: Tensor, seen: Tensor, written: Tensor) -> tuple[Tensor, list[Attended]]:
        """Logits (B, O, V), and of every layer of the decoder the attention to the source.

        Args:
            source: (B, S).
            seen: which source tokens there are, (B, 1, 1, S).
            written: the target so far, (B, O).
        """
        memory = self.embedding(source)  # (B, S, D)
        for block in self.encoder:
            memory, _ = block(memory, seen)
        memory = self.read(memory)
        x = self.embedding(written)  # (B, O, D)
        looks: list[Attended] = []
        for block in self.decoder:
            x, attended = block(x, causal(written.shape[1]), memory, seen)
            looks.append(attended[1])
        return said(self, x), looks


class Recurrent(nn.Module):
    """The same task without attention: an LSTM that reads from the left.

    Args:
        symbols: V.
        width, layers: D, of tokens and of hidden states, and how many layers.
    """

    def __init__(self, symbols: int, width: int, layers: int) -> None:
        super().__init__()
        self.embedding = embedding_of(symbols, 0, width)
        self.cell = nn.LSTM(width, width, layers, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(symbols))

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of the next token, (B, T, V), of (B, T)."""
        hidden, _ = self.cell(self.embedding(tokens))  # (B, T, D)
        return said(self, hidden)


def embedding_of(symbols: int, longest: int, width: int) -> Embedding:
    """Tokens and places as vectors of length 1 or so; no places where `longest` is 0."""
    embedding = Embedding(symbols, width, longest, "learnt" if longest else "none")
    for part in embedding.parameters():
        nn.init.normal_(part, std=width**-0.5)
    return embedding


def said(network: Stack | Translator | Recurrent, x: Tensor) -> Tensor:
    """What tokens say, (..., V): how well each fits the embeddings, which are the answers too."""
    # logits = LayerNorm(x) Eᵀ + b
    return nn.functional.linear(network.norm(x), network.embedding.token.weight, network.bias)
