"""What the server does besides running scripts: it warms up, and serves the browser's libraries."""

from __future__ import annotations

import ctypes
import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Lock, Thread
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dlviz.ui.ahead import Ahead
from dlviz.ui.lean import stand_aside

PLOTLY = "/dlviz/plotly.min.js"
WEEK = "public, max-age=604800, immutable"
LARGE, SPARE = 8 << 20, 32 << 20  # bytes of a block, and of free memory, that go back to the system at once
served = False  # whether the routes are there: a plain script has none
_warming, _warm = Lock(), False


def warm_up() -> None:
    """Imports what the first click would import, then exempts it from garbage collection; once.

    A collection takes 150 ms with torch imported, 7 ms once it is frozen.
    """
    global _warm
    with _warming:
        if not _warm:
            _import()
        _warm = True


def _thrift() -> None:
    """Lets glibc give large blocks back as soon as they are free; by itself it keeps what was ever needed at once."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda option, value: None)  # musl has none
        # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX: one thread computes at a time
        for option, value in ((-3, LARGE), (-1, SPARE), (-8, 2)):
            mallopt(option, value)


def send_at_once() -> None:
    """Lets all sockets of this process, and what they accept, send a small message without waiting.

    asyncio does so only for sockets that name their protocol. Streamlit binds one that does not, and each answer of
    two messages or more waited for the receipt of its first: 40 ms here, a whole round trip from afar.
    """
    for one in gc.get_objects():
        if issubclass(type(one), socket.socket) and one.fileno() >= 0 and one.type == socket.SOCK_STREAM:
            with suppress(OSError):  # not TCP
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _import() -> None:
    if not served:
        send_at_once()
    _thrift()
    import torch

    from dlviz.models.device import device_of

    stand_aside()
    torch.set_num_threads(1)  # small models: two threads on busy cores are slower, and change bits
    parameter = torch.nn.Parameter(torch.zeros(1))
    torch.optim.Adam([parameter])
    (parameter * 2).sum().backward()
    device = device_of("auto")
    if device.type != "cpu":  # a graphics processor needs seconds for its first convolution
        torch.nn.Conv2d(1, 1, 3, device=device)(torch.zeros(1, 1, 8, 8, device=device)).sum().backward()
    import plotly.graph_objects  # noqa: F401

    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Warms up while the first visitor's browser fetches the page."""
    global served
    served = True
    send_at_once()
    Thread(target=warm_up, daemon=True).start()
    yield


async def _plotly(request: Request) -> Response:
    from dlviz.plots.page import plotly_script

    headers = {"Content-Encoding": "gzip", "Cache-Control": WEEK, "Vary": "Accept-Encoding"}
    return Response(plotly_script(), media_type="text/javascript", headers=headers)


async def _home(request: Request) -> Response:
    """The first page has no address of its own, but people type one."""
    return RedirectResponse(f"/?{request.url.query}")


ROUTES = [Route(PLOTLY, _plotly), Route("/home", _home)]
MIDDLEWARE = [Middleware(Ahead, script=PLOTLY)]
