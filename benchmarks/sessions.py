"""Twenty learners who train and a twenty-first who clicks, against the same without turns; raw websocket visitors."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from benchmarks.browser import percentiles, server
from benchmarks.visitor import Visitor
from tests.browser.server import ROOT

LEARNERS = 20
SECONDS = 12.0
PACE = 0.15  # seconds between the requests of a stage, as its player keeps it
CLICK_EVERY = 0.4
STEPS = 500
SLUG = "gradient_descent"
WHICH = f"{SLUG}.view.which"
ROUNDS = 3

WITHOUT_TURNS = """
import runpy, sys; sys.path.insert(0, {root!r})
from contextlib import nullcontext
from dlviz.library import LIBRARY
LIBRARY._turns.turn = lambda first=False: nullcontext()
runpy.run_path({root!r} + "/app.py", run_name="__main__")
"""


@dataclass
class Crowd:
    """What a crowd was served.

    Attributes:
        frames: made per learner.
        clicks: seconds from the twenty-first's click to the picture that answers it.
        trains: seconds from its click on Train to the first new frame.
    """

    frames: Counter[int] = field(default_factory=Counter)
    clicks: list[float] = field(default_factory=list)
    trains: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Updates a second of all together."""
        return self.frames.total() / SECONDS

    @property
    def evenness(self) -> float:
        """The share of the best served over that of the worst served."""
        served = self.frames.values()
        return max(served) / max(min(served), 1)


async def _learn(visitor: Visitor, number: int, crowd: Crowd, end: float) -> None:
    """Pulls until the time is up, as fast as a stage may; trains again when the recording is complete."""
    have = int(visitor.header["frames"])
    while perf_counter() < end:
        begun = perf_counter()
        answer = await (visitor.train() if visitor.header["done"] else visitor.need(have, STEPS + 1))
        frames = int(answer.header.get("frames", have))
        if perf_counter() < end:
            crowd.frames[number] += frames - have if frames >= have else frames
        have = frames
        await asyncio.sleep(max(0.0, PACE - (perf_counter() - begun)))


async def _click(visitor: Visitor, crowd: Crowd, end: float) -> None:
    """Looks at one optimiser after the other, and trains between."""
    options = visitor.options(WHICH)
    turn = 0
    while perf_counter() < end:
        answer = await (
            visitor.train() if turn % 3 == 2 else visitor.choose(WHICH, options[turn % len(options)])
        )
        assert answer.painted is not None
        (crowd.trains if turn % 3 == 2 else crowd.clicks).append(answer.painted)
        turn += 1
        await asyncio.sleep(CLICK_EVERY)


async def crowd_of(url: str, learners: int) -> Crowd:
    """Some learners, each with a config of its own, and one more who clicks."""
    crowd = Crowd()
    visitors = [Visitor(url, SLUG, f"seed={k + 1}&steps={STEPS}&noise=0.5") for k in range(learners + 1)]
    try:
        for visitor in visitors:
            await visitor.__aenter__()
        end = perf_counter() + SECONDS
        work = [_learn(visitor, k, crowd, end) for k, visitor in enumerate(visitors[:-1])]
        await asyncio.gather(*work, _click(visitors[-1], crowd, end))
    finally:
        await asyncio.gather(*(visitor.__aexit__() for visitor in visitors), return_exceptions=True)
    return crowd


def measure() -> list[tuple[str, float, str]]:
    """Medians over rounds in which one learner and twenty take turns."""
    with server() as app:
        asyncio.run(crowd_of(app.url, 1))
        pairs = [[asyncio.run(crowd_of(app.url, n)) for n in (1, LEARNERS)] for _ in range(ROUNDS)]
    with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
        file.write(WITHOUT_TURNS.format(root=str(ROOT)))
        file.flush()
        with server(file.name) as app:
            free = asyncio.run(crowd_of(app.url, LEARNERS))
    alone, many = zip(*pairs, strict=True)
    clicks = percentiles([seconds for crowd in many for seconds in crowd.clicks])
    trains = percentiles([seconds for crowd in many for seconds in crowd.trains])
    freely, freely_trains = percentiles(free.clicks), percentiles(free.trains)
    share = median(crowd.rate / one.rate for one, crowd in pairs)
    return [
        ("20 train, the 21st chooses another view, p50", 1000 * clicks[0], "ms"),
        ("20 train, the 21st chooses another view, p95", 1000 * clicks[1], "< 60 ms"),
        ("20 train, the 21st clicks Train to its first frame, p50", 1000 * trains[0], "ms"),
        ("20 train, the 21st clicks Train to its first frame, p95", 1000 * trains[1], "ms"),
        ("one session trains, updates a second", median(crowd.rate for crowd in alone), "/s"),
        ("20 sessions train, updates a second in all", median(crowd.rate for crowd in many), "/s"),
        ("20 sessions against one", 100 * share, ">= 85 %"),
        ("best served of the 20 over worst served", median(crowd.evenness for crowd in many), "< 1.5 times"),
        ("without turns: chooses another view, p95", 1000 * freely[1], "ms"),
        ("without turns: clicks Train to its first frame, p95", 1000 * freely_trains[1], "ms"),
        ("without turns: updates a second in all", free.rate, "/s"),
        ("without turns: best served over worst served", free.evenness, "times"),
    ]
