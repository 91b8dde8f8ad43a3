"""Where learners bring pictures of classes of their own: a name and some files for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from dlviz.data import albums, photos
from dlviz.data.refusal import Refusal
from dlviz.text import Text
from dlviz.ui.choices import Choices, quoted
from dlviz.ui.controls import panel
from dlviz.ui.site import presenting
from dlviz.ui.upload import why

ACROSS = 6  # small pictures side by side
TOLD = 3  # files whose refusal is told


@dataclass
class Draft:
    """One class as far as it is brought.

    Attributes:
        name: as it was typed.
        pictures: each (32, 32, 3).
        refused: files that could not be read, and why.
        more: whether there were more files than a class may have.
    """

    name: str
    pictures: list[np.ndarray] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)
    more: bool = False

    def add(self, files: Sequence[Any]) -> None:
        """Reads files; each picture is there once."""
        self.refused, self.more = [], False
        for file in files:
            if len(self.pictures) == albums.MOST:
                self.more = True
                return
            try:
                picture = albums.square(photos.read(file.getvalue()).pixels)
            except Refusal as refusal:
                self.refused.append((file.name, refusal))
                continue
            if not any(np.array_equal(picture, other) for other in self.pictures):
                self.pictures.append(picture)


@dataclass
class Drafts:
    """What this session has of an album so far.

    Attributes:
        classes: two to four.
        album: the last one that was whole; as long as the session holds it, the process keeps it.
        digest: of that one.
        refused: why the classes are no album yet.
        turn: how often the places for files were made anew: so the server keeps no file that it has read.
    """

    classes: list[Draft]
    album: albums.Album | None = None
    digest: str = ""
    refused: Refusal | None = None
    turn: int = 0

    def bind(self) -> bool:
        """Makes an album of the classes; whether they are enough."""
        self.refused = None
        try:
            album = albums.bound([(one.name, one.pictures) for one in self.classes])
        except Refusal as refusal:
            self.refused = refusal
            return False
        self.album = albums.keep(album)
        self.digest = albums.digest_of(album)
        return True


def choice(choices: Choices, text: Text, name: str, digest: str) -> None:
    """The choice of pictures, and the room for one's own where these are chosen.

    Args:
        choices: what the learner has chosen.
        text: the words.
        name: the field of the config that names the pictures, "own" among its options.
        digest: the field that holds the digest of the own ones.
    """
    panel(choices, text, (name,))
    if getattr(choices.config, name) == "own" and not presenting().hides("controls", digest):
        album(choices, text, digest)


def album(choices: Choices, text: Text, digest: str) -> None:
    """Takes in pictures of two to four classes; once every class has enough, they are what is learnt."""
    drafts = _drafts(choices, text, digest)
    key = f"{choices.slug}.{digest}"
    usual: dict[str, Any] = {"disabled": presenting().locks(digest, "train")}

    def bind() -> None:
        if drafts.bind():
            choices.change(**{digest: drafts.digest})

    def count() -> None:
        wanted = int(st.session_state[f"{key}.count"])
        fresh = [_blank(text, k) for k in range(len(drafts.classes), wanted)]
        drafts.classes = [*drafts.classes[:wanted], *fresh]
        bind()

    st.session_state[f"{key}.count"] = str(len(drafts.classes))
    numbers = [str(k) for k in range(albums.FEWEST, albums.MANY + 1)]
    label = text("album.count")
    st.segmented_control(label, numbers, key=f"{key}.count", required=True, on_change=count, **usual)
    for k, draft in enumerate(drafts.classes):

        def call(draft: Draft = draft, source: str = f"{key}.name.{k}") -> None:
            draft.name = st.session_state[source]
            bind()

        def take(draft: Draft = draft, source: str = f"{key}.files.{k}.{drafts.turn}") -> None:
            draft.add(st.session_state[source])
            drafts.turn += 1
            bind()

        def empty(draft: Draft = draft) -> None:
            draft.pictures, draft.refused, draft.more = [], [], False
            bind()

        st.session_state[f"{key}.name.{k}"] = draft.name
        limits = {"least": albums.LEAST, "most": albums.MOST}
        with st.container(border=True, key=f"album-{k}"):
            letters = albums.LETTERS
            called = text("album.name", k=k + 1)
            st.text_input(called, key=f"{key}.name.{k}", max_chars=letters, on_change=call, **usual)
            st.file_uploader(
                text("album.files", **limits),
                accept_multiple_files=True,
                key=f"{key}.files.{k}.{drafts.turn}",
                help=text("album.help"),
                on_change=take,
                **usual,
            )
            if draft.pictures:
                st.image(sheet(draft.pictures), caption=text("album.has", count=len(draft.pictures)))
                st.button(text("album.empty"), on_click=empty, key=f"{key}.empty.{k}", **usual)
            for piece, refusal in draft.refused[:TOLD]:
                st.error(f"{quoted(piece)}: {why(text, refusal)}")
            if draft.more:
                st.caption(text("album.more", most=albums.MOST))
    if drafts.refused:
        st.caption(why(text, drafts.refused))
    if not getattr(choices.config, digest):
        st.caption(text("album.stand_in"))


def sheet(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Small pictures in rows on white, (H, W, 3)."""
    side = albums.SIDE + 2
    whole = np.full((-(-len(pictures) // ACROSS) * side, ACROSS * side, 3), 255, np.uint8)
    for n, picture in enumerate(pictures):
        top, left = n // ACROSS * side, n % ACROSS * side
        whole[top : top + albums.SIDE, left : left + albums.SIDE] = picture
    return whole


def _blank(text: Text, k: int) -> Draft:
    return Draft(text("album.class", k=k + 1))


def _drafts(choices: Choices, text: Text, name: str) -> Drafts:
    """What this session has; an album that a link names is taken over."""
    fresh = Drafts([_blank(text, k) for k in range(albums.FEWEST)])
    drafts: Drafts = st.session_state.setdefault(f"{choices.slug}.{name}", fresh)
    digest = getattr(choices.config, name)
    if digest and digest != drafts.digest:
        found = albums.album_of(digest)
        drafts.classes = [Draft(name, list(found.of_class(k))) for k, name in enumerate(found.names)]
        drafts.album, drafts.digest, drafts.refused = found, digest, None
    return drafts
