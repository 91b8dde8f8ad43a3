"""Who is taken for whom: true classes by the network's answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.mlp_playground.figures_plane import class_name
from dlviz.plots import mosaic, theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text


def confusion(recording: Recording, text: Text) -> Film:
    """True class by answer, counted over the training and over the test examples."""
    scene, counts = recording.scene, recording.track("confusion")  # (T, 2, K, K)
    title, alt, length = text("picture.confusion"), text("alt.confusion"), len(recording)
    if not scene.classes:
        note = Label(text("legend.no_classes"), x=0.5, y=0.5, xanchor="center", yanchor="middle")
        bare = {"xaxis": theme.axis(visible=False), "yaxis": theme.axis(visible=False)}
        return Film(
            "confusion",
            length,
            {"data": [], "layout": theme.layout(**bare)},
            labels=(note,),
            title=title,
            alt=alt,
        )
    classes = [class_name(text, name) for name in scene.classes]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    labels: list[Label] = []
    axes: dict[str, Any] = {}
    for k, split in enumerate(("train", "test")):
        number = "" if k == 0 else "2"
        share = counts[:, k] / np.maximum(counts[:, k].sum(-1, keepdims=True), 1)  # (T, K, K)
        places = np.arange(len(classes), dtype=np.float32)
        look = mosaic.bitmap(
            (-0.5, -0.5, len(classes), len(classes)), (len(classes), len(classes)),
            colorscale=[[0, "--dl-zero"], [1, "--dl-model"]], zmin=0.0, zmax=1.0,
            xaxis=f"x{number}", yaxis=f"y{number}", xgap=2, ygap=2, opacity=0.55, name=text(f"legend.{split}"),
        )  # fmt: skip
        moves.append(Move(len(data), {"z": Levels.of(share, 0.0, 1.0)}))
        data.append(look)
        where: dict[str, Any] = {
            "xref": f"x{number}",
            "yref": f"y{number}",
            "xanchor": "center",
            "yanchor": "middle",
        }
        for true in range(len(classes)):
            for answer in range(len(classes)):
                n = counts[:, k, true, answer].astype(np.float32)
                labels.append(Label("<b>{n:d}</b>", {"n": n}, x=answer, y=true, size=18, **where))
        ticks: dict[str, Any] = {
            "tickvals": places,
            "ticktext": classes,
            "showgrid": False,
            "range": [-0.5, len(classes) - 0.5],
        }
        axes[f"xaxis{number}"] = theme.axis(
            text("axis.answer"), **ticks, domain=[0.56 * k, 0.44 + 0.56 * k], anchor=f"y{number}"
        )
        axes[f"yaxis{number}"] = theme.axis(
            text("axis.true") if k == 0 else "",
            **{**ticks, "range": ticks["range"][::-1]},
            domain=[0, 0.88],
            anchor=f"x{number}",
        )
        labels.append(Label(f"<b>{text(f'legend.{split}')}</b>", x=0.22 + 0.56 * k, y=1.0, xanchor="center"))
    narrow = {
        "yaxis2": {"showticklabels": False}
    }  # the rows of both are the same, and there is no room between
    margin = {"l": 74, "r": 8, "t": 6, "b": 40}
    layout = theme.layout(**axes, margin=margin, dragmode=False, meta={"narrow": narrow})
    figure = {"data": data, "layout": layout}
    return Film("confusion", length, figure, tuple(moves), tuple(labels), title=title, alt=alt)
