"""Which files are evidence, how many, how large, and under what name (¶5, ¶9)."""

import re
import unicodedata
from enum import StrEnum
from urllib.parse import quote

_LONGEST_NAME = 150
_LONGEST_EXTENSION = 10
_RESERVED = re.compile(r'[<>:"|?*%]')


class FileKind(StrEnum):
    """What a file of evidence may be; the value is its extension."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    TXT = "txt"
    CSV = "csv"
    PNG = "png"
    JPEG = "jpeg"

    @property
    def media_type(self) -> str:
        """As the content is served."""
        return _MEDIA_TYPES[self]

    def is_named_by(self, extension: str) -> bool:
        """Whether a file with this extension (without its dot) says that it is of this kind."""
        extension = extension.lower()
        return extension == self.value or (self is FileKind.JPEG and extension == "jpg")

    def is_declared_by(self, media_type: str | None) -> bool:
        """Whether a sender who gives this media type may mean this kind.

        Without one, or with the one for any bytes, the sender has not said anything.
        """
        bare = (media_type or "").partition(";")[0].strip().lower()
        return bare in {"", "application/octet-stream", self.media_type.partition(";")[0]} or (
            self is FileKind.CSV and bare in _ALSO_CSV
        )


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileKind.PPTX: f"{_OFFICE}.presentationml.presentation",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
    FileKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FileKind.TXT: "text/plain; charset=utf-8",
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}
_ALSO_CSV = frozenset({"text/plain", "application/csv", "application/vnd.ms-excel"})
"""What browsers call it where a spreadsheet program is installed, or none."""


def extension_of(name: str) -> str:
    """What follows the last dot, or nothing."""
    return name.rpartition(".")[2] if "." in name else ""


def safe_name(name: str) -> str:
    """The name as it is kept and served: no path, no control or bidi characters, no surprises.

    Letters of every script stay. What is reserved on some system becomes `_`; a name that is too
    long loses its middle and keeps its extension; of an empty one `evidence` is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = (
        character
        for character in re.sub(r"\s", " ", last)
        # Controls, formats (bidi, zero-width), surrogates, private, unassigned; separators.
        if unicodedata.category(character)[0] != "C"
    )
    told = " ".join("".join(kept).split())
    stem, dot, extension = _RESERVED.sub("_", told).strip(". ").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    extension = extension.strip()[:_LONGEST_EXTENSION].strip()
    stem = stem.strip(". ")[:_LONGEST_NAME].strip(". ") or "evidence"
    return f"{stem}.{extension}" if extension else stem


def attachment(name: str) -> str:
    """The Content-Disposition under which a safe name is saved and never shown (RFC 6266)."""
    plain = "".join(character if character.isascii() else "_" for character in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
