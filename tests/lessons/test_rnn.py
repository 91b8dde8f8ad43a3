"""Truths of the recurrent lesson: what is learnt, and that what is shown is what torch computes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import dlviz
from dlviz.data.texts import name_of, read
from dlviz.lessons.rnn import experiment, series, tasks
from dlviz.lessons.rnn.experiment import Config
from dlviz.lessons.rnn.network import Network, loss_of
from dlviz.lessons.rnn.reading import WALKED, cell_inside, forecasts, parts_of, pattern, states_of, write
from dlviz.recording import Recording

CELLS = ("rnn", "gru", "lstm")
SHORT: dict[str, Any] = {"updates": 20}


@cache
def recorded(**chosen: Any) -> Recording:
    return dlviz.record(experiment, Config(**chosen))


def network_at(recording: Recording, step: int) -> Network:
    """The recorded network of a step, as torch runs it."""
    sequences = tasks.sequences_of(recording.config)
    network = experiment.new_network(recording.config, sequences)
    numbers = torch.from_numpy(np.array(recording[step].weights))
    nn.utils.vector_to_parameters(numbers, network.parameters())
    return network


def test_the_default_learns_every_word_of_the_sentence() -> None:
    recording = recorded()
    last, scene = recording[-1], recording.scene
    assert [scene.tokens[int(k)] for k in scene.inputs] == ["You", "say", "goodbye", "and", "I", "say"]
    assert np.array_equal(last.outputs.argmax(1), scene.targets)
    assert last.outputs.max(1).min() > 0.9
    assert recording[0].accuracy < 0.5


def test_the_same_word_has_two_answers_by_its_hidden_state_alone() -> None:
    recording = recorded()
    last, scene = recording[-1], recording.scene
    assert scene.inputs[1] == scene.inputs[5]
    said = [scene.answers[k] for k in last.outputs.argmax(1)]
    assert (said[1], said[5]) == ("goodbye", "hello")
    # answers are a linear map of the hidden state: with the other's state they would change places
    head = network_at(recording, -1).head
    swapped = head(torch.from_numpy(last.hidden[-1, [5, 1]].copy())).argmax(1)
    assert [scene.answers[k] for k in swapped] == ["hello", "goodbye"]
    apart = np.linalg.norm(recording.track("points")[:, 2] - recording.track("points")[:, 6], axis=1)
    assert apart[-1] > 2 * apart[0]


@pytest.mark.parametrize("task", ["text", "brackets", "spelling", "reverse"])
def test_probabilities_sum_to_one_at_every_step_and_position(task: str) -> None:
    outputs = recorded(task=task, **SHORT).track("outputs")
    assert np.allclose(outputs.sum(axis=-1), 1, atol=1e-5)
    assert outputs.min() >= 0


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
def test_what_is_shown_inside_a_cell_is_what_torch_computes(cell: str, layers: int) -> None:
    recording = recorded(cell=cell, layers=layers, **SHORT)
    for step in (0, -1):
        frame, network = recording[step], network_at(recording, step)
        inside = network.inside(torch.from_numpy(recording.scene.inputs).long()[None])
        for layer in range(layers):
            assert np.allclose(inside.hidden[layer][0].detach(), frame.hidden[layer], atol=1e-6)
            own = cell_inside(recording, 3, layer)
            assert np.allclose(own.hidden[step], frame.hidden[layer, 3], atol=1e-5)
            assert np.allclose(own.hidden_before[step], frame.hidden[layer, 2], atol=1e-5)
        assert np.allclose(inside.outputs[0].softmax(-1).detach(), frame.outputs, atol=1e-6)
    own = cell_inside(recording, 0, 0)
    assert not own.hidden_before.any()


def test_recorded_losses_are_those_of_the_recorded_networks() -> None:
    for chosen in ({}, {"task": "brackets"}, {"task": "series"}):
        recording = recorded(**chosen, **SHORT)
        watched, network = experiment.watched_of(recording.config), network_at(recording, -1)
        said = network(watched.inputs[watched.learnt])
        targets = watched.targets[watched.learnt]
        assert loss_of(said, targets).item() == pytest.approx(recording[-1].loss, abs=1e-5)
        asked = [
            nn.functional.mse_loss(o[0], y)
            if y.is_floating_point()
            else nn.functional.cross_entropy(o[None], y[None])
            for row, answers in zip(said, targets)
            for o, y in zip(row, answers)
            if y != tasks.NOTHING
        ]
        assert torch.stack(asked).mean().item() == pytest.approx(recording[-1].loss, abs=1e-4)


def test_a_longer_text_is_walked_as_torch_walks_it() -> None:
    own = name_of(read("a b c d e f g h i j k l m n o p q r s t u v w x y z " * 3))
    recording = recorded(text="own", own=own, **SHORT)
    states, scene = states_of(recording), recording.scene
    assert states.shape[1] == len(scene.text) == experiment.STRETCH
    theirs = network_at(recording, -1).inside(torch.from_numpy(scene.text)[None]).hidden[-1][0]
    assert np.allclose(states[-1], theirs.detach(), atol=1e-5)
    for rows in (4, 11, 21):  # a recording that grows, and one that is read from its beginning again
        assert np.allclose(states_of(recording[:rows]), states[:rows], atol=1e-6)
        assert len(states_of(recording[:rows])) == rows
    WALKED.clear()
    assert [len(states_of(recording[:rows])) for rows in (3, 9, 21)] == [3, 9, 21]
    assert np.allclose(states_of(recording), states, atol=1e-6)


def test_without_temperature_the_learnt_text_is_written_word_for_word() -> None:
    recording = recorded(text="boat")
    made, scene = write(recording, 0, 0.0), recording.scene
    assert np.array_equal(made.tokens[-1][:20], scene.targets[:20])


def test_what_is_drawn_follows_the_probabilities() -> None:
    recording = recorded()
    made, scene = write(recording, 1, 1.0), recording.scene
    p = recording.track("outputs")[:, 1]  # the network's own, (T, V)
    first = (p.cumsum(1) < scene.draws[0]).sum(1)
    assert np.array_equal(made.tokens[:, 0], first)
    assert np.allclose(made.probabilities[:, 0], np.take_along_axis(p, first[:, None], 1)[:, 0], atol=1e-5)
    cold = write(recording, 1, 0.7)
    assert np.allclose(cold.hidden[:, 0], made.hidden[:, 0])


def test_brackets_are_balanced_exactly_where_a_stack_says_so() -> None:
    sequences = tasks.brackets()
    for row, target in zip(sequences.inputs.tolist(), sequences.targets[:, -1].tolist()):
        depth, fine = 0, True
        for sign in row:
            depth += 1 if sequences.tokens[sign] == "(" else -1
            fine &= depth >= 0
        assert (sequences.answers[target] == "✓") == (fine and depth == 0)
    assert len({tuple(row) for row in sequences.inputs.tolist()}) == len(sequences.inputs) == 84


def test_reversed_letters_and_spelt_digits_are_what_they_should_be() -> None:
    asked = tasks.reverse()
    for row, target in zip(asked.inputs[:50].tolist(), asked.targets[:50].tolist()):
        assert target[:4] == [tasks.NOTHING] * 4
        assert [asked.answers[k] for k in target[4:]] == [asked.tokens[k] for k in row[3::-1]]
    spelt = tasks.spelling()
    assert "".join(spelt.answers[k] for k in spelt.targets[7]).rstrip(tasks.BLANK) == "seven"


@pytest.mark.parametrize(("task", "least"), [("brackets", 1.0), ("reverse", 0.9)])
def test_what_was_never_learnt_is_answered_right(task: str, least: float) -> None:
    assert recorded(task=task)[-1].test_accuracy >= least


def test_a_shuffle_moves_inputs_and_nothing_else() -> None:
    torch.manual_seed(0)
    asked = tasks.reverse()
    inputs, targets = tasks.shuffled(asked.inputs, asked.targets, asked.movable)
    assert torch.equal(inputs.sort(dim=1).values, asked.inputs.sort(dim=1).values)
    assert torch.equal(inputs[:, 4:], asked.inputs[:, 4:])
    assert torch.equal(targets, asked.targets)
    assert not torch.equal(inputs, asked.inputs)
    text = tasks.written(tasks.SENTENCE, "word")
    X, Y = tasks.shuffled(text.inputs, text.targets, text.movable)
    assert torch.equal(X[:, 1:], Y[:, :-1])  # still: at each token the next one
    assert recorded(shuffle=True)[-1].loss > 20 * recorded()[-1].loss


def test_the_two_plain_rules_are_what_they_say() -> None:
    recording = recorded(task="series", series="AAPL", **SHORT)
    said = forecasts(recording)
    numbers = recording.scene.series.astype(float)
    assert np.array_equal(said.today, numbers[series.LAGS - 1 : -1])
    assert np.array_equal(said.truth, numbers[series.LAGS :])
    # least squares: the error on the learnt windows is orthogonal to every input
    wrong = (said.truth - said.linear)[: said.learnt]
    rows = np.lib.stride_tricks.sliding_window_view(numbers, series.LAGS)[: said.learnt]
    assert np.abs(rows.T @ wrong).max() < 1e-6
    assert abs(wrong.sum()) < 1e-6
    assert said.learnt + series.LAGS == int(0.7 * len(numbers))


def test_the_network_never_sees_the_time_that_is_kept_aside() -> None:
    _, targets, learnt = series.windows(torch.arange(100.0))
    assert targets[:learnt].max() < 70 <= targets[learnt:, -1].min()
    _, mean, deviation = series.standardised(torch.cat([torch.arange(70.0), torch.full((30,), 1e6)]))
    assert mean == pytest.approx(34.5)
    assert deviation < 30


def test_the_wave_is_told_better_than_as_today_and_the_share_is_not() -> None:
    wave = forecasts(recorded(task="series"))
    assert wave.errors(wave.network)[-1] < 0.75 * wave.errors(wave.today)
    share = forecasts(recorded(task="series", series="GOOG"))
    assert share.errors(share.network)[-1] > 1.2 * share.errors(share.today)


def test_a_pattern_is_units_that_stay_on_and_where_else_they_do() -> None:
    hidden = np.array(
        [[[0.9, -0.8, 0.1], [0.7, -0.9, 0.9], [0.2, 0.9, -0.9], [0.8, -0.7, 0.3], [0.6, 0.6, 0.0]]]
    )
    found = pattern(hidden.astype(np.float32), 0, 1, 0.5)
    assert found.units.tolist() == [[True, True, False]]
    assert np.isnan(
        found.shares[0, [0, 1, 4]]
    ).all()  # the stretch, what overlaps it, and where it does not fit
    assert found.shares[0, 2:4].tolist() == [0.0, 0.5]


@pytest.mark.parametrize("own", ["", "x", "하나", "a b", "<b>x</b> {y}", "가" * 200])
@pytest.mark.parametrize("split", ["word", "character"])
def test_any_text_can_be_read(own: str, split: str) -> None:
    recording = recorded(text="own", own=own, split=split, **SHORT)
    assert np.isfinite(recording[-1].loss)
    assert len(recording) == recording.config.length()


def test_a_long_text_keeps_its_last_part_aside() -> None:
    text = " ".join(f"w{k % 50} w{k % 7}" for k in range(400))
    recording = recorded(text="own", own=name_of(read(text)), **SHORT)
    assert np.isfinite(recording[-1].test_loss)
    sequences = tasks.sequences_of(recording.config)
    assert sequences.learnt + sequences.inputs.shape[1] + 1 <= 0.7 * 800 + 1


def test_a_rate_that_is_too_high_ends_or_stays_finite() -> None:
    recording = recorded(learning_rate=1.0, clip=0.0, task="series", cell="rnn", **SHORT)
    assert np.isfinite(recording.track("loss")).all()


def test_weights_go_back_to_where_they_came_from() -> None:
    recording = recorded(cell="gru", layers=2, **SHORT)
    parts, network = parts_of(recording.config, recording.track("weights")), network_at(recording, -1)
    for name, own in network.named_parameters():
        assert torch.equal(parts[name][-1], own.detach())
