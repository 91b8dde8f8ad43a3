"""A visitor without a browser: speaks Streamlit's websocket as the browser does, and says what the stage would."""

from __future__ import annotations

import asyncio
import json
import struct
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 60.0  # seconds until an answer counts as lost


@dataclass
class Answer:
    """What one run of the script sent.

    Attributes:
        seconds: from asking to the end of the run.
        painted: from asking to the stage's message, or None if it sent none.
        header: of the stage's last message.
        received: bytes in all.
    """

    seconds: float
    painted: float | None
    header: dict[str, Any] = field(default_factory=dict)
    received: int = 0


class Visitor:
    """One session: `async with Visitor(url, "gradient_descent", "seed=3") as visitor`."""

    def __init__(self, url: str, page: str, query: str = "") -> None:
        self._url, self._page = url, page
        self._query = f"lang=en&{query}" if query else "lang=en"
        self._stage = self._fragment = self._script = ""
        self._widgets: dict[str, tuple[str, Any]] = {}  # by key: id and what the browser was sent
        self._cached: dict[str, ForwardMsg] = {}  # large messages by hash: a browser is not sent them twice
        self._requests = 0
        self.header: dict[str, Any] = {}

    async def __aenter__(self) -> Visitor:
        address = self._url.replace("http", "ws") + "/_stcore/stream"
        self._socket: ClientConnection = await connect(address, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        self.first = await self.rerun()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def rerun(self, *states: WidgetState, fragment: bool = False) -> Answer:
        """Runs the script, or the stage's fragment alone, with these widgets touched."""
        message = BackMsg()
        script = message.rerun_script
        script.query_string, script.page_script_hash = self._query, self._script
        if not self._script:
            script.page_name = self._page
        script.context_info.locale = "en-US"
        script.context_info.url = f"{self._url}/{self._page}"
        script.widget_states.widgets.extend(states)
        script.cached_message_hashes.extend(self._cached)
        if fragment:
            script.fragment_id = self._fragment
        begun = perf_counter()
        await self._socket.send(message.SerializeToString())
        return await asyncio.wait_for(self._answer(begun), PATIENCE)

    async def _answer(self, begun: float) -> Answer:
        answer = Answer(0.0, None)
        while True:
            data = await self._socket.recv()
            assert isinstance(data, bytes)
            answer.received += len(data)
            forward = ForwardMsg.FromString(data)
            if forward.metadata.cacheable:
                self._cached[forward.hash] = forward
            elif forward.WhichOneof("type") == "ref_hash":
                forward = self._cached[forward.ref_hash]
            kind = forward.WhichOneof("type")
            if kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
                self._element(forward, answer, begun)
            elif kind == "navigation":
                self._script = forward.navigation.page_script_hash
            elif kind == "script_finished":
                answer.seconds = perf_counter() - begun
                if forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return answer

    def _element(self, forward: ForwardMsg, answer: Answer, begun: float) -> None:
        element = forward.delta.new_element
        kind = str(element.WhichOneof("type"))
        part: Any = getattr(element, kind, None)
        if kind == "exception":
            raise RuntimeError(f"{part.type}: {part.message}")
        if kind == "bidi_component" and part.component_name.endswith("dlviz_stage"):
            answer.painted = perf_counter() - begun
            self._stage, self._fragment = part.id, forward.delta.fragment_id
            (length,) = struct.unpack_from("<I", part.bytes)
            answer.header = self.header = json.loads(part.bytes[4 : 4 + length])
        elif getattr(part, "id", ""):
            self._widgets[part.id.rpartition("-")[2]] = (part.id, part)

    async def trigger(self, name: str, **value: Any) -> Answer:
        """What the stage sends with setTriggerValue."""
        state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{self._stage}__events")
        state.json_trigger_value = json.dumps([{"event": name, "value": value}])
        return await self.rerun(state, fragment=True)

    async def need(self, have: int, want: int) -> Answer:
        """The stage's pull: what it has, and up to where it wants."""
        self._requests += 1
        heads = {film["name"]: film["digest"] for film in self.header["films"]}
        tape = self.header["tape"]
        return await self.trigger("need", tape=tape, have=have, want=want, req=self._requests, heads=heads)

    async def train(self) -> Answer:
        """The stage's button."""
        return await self.trigger("train", tape=self.header["tape"])

    async def choose(self, key: str, option: str) -> Answer:
        """Another option of a select box, by its words; the fragment runs again."""
        state = WidgetState(id=self._widgets[key][0], string_value=option)
        return await self.rerun(state, fragment=True)

    def options(self, key: str) -> list[str]:
        """The words of a select box's options."""
        return list(self._widgets[key][1].options)
