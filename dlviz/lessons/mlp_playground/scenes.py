"""What stays the same while a network of the playground learns: its data, its shape, the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from dlviz.lessons.mlp_playground.changes import read_changes
from dlviz.lessons.mlp_playground.datasets import lattice, load_examples, seen
from dlviz.lessons.mlp_playground.layers import activations_of, sizes_of
from dlviz.lessons.mlp_playground.looks import SIDE, quantised
from dlviz.lessons.mlp_playground.losses import outputs_for, used_loss


@dataclass(frozen=True)
class Scene:
    """What stays the same over the steps. N training and M test examples, I inputs, E weights, C changes.

    Attributes:
        task: "classes" or "values".
        classes: their names, none where values are predicted; "0", "1", ... where they have none.
        axes: names of the two features; ("x", "y") where they have none.
        x, y: the plane's grid in the network's scale, (G,); places and examples are in this scale too.
        centre, deviation: of the two features and the target: as measured = centre + deviation · number; the target's
            are 0 and 1 on classes; D = 3.
        target: name of the target column, "" where it has none.
        train_x, train_target: examples to learn from; targets are class numbers or values.
        test_x, test_target: the others.
        sizes: inputs, units of each hidden layer, outputs.
        inputs: names of the inputs, which are nodes 0 ... I-1.
        input_maps, input_reach: what an input says at every place, as `Frame.maps`.
        edges: (from, to) nodes of every weight.
        layers: of every unit, 0 ... L-1.
        activations: of each hidden layer.
        loss: that is used: of `Config.loss`, or "values" (squared error of a predicted value).
        change_epochs, change_names, change_values: in the order in which they are made.
    """

    task: str
    classes: tuple[str, ...]
    axes: tuple[str, str]
    x: Float32[np.ndarray, " G"]
    y: Float32[np.ndarray, " G"]
    centre: Float32[np.ndarray, " D"]
    deviation: Float32[np.ndarray, " D"]
    target: str
    train_x: Float32[np.ndarray, "N 2"]
    train_target: Float32[np.ndarray, " N"]
    test_x: Float32[np.ndarray, "M 2"]
    test_target: Float32[np.ndarray, " M"]
    sizes: tuple[int, ...]
    inputs: tuple[str, ...]
    input_maps: UInt8[np.ndarray, "I G G"]
    input_reach: Float32[np.ndarray, " I"]
    edges: Int32[np.ndarray, "E 2"]
    layers: Int32[np.ndarray, " U"]
    activations: tuple[str, ...]
    loss: str
    change_epochs: Int32[np.ndarray, " C"]
    change_names: tuple[str, ...]
    change_values: Float32[np.ndarray, " C"]


def scene(config: Any) -> Scene:
    """Everything but the learning."""
    examples = load_examples(config)
    sizes = (len(config.inputs), *sizes_of(config.hidden), outputs_for(examples.classes))
    first = np.cumsum([0, *sizes])  # node with which each layer begins
    edges = [
        (first[layer] + source, first[layer + 1] + unit)
        for layer in range(len(sizes) - 1)
        for unit in range(sizes[layer + 1])
        for source in range(sizes[layer])
    ]
    plane = lattice(examples.extent, SIDE)  # (G², 2)
    input_maps, input_reach = quantised(seen(plane, config.inputs)[:-1])
    line = plane[:SIDE, 0].numpy()
    changes = read_changes(config.changes)
    return Scene(
        task="classes" if examples.classes else "values",
        classes=examples.names,
        axes=examples.axes[:2],
        x=line,
        y=line,
        centre=examples.centre.float().numpy(),
        deviation=examples.deviation.float().numpy(),
        target=examples.axes[2],
        train_x=examples.train_x.numpy(),
        train_target=examples.train_target.numpy(),
        test_x=examples.test_x.numpy(),
        test_target=examples.test_target.numpy(),
        sizes=sizes,
        inputs=config.inputs,
        input_maps=input_maps,
        input_reach=input_reach,
        edges=np.array(edges, np.int32),
        layers=np.repeat(np.arange(len(sizes) - 1), sizes[1:]).astype(np.int32),
        activations=activations_of(config.activations, config.hidden),
        loss=used_loss(config.loss, examples.classes),
        change_epochs=np.array([change.epoch for change in changes], np.int32),
        change_names=tuple(change.name for change in changes),
        change_values=np.array([change.value for change in changes], np.float32),
    )
