"""Finds the Chromium that the browser tests run on, or gets one.

`python -m tests.browser.chromium` prints its path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str:
    """The path of a Chromium that starts.

    Raises:
        SystemExit: there is none and none could be had, or `CHROMIUM` names one that does not start.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        path = shutil.which(named)
        if path and _starts(path):
            return path
        raise SystemExit(f"CHROMIUM is {named!r}, which does not start.")
    for path in _candidates():
        if path and _starts(path):
            return path
    raise SystemExit(
        "The browser tests need Chromium: none is on the PATH, and neither Playwright nor apt-get got one; "
        "install Chromium or Google Chrome, or set CHROMIUM to its path."
    )


def _candidates() -> Iterator[str | None]:
    yield from map(shutil.which, NAMES)
    yield from APPLICATIONS
    yield _from_playwright()
    yield _from_apt()


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not os.path.exists(path):
        print("dlviz: no Chromium on the PATH, getting one", file=sys.stderr)
        _run(sys.executable, "-m", "playwright", "install", "chromium")
    return path


def _from_apt() -> str | None:
    if not shutil.which("apt-get"):
        return None
    apt_get = [*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get", "-qq"]
    if _run(*apt_get, "update"):
        _run(*apt_get, "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk")
    return shutil.which("chromium")


def _starts(path: str) -> bool:
    return os.path.exists(path) and _run(path, "--version")


def _run(*command: str) -> bool:
    """Whether a command succeeded; what it prints is nobody's business, for one sentence tells what failed."""
    quiet = subprocess.DEVNULL
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, timeout=600)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    print(find())
