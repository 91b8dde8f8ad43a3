"""Prints one table of all measurements: `make bench`, or `python -m benchmarks NAME...` for some modules.

A module of this folder takes part by having `measure() -> list[tuple[name, measured, target]]`. A target is
text: a comparison and a number with its unit, such as "< 150 ms" or ">= 55 /s", or "" for a mere baseline.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from time import perf_counter

COMPARISONS = {
    "<": lambda measured, bound: measured < bound,
    "<=": lambda measured, bound: measured <= bound,
    ">": lambda measured, bound: measured > bound,
    ">=": lambda measured, bound: measured >= bound,
}
TARGET = re.compile(r"(<=|>=|<|>)\s*([\d_,.]+)\s*(.*)")


def verdict(measured: float, target: str) -> tuple[str, str]:
    """The unit of a target, and whether the measurement keeps it: "yes", "NO" or "" without a bound."""
    parts = TARGET.fullmatch(target.strip())
    if not parts:
        return target.strip(), ""
    comparison, bound, unit = parts.groups()
    kept = COMPARISONS[comparison](measured, float(re.sub("[_,]", "", bound)))
    return unit, "yes" if kept else "NO"


def modules(names: list[str]) -> Iterator[str]:
    """The benchmark modules, all or those named."""
    for found in pkgutil.iter_modules(importlib.import_module("benchmarks").__path__):
        if found.name != "__main__" and (not names or found.name in names):
            yield found.name


def machine() -> tuple[str, float, str]:
    """How fast this machine is right now: others may share it, and bounds in milliseconds suppose a calm one."""
    begun, total = perf_counter(), 0
    for k in range(1_000_000):
        total += k * k
    return (
        "this machine now: a million sums in Python (60 when calm)",
        1000 * (perf_counter() - begun),
        "ms",
    )


def main(names: list[str]) -> int:
    missed = 0
    print(f"| {'name':<62} | {'measured':>16} | {'target':>16} | ok  |")
    print(f"|{'-' * 64}|{'-' * 17}:|{'-' * 17}:|-----|")
    for name in modules(names):
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "measure"):
            continue
        for title, measured, target in [machine(), *module.measure()]:
            unit, kept = verdict(measured, target)
            missed += kept == "NO"
            print(f"| {title:<62} | {f'{measured:,.4g} {unit}':>16} | {target:>16} | {kept:<3} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
