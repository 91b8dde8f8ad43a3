"""What is seen while a pointer rests on a unit: where in the picture it looks, and its nine strongest pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.cnn import tiles
from dlviz.lessons.cnn.reading import field_of
from dlviz.plots import pictures
from dlviz.plots.film import Move
from dlviz.recording import Recording


def card(
    recording: Recording, grey: list[list[Any]], at: tiles.Board, first: int, names: dict[str, str]
) -> tuple[dict[str, Any], Move, dict[str, Any]]:
    """The numbers of all units at every step, as a trace that nobody sees, and what a pointer makes of them.

    Args:
        recording: what is shown.
        grey: the colours of grey pictures.
        at: where the tiles are; they are the traces from `first` on, one a column of maps or of gradients.
        names: of all units, by "block.unit".

    Returns:
        The trace, without its number in the move (-1), and the film's `peek`: "units" by trace and tile from below,
        "atlas" of "size" pictures, the chosen one last, "fields" of the units, see `reading.field_of`.
    """
    scene = recording.scene
    shown = np.concatenate([scene.train_pictures, scene.test_pictures[scene.picture, None]])
    levels, look = pictures.coded(shown, grey)  # (N + 1, h, w)
    strongest, peaks = recording.track("strongest"), recording.track("peaks")  # (T, U, 9)
    every = [tiles.maps_of(recording, block) for block in range(len(scene.widths))]
    here = np.concatenate([maps.reshape(*maps.shape[:2], -1).argmax(-1) for maps in every], axis=1)  # (T, U)
    chosen = np.full((*here.shape, 1), len(shown) - 1)
    length = len(recording)
    columns = {
        "x": np.concatenate([chosen, strongest], axis=2).reshape(length, -1).astype(np.float32),
        "y": np.concatenate([here[..., None], peaks], axis=2).reshape(length, -1).astype(np.float32),
    }
    units: dict[str, list[int]] = {}
    fields: list[list[float]] = []
    done = 0
    for block, (width, rows) in enumerate(zip(scene.widths, at.heights)):
        for _ in ("map", "gradient"):
            for begin in range(0, width, rows):
                column = range(done + begin, done + min(begin + rows, width))
                units[str(first + len(units))] = list(column)[::-1]
        fields += [[scene.sides[block], *field_of(recording.config, block)]] * width
        done += width
    peek = {
        "units": units,
        "titles": list(names.values()),
        "atlas": levels.reshape(-1),
        "size": levels.shape[1:],
        "look": look,
        "fields": fields,
    }
    trace = {"type": "scatter", "mode": "markers", "visible": False, "x": [], "y": [], "name": "strongest"}
    return trace, Move(-1, columns), peek
