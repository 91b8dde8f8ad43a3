"""The beam as a tree: which sequences were kept after every step, and which of them is the best in the end."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.seq2seq.decoding import NOTHING
from dlviz.lessons.seq2seq.figures_alignment import head, layout, move_all
from dlviz.lessons.seq2seq.said import read, rows_of
from dlviz.plots import graph, tokens
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

LEFT, RIGHT, TOP, GAP = 5.0, 97.0, 76.0, 24.0


def tree(recording: Recording, text: Text) -> Film:
    """Nodes are the last tokens of kept sequences, the best on top, with the probability of the whole sequence."""
    rows, length = rows_of(recording), len(recording)
    there = recording.track("beam_tokens")[:, :rows] != NOTHING  # (T, R, W)
    width = there.shape[2]
    across = np.linspace(LEFT, RIGHT, rows + 1)
    heights = TOP - GAP * np.arange(width) * min(1, 3.2 / width)
    places = np.stack(np.meshgrid(across[1:], heights, indexing="ij"), axis=-1)  # (R, W, 2)
    root = np.array([across[0], heights[0]])
    data: list[dict[str, Any]] = []
    best = best_path(recording, rows)  # (T, R, W)
    # every node may hang on any sequence of the step before: an edge each, of which those that are there are seen
    ends, kept, along = edges(recording, rows, places, root, there, best)
    drawn = graph.lit(0, text("legend.kept"), "--dl-muted", ends, kept, width=1.5)
    drawn += graph.lit(1, text("legend.path"), "--dl-attention", ends, along, width=4)
    flat = places.reshape(-1, 2)
    drawn.append(graph.spots(2, "", "--dl-paper", flat, there.reshape(length, -1), size=26))
    moves: list[Any] = []
    move_all(drawn, data, moves)
    labels = [head(text("legend.start"), root[0] - 0.6, root[1], xanchor="right", color="--dl-text")]
    chances = np.exp(recording.track("beam_chances")[:, :rows].astype(np.float64))
    known = [*recording.scene.targets, ""]
    for i in range(rows):
        for w in range(width):
            numbers = recording.track("beam_tokens")[:, i, w].tolist()
            share = np.where(there[:, i, w], 100 * chances[:, i, w], np.nan)
            x, y = places[i, w].tolist()
            place: dict[str, Any] = {
                "x": x,
                "xref": "x",
                "yref": "y",
                "xanchor": "center",
                "yanchor": "middle",
            }
            strings = [
                f"<b>{tokens.shown(known[n], 7)}</b>" if on else tokens.shown(known[n], 7)
                for n, on in zip(numbers, best[:, i, w].tolist())
            ]
            labels.append(Label(strings=strings, y=y, size=14, **place))
            labels.append(
                Label(
                    "{p:.3g} %",
                    {"p": share.astype(np.float32)},
                    y=y - 8,
                    size=10,
                    shy=True,
                    color="--dl-muted",
                    **place,
                )
            )
    labels += _lines(recording, text)
    figure = {"data": data, "layout": layout([-2, 101], [min(-2.0, float(heights[-1]) - 14), 100])}
    title, alt = text("picture.beam", width=width), text("alt.beam", width=width)
    return Film("closeup", length, figure, tuple(moves), tuple(labels), title=title, alt=alt)


def best_path(recording: Recording, rows: int) -> np.ndarray:
    """Which nodes the best sequence at the end goes through, (T, R, W)."""
    parents = recording.track("beam_parents").astype(np.int64)  # (T, O, W)
    on = np.zeros(parents.shape, bool)
    steps = np.arange(len(parents))
    at = np.zeros(len(parents), np.int64)
    for i in reversed(range(parents.shape[1])):
        here = parents[steps, i, at] != NOTHING
        on[steps[here], i, at[here]] = True
        at = np.where(here, parents[steps, i, at], at)
    there: np.ndarray = recording.track("beam_tokens") != NOTHING
    return (on & there)[:, :rows]


def edges(
    recording: Recording, rows: int, places: np.ndarray, root: np.ndarray, there: np.ndarray, best: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All edges that may be, (E, 2, 2); which are there at a step, and which are the best path's, (T, E)."""
    width = there.shape[2]
    parents = recording.track("beam_parents")[:, :rows]
    ends, kept, along = [], [], []
    for i in range(rows):
        for w in range(width):
            for before in range(width if i else 1):
                ends.append([places[i - 1, before] if i else root, places[i, w]])
                seen = there[:, i, w] & (parents[:, i, w] == before)
                kept.append(seen)
                along.append(seen & best[:, i, w])
    return np.array(ends), np.stack(kept, axis=1), np.stack(along, axis=1)


def _lines(recording: Recording, text: Text) -> list[Label]:
    """What greedy decoding and the beam write, in words."""
    said = [
        text(
            "live.beam",
            greedy=tokens.shown(read(recording, one), 30),
            beam=tokens.shown(read(recording, other), 30),
        )
        for one, other in zip(recording.track("written"), recording.track("beam_written"))
    ]
    return [Label(strings=said, x=50, y=95, xref="x", yref="y", xanchor="center", yanchor="middle", size=13)]
