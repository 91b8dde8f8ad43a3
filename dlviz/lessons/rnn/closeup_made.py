"""What the network makes: a text that it writes on by itself, and a forecast beside two plain rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlviz.lessons.rnn.figures_network import input_name
from dlviz.lessons.rnn.reading import forecasts, write
from dlviz.plots import theme, tokens
from dlviz.plots.film import Film, Label, Move
from dlviz.recording import Recording
from dlviz.text import Text

SHOWN = {"word": 12, "character": 24}  # tokens that are drawn with their states


def generated(recording: Recording, text: Text, *, position: int, temperature: str) -> Film:
    """Each token that is drawn is the next input; the hidden state from which it was drawn stands above it."""
    made = write(recording, position, float(temperature))
    shown = SHOWN[recording.config.split]
    hidden = made.hidden[:, :shown]
    units = hidden.shape[2]
    look, move = tokens.states(0, hidden, xgap=2)
    below = 0.5 - units
    step = 0.11 * units
    places = np.stack([np.arange(shown), np.full(shown, below - step)], axis=1)
    words = tokens.candidates(
        made.tokens[:, :shown], recording.scene.tokens, places, size=13, xanchor="center", longest=7
    )
    shares = [
        Label("{p:d} %", {"p": (100 * made.probabilities[:, k]).astype(np.float32)}, x=float(k), y=below - 2.3 * step,
              xref="x", yref="y", xanchor="center", yanchor="middle", size=11, color="--dl-muted")
        for k in range(shown if recording.config.split == "word" else 0)
    ]  # fmt: skip
    read = " ".join(input_name(recording, k, 9) for k in range(max(0, position - 3), position + 1))
    head = Label(text("live.reads", text=read), x=0.0, y=1.01, yanchor="bottom", size=13)
    quiet: dict[str, Any] = {"visible": False, "fixedrange": True}
    layout = theme.layout(
        xaxis=theme.axis(**quiet, range=[-0.6, shown - 0.4]),
        yaxis=theme.axis(**quiet, range=[below - 3.1 * step, 0.6]),
        margin={"l": 4, "r": 4, "t": 26, "b": 2},
        dragmode=False,
        meta={"view": [position, temperature], "letters": 0.65},  # others make another picture
    )
    figure = {"data": [look], "layout": layout}
    title, alt = text("picture.generated"), text("alt.generated", count=shown)
    return Film("closeup", len(recording), figure, (move,), (head, *words, *shares), title=title, alt=alt)


def forecast(recording: Recording, text: Text) -> Film:
    """The series, and the number that is said one step before; on the right what was kept aside."""
    said = forecasts(recording)
    scene = recording.scene
    count = len(scene.series)
    first = count - len(said.truth)
    time = np.arange(count, dtype=np.float32)
    base: dict[str, Any] = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    data = [
        {**base, "x": time, "y": scene.series, "name": text("legend.truth"),
         "line": {"color": "--dl-data", "width": 2}},
        {**base, "x": time[first:], "y": said.linear.astype(np.float32), "name": text("legend.linear"),
         "line": {"color": "--dl-muted", "width": 1.4, "dash": "dot"}},
        {**base, "x": time[first:], "y": [], "name": text("legend.network"),
         "line": {"color": "--dl-prediction", "width": 2.2}},
    ]  # fmt: skip
    moves = (Move(2, {"y": said.network.astype(np.float32)}),)
    edge = first + said.learnt - 0.5
    low, high = float(scene.series.min()), float(scene.series.max())
    room = 0.12 * (high - low)
    split = {"type": "line", "x0": edge, "x1": edge, "yref": "paper", "y0": 0, "y1": 0.84,
             "line": {"color": "--dl-muted", "width": 1, "dash": "dash"}}  # fmt: skip
    unit = text("axis.time") if recording.config.series == "wave" else text("axis.weeks")
    layout = theme.layout(
        xaxis=theme.axis(unit, range=[0, count], nticks=7),
        yaxis=theme.axis(range=[low - room, high + 3.5 * room], nticks=5),
        margin={"l": 40, "r": 8, "t": 24, "b": 36},
        shapes=[split],
        showlegend=True,
        legend={"x": 0.0, "y": 1.02, "orientation": "h", "bgcolor": "rgba(0,0,0,0)", "font": {"size": 11}},
    )
    here: dict[str, Any] = {
        "yref": "paper",
        "xref": "x",
        "y": 1.02,
        "yanchor": "bottom",
        "size": 12,
        "color": "--dl-muted",
    }
    labels = (
        Label(text("legend.learnt"), x=edge - 2, xanchor="right", **here),
        Label(text("legend.aside"), x=edge + 2, **here),
    )
    figure = {"data": data, "layout": layout}
    title, alt = text("picture.forecast"), text("alt.forecast", count=count)
    return Film("path", len(recording), figure, moves, labels, title=title, alt=alt)


def errors_of(recording: Recording) -> dict[str, Any]:
    """The errors on what was kept aside: of the network at every step, and of the two rules."""
    said = forecasts(recording)
    return {
        "network": said.errors(said.network),
        "today": float(said.errors(said.today)),
        "linear": float(said.errors(said.linear)),
    }
