"""PyTorch without its compiler, until somebody compiles: a second less at start, and 74 MB."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

COMPILER = "torch._dynamo"


class Aside(ModuleType):
    """Stands where the compiler would: optimizers import it only to say what it must not compile.

    Whatever else is asked of it brings the compiler itself; who looks over all modules only reads where each lies.
    """

    def disable(self, function: Any = None, recursive: bool = True, **options: Any) -> Any:
        """Nothing is compiled: a function stays as it is."""
        return function if function is not None else lambda given: given

    def graph_break(self, message: str = "") -> None:
        """There is no graph."""

    def __getattr__(self, name: str) -> Any:
        imports = sys._getframe(1).f_code.co_filename.startswith("<frozen importlib")
        if name == "__file__" or (name == "__path__" and not imports):
            raise AttributeError(name)
        return getattr(real(), name)


def stand_aside() -> None:
    """Lets optimizers do without the compiler; if it is there already, it stays."""
    if COMPILER not in sys.modules:
        import torch

        sys.modules[COMPILER] = torch._dynamo = Aside(COMPILER)


def real() -> ModuleType:
    """The compiler itself, from now on in its own place."""
    import torch

    present = sys.modules.get(COMPILER)
    if isinstance(present, Aside):
        del sys.modules[COMPILER]
        del torch._dynamo
        import_module(COMPILER)
    return sys.modules[COMPILER]
