"""What the services publish: one Pydantic model for each event."""

import re
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

_TYPE = re.compile(r"^org\.un\.ctc\.(assessment|visits|assistance|notifications)\.[a-z-]+\.v\d+$")


class Event(BaseModel):
    """Something that happened, told to whoever it concerns.

    A consumer ignores fields it does not know: a schema only grows within a version, so every
    field added later has a default.
    """

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,  # JSON has no word for them
        use_attribute_docstrings=True,
    )

    type: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        declared = cls.__dict__.get("type")
        if declared is not None and not _TYPE.match(declared):
            raise TypeError(
                f"{cls.__name__}.type does not follow org.un.ctc.<service>.<noun-verb>.v<n>"
            )

    @property
    def subject(self) -> str:
        """The CloudEvents subject, also the Kafka key: events of one subject stay in order."""
        raise NotImplementedError


class StateEvent(Event):
    """An event about one Member State, whose ISO 3166 alpha-3 code is its subject."""

    withheld: ClassVar[tuple[str, ...]] = ()
    """The fields of free text, which a confidential event leaves empty: topics are read widely."""

    member_state: str
    confidential: bool = False
    """Whether the State asked to keep it confidential (¶23)."""

    @model_validator(mode="before")
    @classmethod
    def _withhold(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("confidential"):
            return values | dict.fromkeys(cls.withheld, "")
        return values

    @property
    def subject(self) -> str:
        """The Member State's alpha-3 code."""
        return self.member_state


class ProgrammeEvent(Event):
    """An event of the programme as a whole, of no single State."""

    @property
    def subject(self) -> str:
        """One constant subject, so that such events stay in order too."""
        return "programme"
