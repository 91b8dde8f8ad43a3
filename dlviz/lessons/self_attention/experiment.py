"""A small transformer learns a task over sequences, and shows all that its attention computes for one of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int32
from pydantic import Field, ValidationInfo, field_validator
from torch import Tensor, nn

from dlviz.config import Config as BaseConfig
from dlviz.lessons.self_attention.hand import ADDED, COUNT, by_hand
from dlviz.lessons.self_attention.tasks import LONGEST, ROLES, TYPED, Puzzle, patterns, puzzle
from dlviz.lessons.self_attention.training import KEPT, cause_of, mask_of, new_network, replay
from dlviz.models.device import DeviceName
from dlviz.models.transformer import NormName, PositionName, Transformer

Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
FRAMES = 80  # after the start, at most
MOMENT_BYTES = 30_000_000  # that the weights of a recording may take
PLACE = Annotated[float, Field(ge=-3, le=3)]
ANGLE = Annotated[float, Field(ge=0, le=360)]


class Config(BaseConfig):
    """One transformer and what it learns, or three tokens by hand.

    Attributes:
        task: "hand" trains nothing: three tokens in the plane.
        sequence: that is looked at; its length and its symbols are those of the training.
        heads, width: of every layer; they share the width.
        causal: whether a token sees only itself and those before it.
        learning_rate: the highest: it rises over 30 updates, then falls.
        device: where it learns.
        x1 ... y3: the tokens by hand.
        turn_query, turn_key, turn_value, stretch: degrees by which the matrices turn, and by how much W_Q stretches.
    """

    task: Literal["brackets", "reverse", "sort", "copy", "add", "hand"] = "brackets"
    sequence: Annotated[str, Field(max_length=LONGEST)] = TYPED["brackets"]
    layers: Annotated[int, Field(ge=1, le=4)] = 2
    heads: Literal["1", "2", "4", "8"] = "1"
    width: Literal["16", "32", "48", "64"] = "32"
    position: PositionName = "learnt"
    causal: bool = False
    norm: NormName = "pre"
    dropout: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    learning_rate: Annotated[float, Field(ge=1e-4, le=0.1, json_schema_extra={"scale": "log"})] = 0.005
    batch_size: Annotated[int, Field(ge=16, le=128, json_schema_extra={"scale": "log"})] = 64
    updates: Annotated[int, Field(ge=20, le=1000)] = 400
    device: DeviceName = "auto"
    x1: PLACE = 1.5
    y1: PLACE = 0.5
    x2: PLACE = 0.6
    y2: PLACE = 1.5
    x3: PLACE = -1.4
    y3: PLACE = -0.6
    turn_query: ANGLE = 30.0
    turn_key: ANGLE = 60.0
    turn_value: ANGLE = 0.0
    stretch: Annotated[float, Field(ge=0, le=3)] = 1.0

    @field_validator("sequence")
    @classmethod
    def _readable(cls, sequence: str, info: ValidationInfo) -> str:
        if info.data.get("task", "hand") != "hand":
            puzzle(info.data["task"], sequence)
        return sequence

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A sequence of the task, and a network and a training that suit it."""
        task = chosen.get("task", "brackets")
        usual = {"layers": 2, "heads": "1", "width": "32", "learning_rate": 0.005, "updates": 400}
        own: dict[str, dict[str, Any]] = {
            "reverse": {"layers": 1, "heads": "2", "learning_rate": 0.01, "updates": 160},
            "copy": {"layers": 1, "heads": "2", "learning_rate": 0.01, "updates": 120},
            "sort": {"heads": "4", "learning_rate": 0.008, "updates": 450},
            "add": {"heads": "4", "width": "48", "learning_rate": 0.008, "updates": 500},
        }
        return {**usual, **own.get(task, {}), "sequence": TYPED.get(task, TYPED["brackets"])}

    def every(self) -> int:
        """Updates from one frame to the next."""
        return -(-self.updates // min(FRAMES, MOMENT_BYTES // (4 * parameters(self))))

    def length(self) -> int:
        """The start and a frame every few updates; by hand a frame per stage of the sum."""
        return 1 + (ADDED if self.task == "hand" else -(-self.updates // self.every()))


def parameters(config: Config) -> int:
    """How many numbers the network learns."""
    own = puzzle(config.task, config.sequence)
    return counted(
        len(own.symbols), len(own.answers), len(own.tokens), int(config.width), config.layers, config.position
    )


@lru_cache(maxsize=64)
def counted(symbols: int, answers: int, longest: int, width: int, layers: int, position: PositionName) -> int:
    """How many numbers a transformer learns; heads share the width and change nothing."""
    with torch.random.fork_rng(devices=[]):
        network = Transformer(symbols, answers, longest, width=width, layers=layers, position=position)
    return sum(part.numel() for part in network.parameters())


@dataclass(frozen=True)
class Frame:
    """The network after some updates, and what it makes of one sequence. L layers, h heads of width d, H = L h heads in
    all, T tokens of width D, K answers, R roles. By hand L = h = 1, T = 3, D = 2, and nothing is measured.

    Attributes:
        stage: by hand what this frame adds, see `hand`; 0 else.
        update: how many are made.
        stream: the tokens before the first layer, and after each, A = L + 1.
        query, key, value: of each token in each head.
        scores: query · key / √d, rows look at columns, before the mask.
        weights: their softmax, under the mask.
        mixed: weights times values.
        joined: what the heads of a layer add to the stream together.
        probabilities: of the answers.
        loss: on training and on test sequences.
        accuracy: of symbols, and of whole sequences, on test sequences.
        without: accuracy of symbols with all heads, then with each head switched off.
        places: accuracy at each place; -1 where nothing is asked.
        shares: which part of its attention a head spends on each role's places.
        base: which part a head would that looks everywhere alike.
        spread: entropy of a head's attention, from 0 (one place) to 1 (everywhere alike).
    """

    stage: Integer
    update: Integer
    stream: Float32[np.ndarray, "A T D"]
    query: Float32[np.ndarray, "L h T d"]
    key: Float32[np.ndarray, "L h T d"]
    value: Float32[np.ndarray, "L h T d"]
    scores: Float32[np.ndarray, "L h T T"]
    weights: Float32[np.ndarray, "L h T T"]
    mixed: Float32[np.ndarray, "L h T d"]
    joined: Float32[np.ndarray, "L T D"]
    probabilities: Float32[np.ndarray, "T K"]
    loss: Float32[np.ndarray, " S"]
    accuracy: Float32[np.ndarray, " M"]
    without: Float32[np.ndarray, " N"]
    places: Float32[np.ndarray, " P"]
    shares: Float32[np.ndarray, "H R"]
    base: Float32[np.ndarray, " R"]
    spread: Float32[np.ndarray, " H"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns, and looks at one sequence after every few updates; by hand, the stages of one sum.

    Returns:
        None, or "diverged" when the loss is no longer finite.
    """
    torch.manual_seed(config.seed)
    if config.task == "hand":
        for stage in range(ADDED + 1):
            yield Frame(stage=stage, update=0, **by_hand(config), **unmeasured())
        return None
    own = puzzle(config.task, config.sequence)
    network = new_network(config, own).eval()
    made = 0
    for moment in replay(config):
        nn.utils.vector_to_parameters(torch.from_numpy(moment.weights.copy()), network.parameters())
        measured = {name: value for name, value in vars(moment).items() if name != "weights"}
        yield Frame(stage=0, **measured, **seen(network, own, mask_of(config, len(own.tokens))))
        made += 1
    return None if made == config.length() else "diverged"


def kept(config: Config) -> int:
    """How many frames of a config would replay a training that is there."""
    return 0 if config.task == "hand" else KEPT.held(cause_of(config))


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    if config.task != "hand":
        KEPT.forget(cause_of(config))


@torch.inference_mode()
def seen(network: Transformer, own: Puzzle, mask: Tensor | None) -> dict[str, Any]:
    """All that attention computes for one sequence."""
    logits, layers = network(own.tokens[None], mask)
    x = network.embedding(own.tokens[None])
    stream = [x]
    for block in network.blocks:
        x, _ = block(x, mask)
        stream.append(x)
    inside = {
        name: torch.cat([getattr(layer, name) for layer in layers]).numpy()  # (L, ...)
        for name in ("query", "key", "value", "scores", "weights", "mixed", "joined")
    }
    return {
        **inside,
        "stream": torch.cat(stream).numpy(),
        "probabilities": logits[0].softmax(dim=-1).numpy(),
    }


def unmeasured() -> dict[str, np.ndarray]:
    """By hand there is no answer and no score."""
    names = ("loss", "accuracy", "without", "places", "base", "spread")
    nothing = {name: np.zeros(0, np.float32) for name in names}
    tables = {
        "probabilities": np.zeros((COUNT, 0), np.float32),
        "shares": np.zeros((0, 0), np.float32),
    }
    return {**nothing, **tables}


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        names: the tokens as they are read.
        expected: the right answer at each token, "" where nothing is asked.
        answers: by number.
        targets: the number of the right answer, -1 where nothing is asked.
        allowed: who may look at whom, rows look at columns.
        roles: the names of the patterns that heads are measured by.
        wanted: who would look at whom if all that are asked looked as the first role says.
        layers, heads: how many.
        parameters: numbers that are learnt.
    """

    names: tuple[str, ...]
    expected: tuple[str, ...]
    answers: tuple[str, ...]
    targets: Int32[np.ndarray, " T"]
    allowed: Bool[np.ndarray, "T T"]
    roles: tuple[str, ...]
    wanted: Bool[np.ndarray, "T T"]
    layers: int
    heads: int
    parameters: int


def scene(config: Config) -> Scene:
    """The sequence that is looked at."""
    if config.task == "hand":
        every, nobody = np.ones((COUNT, COUNT), bool), np.zeros((COUNT, COUNT), bool)
        names, unasked = ("1", "2", "3"), np.full(COUNT, -1, np.int32)
        free = np.tril(every) if config.causal else every
        return Scene(names, ("",) * COUNT, (), unasked, free, (), nobody, 1, 1, 0)
    own = puzzle(config.task, config.sequence)
    mask, length = mask_of(config, len(own.tokens)), len(own.tokens)
    allowed = torch.ones(length, length, dtype=torch.bool) if mask is None else mask  # (T, T)
    wanted = patterns(config.task, own.tokens[None], own.targets[None])[0, 0]
    return Scene(
        names=tuple(own.symbols[token] for token in own.tokens),
        expected=tuple(own.answers[k] if k >= 0 else "" for k in own.targets),
        answers=own.answers,
        targets=own.targets.to(torch.int32).numpy(),
        allowed=allowed.numpy(),
        roles=ROLES[config.task],
        wanted=(wanted & allowed & (own.targets >= 0)[:, None]).numpy(),
        layers=config.layers,
        heads=int(config.heads),
        parameters=parameters(config),
    )
