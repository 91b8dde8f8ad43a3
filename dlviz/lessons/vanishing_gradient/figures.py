"""The pictures of the lesson: how deep the gradient reaches into the past, and what that does to memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.vanishing_gradient.closeups import belt, clipping, curves_of, goldfish, profile, radii
from dlviz.lessons.vanishing_gradient.figures_reach import (
    FAINTEST,
    accuracy,
    each,
    factors,
    gradients,
    horizons,
    shares,
    updates,
)
from dlviz.lessons.vanishing_gradient.tasks import chance
from dlviz.plots import theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

LIGHT = [
    [0.0, "#0c0826"],
    [0.35, "#57106e"],
    [0.6, "#bc3754"],
    [0.82, "#f98e09"],
    [1.0, "#fcffa4"],
]  # in the deep
PICTURES = ("belt", "curves", "radius", "clipping")
VIEWS = {
    "picture": PICTURES,
    "cell": ("lstm", "gru", "rnn"),
    "state": ("carried", "hidden"),
    "scale": ("share", "absolute"),
}
EXPONENT = re.compile(r"(?<=\d)e\+?(−?)0*(\d+)")  # of a number as Python writes it
POWER = r" × 10<sup>\1\2</sup>"  # as a reader expects it
DIMMEST = {"share": FAINTEST, "absolute": -6.0}
WIDE, GAP = 0.8, 0.05  # of the maps, and between two


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first."""
    return VIEWS


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    return PICTURES


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    cell: str,
    state: str,
    scale: str,
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        cell: the one whose inside is shown.
        state: whose gradient is shown of the LSTM: what it carries, c, or h.
        scale: gradients as a share of the last one, or as they are.
    """
    fourth = {
        "belt": lambda: belt(recording, text, cell=cell),
        "curves": lambda: curves_of(recording, text),
        "radius": lambda: radii(recording, text),
        "clipping": lambda: clipping(recording, text),
    }[picture]()
    return [
        horizon(recording, text, state=state, scale=scale),
        profile(recording, text, state=state, scale=scale),
        goldfish(recording, text),
        fourth,
        numbers(recording, text, state=state),
    ]


class Growing:
    """A map whose columns are the frames made so far; (N, H, W) once asked for.

    Args:
        columns: (N, H) levels.
        width: W, the frames that there will be.
    """

    def __init__(self, columns: np.ndarray, width: int) -> None:
        self.columns, self.width = columns, width

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, rows: Any) -> np.ndarray:
        last = np.arange(len(self.columns))[rows][..., None]  # of what is asked for
        there = np.arange(self.width) <= last  # (..., W)
        whole = np.zeros((self.width, self.columns.shape[1]), np.uint8)
        whole[: len(self.columns)] = self.columns
        return np.where(there[..., None, :], whole.T, np.uint8(255))


def horizon(recording: Recording, text: Text, *, state: str = "carried", scale: str = "share") -> Film:
    """Three maps, one above another: updates to the right, steps back downwards; bright is where the gradient is."""
    config = recording.config
    data, moves, layout = _maps(recording, state, scale)
    accuracies = 100 * accuracy(recording)
    labels = []
    for k, name, color, _ in each(recording):
        low, high = _place(k)
        here: dict[str, Any] = {"x": 1.0, "xanchor": "right", "y": (low + high) / 2}
        sign = "c" if name == "lstm" and state == "carried" else "h"
        said = text("legend.map", name=text.option("cell", name), sign=sign)
        labels += [
            Label(said, **{**here, "y": high}, yanchor="top", size=12),
            Label(
                "<b>{share:d} %</b>",
                {"share": accuracies[:, k]},
                **here,
                yanchor="middle",
                size=24,
                color=color,
            ),
            Label(text("axis.accuracy"), **{**here, "y": low}, yanchor="bottom", size=11, color="--dl-muted"),
        ]
    layout["xaxis3"] |= {"title": {"text": text("axis.updates"), "standoff": 4, "font": {"size": 12}}}
    layout["yaxis2"] |= {"title": {"text": text("axis.back"), "standoff": 4, "font": {"size": 12}}}
    layout |= {"margin": {"l": 50, "r": 12, "t": 10, "b": 36}, "meta": {"letters": 0.66}}
    alt = text("alt.horizon", delay=config.delay)
    title = text(f"picture.horizon_{scale}")
    figure = {"data": data, "layout": theme.layout(**layout)}
    return Film("horizon", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def miniature(recording: Recording, text: Text) -> Film:
    """The three maps, small and without words."""
    data, moves, layout = _maps(recording, "carried", "share", wide=1.0, gap=0.04)
    for name in layout:
        layout[name] |= {"visible": False, "fixedrange": True}
    layout |= {"margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "dragmode": False, "hovermode": False}
    figure = {"data": data, "layout": theme.layout(**layout)}
    return Film("miniature", len(recording), figure, tuple(moves), alt=text("sentence"))


def numbers(recording: Recording, text: Text, *, state: str) -> Film:
    """A line of live numbers for each cell."""
    config, shared = recording.config, shares(recording, state)
    factor, last = factors(shared), shared[..., 0].astype(np.float32)
    lines = []
    failed = recording.track("diverged")
    for k, name, _, _ in each(recording):
        values = {
            "loss": recording.track("loss")[:, k],
            "share": 100 * accuracy(recording)[:, k],
            "factor": factor[:, k],
            "left": last[:, k],
            "radius": recording.track("radius")[:, k],
        }
        line = text("live.cell", name=text.option("cell", name), back=config.steps() - 1)
        at = int(failed[-1, k])
        strings = [Label(line, values).at(step) for step in range(len(recording))]
        strings = [EXPONENT.sub(POWER, said) for said in strings]
        note = text("note.diverged", name=text.option("cell", name), at=at)
        strings = [note if failed[step, k] >= 0 else said for step, said in enumerate(strings)]
        lines.append(Label(strings=strings))
    return Film("numbers", len(recording), None, labels=tuple(lines), alt=state)  # tells one from the other


def result(recording: Recording, text: Text) -> str | None:
    """The last accuracies in words, once the training is over."""
    if len(recording) < recording.config.length() and recording.ended is None:
        return None
    last = accuracy(recording)[-1]
    told = [
        f"{text.option('cell', name)} {100 * last[k]:.0f} %"
        for k, name, _, _ in each(recording)
        if np.isfinite(last[k])
    ]
    return text("predict.result", shares=", ".join(told), chance=f"{100 * chance(recording.config.task):.0f}")


def _place(k: int, gap: float = GAP) -> tuple[float, float]:
    """Lower and upper end of the k-th map, the first on top."""
    height = (1 - 2 * gap) / 3
    return max(0.0, 1 - height - k * (height + gap)), 1 - k * (height + gap)


def _maps(
    recording: Recording, state: str, scale: str, *, wide: float = WIDE, gap: float = GAP
) -> tuple[list[dict[str, Any]], list[Move], dict[str, Any]]:
    config, shared = recording.config, shares(recording, state)
    shown = shared if scale == "share" else gradients(recording, state).astype(np.float64)
    with np.errstate(divide="ignore"):
        brightness = np.log10(shown)[..., ::-1]  # (N, C, T), from the last step back
    brightness = np.where(np.isneginf(brightness), -99, brightness)
    reached, steps, x = horizons(shared), config.steps(), updates(config)
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    layout: dict[str, Any] = {}
    for k, name, _, _ in each(recording):
        suffix = str(k + 1) if k else ""
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        levels = Levels.of(brightness[:, k], DIMMEST[scale], 0.0)
        colors = {
            "colorscale": LIGHT,
            "zmin": DIMMEST[scale],
            "zmax": 0.0,
            "showscale": False,
            "zsmooth": False,
        }
        data.append(
            {
                "type": "heatmap",
                "x": x,
                "y": np.arange(steps, dtype=np.float32),
                **axes,
                **colors,
                "hoverinfo": "skip",
            }
        )
        grown = Growing(levels.codes[:], config.length())
        moves.append(Move(len(data) - 1, {"z": Levels(grown, levels.low, levels.high)}))
        line = {"color": "#ffffff", "width": 2}
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "line": line,
                "name": name,
                "x": [],
                "y": [],
                **axes,
                "hoverinfo": "skip",
            }
        )
        moves.append(Move(len(data) - 1, {"x": x[: len(recording)], "y": reached[:, k]}, "grow"))
        low, high = _place(k, gap)
        half = config.every() / 2
        ends = [float(x[0]) - half, float(x[-1]) + half]
        usual: dict[str, Any] = {"showgrid": False, "nticks": 5, "fixedrange": True}
        layout[f"xaxis{suffix}"] = theme.axis(
            domain=[0, wide], range=ends, anchor=f"y{suffix}", showticklabels=k == 2, **usual
        )
        layout[f"yaxis{suffix}"] = theme.axis(
            domain=[low, high], range=[steps - 0.5, -0.5], anchor=f"x{suffix}", **{**usual, "nticks": 4}
        )
    return data, moves, layout
