"""Texts that learners bring: short ones travel in the link, longer ones stay with this process under their digest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Literal

import torch
from jaxtyping import Int64
from pydantic import AfterValidator, Field
from torch import Tensor

from dlviz.data.refusal import Refusal
from dlviz.data.sheets import decoded
from dlviz.data.shelf import Shelf

MOST = 20_000  # characters of a text that are read
LINKED = 200  # characters that fit in a link
PAIRS, FEWEST_PAIRS = 200, 4  # lines of a text that holds pairs
SHELVED = re.compile(r"#[0-9a-f]{16}")  # the name of a text that does not fit in a link
SAYING = re.compile(r"@[a-z]+")  # that of a saying that lies beside this file
SAYINGS = Path(__file__).parent / "sayings"
PIECE = re.compile(r"\n|\w+(?:['’]\w+)*|[^\w\s]")  # a line's end, a word, or a mark
CLOSING = set(".,!?;:)]}%…”’»」』")  # marks before which no space stands
OPENING = set("([{“‘«「『")  # after which none does
UNKNOWN = "□"  # a token that the vocabulary does not have

SplitName = Literal["word", "character"]


@dataclass(frozen=True, eq=False)
class Writing:
    """A text that was read.

    Attributes:
        characters: what can be used of it.
        left: how many characters came after those that are read.
    """

    characters: str
    left: int = 0

    def nbytes(self) -> int:
        """The memory that the characters hold, in bytes, at most."""
        return 4 * len(self.characters)


def clean(text: str) -> str:
    """A text without control characters: composed letters, plain line ends, no blanks at the ends of lines.

    Korean typed on some systems comes as separate letters; it is put together (Unicode's NFC).
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ["".join(c for c in line if c == "\t" or unicodedata.category(c)[0] != "C") for line in lines]
    return "\n".join(line.rstrip() for line in kept).strip("\n ")


def read(data: str | bytes) -> Writing:
    """Reads what was typed, or a file.

    Raises:
        Refusal: "text_empty", or "text_file" for a file that holds no text.
    """
    if isinstance(data, bytes):
        try:
            data = decoded(data)
        except Refusal as refusal:
            raise Refusal("text_empty" if refusal.reason == "file_empty" else "text_file") from refusal
    whole = clean(data)
    if not whole.strip():
        raise Refusal("text_empty")
    return Writing(whole[:MOST].rstrip(), max(0, len(whole) - MOST))


def name_of(writing: Writing) -> str:
    """What a config says of a text: all of it where it is short, else a digest, under which it is kept."""
    own = writing.characters
    if len(own) <= LINKED and not SHELVED.fullmatch(own) and not SAYING.fullmatch(own):
        return own
    SHELF.keep(digest_of(own), writing)
    return digest_of(own)


def text_of(name: str) -> str:
    """The text that a config names.

    Raises:
        Refusal: "text_absent": this process does not have it.
    """
    if SAYING.fullmatch(name) and (file := SAYINGS / f"{name[1:]}.txt").exists():
        return clean(file.read_text(encoding="utf-8"))
    return SHELF.take(name, "text_absent").characters if SHELVED.fullmatch(name) else name


def text_source(name: str) -> str:
    """`text_of` written anew, with the text in it: a script finds it on no server."""
    text = text_of(name)
    lines = "".join(f"        {text[k : k + 80]!r}\n" for k in range(0, len(text), 80)) or '        ""\n'
    return f'def text_of(name: str) -> str:\n    """The text, as it was given."""\n    return (\n{lines}    )'


def writing_of(name: str) -> Writing | None:
    """What must be held for a long text to stay; None for a short one."""
    return SHELF.take(name, "text_absent") if SHELVED.fullmatch(name) else None


def digest_of(characters: str) -> str:
    """A sign and 16 hexadecimal digits that tell what a text says."""
    return "#" + blake2b(characters.encode(), digest_size=8).hexdigest()


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Lines of "source<TAB>target" as pairs; empty lines are left out.

    Raises:
        Refusal: "pairs_tab" (a line that is no pair), "pairs_few" or "pairs_many".
    """
    pairs = []
    for at, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) != 2 or not all(parts):
            raise Refusal("pairs_tab", at, line)
        pairs.append((parts[0], parts[1]))
    if len(pairs) > PAIRS:
        raise Refusal("pairs_many", PAIRS)
    if len(pairs) < FEWEST_PAIRS:
        raise Refusal("pairs_few", len(pairs))
    return pairs


def split(text: str, by: SplitName) -> list[str]:
    """A text as tokens: words, marks and line ends; or characters, several spaces as one."""
    return PIECE.findall(text) if by == "word" else list(re.sub(r"[ \t]+", " ", text))


def joined(tokens: Iterable[str], by: SplitName) -> str:
    """Tokens as a text to read."""
    if by == "character":
        return "".join(tokens)
    text = ""
    for token in tokens:
        close = not text or token in CLOSING or token == "\n" or text[-1] in OPENING or text[-1] == "\n"
        text += token if close else f" {token}"
    return text


@dataclass(frozen=True)
class Vocabulary:
    """Tokens and their numbers.

    Attributes:
        tokens: in the order of their first appearance; `UNKNOWN` last if some were left out.
    """

    tokens: tuple[str, ...]

    @classmethod
    def of(cls, tokens: Sequence[str], most: int = 300) -> Vocabulary:
        """The tokens of a text; beyond `most` the most frequent ones, and one for all others."""
        counts = Counter(tokens)  # in order of appearance
        if len(counts) <= most:
            return cls(tuple(counts))
        frequent = {token for token, _ in counts.most_common(most - 1)}
        return cls((*(token for token in counts if token in frequent), UNKNOWN))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> Int64[Tensor, " T"]:
        """The numbers of tokens; one that is not there is `UNKNOWN`.

        Raises:
            KeyError: it is not there, and neither is `UNKNOWN`.
        """
        other = self.numbers.get(UNKNOWN)
        found = [self.numbers[token] if other is None else self.numbers.get(token, other) for token in tokens]
        return torch.tensor(found, dtype=torch.int64)

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """The tokens of numbers."""
        return [self.tokens[int(number)] for number in numbers]


def _present(name: str) -> str:
    if SHELVED.fullmatch(name):
        text_of(name)
        return name
    return clean(name)[:LINKED]


SHELF: Shelf[Writing] = Shelf(16 * 2**20)
TextName = Annotated[str, Field(max_length=LINKED), AfterValidator(_present)]
