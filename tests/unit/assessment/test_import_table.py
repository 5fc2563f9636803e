"""A CSV file becomes numbered rows, or its form is faulted with the way out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.recommendations.table import SEPARATORS, Table, read_table

KNOWN = ("state", "text", "notes")
REQUIRED = ("state", "text")


def read(text: str | bytes) -> Table:
    return read_table(text.encode() if isinstance(text, str) else text, KNOWN, REQUIRED)


def faults_of(text: str | bytes) -> list[tuple[str, str]]:
    return [(fault.field, fault.message) for fault in read(text).faults]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_mark_and_line_end_make_no_difference(
    separator: str, mark: str, end: str
) -> None:
    lines = [("State", " TEXT "), ("KEN", '"a, b; c\td"'), ("", ""), ("PER", "x")]
    text = mark + end.join(separator.join(cells) for cells in lines) + end
    assert read(text) == Table(
        {2: {"state": "KEN", "text": "a, b; c\td"}, 4: {"state": "PER", "text": "x"}}
    )


def test_a_quoted_cell_keeps_its_lines_and_counts_as_one_row() -> None:
    table = read('state,text\nKEN,"one\ntwo ""quoted"""\nPER,three\n')
    assert table.rows == {
        2: {"state": "KEN", "text": 'one\ntwo "quoted"'},
        3: {"state": "PER", "text": "three"},
    }


def test_formulas_stay_text() -> None:
    text = "=HYPERLINK(1)"
    assert read(f"state,text\n@KEN,{text}\n").rows == {2: {"state": "@KEN", "text": text}}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", ["body"]),
        ("\n", ["columns.state", "columns.text"]),
        ("state,text\n", ["body"]),
        ("state,text\n,\n\n", ["body"]),
        ("state,sate,text,,x\n", ["columns.sate", "columns.", "columns.x"]),
        ("state,text,text\nKEN,a,b\n", ["columns.text"]),
        ("text;notes\na;b\n", ["columns.state"]),
        ("state,text\nKEN,a\0b\n", ["rows.2.text"]),
        ("state,text\nKEN,a,b\nPER,c,d,\n", ["rows.2", "rows.3"]),
        ('state,text\nKEN,a\nPER,"open\nFRA,b\n', ["rows.3"]),
        ('state,text\nKEN,"a"b\n', ["rows.2"]),
        ("state,text\nKEN,caf\xe9\n".encode("latin-1"), ["body"]),
        ("state,text\nKEN,a\n".encode("utf-16"), ["body"]),
        (b"PK\x03\x04\x14\x00\xff", ["body"]),
    ],
)
def test_each_fault_of_form_is_named(text: str | bytes, fields: list[str]) -> None:
    assert [field for field, _ in faults_of(text)] == fields


def test_what_is_not_utf8_is_told_where_and_what_to_do() -> None:
    ((_, message),) = faults_of("state,text\nKEN,a\nPER,caf\xe9\n".encode("latin-1"))
    assert message == "Line 3 is not UTF-8; save the file as CSV UTF-8 and send it again."


def test_empty_columns_and_cells_at_the_end_are_no_fault() -> None:
    assert read("state,text,,\nKEN,a,,\n") == Table({2: {"state": "KEN", "text": "a"}})


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_faulted(content: bytes) -> None:
    table = read(b"state,text\n" + content)
    assert table.rows or table.faults


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip).filter(bool)


@given(st.lists(st.tuples(CELL, CELL), min_size=1), st.sampled_from(SEPARATORS))
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[tuple[str, str]], separator: str
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows([("state", "text"), *rows])
    table = read(file.getvalue())
    assert table.faults == ()
    assert [tuple(row.values()) for row in table.rows.values()] == rows
