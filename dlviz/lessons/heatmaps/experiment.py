"""A network learns, and at every step thirteen methods say where it looked; then they are put to the test."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64, UInt8
from pydantic import Field
from torch import Tensor

from dlviz.data.albums import AlbumDigest, album_source
from dlviz.data.examples import DataName, examples_of
from dlviz.data.pictures import PictureDigest, photo_source
from dlviz.lessons.heatmaps import trust
from dlviz.lessons.heatmaps.layers import PARTS, forgetting
from dlviz.lessons.heatmaps.methods import METHODS, Question, explain, map_of
from dlviz.lessons.heatmaps.pieces import BaselineName, baseline_of, segments_of
from dlviz.lessons.heatmaps.subject import (
    ImageName,
    Subject,
    is_brought,
    judged,
    marked_corner,
    subject,
    target_of,
)
from dlviz.lessons.heatmaps.training import KEPT, cause_of, every, look, measures, replay
from dlviz.models.convnet import HeadName, Network
from dlviz.models.recipe import Recipe
from dlviz.models.training import blank_network, load_weights

AfterName = Literal["nothing", "layers", "pictures"]
Integer = int | np.integer  # as `run` yields it, and as a recording gives it back
SCORES = ("deletion", "insertion", "infidelity", "sensitivity", "pointing", "overlap")
OTHERS = 12  # training pictures that GradientShap compares with
DEAR = 5  # pictures of which one is measured in full where methods are compared
ZERO = 127  # the level of 0 in a map


class Config(Recipe):
    """One network, how it learns, what it is shown, and what is asked.

    Attributes:
        album: digest of the learner's own pictures; without one, shapes stand in for them.
        example: which of the test pictures is looked at; one beyond the last is the last.
        image: a test picture, a photograph that the network knows nothing of, or an uploaded one.
        photo: digest of the uploaded picture; without one, the test picture stands in for it.
        target: the class that is explained: 0 that which is answered at the step, 1 the true one, 2 the first class,
            and so on; one beyond the last is the last.
        layer: the block whose maps CAM's relatives read; one beyond the last is the last.
        baseline: what takes the place of a removed pixel.
        after: what follows on the training: nothing; the layers are put back to random, from the top; or fifty
            pictures (all where there are fewer) are looked at, on which the methods are compared.
    """

    data: DataName = "shapes"
    album: AlbumDigest = ""
    head: HeadName = "average"
    blocks: Annotated[int, Field(ge=1, le=3)] = 3
    epochs: Annotated[int, Field(ge=1, le=20)] = 10
    example: Annotated[int, Field(ge=0, le=539)] = 3
    image: ImageName = "test"
    photo: PictureDigest = ""
    target: Annotated[int, Field(ge=0, le=11)] = 0
    layer: Annotated[int, Field(ge=1, le=3)] = 3
    baseline: BaselineName = "blurred"
    after: AfterName = "nothing"

    @classmethod
    def suggest(cls, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """A picture that shows the point; removed ink is paper."""
        data = str({**cls.defaults(), **chosen}["data"])
        usual = {"example": 3, "baseline": "black" if data == "digits" else "blurred"}
        return {**super().suggest(chosen), **usual}

    def embedded(self) -> dict[str, str]:
        """Uploaded pictures as source, for a script that runs where they are not."""
        used = self.photo if self.image == "own" else ""
        side = examples_of(self).test_images.shape[-1]
        return {
            "dlviz.data.pictures.photo": photo_source(used, side),
            "dlviz.data.albums.album_of": album_source(self.album if self.data == "own" else ""),
        }

    def trained(self) -> int:
        """The step at which the training is over."""
        return -(-self.updates() // every(self))

    def length(self) -> int:
        """The training, and what follows on it."""
        extra = {"nothing": 0, "layers": 2 + PARTS * self.blocks, "pictures": judged(self)}[self.after]
        return 1 + self.trained() + (0 if self.after == "pictures" and is_brought(self) else extra)


@dataclass(frozen=True)
class Frame:
    """One network looks at one picture. M methods, K classes, S test sets. A method that cannot be asked has zeros.

    Attributes:
        update: how many are made.
        forgotten: how many layers are random again.
        picture: which of `Scene.pictures` is looked at.
        target: the class whose score is explained.
        maps: of each method, row by row: reach · (m - 127) / 127; 255 where there is none.
        reach: the largest size there.
        curves: the probability of the class while pixels are removed, and while they are put in, the hottest first.
        scores: the areas below these two curves, infidelity, sensitivity, pointing game and overlap; NaN where they
            are not measured.
        mark: the share of what speaks for the class that lies where the shortcut's mark is.
        alike: rank correlation with the map of the trained network; NaN before there is one.
        total: what the numbers of a map add up to.
        difference: the score of the picture above that of its baseline.
        probabilities: of the picture.
        loss, accuracy: of the training pictures that are measured.
        test_accuracy: of each test set.
    """

    update: Integer
    forgotten: float
    picture: Integer
    target: Integer
    maps: UInt8[np.ndarray, "M H W"]
    reach: Float32[np.ndarray, " M"]
    curves: Float32[np.ndarray, "M 2 11"]
    scores: Float32[np.ndarray, "M 6"]
    mark: Float32[np.ndarray, " M"]
    alike: Float32[np.ndarray, " M"]
    total: Float32[np.ndarray, " M"]
    difference: float
    probabilities: Float32[np.ndarray, " K"]
    loss: float
    accuracy: float
    test_accuracy: Float32[np.ndarray, " S"]


def run(config: Config) -> Generator[Frame, None, str | None]:
    """Learns and is asked at every step where it looked; then forgets layer by layer, or looks at fifty pictures.

    Returns:
        None, or "diverged" when the loss is no longer finite.
    """
    examples, shown = examples_of(config), subject(config)
    network = blank_network(config, examples)  # this recording's own: Captum hangs hooks into it
    made, moment = 0, None
    for moment in replay(config):
        load_weights(network, moment.weights)
        measured = measures(moment)
        last = moment.update == config.updates()
        frame, trained = looked(config, network, shown, 0, whole=last)
        yield Frame(**measured, **frame, forgotten=0.0)
        made += 1
    if moment is None or made <= config.trained():
        return "diverged"
    if config.after == "layers":
        target = torch.tensor([frame["target"]])  # the class that is explained stays the same
        for depth, forgetful in forgetting(config, examples, network):
            frame, _ = looked(config, forgetful, shown, 0, target=target, before=trained)
            yield Frame(**measures(look(config.updates(), forgetful, examples)), **frame, forgotten=depth)
    elif config.after == "pictures" and not is_brought(config):
        for k in range(len(shown.X)):
            frame, _ = looked(config, network, shown, k, whole=k % DEAR == 0)
            yield Frame(**measured, **frame, forgotten=0.0)
    return None


def kept(config: Config) -> int:
    """How many frames of a config would replay a training that is there."""
    return KEPT.held(cause_of(config))


def forget(config: Config) -> None:
    """Lets the next recording of a config train anew instead of replaying."""
    KEPT.forget(cause_of(config))


def looked(
    config: Config,
    network: Network,
    shown: Subject,
    at: int,
    *,
    target: Tensor | None = None,
    before: Tensor | None = None,
    whole: bool = False,
) -> tuple[dict[str, Any], Tensor]:
    """What all methods say of one picture, and how far they can be trusted.

    Args:
        network: at rest.
        shown, at: the pictures, and which of them.
        target: the class that is explained, (1,), if it is not the config's.
        before: maps to compare with, (M, H, W).
        whole: whether infidelity and sensitivity are measured too, which takes time.
    """
    examples, X = examples_of(config), shown.X[at, None]
    scatter(config.seed)
    logits = network.eval()(X).detach()
    if target is None:
        target = target_of(config, logits, shown.labels[at, None])
    block = min(config.layer, config.blocks) - 1
    few = torch.linspace(0, len(examples.train_images) - 1, OTHERS).long()  # of all classes
    asked = Question(network, X, target, baseline_of(X, config.baseline), block, examples.train_images[few])
    found = dict(answers(asked, config.seed))
    nowhere = torch.full_like(X[:, 0], torch.nan)
    maps = torch.cat([nowhere if one is None else map_of(one) for one in found.values()])  # (M, H, W)
    there = maps.isfinite().all(dim=(1, 2))
    clean, none = maps.nan_to_num(), torch.where(there, 0.0, torch.nan)
    curves = trust.removal_curves(network, X, asked.baseline, target, clean)
    scores = torch.full((len(METHODS), len(SCORES)), torch.nan)
    scores[:, :2] = trust.area(curves) + none[:, None]
    for k, (method, one) in enumerate(found.items()):
        if whole and one is not None:
            scatter(config.seed)  # every method meets the same squares
            scores[k, 2] = trust.infidelity_of(asked, one)
            scores[k, 3] = trust.sensitivity_of(asked, method)
    if shown.masks[at].any():
        scores[:, 4] = trust.pointing(clean, shown.masks[at]) + none
        scores[:, 5] = trust.overlap(clean, shown.masks[at]) + none
    corner = torch.from_numpy(marked_corner(X.shape[-1]))
    alike = torch.full_like(none, torch.nan) if before is None else trust.likeness(clean, before) + none
    reach = clean.abs().amax(dim=(1, 2))
    levels = (clean / reach.clamp(min=1e-30)[:, None, None] * ZERO + ZERO).round()
    score = logits - network(asked.baseline).detach()
    frame = {
        "picture": at,
        "target": target.item(),
        "maps": torch.where(there[:, None, None], levels, 255).to(torch.uint8).numpy(),
        "reach": reach.numpy(),
        "curves": torch.where(there[:, None, None], curves, 0).numpy(),
        "scores": scores.numpy(),
        "mark": trust.share_inside(clean, corner).numpy(),
        "alike": alike.numpy(),
        "total": clean.sum(dim=(1, 2)).numpy(),
        "difference": score[0, target].item(),
        "probabilities": logits[0].softmax(dim=0).numpy(),
    }
    return frame, clean


def answers(asked: Question, seed: int) -> Iterator[tuple[str, Tensor | None]]:
    """What each method says; every one draws the same random numbers at every step."""
    for method in METHODS:
        scatter(seed)
        yield method, explain(asked, method)


def scatter(seed: int) -> None:
    """Begins the random numbers anew: Captum draws from torch, numpy and Python alike."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


@dataclass(frozen=True)
class Scene:
    """What stays the same.

    Attributes:
        classes: neutral names.
        methods: neutral names.
        pictures: that are looked at, bytes.
        segments: of the first picture.
        labels: their classes, or -1.
        masks: where their object is; empty where nobody knows it.
        numbers: which of the test pictures they are, or -1.
        trained: the step at which the training is over.
    """

    classes: tuple[str, ...]
    methods: tuple[str, ...]
    pictures: UInt8[np.ndarray, "Q C H W"]
    segments: Int64[np.ndarray, "H W"]
    labels: Int64[np.ndarray, " Q"]
    masks: Bool[np.ndarray, "Q H W"]
    numbers: tuple[int, ...]
    trained: int


def scene(config: Config) -> Scene:
    """All pictures that may be shown."""
    shown = subject(config)
    return Scene(
        classes=examples_of(config).classes,
        methods=tuple(METHODS),
        pictures=(255 * shown.X).round().to(torch.uint8).numpy(),
        segments=segments_of(shown.X[0]).numpy(),
        labels=shown.labels.numpy(),
        masks=shown.masks.numpy(),
        numbers=shown.numbers,
        trained=config.trained(),
    )
