"""An encoder that reads, a decoder that writes, and between them attention, or only the last hidden state.

Sources: Sutskever, Vinyals and Le, Sequence to sequence learning with neural networks, 2014; Bahdanau, Cho and Bengio,
Neural machine translation by jointly learning to align and translate, 2015 (additive); Luong, Pham and Manning,
Effective approaches to attention-based neural machine translation, 2015 (dot, bilinear; the order of the steps).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

AttentionName = Literal["additive", "dot", "bilinear", "none"]
CellName = Literal["gru", "lstm"]
EMBEDDED = 16  # numbers of a token
ALIGNED = 16  # units of additive attention

State = tuple[Tensor, ...]  # the hidden state (B, H), and an LSTM's cell


@dataclass(frozen=True)
class Memory:
    """What the encoder has read.

    Attributes:
        states: h_j, a hidden state for each source token, (B, S, H).
        last: where each direction ended, (B, H).
        beyond: which places are padding, (B, S).
    """

    states: Tensor
    last: Tensor
    beyond: Tensor


@dataclass(frozen=True)
class Step:
    """One step of the decoder.

    Attributes:
        state: after the step.
        scores: e_ij, (B, S); 0 without attention.
        weights: α_ij, (B, S); 0 without attention.
        logits: of the next token, (B, V).
    """

    state: State
    scores: Tensor
    weights: Tensor
    logits: Tensor


class Attention(nn.Module):
    """How well a state of the decoder fits each state of the encoder."""

    def __init__(self, kind: AttentionName, hidden: int) -> None:
        super().__init__()
        self.kind = kind
        if kind == "bilinear":
            self.W = nn.Linear(hidden, hidden, bias=False)
        if kind == "additive":
            self.W_s = nn.Linear(hidden, ALIGNED, bias=False)
            self.W_h = nn.Linear(hidden, ALIGNED, bias=False)
            self.v = nn.Linear(ALIGNED, 1, bias=False)

    def forward(self, s: Tensor, h: Tensor) -> Tensor:
        """Scores (B, S) of s (B, H) with h (B, S, H)."""
        if self.kind == "additive":
            # e_j = vᵀ tanh(W_s s + W_h h_j)
            return self.v(torch.tanh(self.W_s(s)[:, None] + self.W_h(h))).squeeze(-1)
        # e_j = sᵀ W h_j, or sᵀ h_j
        keys = self.W(h) if self.kind == "bilinear" else h
        return (keys @ s[:, :, None]).squeeze(-1)


class Translator(nn.Module):
    """Reads a sequence in both directions and writes another one, token by token.

    Args:
        kind: of attention; "none" gives every step the encoder's last hidden state instead.
        cell: GRU or LSTM, on both sides.
        hidden: H, of the decoder; each direction of the encoder has half of it.
        sources, targets: how many tokens there are.
    """

    def __init__(self, kind: AttentionName, cell: CellName, hidden: int, sources: int, targets: int) -> None:
        super().__init__()
        layer, one = (nn.LSTM, nn.LSTMCell) if cell == "lstm" else (nn.GRU, nn.GRUCell)
        self.read = nn.Embedding(sources, EMBEDDED)
        self.encoder = layer(EMBEDDED, hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(hidden, hidden)
        self.written = nn.Embedding(targets, EMBEDDED)
        self.decoder = one(EMBEDDED, hidden)
        self.attention = Attention(kind, hidden) if kind != "none" else None
        self.out = nn.Linear(2 * hidden, targets)

    def encode(self, X: Tensor, lengths: Tensor) -> Memory:
        """Reads sources (B, S)."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.read(X), lengths, batch_first=True, enforce_sorted=False
        )
        states, last = self.encoder(packed)
        hidden = last[0] if isinstance(last, tuple) else last  # (2, B, H/2): of an LSTM without its cell
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=X.shape[1])
        beyond = torch.arange(X.shape[1])[None] >= lengths[:, None]
        return Memory(states, torch.cat([hidden[0], hidden[1]], dim=1), beyond)

    def start(self, memory: Memory) -> State:
        """The decoder before its first step."""
        s = torch.tanh(self.bridge(memory.last))
        return (s, torch.zeros_like(s)) if isinstance(self.decoder, nn.LSTMCell) else (s,)

    def step(self, token: Tensor, state: State, memory: Memory, bent: Tensor | None = None) -> Step:
        """Writes one token more.

        Args:
            token: the one before, (B,).
            state: before the step.
            memory: what was read.
            bent: weights (B, S) to use instead of those that attention finds.
        """
        x = self.written(token)  # (B, E)
        if isinstance(self.decoder, nn.LSTMCell):
            state = self.decoder(x, (state[0], state[1]))
        else:
            state = (self.decoder(x, state[0]),)
        s = state[0]  # (B, H)
        if self.attention is None:
            scores = weights = torch.zeros(memory.beyond.shape)
            context = memory.last  # (B, H)
        else:
            scores = self.attention(s, memory.states)  # (B, S)
            # α_j = exp(e_j) / Σ exp(e)
            weights = scores.masked_fill(memory.beyond, -torch.inf).softmax(dim=1) if bent is None else bent
            # c = Σ α_j h_j
            context = (weights[:, None] @ memory.states).squeeze(1)
        return Step(state, scores, weights, self.out(torch.cat([s, context], dim=1)))

    def forward(self, X: Tensor, lengths: Tensor, Y: Tensor, told: Tensor) -> Tensor:
        """Logits (B, O, V) of targets (B, O); where `told` (B, O) the true token is fed next, else its own."""
        memory = self.encode(X, lengths)
        state, token = self.start(memory), torch.zeros(len(X), dtype=torch.int64)
        logits = []
        for i in range(Y.shape[1]):
            step = self.step(token, state, memory)
            state = step.state
            logits.append(step.logits)
            token = torch.where(told[:, i], Y[:, i].clamp(min=0), step.logits.argmax(dim=1))
        return torch.stack(logits, dim=1)
