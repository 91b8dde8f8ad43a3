"""One off-line page: films, their player and Plotly in a single file that needs no network."""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from dlviz.plots.film import Film
from dlviz.plots.theme import THEMES
from dlviz.plots.wire import message
from dlviz.text import Language, words

PLAYER = Path(__file__).parents[1] / "ui" / "player"

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{css}
body {{ margin: 0; padding: 16px; font-family: system-ui, sans-serif; color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #10141d; color: #e8ecf3; }} }}
h1 {{ font-size: 1.2rem; margin: 0 0 12px; }}</style>
</head>
<body>
<main><h1>{title}</h1><div id="stage"></div></main>
<script type="module">
{js}
const unzip = async text => new Response(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]).stream()
  .pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
const script = document.createElement("script");
script.src = URL.createObjectURL(new Blob([await unzip("{plotly}")], {{ type: "text/javascript" }}));
script.onload = async () => mountFilm(document.getElementById("stage"), new Uint8Array(await unzip("{films}")));
document.head.append(script);
</script>
</body>
</html>
"""


def page(
    films: Sequence[Film], *, lang: Language = "ko", title: str = "", header: Mapping[str, Any] | None = None
) -> str:
    """Films on one time bar as one HTML file.

    Args:
        films: the pictures, the largest first.
        lang: the language of the time bar.
        title: of the page; the first film's unless told.
        header: what else the stage is told, e.g. why the recording ended early.
    """
    title = title or films[0].title or films[0].name
    data = message({**offline_header(films, lang), **(header or {})}, films)
    parts = {
        "lang": lang,
        "title": escape(title),
        "css": player_css(),
        "js": player_js(),
        "plotly": b64encode(plotly_script()).decode(),
        "films": b64encode(gzip.compress(data, 6)).decode(),
    }
    return PAGE.format(**parts)


def offline_header(films: Sequence[Film], lang: Language) -> dict[str, Any]:
    """What a stage is told when there is no server behind it."""
    length = max(film.length for film in films)
    ui: dict[str, Any] = {
        "lang": lang,
        "texts": words(lang).group("stage"),
        "theme": THEMES,
        "autoplay": True,
        "params": {},
        "own": [],
    }
    known = {"frames": length, "length": length, "attached": length, "done": True, "ended": None}
    return {"tape": "file", "req": 0, **known, "ui": ui}


@cache
def plotly_script() -> bytes:
    """The plotly.min.js that the plotly package carries, gzipped."""
    return gzip.compress(get_plotlyjs().encode(), 6, mtime=0)


@cache
def player_js() -> str:
    """The player's modules as one script, in the order of order.txt."""
    names = (PLAYER / "order.txt").read_text().split()
    source = "\n".join((PLAYER / name).read_text(encoding="utf-8") for name in names)
    source = re.sub(r"^import .*$\n?", "", source, flags=re.MULTILINE)
    return re.sub(r"^export (?=(async )?(function|const|class|let))", "", source, flags=re.MULTILINE)


@cache
def player_css() -> str:
    """The player's style."""
    return (PLAYER / "player.css").read_text(encoding="utf-8")
