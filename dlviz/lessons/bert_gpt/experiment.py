"""The same blocks learn the same text twice: BERT fills in hidden words, GPT writes the next token."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int16, UInt8
from pydantic import Field, field_validator

from dlviz.config import Config as BaseConfig
from dlviz.data import numerals
from dlviz.data.pieces import MASK, PAD, PieceName
from dlviz.data.texts import TextName, text_source
from dlviz.lessons.bert_gpt import hunger, stored, training, ways
from dlviz.lessons.bert_gpt.asking import (
    WRITTEN,
    blank_of_text,
    number_of,
    of_numeral,
    of_text,
    pair_of,
    sentence_of,
)
from dlviz.lessons.bert_gpt.corpus import CorpusName, corpus_of, example, name_of
from dlviz.lessons.bert_gpt.training import parameters

Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
FRAMES, LONG, FEW = 24, 2000, 6  # frames after the start; updates from which on there are only a few
CURVE = 1.6  # frames are closer together at the beginning, where most is learnt
USUAL: dict[str, dict[str, Any]] = {
    "text": {"layers": 1, "learning_rate": 0.02, "batch_size": 64, "updates": 300},
    "numerals": {"layers": 2, "learning_rate": 0.01, "batch_size": 32, "updates": 240},
    "hunger": {"layers": 1, "learning_rate": 0.015, "batch_size": 16, "updates": 120},
}


class Config(BaseConfig):
    """One text, two networks, and what they are asked.

    Attributes:
        task: a text; Korean numerals, where an encoder with a decoder is the third; or how much text is enough.
        corpus, own: which text; the learner's own one.
        tokens: pieces of words, words, or characters.
        sentence: with blanks, "□" or "___"; nothing takes a line that is kept aside.
        prompt: what GPT goes on from.
        numeral: that all three read.
        temperature, top_k, top_p: how GPT draws the next token; 0, 0 and 1 change nothing but take the most probable.
        masked: share of the words that are hidden from BERT.
        layers, heads, width: of every network.
        learning_rate: the highest: it rises over 20 updates, then falls.
    """

    task: Literal["text", "numerals", "hunger"] = "text"
    corpus: CorpusName = "korean"
    own: TextName = ""
    tokens: PieceName = "bpe"
    sentence: Annotated[str, Field(max_length=120)] = ""
    prompt: Annotated[str, Field(max_length=60)] = ""
    numeral: Annotated[str, Field(max_length=24)] = numerals.korean(1203)
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.8
    top_k: Annotated[int, Field(ge=0, le=50)] = 0
    top_p: Annotated[float, Field(ge=0.05, le=1)] = 0.9
    masked: Annotated[float, Field(ge=0.05, le=0.6)] = 0.3
    layers: Annotated[int, Field(ge=1, le=3)] = 1
    heads: Literal["1", "2", "4", "8"] = "4"
    width: Literal["32", "48", "64", "96"] = "48"
    learning_rate: Annotated[float, Field(ge=1e-4, le=0.1, json_schema_extra={"scale": "log"})] = 0.02
    batch_size: Annotated[int, Field(ge=8, le=128, json_schema_extra={"scale": "log"})] = 64
    updates: Annotated[int, Field(ge=20, le=3000)] = 300

    @field_validator("numeral")
    @classmethod
    def _readable(cls, numeral: str) -> str:
        number_of(numeral)
        return numeral

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A training that suits the task, and something to ask in the text's own language."""
        sentence, prompt = example(str(chosen.get("corpus", "korean")))
        usual = USUAL.get(str(chosen.get("task", "text")), USUAL["text"])
        return {**usual, "sentence": sentence, "prompt": prompt}

    def embedded(self) -> dict[str, str]:
        """What lies on this server: the text; and a script replays nothing."""
        nothing = 'def recorded(config: Any) -> None:\n    """Nothing: a script trains."""'
        return {
            "dlviz.data.texts.text_of": text_source(name_of(self.corpus, self.own)),
            "dlviz.lessons.bert_gpt.stored.recorded": nothing,
        }

    def moments(self) -> list[int]:
        """The updates after which there is a frame."""
        most = FEW if self.updates >= LONG else FRAMES
        return sorted({round(self.updates * (k / most) ** CURVE) for k in range(most + 1)})

    def length(self) -> int:
        """The start, and a frame after some updates."""
        return len(self.moments())


