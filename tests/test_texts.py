"""A learner's own text: what is read of it, where it is kept, and its tokens, both ways."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dlviz.data import texts
from dlviz.data.refusal import Refusal

LONG = "나무 위에 새가 있다. <b>x</b>\n" * 30
NAME = TypeAdapter(texts.TextName)


@given(st.text(max_size=300))
def test_a_text_is_cleaned_once_and_for_all(text: str) -> None:
    cleaned = texts.clean(text)
    assert texts.clean(cleaned) == cleaned
    cleaned.encode()  # no half of a surrogate pair is left
    assert not set(cleaned) & set("\0\r\x1b\u202e\u200b")


def test_letters_typed_apart_are_put_together() -> None:
    assert texts.clean("\u1112\u1161\u11ab") == "한"


def test_a_short_text_is_its_own_name_and_a_long_one_lies_on_the_shelf() -> None:
    short = texts.read("간다 간다")
    assert texts.name_of(short) == "간다 간다"
    name = texts.name_of(texts.read(LONG))
    assert texts.SHELVED.fullmatch(name)
    assert texts.text_of(name) == texts.clean(LONG)
    assert NAME.validate_python(name) == name


def test_a_text_that_reads_like_a_name_is_not_taken_for_one() -> None:
    for sly in ("#0123456789abcdef", "@wood", "@nothing"):
        assert texts.text_of(texts.name_of(texts.read(sly))) == sly


def test_a_saying_is_named_by_its_file_and_no_other_file_is() -> None:
    assert texts.text_of("@wood").startswith("How much wood")
    assert texts.text_of("@../texts") == "@../texts"


def test_a_name_that_nobody_gave_is_refused() -> None:
    with pytest.raises(ValidationError) as told:
        NAME.validate_python("#" + "0" * 16)
    assert told.value.errors()[0]["ctx"]["error"].reason == "text_absent"


def test_what_is_beyond_the_limit_is_counted() -> None:
    writing = texts.read("가나다라 " * 5000)
    assert len(writing.characters) <= texts.MOST
    assert writing.left == 25_000 - 1 - texts.MOST  # the last blank is no part of it


@pytest.mark.parametrize(
    ("data", "reason"),
    [("", "text_empty"), (" \n\0", "text_empty"), (b"", "text_empty"), (b"PK\3\4rest", "text_file"),
     (b"\1\2\3\0\xff\xfe\xfd", "text_file"), (b"a\xff\xff\xff", "text_file")],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_its_reason(data: str | bytes, reason: str) -> None:
    with pytest.raises(Refusal) as told:
        texts.read(data)
    assert told.value.reason == reason


def test_files_of_korean_programs_are_read() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp949"):
        assert texts.read("하나 둘 셋".encode(encoding)).characters == "하나 둘 셋"


def test_a_script_carries_the_text() -> None:
    name = texts.name_of(texts.read(LONG + '"""\\ {x}'))
    room: dict[str, object] = {}
    exec(texts.text_source(name), room)  # what the export writes
    assert room["text_of"](name) == texts.text_of(name)  # type: ignore[operator]


def test_a_text_stays_while_somebody_holds_it() -> None:
    name = texts.name_of(texts.read(LONG + "held"))
    held = texts.writing_of(name)

    def crowd(mark: str) -> None:
        for k in range(300):
            texts.name_of(texts.read(f"{mark}{k} " + "x" * texts.MOST))

    crowd("a")
    assert texts.writing_of(name) is held
    del held
    crowd("b")
    gc.collect()
    with pytest.raises(Refusal, match="text_absent"):
        texts.text_of(name)


def test_pairs_are_lines_with_one_tab() -> None:
    lines = "\n\n".join(f"{k}\t{k * k}" for k in range(5))
    assert texts.pairs_of(lines) == [(str(k), str(k * k)) for k in range(5)]
    for text, reason, at in (
        ("a\tb\nc", "pairs_tab", 1),
        ("a\t", "pairs_tab", 0),
        ("a\tb\tc", "pairs_tab", 0),
        ("a\tb", "pairs_few", 1),
        ("a\tb\n" * 201, "pairs_many", 200),
    ):
        with pytest.raises(Refusal) as told:
            texts.pairs_of(text)
        assert (told.value.reason, told.value.at) == (reason, at)


def test_words_marks_and_line_ends_are_tokens() -> None:
    assert texts.split("Don't say: hi!\n안녕, 나야.", "word") == [
        "Don't", "say", ":", "hi", "!", "\n", "안녕", ",", "나야", "."
    ]  # fmt: skip
    assert texts.split("가  나", "character") == ["가", " ", "나"]


@pytest.mark.parametrize("text", ["You say goodbye.", "(안녕), “나야”!\n다시", "a, b; c"])
def test_tokens_join_to_the_text_they_came_from(text: str) -> None:
    for by in ("word", "character"):
        assert texts.joined(texts.split(text, by), by) == text


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40))
def test_a_vocabulary_reads_what_it_wrote(tokens: list[str]) -> None:
    vocabulary = texts.Vocabulary.of(tokens)
    assert vocabulary.decode(vocabulary.encode(tokens).tolist()) == tokens
    assert vocabulary.tokens == tuple(dict.fromkeys(tokens))


def test_a_small_vocabulary_keeps_the_frequent_ones() -> None:
    vocabulary = texts.Vocabulary.of(list("bcaabbd"), most=3)
    assert vocabulary.tokens == ("b", "a", texts.UNKNOWN)
    assert vocabulary.decode(vocabulary.encode("abz").tolist()) == ["a", "b", texts.UNKNOWN]
    with pytest.raises(KeyError):
        texts.Vocabulary.of("ab").encode("c")
