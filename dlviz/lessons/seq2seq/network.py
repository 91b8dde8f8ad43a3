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
        """Scores (B, O, S) of s (B, O, H) with h (B, S, H)."""
        if self.kind == "additive":
            # e_ij = vᵀ tanh(W_s s_i + W_h h_j)
            return self.v(torch.tanh(self.W_s(s)[:, :, None] + self.W_h(h)[:, None])).squeeze(-1)
        # e_ij = s_iᵀ W h_j, or s_iᵀ h_j
        keys = self.W(h) if self.kind == "bilinear" else h
        return s @ keys.mT


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
        layer = nn.LSTM if cell == "lstm" else nn.GRU
        self.read = nn.Embedding(sources, EMBEDDED)
        self.encoder = layer(EMBEDDED, hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(hidden, hidden)
        self.written = nn.Embedding(targets, EMBEDDED)
        self.decoder = layer(EMBEDDED, hidden, batch_first=True)
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
        return (s, torch.zeros_like(s)) if isinstance(self.decoder, nn.LSTM) else (s,)

    def step(self, token: Tensor, state: State, memory: Memory, bent: Tensor | None = None) -> Step:
        """Writes one token more.

        Args:
            token: the one before, (B,).
            state: before the step.
            memory: what was read.
            bent: weights (B, S) to use instead of those that attention finds.
        """
        x, numbers = self.written(token), self.decoder.all_weights[0]  # (B, E)
        if isinstance(self.decoder, nn.LSTM):
            state = torch.lstm_cell(x, state, *numbers)
        else:
            state = (torch.gru_cell(x, state[0], *numbers),)
        scores, weights, logits = self.answers(
            state[0][:, None], memory, None if bent is None else bent[:, None]
        )
        return Step(state, scores[:, 0], weights[:, 0], logits[:, 0])

    def answers(self, s: Tensor, memory: Memory, bent: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Scores and weights (B, O, S), and logits (B, O, V), from states s (B, O, H) of the decoder."""
        if self.attention is None:
            scores = weights = torch.zeros(len(s), s.shape[1], memory.beyond.shape[1])
            context = memory.last[:, None].expand_as(s)  # (B, O, H)
        else:
            scores = self.attention(s, memory.states)
            # α_ij = exp(e_ij) / Σ exp(e_i)
            beyond = memory.beyond[:, None]
            weights = scores.masked_fill(beyond, -torch.inf).softmax(dim=2) if bent is None else bent
            # c_i = Σ α_ij h_j
            context = weights @ memory.states
        return scores, weights, self.out(torch.cat([s, context], dim=2))

    def forward(self, X: Tensor, lengths: Tensor, Y: Tensor, told: Tensor) -> Tensor:
        """Logits (B, O, V) of targets (B, O); where `told` (B, O) the true token is fed next, else its own."""
        memory = self.encode(X, lengths)
        state, token = self.start(memory), torch.zeros(len(X), dtype=torch.int64)
        if told.all():  # nothing waits for what the network says itself
            tokens = torch.cat([token[:, None], Y[:, :-1].clamp(min=0)], dim=1)  # (B, O)
            begun = tuple(part[None] for part in state)
            s, _ = self.decoder(self.written(tokens), begun if len(begun) > 1 else begun[0])
            return self.answers(s, memory)[2]
        logits = []
        for i in range(Y.shape[1]):
            step = self.step(token, state, memory)
            state = step.state
            logits.append(step.logits)
            token = torch.where(told[:, i], Y[:, i].clamp(min=0), step.logits.argmax(dim=1))
        return torch.stack(logits, dim=1)
