"""The words of one lesson in one language: labels by name, passages by heading."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")  # Korean is the original
HOUSE = Path(__file__).parent


@dataclass(frozen=True)
class Text:
    """Labels and passages; `text("axis.loss")` is a label, `text.passage("why")` is Markdown.

    Attributes:
        lang: the language.
        labels: label by dotted name; the lesson's own stand before the words shared by all lessons.
        passages: Markdown by its heading, in order.
    """

    lang: Language
    labels: Mapping[str, str] = field(repr=False)
    passages: Mapping[str, str] = field(repr=False)

    def __call__(self, name: str, /, **values: Any) -> str:
        """A label, with values put into its placeholders.

        Raises:
            KeyError: no label has that name.
        """
        label = self.labels[name]
        return label.format(**values) if values else label

    def has(self, name: str) -> bool:
        """Whether there is a label of that name."""
        return name in self.labels

    def passage(self, name: str) -> str:
        """A passage as Markdown.

        Raises:
            KeyError: no passage has that heading.
        """
        return self.passages[name]

    def field(self, name: str) -> str:
        """What a field of the config is called."""
        return self(f"field.{name}")

    def option(self, name: str, value: str) -> str:
        """What one option of a field is called."""
        return self(f"option.{name}.{value}")

    def group(self, prefix: str) -> dict[str, str]:
        """All labels under a dotted prefix, by the rest of their names."""
        return {
            name.removeprefix(prefix + "."): label
            for name, label in self.labels.items()
            if name.startswith(prefix + ".")
        }


@cache
def words(lang: Language) -> Text:
    """The words that all lessons share: terms of the field and of the app."""
    source = (HOUSE / f"words.{lang}.toml").read_text(encoding="utf-8")
    return Text(lang, _flat(tomllib.loads(source)), {})


@cache
def lesson_text(slug: str, lang: Language) -> Text:
    """The words of one lesson, over the shared ones."""
    return read(HOUSE / "lessons" / slug / f"text.{lang}.md", lang)


def read(path: Path, lang: Language) -> Text:
    """Reads a Markdown file: TOML between two lines `+++`, then passages under `## name`."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    parts = re.split(r"^## (\S+)\n", body, flags=re.MULTILINE)  # ["", name, passage, name, passage, ...]
    passages = {name: passage.strip() for name, passage in zip(parts[1::2], parts[2::2], strict=True)}
    return Text(lang, {**words(lang).labels, **_flat(tomllib.loads(front))}, passages)


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: str(value)}
    return flat