@dataclass(frozen=True)
class Frame:
    """The networks after some updates. M networks (BERT, GPT, and the third), T tokens of the sentence, n blanks, V
    tokens that are known, W places that are written, H heads; levels of attention are 254 · weight.

    Attributes:
        update: how many are made.
        loss: of training and of test tokens, in nats.
        right: share of the test tokens, or of whole test numerals, that are right.
        places: share of right test tokens in the first, middle and last third of a line.
        looks: share of test digits for which the third looks at a letter that says them; -1 where there is none.
        first, second: who looks at whom in BERT and in GPT, rows look at columns.
        third: the same from the decoder of the third to its encoder.
        blank: BERT's probabilities at each blank.
        follows: GPT's probabilities of the token after all that stands before the blank, at the temperature.
        stays: which of those may be drawn.
        filled: the sentence as GPT reads it, with its own best guess in each blank.
        written: what GPT writes after the prompt; -1 after the end.
        best, chances: the most probable tokens at each of its places, and their probabilities at the temperature.
        left: how many tokens the cut leaves there.
        answers: what the three networks write for the numeral.
    """

    update: Integer
    loss: Float32[np.ndarray, "M 2"]
    right: Float32[np.ndarray, " R"]
    places: Float32[np.ndarray, "P K"]
    looks: float
    first: UInt8[np.ndarray, "H A A"]
    second: UInt8[np.ndarray, "H B B"]
    third: UInt8[np.ndarray, "G O S"]
    blank: Float32[np.ndarray, "n V"]
    follows: Float32[np.ndarray, "n V"]
    stays: Bool[np.ndarray, "n V"]
    filled: Int16[np.ndarray, " T"]
    written: Int16[np.ndarray, " W"]
    best: Int16[np.ndarray, "W k"]
    chances: Float32[np.ndarray, "W k"]
    left: Int16[np.ndarray, " W"]
    answers: Int16[np.ndarray, "m D"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns, and asks both networks after some updates.

    Returns:
        None, or "diverged" when a loss is no longer finite.
    """
    learn = {"text": training.moments, "numerals": ways.moments, "hunger": hunger.moments}[config.task]
    draws = torch.rand(WRITTEN, generator=torch.Generator().manual_seed(config.seed)).tolist()
    made = 0
    for moment in stored.replay(config, learn):
        if config.task == "text":
            said = of_text(config, moment.weights, draws)
        elif config.task == "numerals":
            said = of_numeral(config, moment.weights)
        else:
            said = blank_of_text(config)
        measured = {name: value for name, value in vars(moment).items() if name != "weights"}
        yield Frame(**measured, **said)
        made += 1
    return None if made == config.length() else "diverged"


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    stored.forget(config)


def kept(config: Config) -> int:
    """How many frames of a config are replayed, not trained."""
    return stored.kept(config)


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        names: the tokens that BERT reads; of a numeral its letters.
        blanks: places of its blanks.
        tokens: all that are known, by number.
        expected: the digits of the numeral.
        said: where its digits are said, rows for digits.
        amounts: lines from which each pair of networks learns.
        lines: how many are learnt from and how many are kept aside.
        parameters: numbers that each network learns.
    """

    names: tuple[str, ...]
    blanks: tuple[int, ...]
    tokens: tuple[str, ...]
    expected: str
    said: Bool[np.ndarray, "O S"]
    amounts: tuple[int, ...]
    lines: tuple[int, int]
    parameters: tuple[int, ...]


def scene(config: Config) -> Scene:
    """What is asked."""
    if config.task == "numerals":
        pair = pair_of(config)
        letters = pair.source[0][pair.source[0] != PAD].tolist()
        sizes = tuple(sum(p.numel() for p in one.parameters()) for one in ways.blank_networks(config))
        train, test = ways.drawn()
        counts = len(train.source), len(test.source)
        names = tuple(ways.SYMBOLS[letter] for letter in letters)
        said = pair.said[0, :, ways.SOURCES - len(letters) :].numpy()
        return Scene(names, (), ways.SYMBOLS, str(number_of(config.numeral)), said, (), counts, sizes)
    corpus = corpus_of(config)
    sentence, tokens = sentence_of(config, corpus), corpus.pieces.tokens
    return Scene(
        names=tuple(tokens[token] for token in sentence),
        blanks=tuple(at for at, token in enumerate(sentence) if token == MASK),
        tokens=tokens,
        expected="",
        said=np.zeros((0, 0), bool),
        amounts=tuple(hunger.amounts(corpus)) if config.task == "hunger" else (),
        lines=(len(corpus.train), len(corpus.test)),
        parameters=(parameters(config),) * 2,
    )
