"""What examples that are no formula need: a brush, a file, or the choice of two columns."""

from __future__ import annotations

from collections.abc import Sequence

from dlviz.text import Text
from dlviz.ui import brush, upload
from dlviz.ui.brush import Brush
from dlviz.ui.choices import Choices
from dlviz.ui.controls import named, panel

COLUMNS = ("feature_x", "feature_y", "target")


def examples(choices: Choices, text: Text, hand: Brush, features: Sequence[str]) -> None:
    """The field `data`, and what its choice needs: a brush for `own` points, a file for a `table`, or features."""
    panel(choices, text, ("data",))
    if choices.config.data == "own":
        brush.control(choices, text, hand, "points")
    elif choices.config.data == "table":
        upload.table(choices, text, "table", COLUMNS)
    elif features:
        for field in COLUMNS[:2]:
            named(choices, text, field, features)
