"""Learning rate by width: 25 networks that learnt together, each as its answer over the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.mlp_playground.figures_plane import Winners, hues
from dlviz.lessons.mlp_playground.sweep import CONVERGED, EXPLODED, LEARNING, RATES, WIDTHS, single
from dlviz.plots import graph, mosaic, theme
from dlviz.plots.film import Film, Label, Levels, Move
from dlviz.recording import Recording
from dlviz.text import Text

ACROSS = 3.1  # width of a cell, whose height is 1: a tile, then a mark and the accuracy
TILE = 0.8  # side of a tile; a quarter of it lies between two
STATES = (  # a state, its colour and its mark
    (CONVERGED, "converged", "--dl-prediction", "circle", "●"),
    (LEARNING, "stuck", "--dl-muted", "diamond", "◆"),
    (EXPLODED, "exploded", "--dl-gradient", "x", "✕"),
)


def sweep_config(kind: Any, config: Any) -> Any:
    """The sweep around a config: what its own rate, widths and changes are does not matter."""
    layers = max(1, len([width for width in config.hidden.split("-") if width]))
    free = {
        "learning_rate": kind.model_fields["learning_rate"].default,
        "changes": "",
        "hidden": "-".join("4" * layers),
    }
    return kind(**{**config.model_dump(), **free})


def sweep(recording: Recording, found: Recording | None, text: Text) -> Film:
    """Rates upward, widths across; what each network says, how it stands and how often it is right."""
    title, alt, length = text("picture.sweep"), text("alt.sweep"), len(recording)
    layout = _layout(text)
    if found is None or len(found) < found.config.length():
        waiting = Label(text("legend.waiting"), x=0.5, y=0.5, xanchor="center", yanchor="middle")
        figure: dict[str, Any] = {"data": [], "layout": layout}
        return Film("sweep", length, figure, labels=(waiting,), title=title, alt=alt, click="sweep")
    at = np.searchsorted(found.track("epoch"), recording.track("epoch"), side="right") - 1  # (T,)
    maps = found.track("maps")[at][..., ::2, ::2]  # (T, R, W, K, G, G), half as many cells as there are
    side = maps.shape[-1] // 4 * 4
    maps, gap = maps[..., :side, :side], side // 4
    rates, widths = found.scene.rates, found.scene.widths
    places = np.array(
        [[w, r] for r in range(len(rates)) for w in range(len(widths))], np.float32
    )  # (R * W, 2)
    places *= [ACROSS, 1]
    data: list[dict[str, Any]] = []
    moves: list[Move] = []
    for w in range(len(widths)):
        shown = maps[:, ::-1, w]  # (T, R, K, G, G), the highest rate on top
        several = shown.shape[2] > 1
        codes: Any = Winners(shown)[:] if several else shown[:, :, 0]
        scale, low, high = (hues(), 0.0, 254.0) if several else (theme.SIGNED, -1.0, 1.0)
        box = (ACROSS * w - TILE / 2, -TILE / 2, TILE, len(rates) - 1 + TILE)
        cells = (len(rates) * (side + gap) - gap, side)
        look = {"colorscale": scale, "zmin": low, "zmax": 252.0 if several else high}
        moves.append(Move(len(data), {"z": Levels(mosaic.Column(codes, gap), low, high)}))
        data.append(mosaic.bitmap(box, cells, **look))
    state = found.track("state")[at].reshape(length, -1)  # (T, R * W)
    beside = places + np.array([TILE / 2 + 0.3, 0])
    for code, name, color, symbol, _ in STATES:
        look, move = graph.spots(
            len(data), text(f"legend.{name}"), color, beside, state == code, symbol=symbol, size=9
        )
        data.append(look)
        moves.append(move)
    right = 100 * found.track("accuracy")[at].reshape(length, -1)
    where: dict[str, Any] = {"xref": "x", "yref": "y", "yanchor": "middle", "size": 12, "shy": True}
    labels = [
        Label("{a:.0f} %", {"a": right[:, k].astype(np.float32)}, x=float(x) + 0.2, y=float(y), **where)
        for k, (x, y) in enumerate(beside)
    ]
    for k, (_, name, color, _, mark) in enumerate(STATES):
        labels.append(
            Label(f"{mark} {text(f'legend.{name}')}", x=k / 4, y=1.0, yanchor="bottom", color=color, size=12)
        )
    data += _present(recording.config, found, text)
    figure = {"data": data, "layout": layout}
    return Film("sweep", length, figure, tuple(moves), tuple(labels), title=title, alt=alt, click="sweep")


def _layout(text: Text) -> dict[str, Any]:
    ticks: dict[str, Any] = {
        "tickvals": [ACROSS * w for w in range(len(WIDTHS))],
        "ticktext": [str(width) for width in WIDTHS],
    }
    bare = {"showgrid": False, "constrain": "domain"}
    x = theme.axis(text("axis.width"), **ticks, range=[-0.55, ACROSS * len(WIDTHS) - 0.7], **bare)
    ticks = {"tickvals": list(range(len(RATES))), "ticktext": [f"{rate:g}" for rate in RATES]}
    y = theme.axis(
        text("axis.learning_rate"), **ticks, range=[-0.5, len(RATES) - 0.5], scaleanchor="x", **bare
    )
    # on a telephone as high as other pictures: most of the room that its proportions ask for would be its margins
    narrow = {"xaxis": {"scaleanchor": "y"}, "yaxis": {"scaleanchor": None}}
    return theme.layout(
        xaxis=x,
        yaxis=y,
        margin={"l": 56, "r": 6, "t": 24, "b": 34},
        dragmode=False,
        meta={"letters": 0.75, "narrow": narrow},
    )


def cell_at(config: Any, x: float, y: float) -> Any:
    """The config of the network at a place of the picture; the present one beside them all."""
    row, column = round(y), int((x + TILE / 2 + 0.1) // ACROSS)
    inside = 0 <= row < len(RATES) and 0 <= column < len(WIDTHS)
    return single(config, row, column) if inside else config


def _present(config: Any, found: Recording, text: Text) -> list[dict[str, Any]]:
    """A frame round the network that is the present choice, if it is among them."""
    own = set(config.hidden.split("-"))
    rows = [r for r, rate in enumerate(found.scene.rates) if np.isclose(rate, config.learning_rate)]
    columns = [w for w, width in enumerate(found.scene.widths) if own == {str(width)}]
    if not rows or not columns:
        return []
    half = TILE / 2 + 0.06
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * half + [ACROSS * columns[0], rows[0]]
    line = {"color": "--dl-attention", "width": 3}
    look = {
        "type": "scatter",
        "mode": "lines",
        "name": text("legend.here"),
        "line": line,
        "hoverinfo": "skip",
    }
    return [{**look, "x": corners[:, 0], "y": corners[:, 1]}]
