"""XLSX, written row by row to disk: what is in memory does not grow with the rows."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from openpyxl import Workbook
from openpyxl.cell import Cell as StyledCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from pydantic import BaseModel

from shared.exports.columns import Cell, Columns

MOST_CHARACTERS = 32_767
"""Of one cell, counted as Excel does, in UTF-16 units."""
CUT = " […cut: the cell holds no more; the CSV and JSON exports have all of it]"

_IN_MEMORY_BYTES = 1 << 20
_MOST_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_FIRST_YEAR = 1900
_WIDTHS = (12, 40)
_LINE_END = re.compile(r"\r\n?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_TYPED = tuple("=+-@#")


class XlsxFile:
    """A workbook of one list, and a sheet that says what it is; its temporary files go with it."""

    def __init__(self, kind: type[BaseModel], title: str) -> None:
        self._columns = Columns(kind)
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._count = 0

    def __enter__(self) -> Self:
        self._sheet.freeze_panes = "A2"
        for number, name in enumerate(self._columns.names, 1):
            width = min(max(len(name) + 4, _WIDTHS[0]), _WIDTHS[1])
            self._sheet.column_dimensions[get_column_letter(number)].width = width
        self._sheet.append([self._bold(name) for name in self._columns.names])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sheet in self._book.worksheets:
            writer: Any = sheet._writer  # type: ignore[attr-defined] # noqa: SLF001
            if writer is not None and Path(writer.out).exists():
                if not sheet.closed:
                    sheet.close()
                writer.cleanup()

    def add(self, items: Sequence[BaseModel]) -> None:
        """Write the next items, a row each."""
        for item in items:
            self._sheet.append([self._typed(cell) for cell in self._columns.row(item)])
        self._count += len(items)

    def finish(self, about: Mapping[str, Cell]) -> IO[bytes]:
        """The file, at its beginning; small ones stay in memory."""
        last = get_column_letter(len(self._columns.names))
        self._sheet.auto_filter.ref = f"A1:{last}{self._count + 1}"
        told = self._book.create_sheet("about")
        told.column_dimensions["A"].width, told.column_dimensions["B"].width = _WIDTHS
        for name, value in {**about, "rows": self._count}.items():
            told.append([self._bold(name), self._typed(value)])
        made = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed when it is sent
        self._book.save(made)
        made.seek(0)
        return made

    def _bold(self, name: str) -> StyledCell:
        cell = WriteOnlyCell(self._sheet, name)
        cell.font = Font(bold=True)
        return cell

    def _typed(self, value: Cell) -> Cell | StyledCell:
        """The value as the sheet takes it, its type kept where a spreadsheet has that type."""
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, date) and value.year <= _FIRST_YEAR:
            return value.isoformat()
        if isinstance(value, int) and abs(value) >= _MOST_EXACT:
            return str(value)
        if not isinstance(value, str):
            return value
        text = _fitting(_NOT_IN_XML.sub("\ufffd", _LINE_END.sub("\n", value)))
        if not text.startswith(_LOOKS_TYPED):
            return text
        cell = WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"  # openpyxl would take it for a formula or an error value
        cell.quotePrefix = True  # and so would Excel, when someone edits the cell
        return cell


def _fitting(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    kept = units[: 2 * (MOST_CHARACTERS - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT
