"""The base instrument that comes with the service, to start from (¶5, ¶12)."""

from functools import cache
from importlib import resources

import yaml

from services.assessment.instruments.schemas import InstrumentDraft


@cache
def base_instrument() -> InstrumentDraft:
    """An illustrative overview of implementation assessment; its notice says so."""
    file = resources.files("services.assessment.instruments") / "base.yaml"
    return InstrumentDraft.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
