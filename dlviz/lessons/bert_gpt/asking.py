"""What both networks say of the learner's own sentence, and how GPT goes on; it costs no training."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dlviz.data import numerals
from dlviz.data.pieces import END, MASK, SIGNS, START
from dlviz.data.refusal import Refusal
from dlviz.lessons.bert_gpt import ways
from dlviz.lessons.bert_gpt.corpus import LONGEST, Corpus, corpus_of
from dlviz.lessons.bert_gpt.masking import words_of
from dlviz.lessons.bert_gpt.network import Stack
from dlviz.lessons.bert_gpt.sampling import kept, tempered, write
from dlviz.lessons.bert_gpt.training import loaded, put
from dlviz.models.transformer import Attended, causal

BLANK = re.compile(r"_{2,}|\[MASK\]|□", re.IGNORECASE)  # how a learner may write a blank
WRITTEN, BEST = 20, 5  # tokens that GPT writes; candidates that are shown at each place
HIGHEST = 254  # the level of a weight of 1


def marked(sentence: str) -> str:
    """A sentence with every blank written in the one way."""
    return " ".join(BLANK.sub(f" {SIGNS[MASK]}", sentence).split())


def sentence_of(config: Any, corpus: Corpus) -> list[int]:
    """The tokens of the sentence with start and end; one blank at least, at its end if nowhere else.

    Where there is no sentence, the first line that is kept aside, its middle word hidden.
    """
    most = LONGEST - 2
    if not config.sentence.strip():
        row = corpus.test[0]
        words = words_of(row[None], corpus.begins)[0]
        hidden = torch.where(words == words.max() // 2, MASK, row)
        own = hidden[words >= 0].tolist()
    else:
        own = corpus.pieces.encode(marked(config.sentence))[:most]
    if MASK not in own:
        own = [*own[: most - 1], MASK]
    return [START, *own, END]


def number_of(text: str) -> int:
    """The number that a numeral says.

    Raises:
        Refusal: "numeral" (it is none) or "numeral_long" (it has more than six digits).
    """
    tidy = "".join(text.split())
    number = numerals.number(tidy)
    if number >= 10**ways.DIGITS or len(tidy) > ways.SOURCES:
        raise Refusal("numeral_long", 0, text)
    return number


def levels(layers: list[Attended]) -> np.ndarray:
    """The weights of all heads of a row as levels, (L h, T, S) uint8."""
    weights = torch.cat([layer.weights[0] for layer in layers])
    return (HIGHEST * weights).round().to(torch.uint8).numpy()


@torch.inference_mode()
def of_text(config: Any, weights: tuple[np.ndarray, ...], draws: list[float]) -> dict[str, Any]:
    """The blanks, the attention, and what GPT writes."""
    corpus = corpus_of(config)
    bert, gpt = (loaded(config, own) for own in weights)
    tokens = sentence_of(config, corpus)
    blanks = [at for at, token in enumerate(tokens) if token == MASK]
    logits, seen = bert(torch.tensor([tokens]), torch.ones(1, len(tokens), dtype=torch.bool))
    filled, follows = filled_in(config, gpt, tokens, blanks)
    _, looks = gpt(torch.tensor([filled]), causal(len(filled)))
    prompt = corpus.pieces.encode(config.prompt)[: LONGEST - 2]
    made = write(gpt, prompt, draws, config.temperature, config.top_k, config.top_p, BEST)
    return {
        "first": levels(seen),
        "second": levels(looks),
        "third": np.zeros((0, 0, 0), np.uint8),
        "blank": logits[0, blanks].softmax(dim=-1).numpy(),
        "follows": follows.numpy(),
        "stays": kept(follows, config.top_k, config.top_p).numpy(),
        "filled": np.array(filled, np.int16),
        "written": made.tokens.to(torch.int16).numpy(),
        "best": made.best.to(torch.int16).numpy(),
        "chances": made.chances.numpy(),
        "left": made.count.to(torch.int16).numpy(),
        "answers": np.zeros((0, 0), np.int16),
    }


def filled_in(config: Any, gpt: Stack, tokens: list[int], blanks: list[int]) -> tuple[list[int], Tensor]:
    """The sentence as GPT reads it, each blank filled with what it finds most probable, and its probabilities there."""
    filled, follows = list(tokens), []
    for at in blanks:
        logits, _ = gpt(torch.tensor([filled[:at]]), causal(at))
        follows.append(tempered(logits[0, -1], config.temperature))
        filled[at] = int(follows[-1].argmax())
    return filled, torch.stack(follows)


def blank_of_text(config: Any) -> dict[str, Any]:
    """Where there is no text to ask about."""
    numbers = {name: np.zeros((0, 0), np.float32) for name in ("blank", "follows", "chances")}
    tokens = {name: np.zeros(0, np.int16) for name in ("filled", "written", "left")}
    pairs = {name: np.zeros((0, 0), np.int16) for name in ("best", "answers")}
    maps = {name: np.zeros((0, 0, 0), np.uint8) for name in ("first", "second", "third")}
    return {**numbers, **tokens, **pairs, **maps, "stays": np.zeros((0, 0), bool)}


@torch.inference_mode()
def of_numeral(config: Any, weights: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """What all three make of one numeral, and where they look; rows and columns that are not there are left out."""
    networks: list[Any] = ways.blank_networks(config)
    for network, own in zip(networks, weights):
        put(network, own)
    pair = pair_of(config)
    letters = int((pair.source != 0).sum())
    answers = [ways.until_end(own) for own in ways.answers(networks, pair)]
    written = answers[1][:, :-1], answers[2][:, :-1]
    _, first = ways.all_at_once(networks[0], pair)
    _, second = ways.one_after_another(networks[1], pair, written[0])
    _, third = ways.translated(networks[2], pair, written[1])
    here = slice(ways.SOURCES - letters, None)
    return {
        **blank_of_text(config),
        "first": levels(first)[:, here, here],
        "second": levels(second)[:, here, here],
        "third": levels(third)[:, :, here],
        "answers": torch.cat(answers).to(torch.int16).numpy(),
    }


def pair_of(config: Any) -> ways.Pairs:
    """The learner's numeral as a row."""
    text = "".join(config.numeral.split())
    return ways.pairs_of([number_of(text)], [text])
