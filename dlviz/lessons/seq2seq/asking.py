"""What a learner asks the two translators: which texts can be read, and all that happens while one is translated."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from dlviz.data.refusal import Refusal
from dlviz.data.texts import SplitName
from dlviz.lessons.seq2seq.bending import bends_of
from dlviz.lessons.seq2seq.decoding import NOTHING, Writing, beam, greedy
from dlviz.lessons.seq2seq.examples import Examples, load_examples
from dlviz.lessons.seq2seq.network import Memory, Translator
from dlviz.lessons.seq2seq.tasks import MOST, USUAL, pairs, split_by, tidy, tokens_of
from dlviz.lessons.seq2seq.training import looking

LEVELS = 254


def usual(task: str, own: str) -> str:
    """What is translated unless something else is typed."""
    if task != "own":
        return USUAL.get(task, USUAL["numerals"])
    try:
        return pairs(task, own)[0][0]
    except Refusal:
        return USUAL["sentences"]


def readable(sentence: str, task: str, own: str, by: SplitName) -> str:
    """What was typed, tidied.

    Raises:
        Refusal: "sentence_empty", "sentence_long", or "sentence_token": the network has never seen it.
    """
    sentence = tidy(task, sentence)
    tokens = tokens_of(sentence, split_by(task, by))
    if not tokens:
        raise Refusal("sentence_empty")
    if len(tokens) > MOST:
        raise Refusal("sentence_long", len(tokens) - 1)
    known = load_examples(task, own, by).sources.numbers
    for at, token in enumerate(tokens):
        if token not in known:
            raise Refusal("sentence_token", at, token)
    return sentence


@torch.inference_mode()
def asked(
    config: Any, first: Translator, plain: Translator, examples: Examples, said: torch.Tensor
) -> dict[str, Any]:
    """How both translate the sentence."""
    tokens = tokens_of(config.sentence, split_by(config.task, config.split_by))
    X = examples.sources.encode(tokens)[None]  # (1, S)
    lengths, most = torch.tensor([len(tokens)]), examples.longest
    memory = first.encode(X, lengths)
    written = greedy(first, memory, most)
    bends = bends_of(config.bend, len(tokens)) if first.attention else {}
    bent = greedy(first, memory, most, bends) if bends else written
    plainly = greedy(plain, plain.encode(X, lengths), most)
    there = looking(written.weights[0] * (written.tokens[0] != NOTHING)[:, None], said)
    return {
        "written": numbers(written),
        "plain_written": numbers(plainly),
        "bent_written": numbers(bent),
        "attention": leveled(written.weights, written, 0),
        "bent_attention": leveled(bent.weights, bent, 0),
        "scores": written.scores[0].numpy(),
        "best": written.best[0].to(torch.int16).numpy(),
        "chances": written.chances[0].numpy(),
        "encoder": levels(memory.states[0], LEVELS // 2),
        "decoder": leveled(written.states, written, LEVELS // 2),
        "there": there,
        **tree(first, memory, config.beam, most),
    }


def tree(network: Translator, memory: Memory, width: int, most: int) -> dict[str, Any]:
    """The beam, padded to `most` steps."""
    found = beam(network, memory, width, most)
    path = found.path()
    short = (0, 0, 0, most - len(found.tokens))
    pad = torch.nn.functional.pad
    return {
        "beam_tokens": pad(found.tokens, short, value=NOTHING).to(torch.int16).numpy(),
        "beam_parents": pad(found.parents, short, value=NOTHING).to(torch.int16).numpy(),
        "beam_chances": pad(found.chances, short, value=-torch.inf).clamp(min=-1e9).numpy(),
        "beam_written": np.array(path + [NOTHING] * (most - len(path)), np.int16),
    }


def numbers(writing: Writing) -> np.ndarray:
    """The tokens of the one sequence that was written, (O,)."""
    return writing.tokens[0].to(torch.int16).numpy()


def leveled(values: torch.Tensor, writing: Writing, zero: int) -> np.ndarray:
    """Values (1, O, n) as levels; nothing after the end."""
    return np.where(numbers(writing)[:, None] == NOTHING, np.uint8(LEVELS + 1), levels(values[0], zero))


def levels(values: torch.Tensor, zero: int) -> np.ndarray:
    """Numbers from 0 to 1, or from -1 to 1 where `zero` is the middle, as levels."""
    return values.mul(LEVELS - zero).add(zero).round().clamp(0, LEVELS).to(torch.uint8).numpy()
