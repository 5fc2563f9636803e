"""Reads the cells of an XLSX workbook that anyone may have made.

By its own reader: a library that makes an object of every element is busy for minutes with a file
within the limit of an upload, and slower than the whole import may be with an honest one. Nothing
is unpacked before the directory is found to be within bounds, no document type (so no entity) is
taken, no formula is worked out, and only the sheets that are asked for are opened.
"""

import re
from collections.abc import Collection, Iterator
from io import BytesIO
from posixpath import join, normpath
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

_MEBIBYTE = 1024 * 1024
MOST_ENTRIES = 1000
MOST_UNPACKED_BYTES = 64 * _MEBIBYTE
MOST_RATIO = 100
RATIO_MATTERS_FROM = 8 * _MEBIBYTE
MOST_ELEMENTS = 600_000
"""A question has about a hundred: each cell is made of three."""
MOST_CHARACTERS = 4 * _MEBIBYTE
"""Of all cells together, a text that several cells share counted for each."""
LONGEST_CELL = 32_767

_DIRECTORY_ENTRY = b"PK\x01\x02"
_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CELL = re.compile("([A-Z]{1,3})[0-9]{1,7}")
_SMALLER = "Save it as a smaller workbook, without other sheets and pictures."
_DAMAGED = "It is no workbook that can be read; save it again as .xlsx, without a password."

Row = tuple[int, dict[int, str]]
"""The number of a row, and the text of its cells by the number of their column, from 1."""


class UnreadableError(ValueError):
    """The file is no workbook that is taken; the message says why, and the way out."""


def sheets_of(file: bytes, wanted: Collection[str]) -> dict[str, list[Row]]:
    """The rows of the wanted sheets that it has, by name in lower case; empty cells left out.

    Raises:
        UnreadableError: it is no XLSX workbook, or one that is not within the bounds.
    """
    if file.startswith(_OLD_OR_ENCRYPTED):
        raise UnreadableError(
            "It is an .xls workbook or has a password; save it as .xlsx, without one."
        )
    if not file.startswith(b"PK"):
        raise UnreadableError("It is no XLSX workbook; save it as .xlsx.")
    if file.count(_DIRECTORY_ENTRY) > MOST_ENTRIES:
        raise UnreadableError(f"It has more than {MOST_ENTRIES} parts. {_SMALLER}")
    try:
        with ZipFile(BytesIO(file)) as archive:
            _require_bounded(archive)
            return _Workbook(archive).sheets(wanted)
    except UnreadableError:
        raise
    except Exception as error:  # a damaged archive or document makes both readers raise many kinds
        raise UnreadableError(_DAMAGED) from error


def _require_bounded(archive: ZipFile) -> None:
    """Refuse what would unpack to far more than it is; no part yields more than it declares."""
    entries = archive.infolist()
    if any(
        entry.flag_bits & 1 or entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}
        for entry in entries
    ):
        raise UnreadableError(_DAMAGED)
    if any("vbaproject" in entry.filename.lower() for entry in entries):
        raise UnreadableError("It contains macros; save it as .xlsx, without them.")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED_BYTES or any(
        entry.file_size > max(RATIO_MATTERS_FROM, MOST_RATIO * entry.compress_size)
        for entry in entries
    ):
        raise UnreadableError(f"It would unpack to {unpacked:,} bytes. {_SMALLER}")


class _Workbook:
    """An archive whose directory is within the bounds."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._elements = 0

    def sheets(self, wanted: Collection[str]) -> dict[str, list[Row]]:
        """The rows of the wanted sheets."""
        book = _Book()
        self._parse("xl/workbook.xml", book)
        links = _Links()
        self._parse("xl/_rels/workbook.xml.rels", links)
        shared = _SharedTexts()
        for path in links.of_type("/sharedStrings"):
            self._parse(path, shared)
        found = {}
        reader = _Cells(shared.texts)
        for name, link in book.sheets:
            if name.strip().lower() in wanted:
                reader.rows = []
                self._parse(links.targets[link][1], reader)
                found[name.strip().lower()] = reader.rows
        return found

    def _parse(self, path: str, reader: "_Reader") -> None:
        parser = expat.ParserCreate(namespace_separator=" ")

        def start(name: str, attributes: dict[str, str]) -> None:
            self._elements += 1
            if self._elements > MOST_ELEMENTS:
                raise UnreadableError(f"It has more cells than are taken. {_SMALLER}")
            reader.start(name.rpartition(" ")[2], attributes)

        def refuse(*_: object) -> None:
            raise UnreadableError("It has a document type definition; save it again as .xlsx.")

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: reader.end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = refuse
        parser.buffer_text = True
        # At once: by parts, a single long token would be looked through again with each of them.
        parser.Parse(self._archive.read(path), True)  # noqa: FBT003 - it is taken by position


class _Reader:
    """What is done with a part's elements."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Some characters."""


class _Book(_Reader):
    """The sheets' names, in order, with the links to their parts."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next(value for key, value in attributes.items() if key.endswith(" id"))
            self.sheets.append((attributes["name"], link))


class _Links(_Reader):
    """The type and the path of each part that the workbook links to."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            path = normpath(join("/xl", attributes["Target"])).lstrip("/")
            self.targets[attributes["Id"]] = (attributes["Type"], path)

    def of_type(self, ending: str) -> Iterator[str]:
        """The paths of the parts whose type ends so."""
        return (path for kind, path in self.targets.values() if kind.endswith(ending))


class _Texts(_Reader):
    """Gathers the text of the elements that hold some, but for how it is pronounced (`rPh`)."""

    def __init__(self) -> None:
        self._gathered: list[str] = []
        self._gathers = False
        self._aside = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._aside += name == "rPh"
        self._gathers = name in {"t", "v", "f"} and not self._aside

    def end(self, name: str) -> None:
        self._aside -= name == "rPh"
        self._gathers = False

    def text(self, data: str) -> None:
        if self._gathers:
            self._gathered.append(data)

    def _take(self) -> str:
        text = "".join(self._gathered)
        self._gathered.clear()
        return text


class _SharedTexts(_Texts):
    """The texts that cells refer to by number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.texts.append(self._take())


class _Cells(_Texts):
    """The rows of a sheet."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._shared = shared
        self._kind = ""
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._formula = ""
        self._characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            self._cells = {}
        elif name == "c":
            self._kind = attributes.get("t", "n")
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _column_number(place[1]) if place else self._column + 1
            self._formula = ""

    def end(self, name: str) -> None:
        super().end(name)
        if name == "f":
            self._formula = f"={self._take()}"
        elif name == "c":
            self._keep(self._take())
        elif name == "row" and self._cells:
            self.rows.append((self._row, self._cells))

    def _keep(self, text: str) -> None:
        if self._formula:
            text = self._formula
        elif self._kind == "s" and text:
            text = self._shared[int(text)]
        elif self._kind == "b" and text:
            text = "true" if text == "1" else "false"
        if "_x" in text:
            text = _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), text)
        if not text or text.isspace():
            return
        self._characters += len(text)
        if len(text) > LONGEST_CELL or self._characters > MOST_CHARACTERS:
            raise UnreadableError(f"It has more text than is taken. {_SMALLER}")
        self._cells[self._column] = text


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
