"""Truths about encoder, decoder, attention and beam, each computed by another route."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dlviz
from dlviz.lessons.seq2seq import experiment, training
from dlviz.lessons.seq2seq.decoding import NOTHING, beam, greedy
from dlviz.lessons.seq2seq.examples import IGNORED, load_examples
from dlviz.lessons.seq2seq.experiment import Config
from dlviz.lessons.seq2seq.network import Attention, Translator
from dlviz.lessons.seq2seq.tasks import pairs, truth
from dlviz.lessons.seq2seq.training import looking, recorded

KINDS = ("additive", "dot", "bilinear")


@cache
def recording_of(config: Config) -> dlviz.Recording:
    return dlviz.record(experiment, config)


def translator(kind: Any = "additive", cell: Any = "lstm", hidden: int = 6, targets: int = 5) -> Translator:
    torch.manual_seed(0)
    network = Translator(kind, cell, hidden, 7, targets)
    with torch.no_grad():
        network.out.weight.mul_(4)  # so that it is sure of something
    return network.eval()


X = torch.tensor([[1, 2, 3, 4], [5, 6, 0, 0], [2, 2, 2, 0]])
LENGTHS = torch.tensor([4, 2, 3])


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_the_papers_formulas(kind: Any) -> None:
    torch.manual_seed(1)
    attention = Attention(kind, 6)
    s, h = torch.randn(2, 4, 6), torch.randn(2, 3, 6)
    scores = attention(s, h).detach().numpy()
    weights = {name: part.detach().numpy() for name, part in attention.named_parameters()}
    for b, i, j in product(range(2), range(4), range(3)):
        one, other = s[b, i].numpy(), h[b, j].numpy()
        if kind == "additive":
            inside = np.tanh(weights["W_s.weight"] @ one + weights["W_h.weight"] @ other)
            plain = weights["v.weight"][0] @ inside
        else:
            plain = one @ (weights["W.weight"] @ other if kind == "bilinear" else other)
        assert scores[b, i, j] == pytest.approx(plain, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@torch.inference_mode()
def test_weights_of_a_row_sum_to_1_and_padding_has_none(kind: Any) -> None:
    network = translator(kind)
    written = greedy(network, network.encode(X, LENGTHS), 5)
    assert torch.allclose(written.weights.sum(-1), torch.ones(3, 5))
    beyond = torch.arange(4)[None] >= LENGTHS[:, None]
    assert (written.weights.transpose(1, 2)[beyond] == 0).all()
    plain = written.scores[0].exp()
    assert torch.allclose(written.weights[0], plain / plain.sum(-1, keepdim=True), atol=1e-6)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@torch.inference_mode()
def test_padding_changes_nothing_and_the_encoder_is_torchs_own(cell: Any) -> None:
    network = translator(cell=cell)
    memory = network.encode(X, LENGTHS)
    for b, length in enumerate(LENGTHS.tolist()):
        states, last = network.encoder(network.read(X[b : b + 1, :length]))
        hidden = last[0] if cell == "lstm" else last
        assert torch.allclose(memory.states[b, :length], states[0], atol=1e-6)
        assert torch.allclose(memory.last[b], torch.cat([hidden[0, 0], hidden[1, 0]]), atol=1e-6)
        # the last state of each direction: the end for the one, the beginning for the other
        assert torch.allclose(memory.last[b], torch.cat([states[0, -1, :3], states[0, 0, 3:]]), atol=1e-6)


@torch.inference_mode()
def test_without_attention_the_context_is_the_last_hidden_state() -> None:
    network = translator("none")
    memory = network.encode(X, LENGTHS)
    state = network.start(memory)
    for token in (0, 3, 1):
        step = network.step(torch.full((3,), token), state, memory)
        plain = nn.functional.linear(
            torch.cat([step.state[0], memory.last], dim=1), network.out.weight, network.out.bias
        )
        assert torch.allclose(step.logits, plain)
        assert not step.weights.any()
        state = step.state
    other = network.encode(torch.tensor([[6, 6, 6, 4], *X[1:].tolist()]), LENGTHS)
    swapped = type(other)(other.states, memory.last, other.beyond)  # other states, the same last one
    assert torch.equal(
        greedy(network, swapped, 5).tokens, greedy(network, memory, 5).tokens
    )  # nothing else is seen


@torch.inference_mode()
def test_with_attention_the_context_is_the_weighted_sum_of_all_states() -> None:
    network = translator("dot")
    memory = network.encode(X, LENGTHS)
    step = network.step(torch.zeros(3, dtype=torch.int64), network.start(memory), memory)
    context = sum(step.weights[:, j, None] * memory.states[:, j] for j in range(4))
    plain = (
        torch.cat([step.state[0], torch.as_tensor(context)], dim=1) @ network.out.weight.T + network.out.bias
    )
    assert torch.allclose(step.logits, plain, atol=1e-6)


@torch.inference_mode()
def test_what_is_fed_is_the_true_token_or_the_networks_own() -> None:
    network, Y = translator(), torch.tensor([[1, 2, 0], [3, 0, IGNORED], [4, 4, 0]])
    memory = network.encode(X, LENGTHS)
    alone = greedy(network, memory, 3)
    own = network(X, LENGTHS, Y, torch.zeros(3, 3, dtype=torch.bool))
    assert torch.equal(own.argmax(-1)[:, 0], alone.tokens[:, 0])
    told = network(X, LENGTHS, Y, torch.ones(3, 3, dtype=torch.bool))
    state, token = network.start(memory), torch.zeros(3, dtype=torch.int64)
    for i in range(3):
        step = network.step(token, state, memory)
        assert torch.allclose(step.logits, told[:, i], atol=1e-6)
        state, token = step.state, Y[:, i].clamp(min=0)
    assert not torch.allclose(own[:, 2], told[:, 2])


def all_sequences(
    network: Translator, x: torch.Tensor, most: int, tokens: int
) -> list[tuple[float, list[int]]]:
    """All sequences that there are, each computed alone, the most probable one first."""
    memory = network.encode(x, torch.tensor([x.shape[1]]))
    words = range(1, tokens)
    whole = [[*rest, 0] for length in range(most) for rest in product(words, repeat=length)]
    found = []
    for sequence in [*whole, *map(list, product(words, repeat=most))]:
        state, token, total = network.start(memory), torch.tensor([0]), 0.0
        for one in sequence:
            step = network.step(token, state, memory)
            total += step.logits.log_softmax(1)[0, one].item()
            state, token = step.state, torch.tensor([one])
        found.append((total, sequence))
    return sorted(found, reverse=True)


@torch.inference_mode()
def test_a_beam_that_is_wide_enough_holds_all_sequences_the_best_first() -> None:
    for seed in range(3):
        network = translator(targets=3)
        torch.manual_seed(seed)
        x = torch.randint(0, 7, (1, 4))
        tree = beam(network, network.encode(x, torch.tensor([4])), 40, 4)
        sequences = all_sequences(network, x, 4, 3)
        assert tree.path() == sequences[0][1]
        chances = tree.chances[-1, : len(sequences)].tolist()
        assert chances == pytest.approx([chance for chance, _ in sequences], abs=1e-4)


@pytest.mark.parametrize("config", [Config(beam=1), Config(beam=1, updates=40, cell="gru")])
def test_a_beam_of_1_is_greedy_at_every_step_of_training(config: Config) -> None:
    recording = recording_of(config)
    assert np.array_equal(recording.track("beam_written"), recording.track("written"))


def test_a_wider_beam_is_at_least_as_probable_where_it_differs() -> None:
    narrow, wide = (recording_of(Config(beam=width)) for width in (1, 4))
    differs = (narrow.track("beam_written") != wide.track("beam_written")).any(axis=1)
    assert differs.any()
    last = [r.track("beam_chances")[differs] for r in (narrow, wide)]
    ends = [np.where(part[..., 0] > -1e9, part[..., 0], np.inf).min(axis=1) for part in last]
    assert (ends[1] >= ends[0] - 1e-5).mean() > 0.9  # of sequences that both see through


def test_what_is_recorded_follows_from_the_recorded_weights() -> None:
    recording = recording_of(Config())
    config, examples = recording.config, load_examples("numerals", "", "word")
    for step in (0, 20, len(recording) - 1):
        frame = recording[step]
        with torch.inference_mode():
            network = recorded(config, config.attention, frame.weights)
            memory = network.encode(examples.sources.encode(config.sentence)[None], torch.tensor([4]))
            written = greedy(network, memory, examples.longest)
        assert np.array_equal(written.tokens[0].numpy(), frame.written)
        ends = frame.written != NOTHING
        assert np.allclose(frame.attention[ends] / 254, written.weights[0][ends], atol=0.5 / 254 + 1e-6)
        assert (frame.attention[~ends] == 255).all()
        assert np.abs(frame.attention[ends].sum(1) / 254 - 1).max() < 0.01


def test_the_accuracy_is_that_of_the_test_texts_translated_one_by_one() -> None:
    recording = recording_of(Config())
    frame, examples = recording[-1], load_examples("numerals", "", "word")
    for which, (kind, weights) in enumerate((("additive", frame.weights), ("none", frame.plain_weights))):
        network = recorded(recording.config, kind, weights)  # type: ignore[arg-type]
        right = []
        with torch.inference_mode():
            for source, target in examples.tested:
                x = examples.sources.encode(source)[None]
                tokens = greedy(network, network.encode(x, torch.tensor([len(source)])), 8).tokens[0]
                said = "".join(examples.targets.tokens[k] for k in tokens.tolist() if k > 0)
                right.append(said == target)
        assert frame.exact[which] == pytest.approx(np.mean(right), abs=0.011)  # single rows round otherwise
        lengths = np.array([len(source) for source, _ in examples.tested])
        for (low, high), share in zip(examples.spans, frame.by_length[which]):
            own = (lengths >= low) & (lengths <= high)
            assert share == pytest.approx(np.mean(np.array(right)[own]), abs=0.08)


@pytest.mark.parametrize("task", ["numerals", "dates", "sentences", "reverse"])
def test_no_test_pair_was_learnt_and_all_are_true(task: str) -> None:
    examples = load_examples(task, "", "word")
    learnt = {
        (tuple(x[:n].tolist()), tuple(y[y != IGNORED].tolist()))
        for x, n, y in zip(examples.train.X, examples.train.lengths, examples.train.Y)
    }
    tested = {
        (tuple(x[:n].tolist()), tuple(y[y != IGNORED].tolist()))
        for x, n, y in zip(examples.test.X, examples.test.lengths, examples.test.Y)
    }
    assert not learnt & tested
    assert len(learnt) + len(tested) == len(pairs(task, ""))
    assert all(truth(task, source) == target for source, target in examples.tested)
    assert sum(torch.bincount(examples.groups).tolist()) == len(examples.tested)


def test_the_default_first_looks_right_and_then_reads_right() -> None:
    """What a learner who types a numeral is to see."""
    recording = recording_of(Config())
    assert recording.config.sentence == "천이백삼"
    there = np.flatnonzero(recording.track("there") == 1)
    assert 5 < there[0] < 45
    assert recording[-1].there == 1
    assert recording[0].exact.max() < 0.05
    assert recording[-1].exact[0] > 0.96
    said = "".join(recording.scene.targets[k] for k in recording[-1].written if k > 0)
    assert said == "1203" == "".join(recording.scene.truth)


def test_the_bottleneck_falls_as_the_source_grows() -> None:
    shares = recording_of(Config())[-1].by_length
    assert shares[0, -3:].min() > 0.85
    assert shares[1, :2].mean() > shares[1, -3:].mean() + 0.2
    assert shares[1, -3:].mean() < 0.5


def test_the_network_without_attention_is_the_same_alone() -> None:
    beside, alone = Config(updates=20), Config(updates=20, attention="none")
    assert np.array_equal(recording_of(beside).track("plain_weights"), recording_of(alone).track("weights"))
    assert np.array_equal(recording_of(alone).track("weights"), recording_of(alone).track("plain_weights"))


def test_another_sentence_is_translated_by_the_same_training() -> None:
    first, other = recording_of(Config()), recording_of(Config(sentence="구백만일", beam=2))
    assert np.array_equal(first.track("weights"), other.track("weights"))
    assert training.cause_of(first.config) == training.cause_of(other.config)
    assert training.cause_of(first.config) != training.cause_of(Config(seed=1))


def test_who_looks_where_is_counted_as_by_hand() -> None:
    looks = torch.tensor([[True, False, False], [False, True, True], [False, False, False]])
    weights = torch.tensor([[0.5, 0.3, 0.2], [0.6, 0.2, 0.2], [0.0, 1.0, 0.0]])
    assert looking(weights, looks) == 0.5
    assert looking(weights, torch.zeros_like(looks)) == training.UNTOLD
    assert looking(torch.zeros(3, 3), looks) == 0  # nothing was written


def test_a_row_set_by_hand_is_used_and_what_was_before_it_stays() -> None:
    recording = recording_of(Config(bend="1:0,0,0,1"))
    frame = recording[-1]
    assert frame.bent_attention[1].tolist() == [0, 0, 0, 254]
    assert np.array_equal(frame.bent_attention[0], frame.attention[0])
    assert frame.bent_written[0] == frame.written[0]
    said = [recording.scene.targets[k] for k in frame.bent_written if k > 0]
    assert said[1] == "3"  # what the last letter says
    plain = recording_of(Config())
    assert np.array_equal(plain.track("bent_written"), plain.track("written"))
