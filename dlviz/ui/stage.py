"""The stage: films on one time bar, live while their recording is being made.

The stage pulls: while it plays at the end of what it has, the browser asks for more; a fragment advances the tape
for a moment and answers with the new rows alone. There is no thread in the background and no poll.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from secrets import token_hex
from typing import Any

import numpy as np
import streamlit as st

from dlviz.library import FIRST_TURN, LIBRARY
from dlviz.plots.film import Film
from dlviz.plots.page import PLAYER, page, plotly_script
from dlviz.plots.theme import THEMES
from dlviz.plots.wire import digest, message
from dlviz.recording import Experiment, Recording, Tape
from dlviz.text import Text
from dlviz.ui import server
from dlviz.ui.beside import ANSWER, Beside, Others
from dlviz.ui.brush import STROKE, Brush
from dlviz.ui.choices import Choices, held
from dlviz.ui.site import Presenting, presenting, redraw
from dlviz.ui.take import animated

PLAY = "play"  # the fragment of a page that holds its stage and controls
OPENING = 60  # frames that a stage opens with

MOUNT = (PLAYER / "mount.js").read_text(encoding="utf-8")

Pictures = Callable[[Recording, Mapping[str, Recording]], Sequence[Film]]
Clicks = Mapping[str, tuple[str, str] | Callable[[float, float], None]]
Draws = Mapping[str, Callable[[np.ndarray], None]]
Marks = Sequence[tuple[int, str]]


class Stage:
    """One stage in this session.

    Args:
        choices: what the learner has chosen; its config is the cause of the recording.
        experiment: what is recorded.
        text: the words of the lesson.
        beside: further recordings that the pictures of a config need whole, by name.
        miniature: one small picture that plays by itself, without a time bar.
        report: whether the page wants to know where the learner rests, see `step`.
        stays: whether another config leaves the learner at the end, where it would be played from its start.
    """

    def __init__(
        self,
        choices: Choices,
        experiment: Experiment,
        text: Text,
        beside: Beside | None = None,
        *,
        miniature: bool = False,
        report: bool = False,
        stays: bool = False,
    ) -> None:
        self.choices, self.experiment, self.text, self.miniature = choices, experiment, text, miniature
        self.report, self.stays = report, stays
        self.key = f"{'miniature' if miniature else 'stage'}.{choices.slug}"
        self._beside, self._others = beside, Others({})
        blank: dict[str, Any] = {"tape": None, "ack": {}, "req": 0, "met": 0, "deed": None, "go": None}
        blank |= {"visit": token_hex(4), "number": 0, "look": choices.step or 0}
        self._state = st.session_state.setdefault(f"{self.key}.state", blank)

    @property
    def step(self) -> int:
        """The step at which the learner clicked last, or looked at rest if the page asked for reports."""
        step: int = min(self._state["look"], self.choices.config.length() - 1)
        return step

    def seek(self, step: int) -> None:
        """Takes the learner to a step, in answer to a click."""
        self._state["go"] = {"id": token_hex(4), "step": step}

    def show(
        self,
        pictures: Pictures,
        clicks: Clicks | None = None,
        *,
        draws: Draws | None = None,
        brush: Brush | None = None,
        marks: Marks | Callable[[Recording], Marks] = (),
    ) -> Recording:
        """Draws the pictures and answers what the browser has asked for.

        Args:
            pictures: films of a recording so far and of those beside it, the largest first.
            clicks: the two fields that a click chooses, by the film's action; of a field on a logarithmic scale
                the picture shows the decimal logarithm. Or what takes the place of the click.
            draws: what takes the painted points, (N, 2), by the film's action.
            brush: what they are painted with.
            marks: steps that stand out on the time bar, and why.

        What the browser asks for reruns the stage alone; what changes the choices, the fragment PLAY.

        Returns:
            What is recorded so far.
        """
        self._brush, self._marks, self._draws = brush, marks, draws or {}
        return st.fragment(self._draw, key=self.key)(pictures, clicks or {})

    def _draw(self, pictures: Pictures, clicks: Clicks) -> Recording:
        self.tape = self._held()
        if not len(self.tape):
            LIBRARY.advance(self.tape, min(self.tape.length, OPENING), FIRST_TURN)
        recording = self.tape.recording()
        ack = self._state["ack"]
        self._others = Others(self._beside(self.choices.config) if self._beside else {})
        if ack.get("tape") == self.tape.name:  # another look at what is seen already
            self._others.begin(ANSWER)
        films = pictures(recording, self._others.recordings())
        heads = ack.get("heads") or {}
        digests = [digest(film) for film in films]
        continues = ack.get("tape") == self.tape.name and [heads.get(film.name) for film in films] == digests
        # a new head comes with all its rows
        start = min(ack.get("have", 0), len(recording)) if continues else 0
        data = message(self._header(recording, films), films, start, heads, digests)
        self._state["answers"] = {}
        answers = {
            "on_need_change": self._on_need,
            "on_train_change": self._on_train,
            "on_click_change": lambda: self._on_click(clicks),
            "on_draw_change": self._on_draw,
            "on_look_change": self._on_look,
            "on_gif_change": self._on_gif,
            "on_take_change": lambda: self._on_take(films, recording),
        }
        _component()(data=data, key=self.key, **answers)
        return recording

    def _held(self) -> Tape:
        """The tape that this session watches: it stays the same while others train theirs anew."""
        tape: Tape | None = self._state["tape"]
        if tape is None or tape.config != self.choices.config:
            tape = LIBRARY.tape(self.experiment, self.choices.config)
            self._meet(tape)
        return tape

    def _meet(self, tape: Tape) -> None:
        ack = {**self._state["ack"], "tape": None}  # the browser drops the rows of a tape that it leaves
        kept = getattr(self.experiment, "kept", lambda config: 0)(tape.config)  # a replay is no training
        self._state |= {"tape": tape, "met": max(len(tape), kept), "ack": ack}

    def _header(self, recording: Recording, films: Sequence[Film]) -> dict[str, Any]:
        blobs = self._state.get("answers", {})
        ended = self.text(f"ended.{recording.ended}") if recording.ended else None
        known = {
            "frames": len(recording),
            "done": self.tape.done,
            "length": self.tape.length,
            "attached": self._state["met"],
            "ended": ended,
        }
        more = {"working": self._others.working, "req": self._state["req"], "ui": self._ui()}
        self._state["number"] += 1
        order = {name: self._state[name] for name in ("visit", "number", "deed", "go")}
        answers = {"plotly": blobs.get("plotly"), "download": blobs.get("download")}
        return {"tape": self.tape.name, "marks": self._marked(recording), **order, **known, **more, **answers}

    def _ui(self) -> dict[str, Any]:
        present: Presenting = presenting()
        own = [] if self.miniature else self.choices.own
        query = self.choices.query
        looks = {
            "present": present.on,
            "locked": present.locks("train"),
            "autoplay": not present.locks("play"),
            "miniature": self.miniature,
        }
        assets = server.PLOTLY if server.served else None
        where = {
            "step": self.choices.step,
            "query": query,
            "params": {"lang": self.text.lang},
            "own": own,
            "assets": assets,
        }
        wishes = {
            "brush": self._brush and self._brush.look,
            "report": self._state["look"] if self.report else None,
            "stays": self.stays,
        }
        texts = self.text.group("stage")
        return {"lang": self.text.lang, "texts": texts, "theme": THEMES, **looks, **where, **wishes}

    def _deed(self, name: str) -> dict[str, Any]:
        """What the learner did, once: the browser says it again until it hears that it was done."""
        deed = self._asked(name)
        if deed.get("id") is not None and deed["id"] == self._state["deed"]:
            return {}
        self._state["deed"] = deed.get("id")
        return deed

    def _asked(self, name: str) -> dict[str, Any]:
        asked = st.session_state[self.key].get(name)
        return asked if isinstance(asked, dict) else {}

    def _on_need(self) -> None:
        asked = self._asked("need")
        self._acknowledge(asked)
        if asked.get("tape") == self.tape.name:
            seconds = ANSWER / 3 if self._others.lacking else ANSWER
            LIBRARY.advance(self.tape, min(int(asked.get("want", 0)), self.tape.length), seconds)
        self._others.advance()
        if asked.get("plotly"):
            self._answer(plotly=plotly_script())
        if self.choices.awaited:
            redraw(PLAY)

    def _acknowledge(self, asked: Mapping[str, Any]) -> None:
        heads = asked.get("heads")
        have = int(asked.get("have", 0))
        self._state |= {
            "ack": {"tape": asked.get("tape"), "have": max(have, 0), "heads": heads},
            "req": asked.get("req", 0),
        }

    def _on_train(self) -> None:
        if self._deed("train"):
            self._meet(LIBRARY.again(self.experiment, self.choices.config, self.tape.name))

    def _on_click(self, clicks: Clicks) -> None:
        asked, present = self._deed("click"), presenting()
        self._state["look"] = max(0, int(asked.get("step", self._state["look"])))
        fields = clicks.get(asked.get("action", ""), ())
        if callable(fields) and not present.locks("train"):
            fields(float(asked["x"]), float(asked["y"]))
        elif not callable(fields) and fields and not present.locks(*fields, "train"):
            place = dict(zip(fields, (asked["x"], asked["y"]), strict=False))
            self.choices.change(**held(self.choices.type, place))
        if fields:
            redraw(PLAY)

    def _on_draw(self) -> None:
        asked = self._deed("draw")
        take = self._draws.get(asked.get("action", ""))
        points = np.array(asked.get("points", ()), np.float64).reshape(-1, 2)[:STROKE]
        if take and not presenting().locks("train") and np.isfinite(points).all():
            take(points)
            redraw(PLAY)

    def _on_look(self) -> None:
        asked = self._deed("look")
        if asked:
            self._acknowledge(asked)
            self._state["look"] = max(0, int(asked.get("step", 0)))
            redraw(PLAY)

    def _marked(self, recording: Recording) -> list[dict[str, Any]]:
        """The marks of the time bar, where it ended early among them."""
        told = self._marks(recording) if callable(self._marks) else self._marks
        marks: list[dict[str, Any]] = [{"step": step, "text": why} for step, why in told]
        if recording.ended:
            why = self.text(f"ended.{recording.ended}")
            marks.append({"step": len(recording) - 1, "text": why, "ends": True})
        return marks

    def _on_gif(self) -> None:
        asked = self._deed("gif")
        made = animated(asked)
        if made:
            self._download(asked, f"{asked.get('film', 'film')}.gif", "image/gif", made)

    def _on_take(self, films: Sequence[Film], recording: Recording) -> None:
        asked = self._deed("take")
        if not asked:
            return
        ended = self.text(f"ended.{recording.ended}") if recording.ended else None
        html = page(
            films,
            lang=self.text.lang,
            title=self.text("title"),
            header={"ended": ended, "marks": self._marked(recording)},
        )
        self._download(asked, f"{self.choices.slug}.html", "text/html", html.encode())

    def _download(self, asked: Mapping[str, Any], name: str, mime: str, data: bytes) -> None:
        self._answer(download={"name": name, "mime": mime, "req": asked.get("req", 0), "data": data})

    def _answer(self, **answers: Any) -> None:
        self._state["answers"] = answers


@cache
def _component() -> Any:
    """The browser's half, registered once per process; the page carries its script."""
    return st.components.v2.component(
        "dlviz_stage", html='<div class="dl-stage"></div>', js=MOUNT, isolate_styles=False
    )
