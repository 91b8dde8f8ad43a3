"""A page asks for Plotly ahead of all else; what is no page passes untouched."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.responses import HTMLResponse, Response, StreamingResponse

from dlviz.ui.ahead import Ahead

PAGE = "<html><head><title>쪽</title></head><body>본문</body></html>"
TAG = '<script async src="/a.js" onerror="this.remove()"></script>'


def answered(response: Response, accept: str, method: str = "GET") -> tuple[dict[str, str], str]:
    """Headers and body of a response that went through the middleware."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)  # nobody hangs up
        return {}

    scope = {"type": "http", "method": method, "path": "/", "headers": [(b"accept", accept.encode())]}
    with ThreadPoolExecutor() as own:  # another loop may run in this thread
        own.submit(lambda: asyncio.run(Ahead(response, "/a.js")(scope, receive, send))).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_page_gets_the_script_into_its_head(pieces: int) -> None:
    text, size = PAGE.encode(), -(-len(PAGE.encode()) // pieces)
    parts = [text[k : k + size] for k in range(0, len(text), size)]
    response = HTMLResponse(PAGE) if pieces == 1 else StreamingResponse(iter(parts), media_type="text/html")
    headers, body = answered(response, "text/html,*/*")
    assert body == PAGE.replace("</head>", TAG + "</head>")
    assert int(headers["content-length"]) == len(body.encode())


def test_what_no_page_asks_for_stays_as_it_is() -> None:
    assert answered(Response(PAGE, media_type="text/javascript"), "*/*")[1] == PAGE


@pytest.mark.parametrize(
    "response",
    [
        Response(PAGE, media_type="text/plain", headers={"content-disposition": "attachment"}),
        Response(status_code=304, headers={"etag": "1"}),
        HTMLResponse(PAGE[:30], status_code=206, headers={"content-range": "bytes 0-29/99"}),
    ],
)
def test_what_is_no_whole_page_stays_as_it_is_though_a_browser_would_take_one(response: Response) -> None:
    plain = {name.decode(): value.decode() for name, value in response.raw_headers}
    assert answered(response, "text/html") == (plain, bytes(response.body).decode())


def test_who_asks_for_the_head_alone_hears_the_size_of_the_page() -> None:
    response = HTMLResponse(PAGE)
    assert answered(response, "text/html", "HEAD")[0]["content-length"] == str(len(response.body))


def test_a_browser_that_lacks_a_file_hears_so() -> None:
    response = HTMLResponse("gone", status_code=404)
    assert answered(response, "text/html")[1] == "gone"
