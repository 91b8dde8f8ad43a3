"""Files that libraries carry: read from their folders, because importing them would take 180 MB and a second."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def carried_path(package: str, *parts: str) -> Path:
    """Where a file lies inside the folder of an installed library."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent.joinpath(*parts)
