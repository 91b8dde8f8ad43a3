"""Truths of uploaded tables: what a file holds arrives, what it cannot be is refused with its reason."""

from __future__ import annotations

import csv
import gc
import io
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz import source
from dlviz.data import sheets, uploads
from dlviz.data.refusal import Refusal
from dlviz.recording import record
from tests.fixtures.lesson import brought
from tests.test_source import ALONE, undefined

KOREAN = "이름,키,성별\n" + "".join(f"학생 {k},{160 + k / 4},{'남여'[k % 2]}\n" for k in range(24))
PEOPLE = KOREAN.replace("이름", "번호").replace("학생 ", "")
EVIL = "<img src=x onerror=alert(1)>,b,<b>c</b>\n" + "".join(
    f"{k},{k * k},{'<i>' if k % 2 else '&amp;'}\n" for k in range(24)
)


def table(text: str) -> sheets.Table:
    return sheets.read(text.encode())


def numbers(rows: int = 24, columns: int = 3, separator: str = ",") -> str:
    head = separator.join(f"c{j}" for j in range(columns))
    return (
        head
        + "\n"
        + "".join(
            separator.join(str((k + 1) * (j + 2) % 97 / 4) for j in range(columns)) + "\n"
            for k in range(rows)
        )
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_korean_in_every_encoding_is_the_same_table(encoding: str) -> None:
    read = sheets.read(PEOPLE.encode(encoding))
    assert [c.name for c in read.columns] == ["번호", "키", "성별"]
    assert read.columns[2].categories == ("남", "여")
    assert uploads.digest_of(read) == uploads.digest_of(table(PEOPLE))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, end: str) -> None:
    read = sheets.read(numbers(separator=separator).replace("\n", end).encode())
    assert [c.name for c in read.columns] == ["c0", "c1", "c2"]
    assert uploads.digest_of(read) == uploads.digest_of(table(numbers()))


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(st.lists(st.floats(-1e9, 1e9), min_size=24, max_size=24), st.lists(cell, min_size=24, max_size=24))
def test_numbers_arrive_bit_by_bit_whatever_stands_beside_them(values: list[float], texts: list[str]) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["a", "note", "b", "c"])
    writer.writerows([v, text, -v, k] for k, (v, text) in enumerate(zip(values, texts)))
    if len(set(values)) == 1:
        return
    by_name = {c.name: c for c in sheets.read(out.getvalue().encode()).columns}
    assert np.array_equal(by_name["a"].values, values)
    assert np.array_equal(by_name["b"].values, -np.array(values))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_table_or_a_refusal(data: bytes) -> None:
    with suppress(Refusal):
        assert len(sheets.read(data).columns) >= 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file_empty"),
        (b"\n\n ,, \n", "file_empty"),
        (b"x" * (sheets.LARGEST + 1), "file_large"),
        (b"PK\x03\x04" + b"\0" * 40, "file_excel"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\1\2\3\4\5\6\7\xff\xff\xff\xfe\xfd", "file_binary"),
        (b"a,b,c\n1,2,\xff\xff\xff\n", "file_encoding"),
        (b'a,b,c\n1,2,"' + b"x" * 140_000, "file_cells"),
        (b"a\n1\n2\n", "file_separator"),
        (numbers(5).encode(), "file_rows"),
        (numbers(columns=2).encode(), "file_numbers"),
        (KOREAN.encode(), "file_numbers"),
        (numbers(separator=";").replace(".", ",").encode(), "file_numbers"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        sheets.read(data)
    assert refused.value.reason == reason


def test_holes_limits_and_odd_rows_are_counted() -> None:
    text = numbers(30, 4).splitlines()
    text[3] = ",".join(["", *text[3].split(",")[1:]])
    text[5] += ",7"
    read = table("\n".join(text) + "\n1,2\n")
    assert read.odd_rows == 2
    assert np.isnan(read.columns[0].values).tolist() == [k == 2 for k in range(29)]
    kept = uploads.keep(read)
    assert uploads.examples(uploads.digest_of(kept), 0, 1, 2).left_out == 1
    assert uploads.examples(uploads.digest_of(kept), 1, 2, 3).left_out == 0
    wide = table(numbers(24, 70))
    assert (len(wide.columns), wide.more_columns) == (64, 6)
    long = table(numbers(sheets.ROWS + 11))
    assert (len(long.columns[0].values), long.more_rows) == (sheets.ROWS, 11)


def test_a_table_without_a_head_has_numbers_for_names() -> None:
    read = table("".join(numbers().splitlines(keepends=True)[1:]))
    assert [c.name for c in read.columns] == ["#1", "#2", "#3"]
    assert len(read.columns[0].values) == 24


def test_columns_that_cannot_be_used_are_named() -> None:
    rows = "".join(
        f"{k},{k * 2},{k % 5}.5,1,text {k},{k if k % 3 else ''},2024-01-{k + 1:02d}\n" for k in range(24)
    )
    read = table("a,b,c,same,words,holes,date\n" + rows)
    assert [c.name for c in read.columns] == ["a", "b", "c"]
    assert read.left_columns == ("same", "words", "holes", "date")


def test_nothing_in_a_file_is_evaluated_and_html_stays_text() -> None:
    read = table(EVIL)
    assert [c.name for c in read.columns] == ["<img src=x onerror=alert(1)>", "b", "<b>c</b>"]
    assert read.columns[2].categories == ("&amp;", "<i>")
    odd = table(
        "a,b,c\n" + "".join(f"=1+{k},__import__('os'),{k}\n" for k in range(2)) + numbers().split("\n", 1)[1]
    )
    assert np.isnan(odd.columns[1].values).sum() == 2


def test_few_whole_numbers_or_texts_are_classes_more_numbers_are_a_number() -> None:
    rows = "".join(f"{k / 3},{k % 4},{(k % 3) * 5},{'ab'[k % 2]}\n" for k in range(24))
    kept = uploads.keep(table("x,four,three,text\n" + rows))
    digest = uploads.digest_of(kept)
    three = uploads.examples(digest, 0, 1, 2)
    assert (three.classes, three.target.tolist()) == (("0", "5", "10"), [k % 3 for k in range(24)])
    assert uploads.examples(digest, 0, 1, 3).classes == ("a", "b")
    four = uploads.examples(digest, 0, 2, 1)
    assert four.classes == ()
    assert four.target.tolist() == [k % 4 for k in range(24)]
    assert uploads.suggested(digest) == (0, 1, 3)


@given(st.tuples(*[st.integers(0, 63)] * 3))
def test_any_three_numbers_of_columns_give_three_columns_that_serve(columns: tuple[int, int, int]) -> None:
    kept = uploads.keep(table(PEOPLE))
    chosen = uploads.serving(kept, *columns)
    assert sorted(chosen) == [0, 1, 2]
    assert chosen[2] == 2
    assert len(uploads.examples(uploads.digest_of(kept), *columns).target) == 24


def test_a_table_stays_while_somebody_holds_it_and_then_until_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = uploads.keep(table(PEOPLE.replace("160", "170")))
    digest = uploads.digest_of(kept)
    assert uploads.keep(table(PEOPLE.replace("160", "170"))) is kept
    monkeypatch.setattr(uploads.SHELF, "budget", 0)
    uploads.keep(table(numbers(33)))
    assert uploads.uploaded(digest) is kept
    uploads.keep(table(numbers(34)))
    del kept
    gc.collect()
    config, (problem,) = brought.Config.from_query({"table": digest, "seed": "3"})
    assert (config.table, config.seed, problem.reason) == ("", 3, "absent")


def test_a_link_names_the_table_and_leaves_out_the_columns_that_it_suggests() -> None:
    kept = uploads.keep(table(PEOPLE))
    config = brought.Config(table=uploads.digest_of(kept))
    assert (config.table_x, config.table_y, config.table_target) == (0, 1, 2)
    assert config.to_query() == {"table": uploads.digest_of(kept)}
    assert brought.Config.from_query(config.to_query()) == (config, [])


@pytest.mark.parametrize("kind", ["script.py", "notebook.ipynb"])
def test_what_is_taken_home_carries_the_rows_and_ends_on_the_same_numbers(kind: str, tmp_path: Path) -> None:
    kept = uploads.keep(table(EVIL))
    config = brought.Config(table=uploads.digest_of(kept), points="AAAAIABC")
    write = source.script if kind.endswith("py") else source.notebook
    text = write(brought, config, "title") if kind.endswith("ipynb") else write(brought, config)
    file = tmp_path / kind
    file.write_text(text, encoding="utf-8")
    assert undefined(file) == ""
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(file)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    last = json.loads([line for line in done.stdout.splitlines() if line.startswith("{")][-1])
    assert last == json.loads(json.dumps(source.numbers(record(brought, config)[-1])))
    assert last["filed"] == [11.5, float(np.mean(np.arange(24) ** 2)), 0.5]
