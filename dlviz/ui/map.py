"""The map of the field, drawn from the words."""

from __future__ import annotations

from html import escape

from dlviz.text import Text

RINGS = ("ai", "ml", "dl")  # each holds the next


def rings(text: Text) -> str:
    """Nested fields as HTML: the outer holds the inner."""
    inner = ""
    for name in reversed(RINGS):
        words = f"<b>{escape(text(f'home.{name}'))}</b><span>{escape(text(f'home.{name}_about'))}</span>"
        inner = f'<div class="dl-ring dl-ring-{name}"><p>{words}</p>{inner}</div>'
    return inner
