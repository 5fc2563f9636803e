"""Small files of the kinds that offices send, and what is wrong with some."""

import io
import zipfile
from collections.abc import Mapping

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
_MAIN = {
    "docx": "wordprocessingml.document",
    "xlsx": "spreadsheetml.sheet",
    "pptx": "presentationml.presentation",
}
_TEXT = {"odt": "text", "ods": "spreadsheet"}


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """An archive of these entries, compressed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return written.getvalue()


def content_types(*types: str) -> bytes:
    """The list of an Office Open XML package's parts."""
    overrides = "".join(
        f'<Override PartName="/part{n}" ContentType="{told}"/>' for n, told in enumerate(types)
    )
    return f'<?xml version="1.0"?><Types xmlns="x">{overrides}</Types>'.encode()


def open_xml(kind: str, entries: Mapping[str, bytes] | None = None) -> bytes:
    """A docx, xlsx or pptx with further entries."""
    main = f"application/vnd.openxmlformats-officedocument.{_MAIN[kind]}.main+xml"
    return zipped(
        {"[Content_Types].xml": content_types(main), "a/main.xml": b"<a/>"} | dict(entries or {})
    )


def open_document(kind: str, entries: Mapping[str, bytes] | None = None) -> bytes:
    """An odt or ods with further entries."""
    media_type = f"application/vnd.oasis.opendocument.{_TEXT[kind]}"
    return zipped({"mimetype": media_type.encode(), "content.xml": b"<a/>"} | dict(entries or {}))


WELL_FORMED: dict[str, bytes] = {
    "pdf": PDF,
    "docx": open_xml("docx"),
    "xlsx": open_xml("xlsx"),
    "pptx": open_xml("pptx"),
    "odt": open_document("odt"),
    "ods": open_document("ods"),
    "txt": "Loi № 7 — قانون\n".encode(),
    "csv": b"code,answer\nCFT-1,yes\n",
    "png": PNG,
    "jpeg": JPEG,
}
"""One of each kind that is taken as evidence."""
