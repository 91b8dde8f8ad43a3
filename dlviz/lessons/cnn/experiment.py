"""A convolutional network learns to tell pictures apart, and shows what each of its filters sees in one of them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from jaxtyping import Float32, Int32, Int64, UInt8
from pydantic import Field
from torch import Tensor, nn

from dlviz.data.albums import AlbumDigest, album_source
from dlviz.data.examples import examples_of
from dlviz.lessons.cnn.training import KEPT, SHOWN, cause_of, replay
from dlviz.models.convnet import Network, sides_of, widths_of
from dlviz.models.recipe import Recipe, parameters
from dlviz.models.training import blank_network, load_weights

Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
MOMENT_BYTES = 30_000_000  # that the weights of a recording may take
FRAMES = {"digits": 80, "faces": 84}  # after the start, at most
FEWER = 60  # of larger pictures
LEVELS = 254  # of a recorded map


class Config(Recipe):
    """One network, how it learns, and the picture that is looked at.

    Attributes:
        album: digest of the learner's own pictures; without one, shapes stand in for them.
        example: which of the test pictures is looked at; one beyond the last is the last.
    """

    album: AlbumDigest = ""
    example: Annotated[int, Field(ge=0, le=539)] = 6

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A picture that shows the point."""
        example = {"digits": 6, "faces": 8, "own": 0}.get(str(chosen.get("data", "digits")), 3)
        return {**super().suggest(chosen), "example": example}

    def embedded(self) -> dict[str, str]:
        """Uploaded pictures as source, for a script that runs where they are not."""
        return {"dlviz.data.albums.album_of": album_source(self.album if self.data == "own" else "")}

    def every(self) -> int:
        """Updates from one frame to the next."""
        most = min(FRAMES.get(self.data, FEWER), MOMENT_BYTES // (4 * parameters(self)))
        return -(-self.updates() // most)

    def length(self) -> int:
        """The start, and a frame every few updates."""
        return 1 + -(-self.updates() // self.every())


@dataclass(frozen=True)
class Frame:
    """The network after some updates. U units (filters, block by block), A pixels of all their maps, P numbers,
    K classes, M test pictures in S sets, V pictures of the plane.

    Attributes:
        update: how many are made.
        weights: all that makes the network, as `training.load_weights` takes it.
        maps: what every unit says of the chosen picture after its ReLU, one map after the other, row by row:
            reach · m / 254.
        reach: the largest number of each unit's map.
        slopes: how the loss of the chosen picture changes with every pixel of every map:
            slope_reach · (s - 127) / 127.
        slope_reach: the largest size there.
        probabilities: of the chosen picture.
        loss, accuracy: of the first `Scene.looked` training pictures.
        test_loss: of the first test set.
        test_accuracy: of each test set.
        answers: the class that is answered for each test picture.
        points: the first V test pictures as the last layer sees them, in the plane in which they differ most.
        strongest: nine training pictures to which each unit answers most strongly, the strongest first; -1 is none.
        peaks: at which pixel of its map.
    """

    update: Integer
    weights: Float32[np.ndarray, " P"]
    maps: UInt8[np.ndarray, " A"]
    reach: Float32[np.ndarray, " U"]
    slopes: UInt8[np.ndarray, " A"]
    slope_reach: Float32[np.ndarray, " U"]
    probabilities: Float32[np.ndarray, " K"]
    loss: float
    test_loss: float
    accuracy: float
    test_accuracy: Float32[np.ndarray, " S"]
    answers: UInt8[np.ndarray, " M"]
    points: Float32[np.ndarray, "V 2"]
    strongest: Int32[np.ndarray, "U 9"]
    peaks: Int32[np.ndarray, "U 9"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns, and looks at one picture after every few updates.

    Returns:
        None, or "diverged" when the loss is no longer finite.
    """
    torch.manual_seed(config.seed)
    examples = examples_of(config)
    network = blank_network(config, examples)
    at = chosen_picture(config)
    X, y = examples.test_images[at, None], examples.test_labels[at, None]  # (1, C, H, W), (1,)
    made = 0
    for moment in replay(config):
        load_weights(network, moment.weights)
        yield Frame(**vars(moment), **seen(network, X, y))
        made += 1
    return None if made == config.length() else "diverged"


def kept(config: Config) -> int:
    """How many frames of a config would replay a training that is there."""
    return KEPT.held(cause_of(config))


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    KEPT.forget(cause_of(config))


def chosen_picture(config: Config) -> int:
    """The number of the test picture that is looked at."""
    return min(config.example, len(examples_of(config).test_images) - 1)


def seen(network: Network, X: Tensor, y: Tensor) -> dict[str, Any]:
    """What every unit says of one picture, and how the loss depends on it."""
    inside = network.eval().inside(X)
    loss = nn.functional.cross_entropy(inside.logits, y)
    slopes = torch.autograd.grad(loss, inside.maps)
    maps, reach = leveled([part.detach() for part in inside.maps], 0)
    curves, slope_reach = leveled(list(slopes), LEVELS // 2)
    probabilities = inside.logits.detach()[0].softmax(dim=0).numpy()
    return {
        "maps": maps,
        "reach": reach,
        "slopes": curves,
        "slope_reach": slope_reach,
        "probabilities": probabilities,
    }


def leveled(maps: list[Tensor], zero: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps (1, C, H, W) as levels of each unit's own largest size, (A,), and those sizes, (U,)."""
    units = [unit for part in maps for unit in part[0].flatten(1)]  # of H W each
    reach = torch.stack([unit.abs().amax() for unit in units])
    scaled = [unit / size.clamp(min=1e-30) for unit, size in zip(units, reach)]
    levels = torch.cat(scaled).mul(LEVELS - zero).add(zero).round()
    return levels.to(torch.uint8).numpy(), reach.numpy()


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        classes: neutral names.
        widths: units of each block.
        sides: of their maps.
        train_pictures: the training pictures that are measured, bytes.
        test_pictures: all test pictures.
        train_labels, test_labels: class numbers.
        tests: where each test set ends.
        picture: the number of the test picture that is looked at.
        shown: how many of the test pictures are in the plane.
        parameters: weights and biases that are learnt.
    """

    classes: tuple[str, ...]
    widths: tuple[int, ...]
    sides: tuple[int, ...]
    train_pictures: UInt8[np.ndarray, "N C H W"]
    test_pictures: UInt8[np.ndarray, "M C H W"]
    train_labels: Int64[np.ndarray, " N"]
    test_labels: Int64[np.ndarray, " M"]
    tests: tuple[int, ...]
    picture: int
    shown: int
    parameters: int


def scene(config: Config) -> Scene:
    """All pictures that may be shown."""
    examples = examples_of(config)
    train, test = (
        (255 * images).round().to(torch.uint8).numpy()
        for images in (examples.train_images[: examples.looked], examples.test_images)
    )
    return Scene(
        classes=examples.classes,
        widths=widths_of(config),
        sides=sides_of(config, test.shape[-1]),
        train_pictures=train,
        test_pictures=test,
        train_labels=examples.train_labels[: examples.looked].numpy(),
        test_labels=examples.test_labels.numpy(),
        tests=examples.tests,
        picture=chosen_picture(config),
        shown=min(SHOWN, len(test)),
        parameters=parameters(config),
    )
