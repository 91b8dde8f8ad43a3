"""What films are measured against: the same as Plotly itself would have it, a figure with frames and a slider."""

from __future__ import annotations

from functools import cache
from typing import Any

import plotly.graph_objects as go

from dlviz.lessons.gradient_descent import experiment, figures
from dlviz.plots.film import Film
from dlviz.recording import record
from dlviz.text import lesson_text

VIEW = {
    name: options[0] for name, options in figures.views_of(experiment.Config()).items()
}  # as the page opens


@cache
def films() -> list[Film]:
    """The four pictures of the default config and its line of words."""
    return figures.stage(
        record(experiment, experiment.Config()), {}, lesson_text("gradient_descent", "en"), **VIEW
    )


def framed(film: Film) -> go.Figure:
    """A film as a figure with Plotly's own frames and slider, made of graph objects."""
    figure = film.still(0)
    moving = sorted({move.trace for move in film.moves})
    figure.frames = [_frame(film, figure, moving, step) for step in range(film.length)]
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"method": "animate", "label": str(k), "args": [[str(k)], still]} for k in range(film.length)]
    figure.update_layout(sliders=[{"steps": steps}])
    return figure


def _frame(film: Film, figure: go.Figure, moving: list[int], step: int) -> go.Frame:
    changed: dict[int, dict[str, Any]] = {trace: {"type": figure.data[trace].type} for trace in moving}
    for move in film.moves:
        rows = slice(0, step + 1) if move.kind == "grow" else step
        for attribute, column in move.columns.items():
            *path, last = attribute.split(".")
            part = changed[move.trace]
            for key in path:
                part = part.setdefault(key, {})
            part[last] = column[rows]
    texts = {
        len(figure.layout.annotations) - len(film.labels) + k: label.at(step)
        for k, label in enumerate(film.labels)
    }
    annotations = [
        {**shown.to_plotly_json(), **({"text": texts[k]} if k in texts else {})}
        for k, shown in enumerate(figure.layout.annotations)
    ]
    return go.Frame(
        name=str(step),
        data=list(changed.values()),
        traces=moving,
        layout={"annotations": annotations} if texts else None,
    )
