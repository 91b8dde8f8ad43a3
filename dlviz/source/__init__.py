"""The code behind a picture: to read, and to take home."""

from dlviz.source.numbers import numbers
from dlviz.source.write import listing, notebook, script

__all__ = ["listing", "notebook", "numbers", "script"]
