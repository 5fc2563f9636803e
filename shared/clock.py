"""The injected clock: every due date and every event time is computed from it, in UTC."""

import json
import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Protocol

from pydantic import BaseModel, Field

PlannedDay = Annotated[date, Field(ge=date(1945, 1, 1), le=date(2999, 12, 31))]
"""A day of the United Nations, as one is given: what is reckoned from it stays in the calendar."""


class Clock(Protocol):
    """Tells the time; the only source of "now" that the services may use."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """The present date in UTC."""
        ...


class SystemClock:
    """The machine's clock: the only one outside development."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The present date in UTC."""
        return self.now().date()


class ClockSetting(BaseModel):
    """What the clock file holds: how far the shared clock runs ahead of the machine's."""

    offset_seconds: float = 0.0


class FileClock:
    """A clock that runs at the machine's pace from a shared, settable offset (development only).

    All processes of the embedded default read one file, so that a year can pass for the four
    services at the same moment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The machine's instant plus the offset that the file holds."""
        self._refresh()
        return datetime.now(UTC) + self._offset

    def today(self) -> date:
        """The date of `now`."""
        return self.now().date()

    def set(self, instant: datetime) -> None:
        """Make `instant` the present for every process that reads the file."""
        setting = ClockSetting(
            offset_seconds=(instant.astimezone(UTC) - datetime.now(UTC)).total_seconds()
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix="clock-")
        with os.fdopen(handle, "w") as file:
            file.write(setting.model_dump_json())
        Path(temporary).replace(self._path)  # atomic: readers see the old offset or the new one
        self._read = None

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
            # Every setting is a new file: two within one tick of the clock differ in that.
            present = (status.st_ino, status.st_mtime_ns)
            if present != self._read:
                setting = ClockSetting.model_validate(json.loads(self._path.read_text()))
                self._offset = timedelta(seconds=setting.offset_seconds)
                self._read = present
        except FileNotFoundError:
            self._offset = timedelta(0)
            self._read = None
