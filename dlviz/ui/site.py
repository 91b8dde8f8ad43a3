"""The site: language, navigation, and what stands on every page. Streamlit runs this file for every visitor."""

from __future__ import annotations

import sys
from copy import copy
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

HOUSE = Path(__file__).parents[2]
sys.path[:0] = [] if str(HOUSE) in sys.path else [str(HOUSE)]

from dlviz.curriculum import CHAPTERS, LESSONS  # noqa: E402
from dlviz.text import LANGUAGES, Language, Text, lesson_text, words  # noqa: E402

SITE_CSS = (Path(__file__).parent / "site.css").read_text(encoding="utf-8")
SITE_JS = (Path(__file__).parent / "site.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Presenting:
    """How a teacher's link shows a page: `?present=1&hide=words,seed&lock=train`.

    Attributes:
        on: full window, large type.
        hidden: fields and sections that are not there.
        locked: fields that cannot be changed, "train" and "play" among them.
    """

    on: bool
    hidden: frozenset[str]
    locked: frozenset[str]

    def hides(self, *names: str) -> bool:
        """Whether one of these is not there."""
        return bool(self.hidden.intersection(names))

    def locks(self, *names: str) -> bool:
        """Whether one of these cannot be changed."""
        return bool(self.locked.intersection(names))


def presenting() -> Presenting:
    """What the present link asks for; names that nothing has are harmless."""
    asked = st.query_params.to_dict()
    return _presenting(*(asked.get(name, "") for name in ("present", "hide", "lock")))


@lru_cache(maxsize=64)
def _presenting(on: str, hide: str, lock: str) -> Presenting:
    return Presenting(on == "1", *(frozenset(names.split(",")) - {""} for names in (hide, lock)))


def redraw(fragment: str) -> None:
    """Reruns one fragment after a callback, unless the whole page runs: a learner may just have gone to another one."""
    context = get_script_run_ctx()
    if context and context.fragment_ids_this_run:
        st.rerun(fragment)


def language() -> Language:
    """The link's language, else this session's, else the browser's: Korean for a Korean browser."""
    asked = st.query_params.to_dict().get("lang")
    if asked in LANGUAGES and asked != st.session_state.get("linked"):
        st.session_state["linked"] = st.session_state["lang"] = asked
    usual = "ko" if (st.context.locale or "").lower().startswith("ko") else "en"
    return cast(Language, st.session_state.setdefault("lang", usual))


def text(slug: str) -> Text:
    """The words of a lesson in the visitor's language."""
    return lesson_text(slug, language())


def page_of(slug: str) -> Any:
    """A lesson as a page of the navigation, one of its own for each run."""
    return copy(_page(slug, language()))


@cache
def _page(slug: str, lang: Language) -> Any:
    return st.Page(HOUSE / "pages" / f"{slug}.py", title=lesson_text(slug, lang)("short"), url_path=slug)


def opening(title: str, sentence: str) -> None:
    """The head of a page: its question and one sentence."""
    head, switch = st.columns([5, 1], vertical_alignment="top")
    with head:
        st.title(title, anchor=False)
        st.caption(sentence)
    with switch:
        _language_switch()


def _language_switch() -> None:
    st.session_state["lang-switch"] = language()

    def switch() -> None:
        st.session_state["lang"] = st.session_state["linked"] = st.session_state["lang-switch"]
        st.query_params["lang"] = st.session_state["lang"]

    name = words(language())
    options = {lang: words(lang)("app.language") for lang in LANGUAGES}
    label = name("app.choose_language")
    st.segmented_control(
        label, LANGUAGES, format_func=options.__getitem__, key="lang-switch", on_change=switch, required=True,
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip


@cache
def _frame() -> Any:
    """Sets the page's language and look in the browser, where Streamlit has no word for them."""
    return st.components.v2.component(
        "dlviz_site", html="<span hidden></span>", js=SITE_JS, isolate_styles=False
    )


@cache
def _player() -> Any:
    """Carries the player's script and style to the browser, once for all stages of a page."""
    from dlviz.plots.page import player_css, player_js

    script = player_js() + "\nexport default carry;\n"
    return st.components.v2.component(
        "dlviz_player", html="<span hidden></span>", css=player_css(), js=script, isolate_styles=False
    )


def main() -> None:
    """Every visit: warm up, choose the language, navigate, run the page."""
    from dlviz.ui import server

    shared = words(language())
    st.set_page_config(layout="wide", page_icon=str(HOUSE / "assets" / "icon.svg"))
    home = st.Page(HOUSE / "pages" / "home.py", title=shared("app.home"), url_path="home", default=True)
    chapters = {
        shared(f"chapter.{name}"): [page_of(slug) for slug in slugs]
        for name, slugs in CHAPTERS.items()
        if slugs
    }
    chosen = st.navigation(
        [home, *(page_of(slug) for slug in LESSONS)] if len(LESSONS) < 6 else {"": [home], **chapters},
        position="top",
    )
    st.html(f"<style>{SITE_CSS}</style>")
    _player()(data={"plotly": server.PLOTLY if server.served else None}, key="player")
    server.warm_up()  # meanwhile the browser takes in what was sent
    chosen.run()
    _frame()(data={"lang": shared.lang, "present": presenting().on}, key="site")


if __name__ == "__main__":  # the script of every visit; the module of this name is imported once
    from dlviz.ui import site

    site.main()
