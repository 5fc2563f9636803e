"""The base instrument that comes with the service, to start from (¶5, ¶12)."""

from functools import cache
from importlib import resources

from services.assessment.instruments.files.service import FileFormat, draft_of
from services.assessment.instruments.schemas import InstrumentDraft


@cache
def base_instrument() -> InstrumentDraft:
    """An illustrative overview of implementation assessment; its notice says so."""
    file = resources.files("services.assessment.instruments") / "base.yaml"
    return draft_of(file.read_bytes(), FileFormat.YAML)
