"""What a file is by its content, whatever its sender and its name say.

Nothing is unpacked but two small lists inside Office files, each within a bound.
"""

import codecs
import re
import struct
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import puremagic

from services.assessment.evidence.rules import FileKind, extension_of

_ACCEPTED = f"Send one of: {', '.join(FileKind)}."
_HEAD_BYTES = 2048
_READ_BYTES = 256 * 1024
_SIGNED = (FileKind.PDF, FileKind.PNG, FileKind.JPEG)
_OPEN_XML = (FileKind.DOCX, FileKind.XLSX, FileKind.PPTX)
_OPEN_DOCUMENT = (FileKind.ODT, FileKind.ODS)
_TEXTS = (FileKind.TXT, FileKind.CSV)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

_END_RECORD = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 0xFFFF
_MOST_DIRECTORY_BYTES = 2 * 1024 * 1024
_MOST_ENTRIES = 10_000
_MOST_UNPACKED_BYTES = 512 * 1024 * 1024
_MOST_RATIO = 100
_RATIO_MATTERS_FROM = 10 * 1024 * 1024
_LONGEST_LIST = 1024 * 1024
_SIMPLER = "save it as a simpler document or as PDF."
_DAMAGED = "The file is a damaged or encrypted archive; save it again without a password."


class NotAcceptedError(ValueError):
    """The file is no evidence that is taken; the message says why, and the way out."""


def recognise(file: BinaryIO, name: str, declared: str | None) -> FileKind:
    """What the file is, where content, name and declared media type agree.

    Raises:
        NotAcceptedError: they disagree, or it is empty, damaged, dangerous or of another kind.
    """
    kinds = _kinds(file)
    extension = extension_of(name)
    kind = next((kind for kind in kinds if kind.is_named_by(extension)), None)
    if kind is None:
        raise NotAcceptedError(
            f"The content is {' or '.join(kinds)} and the name ends in "
            f"{extension or 'no extension'!r}; name it after what it is."
        )
    if not kind.is_declared_by(declared):
        raise NotAcceptedError(
            f"The content is {kind} and was sent as {declared}; send it as {kind.media_type}."
        )
    return kind


def _kinds(file: BinaryIO) -> tuple[FileKind, ...]:
    """What the content may be; more than one for text alone."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    if not head:
        raise NotAcceptedError("The file is empty; attach the file itself.")
    if head.startswith(b"PK\x03\x04"):
        return (_office_kind(file),)
    found = _signatures(head)
    types = {match.mime_type for match in found}
    if signed := [kind for kind in _SIGNED if kind.media_type in types]:
        return (signed[0],)
    if _is_text(file):
        return _TEXTS
    looks = f"It looks like: {found[0].name}. " if found else ""
    raise NotAcceptedError(f"{looks}{_ACCEPTED} Text must be UTF-8.")


def _signatures(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return []
    return [match for match in found if match.offset == 0 and head.startswith(match.byte_match)]


def _is_text(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := file.read(_READ_BYTES):
            if _NOT_TEXT.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _office_kind(file: BinaryIO) -> FileKind:
    _require_small_directory(file)
    try:
        with ZipFile(file) as archive:
            _require_bounded(archive.infolist())
            entries = {entry.filename: entry for entry in archive.infolist()}
            if "mimetype" in entries:
                return _open_document_kind(archive, entries)
            return _open_xml_kind(archive, entries)
    except NotAcceptedError:
        raise
    except Exception as error:  # a damaged archive makes the library raise many kinds
        raise NotAcceptedError(_DAMAGED) from error


def _require_small_directory(file: BinaryIO) -> None:
    """Refuse a directory that would take long to read, by what the archive's end says of it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_RECORD.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise NotAcceptedError("The file is cut off; send it again.")
    _, _, _, _, entries, directory_bytes, _, _ = _END_RECORD.unpack_from(tail, at)
    wide = b"PK\x06\x07" in tail[max(0, at - 20) : at]  # of 64 bits: for more than we take
    if wide or entries > _MOST_ENTRIES or directory_bytes > _MOST_DIRECTORY_BYTES:
        raise NotAcceptedError(f"The file holds more than {_MOST_ENTRIES} parts; {_SIMPLER}")


def _require_bounded(entries: list[ZipInfo]) -> None:
    """Refuse what would unpack to far more than it is (a zip bomb), by the directory alone."""
    # Other compression may take any amount of memory; of two alike programs differ in which counts.
    plain = all(entry.compress_type in {ZIP_STORED, ZIP_DEFLATED} for entry in entries)
    if not plain or len({entry.filename.lower() for entry in entries}) < len(entries):
        raise NotAcceptedError(_DAMAGED)
    unpacked = sum(entry.file_size for entry in entries)
    bombs = [
        entry.filename
        for entry in entries
        if entry.file_size > _RATIO_MATTERS_FROM
        and entry.file_size > _MOST_RATIO * entry.compress_size
    ]
    if unpacked > _MOST_UNPACKED_BYTES or bombs:
        raise NotAcceptedError(f"The file would unpack to {unpacked:,} bytes; {_SIMPLER}")


def _open_document_kind(archive: ZipFile, entries: dict[str, ZipInfo]) -> FileKind:
    if any(name.startswith(("Basic/", "Scripts/")) for name in entries):
        raise NotAcceptedError("The file contains macros; save it without them.")
    told = _small_list(archive, entries["mimetype"]).decode("ascii", "replace")
    for kind in _OPEN_DOCUMENT:
        if told == kind.media_type:
            return kind
    raise NotAcceptedError(_ACCEPTED)


def _open_xml_kind(archive: ZipFile, entries: dict[str, ZipInfo]) -> FileKind:
    listed = entries.get("[Content_Types].xml")
    if listed is None:
        raise NotAcceptedError(f"It is an archive. {_ACCEPTED}")
    types = _content_types(_small_list(archive, listed))
    if any("vbaproject" in told for told in (name.lower() for name in entries)) or any(
        word in told for told in types for word in ("macro", "vbaproject")
    ):
        raise NotAcceptedError("The file contains macros; save it without them.")
    for kind in _OPEN_XML:
        if f"{kind.media_type}.main+xml" in types:
            return kind
    raise NotAcceptedError(_ACCEPTED)


def _small_list(archive: ZipFile, entry: ZipInfo) -> bytes:
    if entry.file_size > _LONGEST_LIST:
        raise NotAcceptedError(f"The list of the file's parts is too long; {_SIMPLER}")
    return archive.read(entry)


def _content_types(document: bytes) -> set[str]:
    """Every content type of the package's parts, in lower case."""
    types: set[str] = set()

    def note(_: str, attributes: dict[str, str]) -> None:
        types.add(attributes.get("ContentType", "").lower())

    def refuse(*_: object) -> None:
        raise NotAcceptedError("The list of the file's parts has a DTD; save the file again.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(document, True)  # noqa: FBT003 - the library takes it by position
    return types
