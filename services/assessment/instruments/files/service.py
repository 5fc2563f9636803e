"""Writes instruments to files and reads them from files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from services.assessment.instruments.files import (
    json_file,
    xlsform_reading,
    xlsform_writing,
    yaml_file,
)
from services.assessment.instruments.files.reading import Path, ReadFile
from services.assessment.instruments.models import Instrument
from services.assessment.instruments.rules import instrument_faults
from services.assessment.instruments.schemas import InstrumentDraft, as_sections
from shared.errors import Invalid

MOST_LISTED = 1000


class FileFormat(StrEnum):
    """A form in which an instrument is kept as a file."""

    JSON = "json"
    YAML = "yaml"
    XLSFORM = "xlsform"

    @property
    def media_type(self) -> str:
        """As it is sent."""
        return MEDIA_TYPES[self][0]


MEDIA_TYPES: Mapping[FileFormat, tuple[str, ...]] = {
    FileFormat.JSON: ("application/json",),
    FileFormat.YAML: ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"),
    FileFormat.XLSFORM: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
}
"""How each is called; the first is the one that we use."""
_ENDINGS = {FileFormat.JSON: "json", FileFormat.YAML: "yaml", FileFormat.XLSFORM: "xlsx"}
_READERS: Mapping[FileFormat, Callable[[bytes], ReadFile]] = {
    FileFormat.JSON: json_file.read,
    FileFormat.YAML: yaml_file.read,
    FileFormat.XLSFORM: xlsform_reading.read,
}


@dataclass(frozen=True, slots=True)
class InstrumentFile:
    """An instrument as a file."""

    name: str
    content: bytes


def file_of(instrument: Instrument, kind: FileFormat) -> InstrumentFile:
    """The instrument as a file, from which an equal draft can be made."""
    draft = InstrumentDraft.model_validate(
        {name: getattr(instrument, name) for name in InstrumentDraft.model_fields}
    )
    version = str(instrument.edition or f"draft-{instrument.version}")
    match kind:
        case FileFormat.JSON:
            content = json_file.write(draft)
        case FileFormat.YAML:
            content = yaml_file.write(draft)
        case FileFormat.XLSFORM:
            content = xlsform_writing.write(draft, version)
    return InstrumentFile(f"{instrument.code}-{version}.{_ENDINGS[kind]}", content)


def draft_of(content: bytes, kind: FileFormat, code: str | None = None) -> InstrumentDraft:
    """The draft that the file describes, under another code where one is given.

    Raises:
        Invalid: it describes none; every fault is named by where it stands in the file.
    """
    try:
        found = _READERS[kind](content)
    except ValueError as error:
        raise Invalid.of_field("file", str(error)) from error
    if code is not None:
        found.content["code"] = code
    try:
        draft = InstrumentDraft.model_validate(found.content)
    except ValidationError as error:
        wrong = [
            (fault["loc"], fault["msg"].removeprefix("Value error, "))
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise _refusal(found, wrong) from error
    faults = instrument_faults(as_sections(draft))
    if faults or found.faults:
        raise _refusal(found, [(_path_of(fault.path), fault.message) for fault in faults])
    return draft


def _path_of(dotted: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


def _refusal(found: ReadFile, wrong: Sequence[tuple[Path, str]]) -> Invalid:
    count = len(found.faults) + len(wrong)
    listed = "" if count <= MOST_LISTED else f" The first {MOST_LISTED} are listed."
    faults = [*found.faults, *(found.fault(path, told) for path, told in wrong[:MOST_LISTED])]
    return Invalid(
        f"The file has {count} faults; nothing was kept.{listed}", errors=faults[:MOST_LISTED]
    )
