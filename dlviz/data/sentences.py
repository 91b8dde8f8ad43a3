"""Small sentences in Korean and in English: the verb ends the one and stands in the middle of the other."""

from __future__ import annotations

from itertools import product

from dlviz.data.refusal import Refusal

SUBJECTS = {"나는": "I", "너는": "you", "우리는": "we", "그들은": "they"}
TIMES = {"": "", "오늘": "today", "어제": "yesterday", "아침에": "in the morning", "매일": "every day"}
OBJECTS = {
    "사과를": "an apple", "빵을": "bread", "물을": "water", "우유를": "milk", "책을": "a book", "편지를": "a letter",
    "노래를": "a song", "영화를": "a movie", "그림을": "a picture",
}  # fmt: skip
VERBS = {  # now and before
    "먹는다": "eat", "먹었다": "ate", "마신다": "drink", "마셨다": "drank", "읽는다": "read", "읽었다": "read",
    "쓴다": "write", "썼다": "wrote", "부른다": "sing", "불렀다": "sang", "본다": "watch", "봤다": "watched",
    "그린다": "draw", "그렸다": "drew",
}  # fmt: skip
FITTING = {
    "eat": ("an apple", "bread"), "ate": ("an apple", "bread"),
    "drink": ("water", "milk"), "drank": ("water", "milk"),
    "read": ("a book", "a letter"), "write": ("a book", "a letter"), "wrote": ("a book", "a letter"),
    "sing": ("a song",), "sang": ("a song",), "watch": ("a movie",), "watched": ("a movie",),
    "draw": ("a picture",), "drew": ("a picture",),
}  # fmt: skip
PAST = ("먹었다", "마셨다", "읽었다", "썼다", "불렀다", "봤다", "그렸다")


def sentences() -> list[tuple[str, str]]:
    """All sentences that make sense, with their translations."""
    found = []
    for subject, time, thing, verb in product(SUBJECTS, TIMES, OBJECTS, VERBS):
        fits = OBJECTS[thing] in FITTING[VERBS[verb]]
        when = verb in PAST if time == "어제" else verb not in PAST if time == "매일" else True
        if fits and when:
            source = " ".join(filter(None, (subject, time, thing, verb)))
            found.append((source, translated(source)))
    return found


def translated(text: str) -> str:
    """The English of a sentence: subject, verb, object, time.

    Raises:
        Refusal: "sentence": it is none of these words, or they stand in another order.
    """
    return " ".join(word for word, _ in _said(text))


def said_by(text: str) -> list[list[int]]:
    """Of each word of the translation the place of the word that says it."""
    return [[at] for _, at in _said(text)]


def _said(text: str) -> list[tuple[str, int]]:
    """The words of the translation, each with the place of the Korean word behind it."""
    words = text.split(" ")
    at = {"subject": 0, "verb": len(words) - 1, "object": len(words) - 2}
    if len(words) == 4:
        at["time"] = 1
    lists = {"subject": SUBJECTS, "verb": VERBS, "object": OBJECTS, "time": TIMES}
    if len(words) not in (3, 4) or any(words[place] not in lists[part] for part, place in at.items()):
        raise Refusal("sentence", 0, text)
    order = [part for part in ("subject", "verb", "object", "time") if part in at]
    return [(word, at[part]) for part in order for word in lists[part][words[at[part]]].split(" ")]
