"""The pictures of the lesson: who looks at whom, the blank in bars, losses and perplexities, a fourth by choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlviz.lessons.bert_gpt.figures_bars import bars
from dlviz.lessons.bert_gpt.figures_curves import course, hunger, losses, right
from dlviz.lessons.bert_gpt.figures_maps import hit, maps, miniature
from dlviz.lessons.bert_gpt.figures_written import generated, masks, places
from dlviz.lessons.bert_gpt.reading import MEAN, blank_of, named, units_of
from dlviz.plots.film import Film, Label
from dlviz.recording import Recording
from dlviz.text import Text

__all__ = ["hit", "maps", "miniature"]

FOURTH = {"generated": generated, "places": places, "masks": masks}
BLANKS = 6  # that can be chosen


def pictures_of(config: Any) -> tuple[str, ...]:
    """The fourth pictures that a config has."""
    return {"text": tuple(FOURTH), "numerals": ("right",), "hunger": ("course",)}[config.task]


def views_of(config: Any) -> dict[str, tuple[str, ...]]:
    """What can be chosen of the view of a recording, the usual first; heads and blanks are chosen beside it."""
    return {"picture": pictures_of(config)}


def seen(config: Any) -> dict[str, tuple[str, ...]]:
    """Further views: the head whose attention is seen, and the blank; one beyond the last is the last."""
    return {"unit": units_of(config), "blank": tuple(str(k + 1) for k in range(BLANKS))}


def choices_of(config: Any) -> tuple[Any, ...]:
    """All on which the page beside the pictures depends."""
    return config.task, config.corpus, config.own, views_of(config), seen(config)


def stage(
    recording: Recording,
    others: Mapping[str, Recording],
    text: Text,
    *,
    picture: str,
    unit: str = MEAN,
    blank: str = "1",
) -> list[Film]:
    """All pictures of the page, the largest first.

    Args:
        recording: what is shown.
        others: none.
        text: the words.
        picture: the fourth.
        unit: the head that is looked at, "1.2" is the second of the first layer; or the mean of the last layer.
        blank: which of the sentence, counted from 1.
    """
    task = recording.config.task
    if task == "hunger":
        return [hunger(recording, text), course(recording, text), numbers(recording, text)]
    first = maps(recording, text, unit=unit, blank=blank)
    if task == "numerals":
        return [first, losses(recording, text), right(recording, text), numbers(recording, text)]
    films = [
        first,
        bars(recording, text, blank=blank),
        losses(recording, text),
        FOURTH[picture](recording, text),
    ]
    return [*films, numbers(recording, text, blank=blank)]


def numbers(recording: Recording, text: Text, *, blank: str = "1") -> Film:
    """Two lines of live numbers: how well all do, and what they say."""
    loss = recording.track("loss")
    values = {"update": recording.track("update").astype(np.float32)}
    for k in range(loss.shape[1]):
        values[f"p{k}"] = np.exp(loss[:, k, 1].astype(np.float64)).astype(np.float32)
    task, scene = recording.config.task, recording.scene
    values |= {f"n{k}": np.full(len(recording), size, np.float32) for k, size in enumerate(scene.parameters)}
    values |= {f"l{k}": np.full(len(recording), count, np.float32) for k, count in enumerate(scene.lines)}
    if task == "text":
        said = text_answers(recording, text, blank)
    elif task == "numerals":
        said = numeral_answers(recording, text)
    else:
        said = hunger_answers(recording, text)
    used = {name: column for name, column in values.items() if f"{{{name}:" in text(f"live.{task}")}
    labels = (Label(text(f"live.{task}"), used), Label(strings=said))
    return Film("numbers", len(recording), None, labels=labels, alt=f"{task} {blank}")


def text_answers(recording: Recording, text: Text, blank: str) -> list[str]:
    """What both say of the blank, in words."""
    k, names = blank_of(recording, blank), named(recording)
    both = [recording.track(name)[:, k] for name in ("blank", "follows")]
    best, sure = ([getattr(p, how)(axis=1).tolist() for p in both] for how in ("argmax", "max"))
    return [
        text("live.blank", bert=names[b], sure_bert=f"{100 * p:.0f}", gpt=names[g], sure_gpt=f"{100 * q:.0f}")
        for b, p, g, q in zip(best[0], sure[0], best[1], sure[1])
    ]


def numeral_answers(recording: Recording, text: Text) -> list[str]:
    """What all three write, and whether it is right."""
    scene, made = recording.scene, recording.track("answers")  # (T, 3, O)
    said = []
    for row in made:
        written = ["".join(scene.tokens[k] for k in one if k > 4) for one in row.tolist()]
        marked = [f"<b>{one or '–'}</b> {'✓' if one == scene.expected else '✗'}" for one in written]
        said.append(
            text(
                "live.answers",
                numeral="".join(scene.names),
                first=marked[0],
                second=marked[1],
                third=marked[2],
            )
        )
    return said


def hunger_answers(recording: Recording, text: Text) -> list[str]:
    """The perplexities with the least and with all of the text."""
    amounts = recording.scene.amounts
    best = np.exp(np.minimum.accumulate(recording.track("loss")[:, :, 1], axis=0).astype(np.float64))
    count = len(amounts)
    return [
        text("live.amounts", least=amounts[0], all=amounts[-1], a=f"{row[0]:.0f}", b=f"{row[count - 1]:.0f}",
             c=f"{row[count]:.0f}", d=f"{row[-1]:.0f}")
        for row in best
    ]  # fmt: skip


def result(recording: Recording, text: Text) -> str | None:
    """Both perplexities and shares in words, once the training is over."""
    if recording.config.task != "text" or len(recording) < recording.config.length():
        return None
    share = 100 * recording.track("places")[-1]
    values = {f"{name}_{k}": f"{share[m, k]:.0f}" for m, name in enumerate(("bert", "gpt")) for k in (0, 2)}
    return text("predict.result", **values)
