"""Workbooks as nobody's spreadsheet program would write them."""

import random
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
    '<sheet name="survey" sheetId="1" r:id="a"/></sheets></workbook>'
)
RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="a" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="b" Type="{_LINKS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    "</Relationships>"
)


def workbook(
    rows: str | bytes = "",
    shared: str | bytes = "",
    *,
    sheet: str | bytes | None = None,
    **more: str | bytes,
) -> bytes:
    """A workbook of one sheet, with its XML as given; `more` parts by their names."""
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/sharedStrings.xml": _element("sst", shared),
        "xl/worksheets/sheet1.xml": sheet or _element("worksheet", _element("sheetData", rows)),
        **more,
    }
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def spread(part: bytes, mebibytes: int = 12) -> bytes:
    """The part over and over, beside so much noise that its size is no sign of what it is."""
    noise = random.Random(1).randbytes(mebibytes * 12_000).hex().encode()
    return b"<!--" + noise + b"-->" + part * (mebibytes * 1024 * 1024 // len(part))


def _element(name: str, content: str | bytes) -> bytes:
    inner = content.encode() if isinstance(content, str) else content
    space = f' xmlns="{_MAIN}"' if name != "sheetData" else ""
    return f"<{name}{space}>".encode() + inner + f"</{name}>".encode()
