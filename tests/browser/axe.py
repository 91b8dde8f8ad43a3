"""axe-core, which finds what a page keeps from people who read with keyboard, ears or fingers.

It is no part of the app: the npm registry has it, and .cache keeps it.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
CACHE = Path(__file__).parents[2] / ".cache" / f"axe-core-{VERSION}.js"


def source() -> str:
    """The script to run in a page.

    Raises:
        RuntimeError: it is not in the cache, and npm is missing or cannot get it.
    """
    if not CACHE.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The accessibility tests need axe-core, which npm gets; install Node.js with npm."
            )
        CACHE.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
            pack = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
            done = subprocess.run(pack, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                raise RuntimeError(f"npm could not get axe-core {VERSION}: {done.stderr.strip()}")
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                script = archive.extractfile("package/axe.min.js")
                assert script is not None
                part = Path(folder, "axe.min.js")
                part.write_bytes(script.read())
            part.replace(CACHE)  # at once: another worker may look at the same time
    return CACHE.read_text(encoding="utf-8")
