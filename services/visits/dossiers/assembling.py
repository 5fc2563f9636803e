"""Reads every section of a dossier at once, within one time limit."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from services.visits.dossiers.reading import (
    ASSESSMENTS,
    OF_ASSESSMENT,
    OF_STATE,
    DossierAssessment,
    Reader,
    Reading,
)
from services.visits.dossiers.rules import UnreadReason
from services.visits.dossiers.upstream import UpstreamError


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a section."""

    content: Any


Outcome = Found | UpstreamError


async def read_sections(reader: Reader, member_state: str) -> dict[str, Outcome]:
    """What was found for each section, or why it was not; later than allowed is not at all."""
    until = asyncio.get_running_loop().time() + reader.upstream.settings.total_seconds
    known = {"member_state": member_state}
    of_latest, of_state = await asyncio.gather(
        _of_latest(reader, known, until), _each(reader, OF_STATE, known, until)
    )
    return of_latest | of_state


async def _of_latest(reader: Reader, known: Mapping[str, str], until: float) -> dict[str, Outcome]:
    """The latest assessment, and what follows from which it is."""
    found = await _outcome(reader, _latest(reader, known), until)
    if isinstance(found, UpstreamError):
        return dict.fromkeys(["assessment", *OF_ASSESSMENT], found)
    if found.content is None:
        return {"assessment": found, **dict.fromkeys(OF_ASSESSMENT, Found([]))}
    latest: DossierAssessment = found.content["latest"]
    known = {"assessment_id": str(latest.id), "survey_id": str(latest.survey_id)}
    return {"assessment": found, **await _each(reader, OF_ASSESSMENT, known, until)}


async def _each(
    reader: Reader, readings: Mapping[str, Reading], known: Mapping[str, str], until: float
) -> dict[str, Outcome]:
    outcomes = await asyncio.gather(
        *(_outcome(reader, reader.every(one, known), until) for one in readings.values())
    )
    return dict(zip(readings, outcomes, strict=True))


async def _latest(reader: Reader, known: Mapping[str, str]) -> dict[str, Any] | None:
    completed = await reader.every(ASSESSMENTS, known)
    if not completed:
        return None
    latest = await reader.one(f"{ASSESSMENTS.path}/{completed[0].id}", DossierAssessment)
    return {"latest": latest, "earlier": completed[1:]}


async def _outcome(reader: Reader, reading: Awaitable[Any], until: float) -> Outcome:
    try:
        async with asyncio.timeout_at(until):
            return Found(await reading)
    except UpstreamError as error:
        return error
    except TimeoutError:
        limit = reader.upstream.settings.total_seconds
        late = f"{reader.upstream.name} did not answer within the {limit:g} s of a dossier."
        return UpstreamError(UnreadReason.TIMED_OUT, late)
