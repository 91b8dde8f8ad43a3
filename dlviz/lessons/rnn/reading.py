"""What the recorded networks of all steps compute at once: the inside of a cell, longer texts, and what they write."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Tensor

from dlviz.lessons.rnn.network import blank_network
from dlviz.lessons.rnn.series import LAGS, autoregression
from dlviz.lessons.rnn.tasks import sequences_of
from dlviz.models.cells import GATES, CellName, Step, Weights, step, times

Parts = dict[str, Tensor]
KEPT = 4  # recordings whose states over a longer text are kept
WALKED: OrderedDict[Any, np.ndarray] = OrderedDict()
WALKED_LOCK = threading.Lock()


def parts_of(config: Any, weights: Float32[np.ndarray, "T P"]) -> Parts:
    """Recorded numbers by their name in the network ("head.weight"), each (T, ...)."""
    shapes = {
        name: part.shape for name, part in blank_network(config, sequences_of(config)).named_parameters()
    }
    pieces = torch.from_numpy(np.array(weights)).split([shape.numel() for shape in shapes.values()], dim=1)
    return {name: piece.unflatten(1, tuple(shape)) for (name, shape), piece in zip(shapes.items(), pieces)}


def gates_of(cell: CellName) -> tuple[str, ...]:
    """The gates of a cell, in the order in which their weights stand below one another."""
    return GATES[cell]


def layer_of(parts: Parts, layer: int) -> Weights:
    """The weights of a layer, (T, ...) each."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return Weights(*(parts[f"cells.{layer}.{name}_l0"] for name in names))


def vectors(parts: Parts, number: float | np.ndarray) -> Tensor:
    """x_t of a token, or of the tokens that each step has; (T, D)."""
    if "embedding.weight" not in parts:
        return torch.full((len(parts["head.bias"]), 1), float(number))
    table = parts["embedding.weight"]  # (T, V, D)
    return table[torch.arange(len(table)), torch.as_tensor(np.asarray(number), dtype=torch.int64)]


def read_by(recording: Any, parts: Parts, layer: int) -> Tensor:
    """What a layer reads at each position: tokens as vectors, or the recorded states of the layer below; (T, S, D)."""
    if layer:
        return torch.from_numpy(np.array(recording.track("hidden")[-steps_of(parts) :, layer - 1]))
    return torch.stack([vectors(parts, number) for number in recording.scene.inputs], dim=1)


def steps_of(parts: Parts) -> int:
    """T, of how many networks these are the numbers: the last ones of a recording."""
    return len(parts["head.bias"])


def before(recording: Any, parts: Parts, position: int, layer: int) -> tuple[Tensor, Tensor]:
    """h_{t-1} and c_{t-1} of a layer where a position is read, from the states that are recorded; (T, H) each."""
    hidden = torch.from_numpy(np.array(recording.track("hidden")[-steps_of(parts) :, layer]))  # (T, S, H)
    zero = torch.zeros_like(hidden[:, 0])
    if not position or recording.config.cell != "lstm":
        return (hidden[:, position - 1],) * 2 if position else (zero, zero)
    # only c is not recorded; the gates of all positions before follow at once from what is
    weights, X = layer_of(parts, layer), read_by(recording, parts, layer)[:, :position]
    H = torch.cat([zero[:, None], hidden[:, : position - 1]], dim=1)  # (T, t, H)
    sums = torch.baddbmm(weights.b_xh[:, None], X, weights.W_xh.mT)
    sums = sums + torch.baddbmm(weights.b_hh[:, None], H, weights.W_hh.mT)  # (T, t, 4H)
    i, f, g, _ = sums.chunk(4, dim=-1)
    new, kept, cell = i.sigmoid() * g.tanh(), f.sigmoid(), zero
    for t in range(position):
        # c_t = f ∘ c_{t-1} + i ∘ g
        cell = kept[:, t] * cell + new[:, t]
    return hidden[:, position - 1], cell


def step_at(recording: Any, parts: Parts, position: int, layer: int) -> Step:
    """What a layer computes where a position is read; every tensor is (T, ...)."""
    x = read_by(recording, parts, layer)[:, position]
    return step(recording.config.cell, x, *before(recording, parts, position, layer), layer_of(parts, layer))


