"""A server of the app, started for tests and ended after them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Server:
    """`streamlit run` on a free port of this machine.

    Attributes:
        url: where it answers, without a slash at the end.
        process: the server's process.
    """

    def __init__(self, script: str = "app.py", **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = tempfile.NamedTemporaryFile("w+", prefix="dlviz-server-", suffix=".log")  # noqa: SIM115
        options = {"port": str(port), "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
        command = [sys.executable, "-m", "streamlit", "run", script]
        command += [part for name, value in options.items() for part in (f"--server.{name}", value)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait(self, seconds: float = 90) -> Server:
        """Returns when it answers.

        Raises:
            RuntimeError: it ended, or did not answer in time; with what it printed.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.1)
        printed = self.printed()
        self.stop()
        raise RuntimeError(f"the server did not start:\n{printed}")

    def printed(self) -> str:
        """What it has printed so far."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Ends it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()
