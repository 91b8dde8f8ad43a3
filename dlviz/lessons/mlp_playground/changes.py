"""What a learner changes while the network trains: part of the cause, written as text and replayed exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dlviz.data.refusal import Refusal
from dlviz.lessons.mlp_playground.layers import sizes_of

MOST = 20  # changes
LAST = 2000  # epoch
FARTHEST = 20.0  # a weight may be set to ±20
OUTPUTS = 3  # of the last layer at most
BOUNDS = {
    "learning_rate": (1e-4, 10.0),
    "weight_decay": (0.0, 1.0),
    "l1": (0.0, 1.0),
    "dropout": (0.0, 0.8),
    "batch_size": (1.0, 512.0),
}
CHANGE = re.compile(
    r"([0-9]{1,4}):([a-z_]+[0-9]*(?:\.[0-9]){0,2})=(-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)", re.ASCII
)
PLACE = re.compile(r"w([1-7])\.([0-7])\.([0-7])|b([1-7])\.([0-7])", re.ASCII)


@dataclass(frozen=True)
class Change:
    """One change: from the end of an epoch on, something has another value.

    Attributes:
        epoch: after how many it is made; the frame of that epoch shows it.
        name: a hyper-parameter, or "w1.0.2" (layer 1, its unit 0, its input 2) or "b1.0" (bias).
        value: the new one.
    """

    epoch: int
    name: str
    value: float


def read_changes(text: str) -> list[Change]:
    """The changes in the order of their epochs; of two alike the later one in the text counts.

    Args:
        text: "40:learning_rate=0.01,60:w1.0.2=1.5".

    Raises:
        Refusal: "change" (not such a text), "change_many", "change_epoch", "change_name" or "change_value" (out of
            range).
    """
    found: dict[tuple[int, str], Change] = {}
    parts = text.split(",") if text else []
    if len(parts) > MOST:
        raise Refusal("change_many", MOST)
    for at, part in enumerate(parts):
        match = CHANGE.fullmatch(part)
        if match is None:
            raise Refusal("change", at, part)
        change = Change(int(match[1]), match[2], float(match[3]))
        low, high = BOUNDS.get(change.name, (-FARTHEST, FARTHEST))
        if change.epoch > LAST:
            raise Refusal("change_epoch", at, part)
        if change.name not in BOUNDS and not PLACE.fullmatch(change.name):
            raise Refusal("change_name", at, part)
        if not low <= change.value <= high:
            raise Refusal("change_value", at, part)
        found[change.epoch, change.name] = change
    return sorted(found.values(), key=lambda change: change.epoch)


def checked_changes(text: str, inputs: Sequence[str], hidden: str) -> str:
    """The text itself, if its weights exist; which outputs there are, only the data know: up to three.

    Raises:
        Refusal: see `read_changes`; "change_weight" for a weight that the network has not.
    """
    sizes = (len(inputs), *sizes_of(hidden), OUTPUTS)
    for at, change in enumerate(read_changes(text)):
        place = place_of(change.name)
        if place is not None:
            layer, unit, source = place
            if layer >= len(sizes) - 1 or unit >= sizes[layer + 1] or source >= sizes[layer]:
                raise Refusal("change_weight", at, change.name)
    return text


def place_of(name: str) -> tuple[int, int, int] | None:
    """Layer (from 0), unit and input of a weight; input -1 is the bias. None for a hyper-parameter."""
    match = PLACE.fullmatch(name)
    if match is None:
        return None
    layer, unit = match[1] or match[4], match[2] or match[5]
    return int(layer) - 1, int(unit), int(match[3]) if match[1] else -1


def with_change(text: str, epoch: int, name: str, value: float) -> str:
    """The text with one more change, instead of the same at the same epoch if there is one."""
    kept = [change for change in read_changes(text) if (change.epoch, change.name) != (epoch, name)]
    return written(sorted([*kept, Change(epoch, name, value)], key=lambda change: change.epoch))


def written(changes: Sequence[Change]) -> str:
    """Changes as text."""
    return ",".join(f"{change.epoch}:{change.name}={change.value:.6g}" for change in changes)