@dataclass(frozen=True)
class CellInside:
    """One step of one layer, at all steps of a recording; (T, H) each.

    Attributes:
        hidden_before, cell_before: h_{t-1}, c_{t-1}.
        hidden, cell: h_t, c_t.
        gates, from_input, from_hidden: by name, as `models.cells.Step` has them.
    """

    hidden_before: np.ndarray
    cell_before: np.ndarray
    hidden: np.ndarray
    cell: np.ndarray
    gates: dict[str, np.ndarray]
    from_input: dict[str, np.ndarray]
    from_hidden: dict[str, np.ndarray]


@torch.inference_mode()
def cell_inside(recording: Any, position: int, layer: int) -> CellInside:
    """What happens in a layer when the sequence's input at a position is read."""
    parts = parts_of(recording.config, recording.track("weights"))
    h, c = before(recording, parts, position, layer)
    now = step_at(recording, parts, position, layer)
    gates, from_input, from_hidden = (
        {name: part.numpy() for name, part in named.items()}
        for named in (now.gates, now.from_input, now.from_hidden)
    )
    states = h.numpy(), c.numpy(), now.hidden.numpy(), now.cell.numpy()
    return CellInside(*states, gates, from_input, from_hidden)


def states_of(recording: Any) -> Float32[np.ndarray, "T M H"]:
    """The hidden states of the last layer over `Scene.text`, or over the sequence that is looked at."""
    config, scene = recording.config, recording.scene
    inputs = scene.text if scene.tokens else scene.inputs
    if len(inputs) == recording.track("hidden").shape[2]:
        return recording.track("hidden")[:, -1]
    with (
        WALKED_LOCK
    ):  # equal configs have equal frames: a recording that grows is walked only where it is new
        known = WALKED.pop(config, np.zeros((0, len(inputs), config.hidden_size), np.float32))
        if len(known) < len(recording):
            fresh = parts_of(config, recording.track("weights")[len(known) :])
            known = np.concatenate([known, last_states(recording, fresh, inputs)])
        WALKED[config] = known
        while len(WALKED) > KEPT:
            WALKED.popitem(last=False)
    return known[: len(recording)]


@torch.inference_mode()
def last_states(
    recording: Any, parts: Parts, inputs: Int64[np.ndarray, " M"]
) -> Float32[np.ndarray, "T M H"]:
    """The hidden states of the last layer over a text: as far as they are recorded, and from there on."""
    config, known = recording.config, recording.track("hidden")[-steps_of(parts) :, -1]
    layers = [step_at(recording, parts, known.shape[1] - 1, layer) for layer in range(config.layers)]
    more = []
    for number in inputs[known.shape[1] :]:
        layers = list(advance(config, parts, np.full(len(known), number), layers))
        more.append(layers[-1].hidden.numpy())
    return np.concatenate([known, np.stack(more, axis=1)], axis=1)


@dataclass(frozen=True)
class Made:
    """What the networks of all steps write; G tokens.

    Attributes:
        tokens: numbers, (T, G).
        probabilities: of each when it was drawn, (T, G).
        hidden: the state from which each was drawn, (T, G, H).
    """

    tokens: Int64[np.ndarray, "T G"]
    probabilities: Float32[np.ndarray, "T G"]
    hidden: Float32[np.ndarray, "T G H"]


@torch.inference_mode()
def write(recording: Any, position: int, temperature: float) -> Made:
    """Reads the sequence up to a position, then writes on: each token that is drawn is the next input.

    Args:
        recording: of a text.
        position: the last token that is read.
        temperature: by which logits are divided; at 0 the most probable token is taken.
    """
    config, scene = recording.config, recording.scene
    parts = parts_of(config, recording.track("weights"))
    layers = [step_at(recording, parts, position, layer) for layer in range(config.layers)]
    made = []
    for draw in scene.draws:
        hidden = layers[-1].hidden
        logits = times(parts["head.weight"], hidden) + parts["head.bias"]  # (T, V)
        # p = softmax(logits / temperature)
        p = (logits / temperature).softmax(dim=1) if temperature else logits.softmax(dim=1)
        chosen = (p.cumsum(dim=1) < float(draw)).sum(dim=1).clamp(max=p.shape[1] - 1)
        chosen = chosen if temperature else logits.argmax(dim=1)
        made.append((chosen, p.gather(1, chosen[:, None])[:, 0], hidden))
        layers = list(advance(config, parts, chosen.numpy(), layers))
    tokens, probabilities, hiddens = (torch.stack(part, dim=1).numpy() for part in zip(*made))
    return Made(tokens, probabilities, hiddens)


