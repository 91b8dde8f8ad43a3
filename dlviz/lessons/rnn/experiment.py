"""A recurrent network learns from sequences, and shows what it remembers at each position of one of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from jaxtyping import Float32, Int64
from pydantic import Field
from torch import Tensor, nn

from dlviz.config import Config as BaseConfig
from dlviz.data.texts import SplitName, text_source
from dlviz.data.texts import TextName as OwnText
from dlviz.lessons.rnn.network import Network, blank_network, loss_of, new_network, right_of, weights_of
from dlviz.lessons.rnn.series import SeriesName, series_of, standardised
from dlviz.lessons.rnn.tasks import Sequences, TaskName, TextName, name_of, sequences_of, shuffled
from dlviz.models.cells import CellName
from dlviz.models.plane import principal_plane

Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
BATCH = 32
WATCHED = 64  # sequences on which losses are measured, of the learnt and of the others; of a series all
FRAMES, BYTES = 120, 16_000_000  # of a recording at most: frames, and what its weights may take
DRAWN = 24  # tokens that are generated
LAST_RATE = 0.05  # of the rate at the end
USUAL: dict[str, dict[str, Any]] = {
    "hello": {"cell": "rnn", "hidden_size": 8, "learning_rate": 0.02, "updates": 100},
    "factory": {"cell": "rnn", "hidden_size": 12, "learning_rate": 0.02, "updates": 200},
    "boat": {"cell": "rnn", "hidden_size": 16, "learning_rate": 0.01, "updates": 300},
    "wood": {"cell": "rnn", "hidden_size": 24, "learning_rate": 0.01, "updates": 300},
    "own": {"cell": "gru", "hidden_size": 32, "learning_rate": 0.02, "updates": 500},
    "brackets": {"cell": "gru", "hidden_size": 12, "learning_rate": 0.02, "updates": 400},
    "spelling": {"cell": "gru", "hidden_size": 24, "learning_rate": 0.02, "updates": 200},
    "reverse": {"cell": "gru", "hidden_size": 32, "learning_rate": 0.01, "updates": 800},
    "series": {"cell": "gru", "hidden_size": 16, "learning_rate": 0.01, "updates": 300},
}


class Config(BaseConfig):
    """What is read, by which network, and how it learns.

    Attributes:
        task: the next word of a text; whether brackets match; a digit that spells itself; letters in reverse; the
            next number of a series.
        text, own, split: which text; the learner's own one; by word or by character.
        series: which numbers.
        example: which of the sequences is looked at; one beyond the last is the last.
        cell, hidden_size, layers: the network.
        learning_rate: of Adam, at the beginning; it falls to a twentieth in a straight line.
        clip: the largest norm of a gradient; 0 lets all of them through.
        updates: how many are made.
        shuffle: whether the inputs come in a random order, another one at every update.
    """

    task: TaskName = "text"
    text: TextName = "hello"
    own: OwnText = ""
    split: SplitName = "word"
    series: SeriesName = "wave"
    example: Annotated[int, Field(ge=0, le=1000)] = 0
    cell: CellName = "rnn"
    hidden_size: Annotated[int, Field(ge=2, le=64)] = 8
    layers: Annotated[int, Field(ge=1, le=2)] = 1
    learning_rate: Annotated[float, Field(ge=1e-4, le=1, json_schema_extra={"scale": "log"})] = 0.02
    clip: Annotated[float, Field(ge=0, le=10)] = 1.0
    updates: Annotated[int, Field(ge=20, le=2000)] = 100
    shuffle: bool = False

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A network that can do it, and the time that it needs."""
        task = str(chosen.get("task", "text"))
        return dict(USUAL.get(str(chosen.get("text", "hello")) if task == "text" else task, USUAL["hello"]))

    def embedded(self) -> dict[str, str]:
        """The text, which lies on this server."""
        name = name_of(self.text, self.own)
        return {"dlviz.data.texts.text_of": text_source(name)} if self.task == "text" else {}

    def every(self) -> int:
        """Updates from one frame to the next."""
        most = min(FRAMES, BYTES // (4 * self.parameters()))
        return -(-self.updates // most)

    def length(self) -> int:
        """The start, and a frame every few updates."""
        return 1 + -(-self.updates // self.every())

    def parameters(self) -> int:
        """How many numbers are learnt."""
        network = blank_network(self, sequences_of(self))
        return sum(part.numel() for part in network.parameters())


@dataclass(frozen=True)
class Frame:
    """The network after some updates. P numbers, L layers, S positions of the sequence that is looked at, H hidden
    units, A answers, N windows of a series.

    Attributes:
        update: how many are made.
        weights: all that is learnt, as the network's parameters follow one another.
        loss, accuracy: of sequences that are learnt.
        test_loss, test_accuracy: of those kept aside; NaN if there are none.
        hidden: h_1 to h_S of the sequence that is looked at.
        outputs: at each position the probabilities of the answers, or the next number of the series.
        points: h_0 to h_S of the last layer in the plane in which they differ most; two units as they are.
        forecast: the number that is said to follow each window of a series, standardised; (0,) elsewhere.
    """

    update: Integer
    weights: Float32[np.ndarray, " P"]
    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: float
    hidden: Float32[np.ndarray, "L S H"]
    outputs: Float32[np.ndarray, "S A"]
    points: Float32[np.ndarray, "S+1 2"]
    forecast: Float32[np.ndarray, " N"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns, and looks at one sequence after every few updates.

    Returns:
        None, or "diverged" when the loss is no longer finite.
    """
    torch.manual_seed(config.seed)
    sequences = sequences_of(config)
    network = new_network(config, sequences)
    optimizer = torch.optim.Adam(network.parameters(), config.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, LAST_RATE, config.updates)
    watched, points = watched_of(config), None
    for update in range(config.updates + 1):
        if update % config.every() == 0 or update == config.updates:
            frame = look(update, network, sequences, watched, points)
            if not np.isfinite(frame.loss):
                return "diverged"
            points = frame.points
            yield frame
        if update == config.updates:
            break
        rows = torch.randint(sequences.learnt, (min(BATCH, sequences.learnt),))
        X, Y = sequences.inputs[rows], sequences.targets[rows]  # (B, S) each
        if config.shuffle:
            X, Y = shuffled(X, Y, sequences.movable)
        loss = loss_of(network(X), Y)
        optimizer.zero_grad()
        loss.backward()
        if config.clip > 0:
            # g ← g · min(1, clip / |g|)
            nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        optimizer.step()
        schedule.step()
    return None


@dataclass(frozen=True)
class Watched:
    """What is looked at: the sequence that is shown first, then learnt ones, then those kept aside."""

    inputs: Tensor  # (B, S)
    targets: Tensor
    learnt: slice
    aside: slice


def watched_of(config: Config) -> Watched:
    """The sequences that are looked at; the same order for all who ask, shuffled or not."""
    sequences = sequences_of(config)
    count = len(sequences.inputs)
    most = count if config.task == "series" else WATCHED
    learnt, others = spread(0, sequences.learnt, most), spread(sequences.learnt, count, most)
    rows = torch.cat([torch.tensor([min(config.example, count - 1)]), learnt, others])
    X, Y = sequences.inputs[rows], sequences.targets[rows]
    if config.shuffle:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            X, Y = shuffled(X, Y, sequences.movable)
    return Watched(X, Y, slice(1, 1 + len(learnt)), slice(1 + len(learnt), None))


def spread(first: int, end: int, most: int) -> Int64[Tensor, " n"]:
    """At most so many rows from `first` to `end`, evenly spaced."""
    return torch.linspace(first, end - 1, min(most, end - first)).round().long()


@torch.inference_mode()
def look(
    update: int, network: Network, sequences: Sequences, watched: Watched, before: np.ndarray | None
) -> Frame:
    """How well it does, and what it remembers of one sequence."""
    inside = network.inside(watched.inputs)
    hidden = torch.stack([layer[0] for layer in inside.hidden])  # (L, S, H)
    states = torch.cat([torch.zeros_like(hidden[-1, :1]), hidden[-1]])  # (S + 1, H)
    losses, shares = [], []
    for part in (watched.learnt, watched.aside):
        X, Y, said = watched.inputs[part], watched.targets[part], inside.outputs[part]
        losses.append(loss_of(said, Y).item() if len(X) else float("nan"))
        shares.append(right_of(said, X, Y) if len(X) else float("nan"))
    outputs = inside.outputs[0]  # (S, A)
    return Frame(
        update=update,
        weights=weights_of(network),
        loss=losses[0],
        test_loss=losses[1],
        accuracy=shares[0],
        test_accuracy=shares[1],
        hidden=hidden.numpy(),
        outputs=(outputs.softmax(dim=-1) if sequences.answers else outputs).numpy(),
        points=states.numpy() if states.shape[1] == 2 else principal_plane(states, before),
        forecast=(inside.outputs[1:, -1, 0] if not sequences.answers else outputs.new_zeros(0)).numpy(),
    )


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        tokens, answers: what numbers of inputs and of targets mean; none for a series.
        inputs, targets: of the sequence that is looked at.
        text: tokens of the text from there on, at most `STRETCH`; the sequence itself where there is no text.
        series: the numbers of a series, in their own units; (0,) elsewhere.
        mean, deviation: by which they were standardised.
        learnt: how many windows of it are learnt.
        draws: random numbers from 0 to 1 by which tokens are drawn.
        parameters: numbers that are learnt.
    """

    tokens: tuple[str, ...]
    answers: tuple[str, ...]
    inputs: Float32[np.ndarray, " S"]
    targets: Float32[np.ndarray, " S"]
    text: Int64[np.ndarray, " M"]
    series: Float32[np.ndarray, " n"]
    mean: float
    deviation: float
    learnt: int
    draws: Float32[np.ndarray, " D"]
    parameters: int


STRETCH = 60  # tokens in which patterns are looked for


def scene(config: Config) -> Scene:
    """The sequence that is looked at, and what its numbers mean."""
    sequences, watched = sequences_of(config), watched_of(config)
    numbers = series_of(config.series) if config.task == "series" else torch.zeros(0)
    mean, deviation = standardised(numbers)[1:] if len(numbers) else (0.0, 1.0)
    text = watched.inputs[0].long()
    if sequences.text is not None and not config.shuffle:
        first = min(config.example, len(sequences.inputs) - 1)
        text = sequences.text[first : first + max(STRETCH, len(text))]
    draws = torch.rand(DRAWN, generator=torch.Generator().manual_seed(config.seed))
    return Scene(
        tokens=sequences.tokens,
        answers=sequences.answers,
        inputs=watched.inputs[0].float().numpy(),
        targets=watched.targets[0].float().numpy(),
        text=text.numpy(),
        series=numbers.numpy(),
        mean=mean,
        deviation=deviation,
        learnt=sequences.learnt,
        draws=draws.numpy(),
        parameters=config.parameters(),
    )
