"""The text that BERT and GPT read, its tokens, and what is hidden of it."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
import torch

from dlviz.data.pieces import END, MASK, PAD, SIGNS, START, UNKNOWN, Pieces, joined, letters, merges, words
from dlviz.data.texts import SAYINGS
from dlviz.lessons.bert_gpt.corpus import LONGEST, MOST, read
from dlviz.lessons.bert_gpt.masking import IGNORED, hidden, one_by_one, words_of

TEXTS = ("korean", "english")
texts = pytest.mark.parametrize("name", TEXTS)


def lines_of(name: str) -> list[str]:
    return (SAYINGS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@texts
def test_each_text_is_large_enough_composed_and_says_nothing_twice(name: str) -> None:
    whole = (SAYINGS / f"{name}.txt").read_bytes()
    assert len(whole) >= 30_000
    text, lines = whole.decode("utf-8"), lines_of(name)
    assert unicodedata.normalize("NFC", text) == text
    assert len({" ".join(line.casefold().split()) for line in lines}) == len(lines)
    assert all(line == line.strip() and line[-1] in ".?!" for line in lines)


@texts
def test_merging_joins_the_pair_that_is_counted_most_often(name: str) -> None:
    lines = lines_of(name)
    corpus = [letters(word) for line in lines for word in words(line)]
    found = merges(lines, 12)
    assert len(found) == 12
    for pair in found:
        counts = Counter(both for parts in corpus for both in zip(parts, parts[1:]))
        assert counts[pair] == max(counts.values())
        corpus = [joined(parts, pair) for parts in corpus]


def test_merging_is_the_papers_example() -> None:
    """low 5, lower 2, newest 6, widest 3: "es", then "est" (Sennrich et al.)."""
    text = [" ".join(["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3)]
    assert {"".join(pair) for pair in merges(text, 2)} in ({"es", "est"}, {"st", "est"})


@texts
@pytest.mark.parametrize("kind", ["bpe", "word", "character"])
def test_a_line_is_read_back_from_its_tokens(name: str, kind: str) -> None:
    lines = lines_of(name)
    pieces = Pieces.of(lines, kind, 5000)  # type: ignore[arg-type]
    for line in lines[::37]:
        numbers = pieces.encode(line)
        if UNKNOWN not in numbers:
            assert pieces.decode([START, *numbers, END]) == line


@texts
def test_no_row_is_longer_than_the_context_and_few_letters_are_unknown(name: str) -> None:
    corpus = read(f"@{name}", "bpe")
    assert corpus.rows.shape[1] <= LONGEST
    assert len(corpus.pieces) <= MOST
    assert (corpus.rows == UNKNOWN).sum() < 0.05 * (corpus.rows > END).sum()
    learnt = {tuple(row) for row in corpus.train.tolist()}
    assert not learnt & {tuple(row) for row in corpus.test.tolist()}


def test_whole_words_are_hidden_four_fifths_as_a_mask() -> None:
    torch.manual_seed(0)
    corpus = read("@english", "bpe")
    rows = corpus.train.repeat(8, 1)
    inputs, targets = hidden(rows, corpus.begins, 0.3, len(corpus.pieces), torch.Generator().manual_seed(0))
    asked, word = targets != IGNORED, words_of(rows, corpus.begins)
    assert (targets[asked] == rows[asked]).all()
    assert (inputs[~asked] == rows[~asked]).all()
    assert not asked[(rows == PAD) | (rows == START) | (rows == END)].any()
    for k in range(int(word.max()) + 1):  # all of a word or nothing of it
        own = word == k
        share = (asked & own).sum(1).float() / own.sum(1).clamp(min=1)
        assert ((share == 0) | (share == 1)).all()
    assert asked.sum() / (word >= 0).sum() == pytest.approx(0.3, abs=0.02)
    assert (inputs[asked] == MASK).float().mean() == pytest.approx(0.8, abs=0.02)
    assert (inputs[asked] == rows[asked]).float().mean() == pytest.approx(0.1, abs=0.02)


def test_each_word_is_asked_once_alone() -> None:
    corpus = read("@korean", "bpe")
    rows = corpus.test
    asked = one_by_one(rows, corpus.begins)
    count = torch.zeros_like(rows)
    count.index_add_(0, asked.row, (asked.targets != IGNORED).long())
    assert torch.equal(count, (rows > MASK).long())
    assert ((asked.inputs == MASK) == (asked.targets != IGNORED)).all()


def test_a_blank_is_one_token_however_it_is_written() -> None:
    from dlviz.lessons.bert_gpt.asking import marked, sentence_of
    from dlviz.lessons.bert_gpt.experiment import Config

    corpus = read("@english", "bpe")
    for blank in ("□", "___", "[MASK]", "[mask]"):
        config = Config(corpus="english", sentence=f"The early {blank} catches the worm.")
        assert sentence_of(config, corpus).count(MASK) == 1
    assert marked("A __ B") == f"A {SIGNS[MASK]} B"
    assert sentence_of(Config(corpus="english", sentence="The early"), corpus)[-2:] == [MASK, END]
    assert MASK in sentence_of(Config(corpus="english", sentence=""), corpus)