def advance(config: Any, parts: Parts, tokens: Int64[np.ndarray, " T"], layers: list[Step]) -> Iterator[Step]:
    """One more token through all layers."""
    x = vectors(parts, tokens)
    for layer, before in enumerate(layers):
        after = step(config.cell, x, before.hidden, before.cell, layer_of(parts, layer))
        yield after
        x = after.hidden


@dataclass(frozen=True)
class Forecasts:
    """What is said to follow each window of a series, in its own units; N windows.

    Attributes:
        truth: what followed, (N,).
        network: at every step, (T, N).
        today: the last number of each window.
        linear: of the linear autoregression, fitted to the learnt windows.
        learnt: how many windows are learnt.
    """

    truth: np.ndarray
    network: np.ndarray
    today: np.ndarray
    linear: np.ndarray
    learnt: int

    def errors(self, said: np.ndarray, *, learnt: bool = False) -> np.ndarray:
        """The root of the mean squared error over the windows kept aside, or over the learnt ones; (...)."""
        part = slice(None, self.learnt) if learnt else slice(self.learnt, None)
        wrong: np.ndarray = np.sqrt(((said - self.truth)[..., part] ** 2).mean(axis=-1))
        return wrong


def forecasts(recording: Any) -> Forecasts:
    """The network against two plain rules."""
    scene = recording.scene
    numbers = scene.series.astype(np.float64)
    rows = np.lib.stride_tricks.sliding_window_view(numbers, LAGS + 1)
    inputs, truth = rows[:, :-1], rows[:, -1]
    fitted = autoregression(inputs[: scene.learnt], truth[: scene.learnt])
    network = recording.track("forecast").astype(np.float64) * scene.deviation + scene.mean
    return Forecasts(truth, network, inputs[:, -1], inputs @ fitted[:-1] + fitted[-1], scene.learnt)


@dataclass(frozen=True)
class Pattern:
    """Units that are on throughout a stretch, and where else they are.

    Attributes:
        units: which are on at each step, (T, H).
        shares: of these units that are on with the same sign throughout the stretch that begins at a position,
            (T, M); NaN where it does not fit, and where it is the stretch itself.
    """

    units: np.ndarray
    shares: np.ndarray


def pattern(hidden: Float32[np.ndarray, "T M H"], first: int, last: int, threshold: float) -> Pattern:
    """Units whose state has at least this size, and one sign, from `first` to `last`; and the same elsewhere.

    Source: Strobelt, Gehrmann, Pfister, Rush, LSTMVis, 2018.
    """
    sign = np.where(np.abs(hidden) >= threshold, np.sign(hidden), 0).astype(np.int8)  # (T, M, H)
    length = last - first + 1
    held = np.lib.stride_tricks.sliding_window_view(sign, length, axis=1)  # (T, M - length + 1, H, length)
    steady = np.where((held == held[..., :1]).all(axis=-1), held[..., 0], 0)
    wanted = steady[:, first]  # (T, H)
    same = ((steady == wanted[:, None]) & (wanted != 0)[:, None]).sum(axis=2)  # (T, M - length + 1)
    count = (wanted != 0).sum(axis=1, keepdims=True)
    shares = np.full(hidden.shape[:2], np.nan, np.float32)
    shares[:, : same.shape[1]] = np.where(count > 0, same / np.maximum(count, 1), np.nan)
    shares[:, max(0, first - length + 1) : last + 1] = np.nan  # the stretch, and what overlaps it
    return Pattern(wanted != 0, shares)
