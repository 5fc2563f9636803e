"""CSV and JSON, written part by part."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Protocol

from pydantic import BaseModel

from shared.exports.columns import Cell, Columns, text_of

_BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets read these alike


class TextFile(Protocol):
    """A file that is sent while it is made."""

    head: bytes
    tail: bytes

    def rows(self, items: Sequence[BaseModel]) -> bytes:
        """The next items as the file has them."""
        ...


class CsvFile:
    """CSV by RFC 4180 that spreadsheets open as it is meant: UTF-8, and no text is a formula."""

    tail = b""

    def __init__(self, kind: type[BaseModel]) -> None:
        self._columns = Columns(kind)
        self.head = _BOM.encode() + _csv([self._columns.names])

    def rows(self, items: Sequence[BaseModel]) -> bytes:
        """The next items, a row each."""
        return _csv(map(_harmless, self._columns.row(item)) for item in items)


class JsonFile:
    """One JSON array of the records, each as the list answers it."""

    head, tail = b"[", b"]\n"

    def __init__(self) -> None:
        self._before = b""

    def rows(self, items: Sequence[BaseModel]) -> bytes:
        """The next items of the array."""
        if not items:
            return b""
        before, self._before = self._before, b",\n"
        return before + b",\n".join(item.model_dump_json(by_alias=True).encode() for item in items)


def _harmless(cell: Cell) -> str:
    """The cell's text; one that a spreadsheet would run as a formula has an apostrophe before it.

    Numbers are left as they are, negative ones too.
    """
    text = text_of(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_BEGINS_A_FORMULA) else text


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
