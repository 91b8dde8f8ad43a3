"""What can be changed while the network trains: how it is called, what it is now, and where it was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlviz.lessons.mlp_playground.changes import BOUNDS, read_changes
from dlviz.lessons.mlp_playground.experiment import epochs_per_frame
from dlviz.lessons.mlp_playground.figures_network import SYMBOLS, weight_place, weights_of
from dlviz.recording import Recording
from dlviz.text import Text

ALL = 12  # weights up to which each can be chosen from the list; of more, the one that was clicked


def changeable(
    recording: Recording, text: Text, step: int, weight: str
) -> tuple[int, dict[str, str], Callable[[str], float]]:
    """From which epoch on, what can be changed by its name, and what that is now."""
    epoch = step * epochs_per_frame(recording.config)
    return epoch, options(recording, text, weight), lambda name: value_at(recording, step, name)


def options(recording: Recording, text: Text, weight: str) -> dict[str, str]:
    """What can be changed by its name in `Config.changes`: a clicked weight first, then what every network has."""
    scene = recording.scene
    names = [weight, *weights_of(scene)] if len(scene.edges) <= ALL else [weight]
    known = {
        name: text("change.weight", name=wire(scene, name)) for name in names if name in weights_of(scene)
    }
    return {**known, **{name: text.field(name) for name in BOUNDS}}


def wire(scene: Any, weight: str) -> str:
    """A weight by what it joins: "x → h1.2"."""
    place = weight_place(scene, weight)
    if place is None:
        return weight
    layer, to, begin = (int(part) for part in weight[1:].split("."))
    end = (
        f"h{layer}.{to + 1}"
        if layer < len(scene.sizes) - 1
        else "ŷ"
        if scene.sizes[-1] == 1
        else f"ŷ{to + 1}"
    )
    name = scene.inputs[begin] if layer == 1 else f"h{layer - 1}.{begin + 1}"
    return f"{SYMBOLS.get(name, name)} → {end}"


def value_at(recording: Recording, step: int, name: str) -> float:
    """What a weight or a hyper-parameter is at a step."""
    step = min(step, len(recording) - 1)
    place = weight_place(recording.scene, name)
    if place is not None:
        return float(recording.track("weights")[step, place])
    epoch, value = int(recording.track("epoch")[step]), float(getattr(recording.config, name, 0.0))
    for change in read_changes(recording.config.changes):
        if change.name == name and change.epoch <= epoch:
            value = change.value
    return value


def marks(recording: Recording, text: Text) -> list[tuple[int, str]]:
    """The steps at which something was changed, and what it became."""
    told = []
    for change in read_changes(recording.config.changes):
        name = text.field(change.name) if change.name in BOUNDS else wire(recording.scene, change.name)
        step = -(-change.epoch // epochs_per_frame(recording.config))
        told.append((min(step, recording.config.length() - 1), f"{name} = {change.value:.4g}"))
    return told
