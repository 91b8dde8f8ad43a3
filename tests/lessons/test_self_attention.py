"""Truths of the transformer in training: what is recorded, what the tasks ask, and what the presets promise."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from dlviz.data.refusal import Refusal
from dlviz.lessons.self_attention import experiment, tasks, training
from dlviz.lessons.self_attention.experiment import Config
from dlviz.lessons.self_attention.presets import PREDICTION, PRESETS
from dlviz.recording import Recording, record

SHORT: dict[str, Any] = {"task": "reverse", "sequence": "3141", "updates": 20}


@cache
def recorded(config: Config) -> Recording:
    return record(experiment, config)


def role(recording: Recording, name: str) -> np.ndarray:
    """The last share of every head on a role, (L, h)."""
    scene = recording.scene
    shares: np.ndarray = recording[-1].shares[:, scene.roles.index(name)]
    return shares.reshape(scene.layers, scene.heads)


@pytest.mark.parametrize("causal", [False, True])
def test_what_is_recorded_is_torchs_attention(causal: bool) -> None:
    recording = recorded(Config(**SHORT, layers=2, heads="2", causal=causal))
    for frame in (recording[0], recording[-1]):
        for layer in range(2):
            query, key, value = (torch.tensor(getattr(frame, n)[layer]) for n in ("query", "key", "value"))
            theirs = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal)
            assert np.allclose(frame.mixed[layer], theirs, atol=1e-5)
            dots = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
            assert np.allclose(frame.scores[layer], dots, atol=1e-4)
            assert np.allclose(frame.weights[layer].sum(-1), 1, atol=1e-5)
    assert (frame.weights[..., ~recording.scene.allowed] == 0).all()


def test_the_last_stream_gives_the_answers() -> None:
    config = Config(**SHORT)
    recording, network = recorded(config), training.new_network(config, tasks.puzzle("reverse", "3141"))
    moment = list(training.replay(config))[-1]
    nn.utils.vector_to_parameters(torch.tensor(moment.weights), network.parameters())
    frame = recording[-1]
    logits = network.answer(network.norm(torch.tensor(frame.stream[-1])))
    assert np.allclose(logits.softmax(-1).detach(), frame.probabilities, atol=1e-5)
    after = torch.tensor(frame.stream[0] + frame.joined[0])
    block = network.blocks[0]
    assert np.allclose((after + block.feed(block.norms[1](after))).detach(), frame.stream[1], atol=1e-5)


def test_by_hand_is_torchs_attention() -> None:
    config = Config(task="hand", turn_query=40, turn_key=110, turn_value=200, stretch=2, x1=0.3, y3=1.1)
    frames = recorded(config)
    x = torch.tensor([[0.3, config.y1], [config.x2, config.y2], [config.x3, 1.1]])

    def turned(degrees: float) -> torch.Tensor:
        z = torch.view_as_complex(x) * torch.polar(torch.tensor(1.0), torch.deg2rad(torch.tensor(degrees)))
        return torch.view_as_real(z)

    theirs = nn.functional.scaled_dot_product_attention(2 * turned(40), turned(110), turned(200))
    assert np.allclose(frames[-1].mixed[0, 0], theirs, atol=1e-5)
    assert np.allclose(frames[-1].stream[1], x + theirs, atol=1e-5)
    assert len(frames) == config.length() == 9


def test_a_later_token_changes_nothing_before_it_under_the_mask() -> None:
    usual: dict[str, Any] = {**SHORT, "causal": True, "layers": 2}
    one, other = (recorded(Config(**{**usual, "sequence": s})) for s in ("3141", "3149"))
    for step in (0, -1):
        assert np.array_equal(one[step].probabilities[:3], other[step].probabilities[:3])
        assert not np.allclose(one[step].probabilities[3], other[step].probabilities[3])
    free = [recorded(Config(**{**usual, "sequence": s, "causal": False})) for s in ("3141", "3149")]
    assert not np.allclose(free[0][-1].probabilities[:3], free[1][-1].probabilities[:3])


def test_without_positions_a_shuffled_input_has_shuffled_answers() -> None:
    usual: dict[str, Any] = {**SHORT, "position": "none"}
    one, other = (recorded(Config(**{**usual, "sequence": s}))[-1] for s in ("3149", "9413"))
    assert np.allclose(one.probabilities, other.probabilities[::-1], atol=1e-6)


def test_another_sequence_of_that_length_does_not_train_again() -> None:
    one, other = (Config(**{**SHORT, "sequence": s}) for s in ("3141", "2718"))
    assert training.replay(one) is training.replay(other)
    assert training.replay(one) is not training.replay(Config(**{**SHORT, "sequence": "31415"}))
    before = training.replay(one)
    experiment.forget(one)
    assert training.replay(one) is not before


def plain_partners(brackets: str) -> dict[int, int]:
    """By a stack, as everybody would."""
    waiting, found = [], {}
    for at, letter in enumerate(brackets):
        if letter in "([{<":
            waiting.append(at)
        else:
            found[at] = waiting.pop()
    return found


def test_drawn_brackets_are_balanced_and_their_partners_right() -> None:
    torch.manual_seed(0)
    tokens, targets = tasks.draw_brackets(200, 10)
    pairs = tasks.partners(tokens)
    depths = set()
    for row, kinds in enumerate(tokens.tolist()):
        text = "".join("([{<)"[kind] for kind in kinds)
        found = plain_partners(text)
        assert len(found) == 5
        assert [k for k, t in enumerate(targets[row].tolist()) if t >= 0] == list(found)
        assert all(targets[row, shut] == tokens[row, opened] for shut, opened in found.items())
        both = {(shut, opened) for shut, opened in found.items()}
        assert {tuple(place) for place in pairs[row].nonzero().tolist()} == both | {p[::-1] for p in both}
        depths.add(max(text[:k].count(")") * -1 + sum(map(text[:k].count, "([{<")) for k in range(11)))
    assert depths == {1, 2, 3, 4, 5}


def test_sums_are_right_and_their_places_too() -> None:
    torch.manual_seed(0)
    own = tasks.puzzle("add", "7+385")
    assert "".join(own.symbols[k] for k in own.tokens) == "007+385=□□□□"
    assert "".join(own.answers[k] for k in own.targets if k >= 0) == "0392"
    tokens, targets = tasks.draw("add", own, 50)
    for row, goal in zip(tokens.tolist(), targets.tolist()):
        text = "".join(own.symbols[k] for k in row)
        assert int(text[:3]) + int(text[4:7]) == int("".join(map(str, goal[8:])))
    # 4 7 + 3 8 = □ □ □: ones stand at 1 and 4, tens at 0 and 3
    column, carry = tasks.same_place(9, 0), tasks.same_place(9, 1)
    assert [row.nonzero().flatten().tolist() for row in column[6:]] == [[], [0, 3], [1, 4]]
    assert [row.nonzero().flatten().tolist() for row in carry[6:]] == [[0, 3], [1, 4], []]


def test_other_tasks_ask_for_what_they_say() -> None:
    for task, said in (
        ("reverse", "me see cat the see I"),
        ("copy", "I I see the cat see"),
        ("sort", "I cat me see see the"),
    ):
        own = tasks.puzzle(task, "I see the cat see me")
        assert " ".join(own.answers[k] for k in own.targets) == said


@pytest.mark.parametrize("task", ["brackets", "reverse", "add"])
def test_no_test_sequence_is_learnt_from(task: str) -> None:
    torch.manual_seed(1)
    own = tasks.puzzle(task, {"add": "1+2", "reverse": "012"}.get(task, "([])"))
    train, test = tasks.split_drawn(*tasks.draw(task, own, 500))
    learnt = {tuple(row) for row in torch.cat(train, dim=1).tolist()}
    tested = {tuple(row) for row in torch.cat(test, dim=1).tolist()}
    assert tested
    assert not learnt & tested


@pytest.mark.parametrize(
    ("task", "sequence", "reason"),
    [
        ("brackets", "()", "brackets_count"),
        ("brackets", "([)]", "brackets_letter"),
        ("brackets", "(()a", "brackets_letter"),
        ("brackets", "(([]", "brackets_open"),
        ("add", "12-3", "sum"),
        ("add", "1234+1", "sum"),
        ("add", "1+2+3", "sum"),
        ("add", "²+1", "sum"),
        ("reverse", "", "words_count"),
        ("sort", "a " * 13, "words_count"),
        ("reverse", "aaaa", "words_same"),
        ("copy", "a abcdefghi", "words_long"),
    ],
)  # fmt: skip
def test_a_sequence_that_cannot_be_used_is_refused_with_its_reason(
    task: str, sequence: str, reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Config(task=task, sequence=sequence)  # type: ignore[arg-type]
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, Refusal)
    assert error.reason == reason


def test_shares_are_means_over_what_is_asked() -> None:
    weights = torch.rand(5, 2, 4, 4, generator=torch.Generator().manual_seed(0)).softmax(-1)
    wanted = torch.rand(5, 3, 4, 4, generator=torch.Generator().manual_seed(1)) < 0.3
    asked = torch.rand(5, 4, generator=torch.Generator().manual_seed(2)) < 0.7
    shares, base = training.shares_of(weights, wanted, asked, None)
    for head in range(2):
        for r in range(3):
            spent, even = [], []
            for n in range(5):
                for t in range(4):
                    if asked[n, t] and wanted[n, r, t].any():
                        spent.append(weights[n, head, t][wanted[n, r, t]].sum().item())
                        even.append(wanted[n, r, t].sum().item() / 4)
            assert shares[head, r].item() == pytest.approx(np.mean(spent), abs=1e-5)
            assert base[r].item() == pytest.approx(np.mean(even), abs=1e-5)


def test_a_head_switched_off_is_a_head_whose_columns_are_zero() -> None:
    config = Config(**{**SHORT, "sequence": "012", "heads": "2", "layers": 2})
    own = tasks.puzzle("reverse", "012")
    moment = list(training.replay(config))[-1]
    torch.manual_seed(0)
    tokens, targets = tasks.draw("reverse", own, 40)
    network = training.new_network(config, own).eval()
    nn.utils.vector_to_parameters(torch.tensor(moment.weights.copy()), network.parameters())
    with torch.no_grad():
        found = training.switched_off(network, None, tokens, targets)
        for k in range(4):
            nn.utils.vector_to_parameters(torch.tensor(moment.weights.copy()), network.parameters())
            layer, head = divmod(k, 2)
            network.blocks[layer].attention.join.weight[:, 16 * head : 16 * head + 16] = 0  # type: ignore[index, union-attr]
            right = (network(tokens)[0].argmax(-1) == targets).float().mean().item()
            assert found[k + 1] == pytest.approx(right, abs=1e-6)


def test_one_head_becomes_the_bracket_matcher() -> None:
    recording = recorded(Config())
    partner = recording.track("shares")[:, :, recording.scene.roles.index("partner")]  # (T, H)
    assert partner[0].max() < 0.2  # at first it looks everywhere
    assert partner[-1, 1] > 0.8
    last, scene = recording[-1], recording.scene
    assert last.accuracy[1] > 0.98
    found = plain_partners(recording.config.sequence)
    for shut, opened in found.items():
        assert last.weights[1, 0, shut].argmax() == opened
        assert last.probabilities[shut].argmax() == scene.targets[shut]
    assert last.without[2] < 0.6 < last.without[0]


def test_the_presets_keep_their_promises() -> None:
    shallow = recorded(PRESETS["shallow"][0])[-1]
    assert 0.35 < shallow.accuracy[1] < 0.65
    assert shallow.places[1:4].min() > 0.97
    assert shallow.places[9:].max() < 0.85
    off = recorded(PRESETS["off"][0])[-1]
    assert off.without[0] > 0.99
    assert off.without[1] < 0.2
    mask = recorded(PRESETS["mask"][0])[-1]
    assert mask.places[:4].max() < 0.2
    assert mask.places[4:].min() > 0.98
    rotary = recorded(PRESETS["rotary"][0])[-1]
    assert rotary.places[[0, 7]].min() > 0.6
    assert rotary.places[1:7].max() < 0.4
    neighbour = recorded(PRESETS["neighbour"][0])
    assert role(neighbour, "previous").min() > 0.9
    assert neighbour[-1].weights[0, :, 0, 0].max() > 0.9
    sentence = recorded(PRESETS["sentence"][0])[-1]
    assert sentence.accuracy[1] > 0.98


def test_two_heads_and_the_carry() -> None:
    share = role(recorded(PRESETS["share"][0]), "partner")
    assert share[1, 0] > 0.7
    assert np.delete(share.flatten(), 2).max() < 0.5
    added = recorded(PRESETS["sum"][0])
    assert added[-1].accuracy[1] > 0.97
    assert role(added, "column")[0, 3] > 0.85
    assert ((role(added, "carry") > 0.5) & (role(added, "column") < 0.2)).any()


def test_without_positions_less_than_half_is_reversed() -> None:
    last = recorded(PREDICTION)[-1]
    assert 0.2 < last.accuracy[0] < 0.5
    assert last.accuracy[1] < 0.05


def test_a_rate_that_is_too_high_ends_or_stays_finite() -> None:
    recording = recorded(Config(task="reverse", learning_rate=0.1, norm="post", updates=40, layers=4))
    assert np.isfinite(recording.track("loss")).all()
