"""The map of the field, drawn from the words."""

from __future__ import annotations

from html import escape

from dlviz.text import Text

RINGS = (("ai", 460, 112), ("ml", 300, 92), ("dl", 140, 72))  # name, half width, half height


def circles(text: Text) -> str:
    """Nested fields as SVG: the outer holds the inner."""
    parts = []
    for level, (name, width, height) in enumerate(RINGS):
        right = 460 + RINGS[0][1]  # they touch at the right: what is inside reaches furthest in
        left = right - 2 * width
        parts.append(
            f'<rect class="ring ring-{level}" x="{left + 2}" y="{120 - height}" width="{2 * width - 4 - 14 * level}" '
            f'height="{2 * height}" rx="{height}"/>'
            f'<text class="name" x="{left + 56}" y="{114}">{escape(text(f"home.{name}"))}</text>'
            f'<text class="about" x="{left + 56}" y="{138}">{{}}</text>'.format(
                _lines(text(f"home.{name}_about"), left + 56)
            )
        )
    return f'<svg class="dl-map" viewBox="0 0 920 240" role="img" aria-label="{escape(text("home.alt"))}">{"".join(parts)}</svg>'


def _lines(sentence: str, x: int, most: int = 24) -> str:
    """A sentence broken into lines of a ring's free width."""
    lines = [""]
    for word in sentence.split():
        wide = sum(2 if ord(letter) > 0x1100 else 1 for letter in lines[-1] + word)
        if lines[-1] and wide > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "".join(
        f'<tspan x="{x}" dy="{0 if k == 0 else 18}">{escape(line)}</tspan>' for k, line in enumerate(lines)
    )
