"""The page asks for Plotly while Streamlit still starts: it takes a browser a second to take in."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]


def is_page(start: Message) -> bool:
    """Whether a response is a whole page: no file to download, and not the news that nothing has changed."""
    return start["status"] == 200 and any(
        name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"]
    )


class Ahead:
    """Middleware that lets every page of the app load a script ahead of all else.

    Args:
        app: what answers.
        script: the address of the script.
    """

    def __init__(self, app: Any, script: str) -> None:
        self.app, self.tag = app, f'<script async src="{script}" onerror="this.remove()"></script>'.encode()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answers one request; pages pass as plain text, all else as it is."""
        headers = dict(scope.get("headers", ()))
        asks = scope["type"] == "http" and scope["method"] == "GET"
        if not asks or b"text/html" not in headers.get(b"accept", b""):
            await self.app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        begun: Message = {}
        body = b""

        async def held(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start" and is_page(message):
                begun = message
                return
            if not begun:
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            whole = body.replace(b"</head>", self.tag + b"</head>", 1)
            sized = [(name, value) for name, value in begun["headers"] if name != b"content-length"]
            await send({**begun, "headers": [*sized, (b"content-length", b"%d" % len(whole))]})
            await send({**message, "body": whole})

        await self.app({**scope, "headers": plain}, receive, held)
