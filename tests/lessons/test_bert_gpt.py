"""What is said of BERT and GPT is true: masks, perplexities, the cuts, the third way, the stored run."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dlviz.data import numerals
from dlviz.data.pieces import END, PAD, START
from dlviz.lessons.bert_gpt import asking, experiment, stored, training, ways
from dlviz.lessons.bert_gpt.corpus import corpus_of
from dlviz.lessons.bert_gpt.experiment import Config
from dlviz.lessons.bert_gpt.masking import IGNORED, there, words_of
from dlviz.lessons.bert_gpt.network import Stack
from dlviz.lessons.bert_gpt.presets import ABROAD, PRESETS
from dlviz.lessons.bert_gpt.sampling import kept, pick, tempered
from dlviz.models.transformer import causal
from dlviz.recording import Recording, record

SHORT = {"updates": 40}


@cache
def short(**more: Any) -> Recording:
    return record(experiment, Config(**SHORT, **more))


def networks(config: Config) -> tuple[list[Stack], training.Moment]:
    moment = list(stored.replay(config))[-1]
    return [training.loaded(config, own).requires_grad_(False) for own in moment.weights], moment


def test_the_decoder_never_sees_the_future_and_the_encoder_sees_both_sides() -> None:
    config = Config(**SHORT)
    (bert, gpt), _ = networks(config)
    row = corpus_of(config).test[:1]
    row = row[:, : int((row != PAD).sum())]
    at = row.shape[1] // 2
    other = row.clone()
    other[0, at + 1] = (row[0, at + 1] + 7) % 500 + 5
    mask = causal(row.shape[1])
    assert torch.equal(gpt(row, mask)[0][:, : at + 1], gpt(other, mask)[0][:, : at + 1])
    changed = (bert(row, there(row))[0] - bert(other, there(other))[0]).abs().amax(-1)[0]
    assert (changed[: at + 1] > 1e-6).all()
    assert (changed[at + 2 :] > 1e-6).all()


def test_what_may_not_be_seen_has_no_weight_and_all_rows_sum_to_one() -> None:
    frame = short()[-1]
    hidden = ~np.tril(np.ones(frame.second.shape[-2:], bool))
    assert (frame.second[:, hidden] == 0).all()
    assert (frame.first[:, hidden] > 0).any()
    for maps in (frame.first, frame.second):
        assert (
            np.abs(maps.sum(-1, dtype=float) / asking.HIGHEST - 1).max()
            < 0.5 * maps.shape[-1] / asking.HIGHEST
        )


def test_the_perplexity_of_gpt_is_that_of_all_test_words_one_by_one() -> None:
    config = Config(**SHORT)
    (_, gpt), moment = networks(config)
    corpus = corpus_of(config)
    _, watched = training.watched_of(corpus)
    total, count = 0.0, 0
    for row in watched.rows.tolist():
        tokens = [token for token in row if token != PAD]
        for at in range(1, len(tokens) - 1):
            logits = gpt(torch.tensor([tokens[:at]]), causal(at))[0][0, -1].double()
            total -= float(logits[tokens[at]] - torch.logsumexp(logits, 0))
            count += 1
    assert math.exp(total / count) == pytest.approx(math.exp(moment.loss[1, 1]), rel=1e-4)


def test_the_perplexity_of_bert_is_that_of_all_test_words_hidden_one_by_one() -> None:
    config = Config(**SHORT)
    (bert, _), moment = networks(config)
    corpus = corpus_of(config)
    _, watched = training.watched_of(corpus)
    total, count = 0.0, 0
    for row in watched.rows:
        own = row[row != PAD]
        word = words_of(own[None], corpus.begins)[0]
        for k in range(int(word.max()) + 1):
            asked = own.clone()
            asked[word == k] = 3
            logits = bert(asked[None], torch.ones(1, len(own)).bool())[0][0].double().log_softmax(-1)
            total -= float(logits[word == k].gather(1, own[word == k][:, None]).sum())
            count += int((word == k).sum())
    assert math.exp(total / count) == pytest.approx(math.exp(moment.loss[0, 1]), rel=1e-4)


PROBABILITIES = st.lists(st.floats(1e-4, 1), min_size=2, max_size=30)


@given(weights=PROBABILITIES, top_p=st.floats(0.05, 0.99))
def test_top_p_keeps_the_smallest_set_that_reaches_p(weights: list[float], top_p: float) -> None:
    p = torch.tensor(weights, dtype=torch.float64)
    p = p / p.sum()
    stays = kept(p, 0, top_p)
    count, total = int(stays.sum()), float(p[stays].sum())
    assert total >= top_p - 1e-9
    best = p.sort(descending=True).values
    assert total == pytest.approx(float(best[:count].sum()))  # no other set of that size has more
    assert count == 1 or float(best[: count - 1].sum()) < top_p  # and no smaller one reaches p


@given(weights=PROBABILITIES, top_k=st.integers(1, 40))
def test_top_k_keeps_the_k_most_probable(weights: list[float], top_k: int) -> None:
    p = torch.tensor(weights)
    stays = kept(p, top_k, 1.0)
    assert stays.sum() == min(top_k, len(p))
    assert stays.all() or p[stays].min() >= p[~stays].max()


def test_a_temperature_divides_logits_and_zero_takes_the_best() -> None:
    logits = torch.randn(3, 40, generator=torch.Generator().manual_seed(0))
    for tau in (0.5, 1.0, 2.0):
        by_hand = (logits[:, 5:] / tau).exp() / (logits[:, 5:] / tau).exp().sum(-1, keepdim=True)
        p = tempered(logits, tau)
        real = [k for k in range(40) if k not in (PAD, START, 3, 4)]
        assert torch.allclose(p[:, 5:] / p[:, 5:].sum(-1, keepdim=True), by_hand, atol=1e-6)
        assert p[:, real].sum(-1).allclose(torch.ones(3))
    assert (tempered(logits, 0.0).max(-1).values == 1).all()


def test_tokens_are_drawn_as_often_as_they_are_probable() -> None:
    p = torch.tensor([0.1, 0.0, 0.6, 0.3])
    drawn = torch.bincount(torch.tensor([pick(p, (k + 0.5) / 1000) for k in range(1000)]), minlength=4)
    assert drawn.tolist() == [100, 0, 600, 300]


def test_what_is_written_follows_from_the_seed_and_only_from_what_is_left() -> None:
    first, second = short(temperature=1.5, top_p=0.7), short(temperature=1.5, top_p=0.7)
    assert np.array_equal(first.track("written"), second.track("written"))
    frame = short(temperature=1.5, top_k=3, top_p=1.0)[-1]
    for token, best, left in zip(frame.written, frame.best, frame.left):
        if token < 0:
            break
        assert left == 3
        assert token in best[:3]
    assert not np.array_equal(frame.written, short(temperature=0.0)[-1].written)


def test_another_sentence_or_temperature_trains_nothing_and_changes_no_loss() -> None:
    one = short()
    before = stored.kept(one.config)
    other = short(sentence="□", prompt="", temperature=0.3, top_k=5)
    assert before == len(one)
    assert np.array_equal(one.track("loss"), other.track("loss"))
    assert not np.array_equal(one[-1].blank[0], other[-1].blank[0])


def test_both_begin_with_the_same_numbers_and_part() -> None:
    moments = list(stored.replay(Config(**SHORT)))
    assert np.array_equal(*moments[0].weights)
    assert not np.array_equal(*moments[-1].weights)


def test_a_stored_run_is_called_recorded_until_somebody_asks_for_a_training() -> None:
    config = Config(corpus="english", **stored.LONG)
    assert stored.file_of(config) is not None
    assert experiment.kept(config) == config.length()
    assert experiment.kept(config.model_copy(update={"seed": 1})) == 0
    experiment.forget(config)
    assert experiment.kept(config) == 0
    stored.WISHED.clear()
    assert experiment.kept(config) == config.length()


def test_a_stored_run_of_which_somebody_has_seen_a_part_is_recorded_as_a_whole() -> None:
    config = Config(corpus="english", **stored.LONG)
    stored.KEPT.clear()
    next(iter(stored.replay(config)))
    assert experiment.kept(config) == config.length()
    other = Config(**SHORT, seed=7)
    next(iter(stored.replay(other)))
    assert experiment.kept(other) == 1  # the others are still to be trained


@pytest.mark.parametrize("corpus", ["korean", "english"])
def test_the_stored_run_is_what_a_training_gives(corpus: Any) -> None:
    config = Config(corpus=corpus, **stored.LONG)
    known = stored.recorded(config)
    assert known is not None
    assert [moment.update for moment in known] == config.moments()
    for moment, fresh in zip(known[:2], training.moments(config)):
        for old, new in zip(moment.weights, fresh.weights):
            assert old.dtype == new.dtype == np.float16
            assert np.allclose(old.astype(float), new.astype(float), atol=0.02)
        assert np.allclose(moment.loss, fresh.loss, atol=0.05)
    last, (_, gpt) = known[-1], (training.loaded(config, own) for own in known[-1].weights)
    corpus_ = corpus_of(config)
    nats, _, _ = training.from_the_left(gpt, training.watched_of(corpus_)[1])
    assert float(nats.detach().mean()) == pytest.approx(last.loss[1, 1], abs=1e-3)


def test_the_third_looks_only_at_letters_and_reads_what_is_written_so_far() -> None:
    config = Config(task="numerals", updates=20)
    nets: list[Any] = [network.eval() for network in ways.networks_of(config)]
    pairs = ways.pairs_of([1203, 7])
    with torch.inference_mode():
        _, looks = ways.translated(nets[2], pairs, pairs.target[:, :-1])
        weights = looks[-1].weights
        assert (weights.transpose(1, 3)[pairs.source == PAD] == 0).all()
        assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5)
        changed = pairs.target[:, :-1].clone()
        changed[:, 2] = 6
        for follow, net in ((ways.one_after_another, nets[1]), (ways.translated, nets[2])):
            one, other = (follow(net, pairs, before)[0] for before in (pairs.target[:, :-1], changed))
            assert torch.equal(one[:, :3], other[:, :3])
            assert not torch.allclose(one[:, 3:], other[:, 3:])
        asked = pairs.target.clone()
        asked[:] = 9
        same = ways.all_at_once(nets[0], ways.Pairs(pairs.source, asked, pairs.said))[0]
        assert torch.equal(same, ways.all_at_once(nets[0], pairs)[0])  # it is told no digit


def test_each_digit_is_said_by_letters_of_its_numeral() -> None:
    _, test = ways.drawn()
    for k in range(20):
        written = "".join(ways.SYMBOLS[token] for token in test.target[k].tolist() if token not in (PAD, END))
        letters = "".join(ways.SYMBOLS[token] for token in test.source[k].tolist() if token != PAD)
        assert numerals.number(letters) == int(written)
    assert (test.said & (test.source == PAD)[:, None]).sum() == 0


def test_looking_counts_digits_whose_greatest_weight_is_on_their_letters() -> None:
    said = torch.tensor([[[True, False], [False, True], [False, False]]])
    weights = torch.tensor([[[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]]])
    assert ways.looking(weights, said) == pytest.approx(0.5)


def test_who_is_right_at_every_place_when_told_is_right_when_left_alone() -> None:
    """The share of exact numerals is counted without writing a single one."""
    config = Config(task="numerals", updates=150)
    *_, moment = ways.moments(config)
    _, test = ways.drawn()
    networks: list[Any] = ways.networks_of(config)
    for network, own in zip(networks, moment.weights):
        training.put(network, own)
    with torch.inference_mode():
        written = ways.answers(networks, test)
    alone = [(ways.until_end(own) == test.target).all(dim=1).float().mean() for own in written]
    assert moment.right == pytest.approx(torch.stack(alone).numpy())
    assert 0 < moment.right.max() < 1


@pytest.mark.parametrize("rate", [1e-4, 0.1])
def test_a_run_of_any_rate_ends_well_or_says_why(rate: float) -> None:
    recording = record(experiment, Config(updates=20, learning_rate=rate, width="32"))
    assert np.isfinite(recording.track("loss")).all()
    assert recording.ended in (None, "diverged")


def test_ignored_places_teach_nothing() -> None:
    config = Config(**SHORT)
    corpus = corpus_of(config)
    assert IGNORED < 0
    torch.manual_seed(0)
    bert = training.new_network(config, corpus)
    loss = training.masked_loss(bert, corpus.train[:4], corpus, 0.0, torch.Generator())
    assert loss == 0


ASKED = {
    ("ko", "both_sides"): "고양이는",
    ("ko", "front"): "다람쥐는",
    ("en", "both_sides"): "Grandmother",
    ("en", "front"): "Grandfather",
}


@pytest.mark.parametrize(("lang", "name"), ASKED)
def test_only_who_reads_the_right_side_finds_the_word_that_it_asks_for(lang: str, name: str) -> None:
    """The promises of the first two presets: fish on the right asks for a cat, acorns for a squirrel, and so on."""
    word, config = ASKED[lang, name], ABROAD.get(lang, {}).get(name, PRESETS[name][0])
    frame, tokens = record(experiment, config)[-1], experiment.scene(config).tokens
    assert tokens[int(frame.blank[0].argmax())].strip() == word
    assert tokens[int(frame.follows[0].argmax())].strip() != word
