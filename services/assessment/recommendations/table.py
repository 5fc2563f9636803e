"""Reads a CSV file into numbered rows, or names everything that is wrong with its form."""

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and the way out."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that have a cell, by their number in a spreadsheet, where the header is row 1."""

    rows: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Of each row the cells that are not empty, by column."""
    faults: tuple[Fault, ...] = ()


def read_table(content: bytes, known: Collection[str], required: Collection[str]) -> Table:
    """The table in a CSV file (RFC 4180) in UTF-8, with or without its byte order mark.

    The header row decides whether comma, semicolon or tab separates. Cells keep their text as it
    is, formulas too. Without a usable header there are faults and no rows.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"Line {line} is not UTF-8; save the file as CSV UTF-8 and send it again."
        return Table(faults=(Fault("body", message),))
    header_line = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header_line.count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: dict[int, Mapping[str, str]] = {}
    faults: list[Fault] = []
    columns: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(records, start=1):
            if number == 1:
                columns = [cell.strip().lower() for cell in cells]
                while columns and not columns[-1]:  # spreadsheets save empty columns at the end
                    columns.pop()
                if faults := _faults_of_header(columns, known, required):
                    return Table(faults=tuple(faults))
            elif any(cell.strip() for cell in cells):
                rows[number] = {
                    name: cell.strip()
                    for name, cell in zip(columns, cells, strict=False)
                    if cell.strip()
                }
                faults += _faults_of_row(number, columns, cells)
    except csv.Error as error:
        message = f'Unreadable from here on ({error}); quote a cell with " and write " in it as "".'
        faults.append(Fault(f"rows.{number + 1}", message))
    if not rows and not faults:
        faults.append(Fault("body", "There is no row; send a header and at least one row."))
    return Table(rows, tuple(faults))


def _faults_of_header(
    columns: list[str], known: Collection[str], required: Collection[str]
) -> list[Fault]:
    names = ", ".join(sorted(known))
    return [
        *(
            Fault(f"columns.{name}", f"There is no such column; those known are {names}.")
            for name in dict.fromkeys(columns)
            if name not in known
        ),
        *(
            Fault(f"columns.{name}", "Give this column once.")
            for name in dict.fromkeys(columns)
            if columns.count(name) > 1
        ),
        *(Fault(f"columns.{name}", "Add this column.") for name in required if name not in columns),
    ]


def _faults_of_row(number: int, columns: list[str], cells: list[str]) -> list[Fault]:
    faults = [
        Fault(f"rows.{number}.{name}", "It holds a NUL character; remove it.")
        for name, cell in zip(columns, cells, strict=False)
        if "\0" in cell
    ]
    if any(cells[len(columns) :]):
        message = (
            f"It has {len(cells)} cells for {len(columns)} columns; quote what holds a separator."
        )
        faults.append(Fault(f"rows.{number}", message))
    return faults
