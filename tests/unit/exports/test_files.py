"""The three files tell the same, and none of them runs what it holds."""

import csv
import io
import json
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from pydantic import AwareDatetime, BaseModel

from shared.exports.columns import Cell
from shared.exports.texts import CsvFile, JsonFile, TextFile
from shared.exports.workbook import CUT, MOST_CHARACTERS, XlsxFile

FORMULAS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001


class Inner(BaseModel):
    note: str
    share: float | None


class Row(BaseModel):
    text: str
    number: int
    share: float | None
    sure: bool
    day: date
    at: AwareDatetime | None
    tags: list[str]
    inner: Inner | None


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["=1+1", "@SUM(A1)", "#N/A", "-1", "a;b,\"c\"\r\nd", "\ufeffx", " x ", "\x00\x0b\x1f", "😀"]
)  # fmt: skip
SHARE = st.none() | st.floats(-1e300, 1e300)
ROWS = st.lists(
    st.builds(
        Row,
        text=TEXT,
        number=st.integers(-(10**18), 10**18),
        share=SHARE,
        day=st.dates(),
        at=st.none()
        | st.datetimes(
            datetime(1901, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
            datetime(2200, 1, 1),  # noqa: DTZ001
            timezones=st.just(timezone(timedelta(hours=3))),
        ).map(lambda at: at.replace(microsecond=0)),
        tags=st.lists(TEXT, max_size=3),
        inner=st.none() | st.builds(Inner, note=TEXT, share=SHARE),
    ),
    max_size=6,
)


def text_file(file: TextFile, rows: Sequence[BaseModel]) -> str:
    """The whole file, its rows given in two pages."""
    parts = file.head, file.rows(rows[:2]), file.rows(rows[2:]), file.tail
    return b"".join(parts).decode("utf-8")


def from_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(text_file(JsonFile(), rows))
    return records


def from_csv(rows: Sequence[BaseModel], kind: type[BaseModel] = Row) -> list[dict[str, str]]:
    text = text_file(CsvFile(kind), rows)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def workbook(rows: Sequence[BaseModel], kind: type[BaseModel] = Row, **about: Cell) -> Workbook:
    with XlsxFile(kind, "rows") as book:
        book.add(rows[:2])
        book.add(rows[2:])
        with book.finish(about) as file:
            return load_workbook(io.BytesIO(file.read()))


def from_xlsx(rows: Sequence[BaseModel], kind: type[BaseModel] = Row) -> list[dict[str, Any]]:
    titles, *cells = workbook(rows, kind)["rows"].iter_rows(values_only=True)
    return [dict(zip(map(str, titles), row, strict=True)) for row in cells]


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """What JSON holds, as the one line of a table."""
    inner = record.pop("inner") or {"note": None, "share": None}
    tags = "; ".join(record.pop("tags"))
    return record | {"tags": tags} | {f"inner.{name}": inner[name] for name in inner}


def harmless(text: str | None) -> str:
    return f"'{text}" if text and text[0] in FORMULAS else text or ""


def in_a_sheet(text: str | None) -> str | None:
    """Text with what XML cannot hold replaced; nothing is what an empty cell holds."""
    told = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\ufffd" if _is_foreign(c) else c for c in told) or None


def _is_foreign(character: str) -> bool:
    return (character < " " and character not in "\t\n") or character in "\ufffe\uffff"


@given(rows=ROWS)
@settings(deadline=None)
def test_the_csv_tells_what_the_json_tells(rows: list[Row]) -> None:
    for told, record in zip(from_csv(rows), map(flat, from_json(rows)), strict=True):
        assert list(told) == ["text", "number", "share", "sure", "day", "at", "tags",
                              "inner.note", "inner.share"]  # fmt: skip
        assert int(told["number"]) == record["number"]
        assert told["sure"] == str(record["sure"]).lower()
        assert told["day"] == record["day"]
        assert told["at"] == (record["at"] or "")
        for name in ("share", "inner.share"):
            assert (float(told[name]) if told[name] else None) == record[name]
        for name in ("text", "tags", "inner.note"):
            assert told[name] == harmless(record[name])


@given(rows=ROWS)
@settings(deadline=None, max_examples=50)
def test_the_workbook_tells_what_the_json_tells(rows: list[Row]) -> None:
    for told, record in zip(from_xlsx(rows), map(flat, from_json(rows)), strict=True):
        exact = told["number"] if abs(record["number"]) < 10**15 else int(told["number"])
        assert exact == record["number"]
        assert told["sure"] is record["sure"]
        day = told["day"]
        assert (day if isinstance(day, str) else day.date().isoformat()) == record["day"]
        at = datetime.fromisoformat(record["at"]).astimezone(UTC) if record["at"] else None
        assert told["at"] == (at.replace(tzinfo=None) if at else None)
        for name in ("share", "inner.share"):
            wanted = record[name]
            assert told[name] == (None if wanted is None else pytest.approx(wanted))
        for name in ("text", "tags", "inner.note"):
            assert told[name] == in_a_sheet(record[name])


class Said(BaseModel):
    text: str


@pytest.mark.parametrize("begin", FORMULAS)
def test_no_text_becomes_a_formula(begin: str) -> None:
    said = [Said(text=f"{begin}cmd|' /C calc'!A0")]
    assert from_csv(said, Said)[0]["text"] == f"'{said[0].text}"
    cell = workbook(said, Said)["rows"]["A2"]
    assert cell.data_type == "s"


def test_text_that_looks_like_an_error_stays_text() -> None:
    cell = workbook([Said(text="#REF!")], Said)["rows"]["A2"]
    assert (cell.value, cell.data_type) == ("#REF!", "s")


def test_negative_numbers_stay_numbers() -> None:
    class Owed(BaseModel):
        amount: float

    assert from_csv([Owed(amount=-1.5)], Owed)[0]["amount"] == "-1.5"
    assert from_xlsx([Owed(amount=-1.5)], Owed)[0]["amount"] == -1.5


@pytest.mark.parametrize("character", ["x", "😀"])
def test_a_text_too_long_for_a_cell_is_cut_visibly(character: str) -> None:
    units = len(character.encode("utf-16-le")) // 2
    fits = character * (MOST_CHARACTERS // units)
    whole, cut = from_xlsx([Said(text=fits), Said(text=f"{fits}{character}")], Said)
    assert whole["text"] == fits
    assert cut["text"].startswith(character * 32_000 if units == 1 else character * 16_000)
    assert cut["text"].endswith(CUT)
    assert len(cut["text"].encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)


def test_the_workbook_says_what_it_is() -> None:
    made = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    book = workbook([Said(text="a"), Said(text="b")], Said, made_at=made, theme="=x")
    sheet = book["rows"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:A3")
    assert list(book["about"].iter_rows(values_only=True)) == [
        ("made_at", datetime(2026, 11, 24, 9, 30)),  # noqa: DTZ001 - as a sheet has it
        ("theme", "=x"),
        ("rows", 2),
    ]


def test_an_empty_list_is_a_header_alone() -> None:
    assert from_csv([]) == []
    assert from_json([]) == []
    assert from_xlsx([]) == []
    assert workbook([])["rows"].auto_filter.ref == "A1:I1"


def test_a_workbook_that_is_given_up_leaves_nothing_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError), XlsxFile(Said, "rows") as book:  # noqa: PT012
        book.add([Said(text="a")])
        assert list(tmp_path.iterdir())
        raise RuntimeError("the reader went away")
    assert list(tmp_path.iterdir()) == []
    with XlsxFile(Said, "rows") as book:
        book.finish({}).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(kind: str) -> None:
    def peak(pages: int) -> int:
        page = [Said(text="x" * 1000)] * 200
        tracemalloc.start()
        try:
            if kind == "xlsx":
                with XlsxFile(Said, "rows") as book:
                    for _ in range(pages):
                        book.add(page)
                    book.finish({}).close()
            else:
                file = CsvFile(Said) if kind == "csv" else JsonFile()
                for _ in range(pages):
                    file.rows(page)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)  # what is loaded once
    assert peak(40) < 1.5 * peak(4) + 1_000_000
