"""What can be changed while the network trains: how it is called, what it is now, and where it was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlviz.lessons.mlp_playground.changes import BOUNDS, read_changes
from dlviz.lessons.mlp_playground.experiment import epochs_per_frame
from dlviz.lessons.mlp_playground.figures_network import SYMBOLS, weight_place, weights_of
from dlviz.recording import Recording
from dlviz.text import Text


def changeable(
    recording: Recording, text: Text, step: int, weight: str
) -> tuple[int, dict[str, str], Callable[[str], float]]:
    """From which epoch on, what can be changed by its name, and what that is now."""
    epoch = step * epochs_per_frame(recording.config)
    return epoch, options(recording, text, weight), lambda name: value_at(recording, step, name)


def options(recording: Recording, text: Text, weight: str) -> dict[str, str]:
    """What can be changed by its name in `Config.changes`: a clicked weight first, the weights of all wires last."""
    weights = weights_of(recording.scene)
    clicked = [weight] if weight in weights else []
    called = {name: text("change.weight", name=wire(recording.scene, name)) for name in weights}
    return {
        **{name: called[name] for name in clicked},
        **{name: text.field(name) for name in BOUNDS},
        **called,
    }


def wire(scene: Any, name: str) -> str:
    """A weight by what it joins, "x → h1.2"; a bias by its unit."""
    layer, to, *begin = (int(part) for part in name[1:].split("."))
    output = "ŷ" if scene.sizes[-1] == 1 else f"ŷ{to + 1}"
    end = f"h{layer}.{to + 1}" if layer < len(scene.sizes) - 1 else output
    if not begin:
        return f"b({end})"
    start = SYMBOLS.get(x := scene.inputs[begin[0]], x) if layer == 1 else f"h{layer - 1}.{begin[0] + 1}"
    return f"{start} → {end}"


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
