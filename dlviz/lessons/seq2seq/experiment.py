"""A translator learns to look at its source while it writes, beside one that must remember all of it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int16, Int64, UInt8
from pydantic import Field, ValidationInfo, field_validator

from dlviz.config import Config as BaseConfig
from dlviz.data.texts import SplitName, TextName, text_source
from dlviz.lessons.seq2seq.asking import asked, readable, usual
from dlviz.lessons.seq2seq.bending import Bend
from dlviz.lessons.seq2seq.examples import load_examples, marked
from dlviz.lessons.seq2seq.network import AttentionName, CellName
from dlviz.lessons.seq2seq.tasks import USUAL, TaskName, places, split_by, tokens_of, truth
from dlviz.lessons.seq2seq.training import KEPT, SHOWN, cause_of, recorded, replay, sizes_of

Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
FRAMES = 60  # after the start, at most
MOMENT_BYTES = 30_000_000  # that the weights of a recording may take
TUNED = {  # of each task: numbers of a hidden state, learning rate, updates
    "numerals": ("48", 0.02, 300),
    "dates": ("48", 0.015, 300),
    "sentences": ("32", 0.01, 180),
    "reverse": ("48", 0.015, 400),
    "own": ("32", 0.01, 240),
}


class Config(BaseConfig):
    """Two translators, how they learn, and what they are asked.

    Attributes:
        task: Korean numerals to digits; dates in twelve notations to ISO 8601; small sentences from Korean to English;
            letters reversed; the learner's own pairs.
        split_by: what the tokens of the learner's own pairs are.
        pairs: names the learner's own pairs; without any, the small sentences.
        sentence: what both translate at every step of their training.
        attention: how the first one's decoder finds where to look; the second one has none.
        cell: of encoder and decoder.
        hidden_size: numbers of a hidden state.
        beam: sequences that are kept side by side while one is written.
        bend: rows of attention set by hand, "0:1,0,0" or several with ";".
        teacher_forcing: share of the decoder's steps in training that are fed the true token before.
    """

    task: TaskName = "numerals"
    split_by: SplitName = "word"
    pairs: TextName = ""
    sentence: Annotated[str, Field(max_length=120)] = USUAL["numerals"]
    attention: AttentionName = "additive"
    cell: CellName = "lstm"
    hidden_size: Literal["8", "16", "32", "48", "64", "96"] = "48"
    beam: Annotated[int, Field(ge=1, le=4)] = 3
    bend: Bend = ""
    teacher_forcing: Annotated[float, Field(ge=0, le=1)] = 1.0
    learning_rate: Annotated[float, Field(ge=1e-4, le=0.2, json_schema_extra={"scale": "log"})] = 0.02
    batch_size: Annotated[int, Field(ge=8, le=128, json_schema_extra={"scale": "log"})] = 32
    updates: Annotated[int, Field(ge=20, le=800)] = 300

    @field_validator("pairs")
    @classmethod
    def _usable(cls, own: str, info: ValidationInfo) -> str:
        if own:
            load_examples("own", own, info.data.get("split_by", "word"))
        return own

    @field_validator("sentence")
    @classmethod
    def _readable(cls, sentence: str, info: ValidationInfo) -> str:
        known = {"task", "split_by", "pairs"} <= info.data.keys()
        return (
            readable(sentence, *(info.data[name] for name in ("task", "pairs", "split_by"))) if known else ""
        )

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """What suits the task, and something to translate."""
        task = str(chosen.get("task", "numerals"))
        hidden_size, learning_rate, updates = TUNED.get(task, TUNED["numerals"])
        return {
            "sentence": usual(task, str(chosen.get("pairs", ""))),
            "hidden_size": hidden_size,
            "learning_rate": learning_rate,
            "updates": updates,
        }

    def embedded(self) -> dict[str, str]:
        """The learner's own pairs as source, for a script that runs where they are not."""
        return {"dlviz.data.texts.text_of": text_source(self.pairs)}

    def every(self) -> int:
        """Updates from one frame to the next."""
        most = min(FRAMES, MOMENT_BYTES // (4 * sum(sizes_of(self))))
        return -(-self.updates // most)

    def length(self) -> int:
        """The start, and a frame every few updates."""
        return 1 + -(-self.updates // self.every())


@dataclass(frozen=True)
class Frame:
    """Both networks after some updates. S source tokens of the sentence, O target tokens at most with the end, H
    numbers of a hidden state, W sequences of the beam, G groups of lengths, N test pairs, P and Q numbers.

    A token is its number in the target's vocabulary; -1 is none. Levels of attention are 254 · weight; of hidden
    states 127 + 127 · number.

    Attributes:
        update: how many are made.
        weights, plain_weights: all that makes the networks with attention and without.
        loss: of the pairs of the next update, with attention and without.
        exact: share of the test pairs without a mistake.
        by_length: the same for each group of lengths.
        looks: share of the test tokens whose greatest weight lies where they are said; -1 where no rule tells.
        answers: what each network writes for the first test pairs.
        written, plain_written, bent_written, beam_written: the sentence's translation: with attention, without, with
            rows set by hand, and of a beam.
        attention, bent_attention: weights of every step as levels; 255 after the end.
        scores: before the softmax.
        best, chances: the most probable tokens of every step, and their probabilities.
        encoder, decoder: hidden states as levels; 255 after the end.
        beam_tokens, beam_parents, beam_chances: see `decoding.Tree`.
        there: share of the sentence's target tokens that are looked for in the right place; -1 where none is known.
    """

    update: Integer
    weights: Float32[np.ndarray, " P"]
    plain_weights: Float32[np.ndarray, " Q"]
    loss: Float32[np.ndarray, " 2"]
    exact: Float32[np.ndarray, " 2"]
    by_length: Float32[np.ndarray, "2 G"]
    looks: float
    answers: Int16[np.ndarray, "2 N T"]
    written: Int16[np.ndarray, " O"]
    plain_written: Int16[np.ndarray, " O"]
    bent_written: Int16[np.ndarray, " O"]
    beam_written: Int16[np.ndarray, " O"]
    attention: UInt8[np.ndarray, "O S"]
    bent_attention: UInt8[np.ndarray, "O S"]
    scores: Float32[np.ndarray, "O S"]
    best: Int16[np.ndarray, "O 6"]
    chances: Float32[np.ndarray, "O 6"]
    encoder: UInt8[np.ndarray, "S H"]
    decoder: UInt8[np.ndarray, "O H"]
    beam_tokens: Int16[np.ndarray, "O W"]
    beam_parents: Int16[np.ndarray, "O W"]
    beam_chances: Float32[np.ndarray, "O W"]
    there: float


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns, and translates one sentence after every few updates.

    Returns:
        None, or "diverged" when a loss is no longer finite.
    """
    torch.manual_seed(config.seed)
    examples = load_examples(config.task, config.pairs, config.split_by)
    said = torch.from_numpy(scene(config).places)
    made = 0
    for moment in replay(config):
        first = recorded(config, config.attention, moment.weights)
        plain = recorded(config, "none", moment.plain_weights)
        yield Frame(**vars(moment), **asked(config, first, plain, examples, said))
        made += 1
    return None if made == config.length() else "diverged"


def kept(config: Config) -> int:
    """How many frames of a config would replay a training that is there."""
    return KEPT.held(cause_of(config))


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    KEPT.forget(cause_of(config))


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        source: tokens of the sentence.
        targets: the target's vocabulary; number 0 is the end.
        truth: what the sentence means, where a rule tells; else nothing.
        places: where each target token of it is said, (O, S).
        spans: shortest and longest source of each group of lengths.
        counts: test pairs of each group.
        tested: the test pairs that are told.
        trained: pairs that are learnt from.
        parameters: with attention and without.
    """

    source: tuple[str, ...]
    targets: tuple[str, ...]
    truth: tuple[str, ...]
    places: Bool[np.ndarray, "O S"]
    spans: tuple[tuple[int, int], ...]
    counts: Int64[np.ndarray, " G"]
    tested: tuple[tuple[str, str], ...]
    trained: int
    parameters: tuple[int, int]


def scene(config: Config) -> Scene:
    """What is asked, and what is known about it."""
    examples, by = (
        load_examples(config.task, config.pairs, config.split_by),
        split_by(config.task, config.split_by),
    )
    source, meant = tokens_of(config.sentence, by), truth(config.task, config.sentence)
    said = places(config.task, config.sentence)[: examples.longest]
    like = torch.zeros(examples.longest, len(source), dtype=torch.bool)
    return Scene(
        source=tuple(source),
        targets=examples.targets.tokens,
        truth=tuple(tokens_of(meant, by)) if meant else (),
        places=marked(said, like).numpy(),
        spans=examples.spans,
        counts=torch.bincount(examples.groups).numpy(),
        tested=tuple(examples.tested[:SHOWN]),
        trained=len(examples.train.X),
        parameters=sizes_of(config),
    )
