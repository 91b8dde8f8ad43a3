"""What the server does for its connections."""

from __future__ import annotations

import socket

from dlviz.ui.server import send_at_once


def test_what_a_socket_accepts_sends_at_once_though_it_does_not_name_its_protocol() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert listening.proto == 0  # asyncio takes this for a reason to let it wait
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
