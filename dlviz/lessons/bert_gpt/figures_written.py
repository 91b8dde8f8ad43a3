"""What GPT writes token by token; where in a line each network is right; the two masks and what each is asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.figures_maps import Board, hatch, room, tokens_at
from dlviz.lessons.bert_gpt.reading import COLORS, named, sentence
from dlviz.plots import attention, graph, mosaic, theme, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

SHOWN, BEST = 8, 5  # places of which candidates are shown, and how many
WIDE, HIGH, LEFT, LOW, SIDE = 300.0, 90.0, 40.0, 2.0, 78.0  # of the masks: two units are three or four pixels
LINE = 46.0  # letters of what is written that have room, on a telephone too
ALLOWED = 110  # the level in which a cell that may be seen is drawn


def generated(recording: Recording, text: Text) -> Film:
    """The text that GPT writes, and the candidates at its first places: in colour what may be drawn, bold what was."""
    written, best, left = (recording.track(name) for name in ("written", "best", "left"))  # (T, W), (T, W, 5)
    chances = recording.track("chances")
    count = min(SHOWN, written.shape[1])
    x = np.repeat(np.arange(count), BEST)
    y = np.tile(-np.arange(BEST), count)
    there = best[:, :count].reshape(len(recording), -1) >= 0
    may = np.arange(BEST) < left[:, :count, None]  # the most probable are left
    values = np.where(there, chances[:, :count].reshape(there.shape), np.nan)
    spots = np.stack([x, y], 1).astype(float)
    may = may.reshape(there.shape)
    drawn = tokens.bars(0, spots, values, may, length=0.92, thick=0.82, names=("kept", "cut"))
    data = [{**look, "opacity": 0.5} for look, _ in drawn]
    for look in data:
        if look["marker"]["color"] == "--dl-prediction":
            look["marker"] = {"color": COLORS[1], "line": {"width": 0}}
    names, labels = named(recording, 6), []
    place: dict[str, Any] = {"xref": "x", "yref": "y", "yanchor": "middle", "size": 13}
    for k in range(count):
        for row in range(BEST):
            said = [
                "" if n < 0 else f"<b>{names[n]}</b>" if n == w else names[n]
                for n, w in zip(best[:, k, row].tolist(), written[:, k].tolist())
            ]
            labels.append(Label(strings=said, x=k + 0.03, y=-row, **place))
        kept = [text("cut.of", count=n) if n else "" for n in left[:, k].tolist()]
        small = {**place, "size": 11, "color": "--dl-muted"}
        labels.append(Label(strings=kept, x=k + 0.03, y=-BEST + 0.1, **small))
    prompt = recording.config.prompt.strip()
    room = max(LINE - tokens.width(prompt), LINE / 3)
    whole = [f"{tokens.shown(prompt, LINE)} <b>{sentence(recording, row, room)}</b>" for row in written]
    labels.append(Label(strings=whole, x=0.0, y=1.25, xref="x", yref="y", yanchor="middle", size=15))
    axes = graph.bare_axes([-0.1, count + 0.02], [-BEST - 0.3, 1.9])
    config = recording.config
    view = [config.prompt, config.temperature, config.top_k, config.top_p]
    margin = {"l": 6, "r": 6, "t": 4, "b": 4}
    look = theme.layout(
        **axes, barmode="overlay", margin=margin, dragmode=False, meta={"view": view, "letters": 0.8}
    )
    moves = tuple(move for _, move in drawn)
    title, alt = text("picture.generated"), text("alt.generated", count=count)
    return Film(
        "fourth", len(recording), {"data": data, "layout": look}, moves, tuple(labels), title=title, alt=alt
    )


def places(recording: Recording, text: Text) -> Film:
    """Which share of unseen tokens each network says right in the first, the middle and the last third of a line."""
    share = recording.track("places")  # (T, 2, 3)
    data, moves, labels = [], [], []
    for k, name in enumerate(("first", "second")):
        x = np.arange(3, dtype=np.float32) + (0.21 if k else -0.21)
        called = text(f"network.text_{name}_short")
        data.append({"type": "bar", "x": x, "y": np.zeros(3), "width": 0.38, "marker": {"color": COLORS[k]},
                     "hoverinfo": "skip", "name": called})  # fmt: skip
        moves.append(Move(k, {"y": share[:, k].astype(np.float32)}))
        for third in range(3):
            place: dict[str, Any] = {
                "xref": "x",
                "yref": "y",
                "xanchor": "center",
                "yanchor": "bottom",
                "size": 13,
            }
            percent = {"p": (100 * share[:, k, third]).astype(np.float32)}
            labels.append(
                Label(called + "<br>{p:.0f} %", percent, x=float(x[third]), y=0.86, color=COLORS[k], **place)
            )
    names = [text(f"third.{k}") for k in range(3)]
    x_axis = theme.axis(tickvals=np.arange(3), ticktext=names, range=[-0.6, 2.6], showgrid=False)
    y_axis = theme.axis(range=[0, 1.12], tickvals=[0, 0.5, 1], tickformat=".0%")
    look = theme.layout(
        xaxis=x_axis,
        yaxis=y_axis,
        barmode="overlay",
        margin={"l": 46, "r": 12, "t": 6, "b": 30},
        dragmode=False,
    )
    figure = {"data": data, "layout": look}
    title, alt = text("picture.places"), text("alt.places")
    return Film("fourth", len(recording), figure, tuple(moves), tuple(labels), title=title, alt=alt)


def masks(recording: Recording, text: Text) -> Film:
    """Who may look at whom, and right of each row the token that it must say: of BERT's only those that are hidden."""
    scene, names = recording.scene, named(recording, 8)
    own = [names[scene.tokens.index(token)] for token in scene.names]
    count, half = len(own), WIDE / 2
    side = SIDE
    every = np.ones((count, count), bool)
    data: list[dict[str, Any]] = []
    labels: list[Label] = []
    for k, free in enumerate((every, np.tril(every))):
        box = (k * half + LEFT, LOW, side, side)
        board = Board("first" if k == 0 else "second", box, own, own, free, COLORS[k])
        codes = np.where(free, ALLOWED, mosaic.NOTHING).astype(np.uint8)
        look, _ = attention.matrix(len(data), codes[None], box)
        data.append(
            {**look, "z": np.where(free, ALLOWED / attention.HIGHEST, np.nan)[::-1], "hoverinfo": "skip"}
        )
        data.append(hatch(board) if k else attention.frame(box, "--dl-muted", 1.0))
        name = text(f"network.text_{board.which}")
        title: dict[str, Any] = {
            "xref": "x",
            "yref": "y",
            "xanchor": "center",
            "yanchor": "bottom",
            "size": 14,
        }
        labels.append(
            Label(f"<b>{name}</b>", x=box[0] + side / 2, y=LOW + side + 1.2, color=COLORS[k], **title)
        )
        down, _ = attention.centres(box, count, count)
        size = 12 if count <= 12 else 9
        rows = np.stack([np.full(count, box[0] - 2), down], 1)
        labels += tokens_at(own, rows, len(recording), 8, xanchor="right", size=size)
        wanted = [
            ("?" if at in scene.blanks else "") if k == 0 else (own[at + 1] if at + 1 < count else "")
            for at in range(count)
        ]
        for y, said in zip(down.tolist(), wanted):
            place: dict[str, Any] = {"xref": "x", "yref": "y", "yanchor": "middle", "color": COLORS[k]}
            labels.append(
                Label(
                    strings=[f"→ <b>{said}</b>" if said else ""] * len(recording),
                    x=box[0] + side + 1.5,
                    y=y,
                    size=size,
                    **place,
                )
            )
    figure = {"data": data, "layout": room([0, WIDE], [0, HIGH], ["masks"])}
    title_, alt = text("picture.masks"), text("alt.masks", count=count)
    return Film("fourth", len(recording), figure, (), tuple(labels), title=title_, alt=alt)
