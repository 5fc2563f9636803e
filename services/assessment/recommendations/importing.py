"""Drafts recommendations from a CSV file: all of its rows, or none."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.gaps.models import Gap
from services.assessment.recommendations.models import Recommendation
from services.assessment.recommendations.schemas import ImportedRow, ImportReport
from services.assessment.recommendations.service import (
    among,
    faults_of_draft,
    gaps_by_id,
    keep_drafts,
)
from services.assessment.recommendations.table import Fault, Table, read_table
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import FieldError, Invalid, TooLarge

EXAMPLE = (
    "member_state,gap_ids,text,priority,technical_assistance_needed,target_on,provisions\r\n"
    "KEN,01890a5d-ac96-774b-bcce-b302099a8057,"
    '"Criminalize the financing of terrorism, in line with the Convention.",'
    "high,yes,2031-06-30,1373 1(b); 2462\r\n"
)
MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 1000
_MOST_FAULTS = 200
_REQUIRED = ("member_state", "text", "priority", "technical_assistance_needed", "target_on")

_Key = tuple[frozenset[str], str]
"""Two recommendations with the same gaps and text are one."""


async def load(
    work: UnitOfWork, caller: Caller, content: bytes, *, dry_run: bool = False
) -> ImportReport:
    """Draft a recommendation from each row, unless any row has a fault or it is a dry run."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file has {len(content):,} bytes; send at most {MOST_BYTES:,}.")
    table = read_table(content, tuple(ImportedRow.model_fields), _REQUIRED)
    if len(table.rows) > MOST_ROWS:
        raise TooLarge(
            f"The file has {len(table.rows):,} rows; send at most {MOST_ROWS:,} at once."
        )
    rows, faults = _validated(table)
    gaps, unknown = await _resolve(work.session, rows)
    faults += unknown
    faults += _faults_in(rows, gaps, work.clock.today())
    faults += _repeats(rows, await _kept(work.session, list(gaps)))
    if faults:
        raise _refusal(faults)
    drafts = [] if dry_run else await keep_drafts(work, caller, list(rows.values()), gaps)
    return ImportReport(
        dry_run=dry_run, rows=len(rows), recommendation_ids=[draft.id for draft in drafts]
    )


def _validated(table: Table) -> tuple[dict[int, ImportedRow], list[Fault]]:
    rows: dict[int, ImportedRow] = {}
    faults = list(table.faults)
    for number, cells in table.rows.items():
        try:
            rows[number] = ImportedRow.model_validate(cells)
        except ValidationError as error:
            faults += (
                Fault(
                    ".".join(("rows", str(number), *(str(part) for part in fault["loc"][:1]))),
                    fault["msg"].removeprefix("Value error, "),
                )
                for fault in error.errors()
            )
    return rows, faults


async def _resolve(
    session: AsyncSession, rows: Mapping[int, ImportedRow]
) -> tuple[dict[UUID, Gap], list[Fault]]:
    """The gaps that the rows name; a row that names questions is given every gap in them."""
    assessments = {row.assessment_id for row in rows.values() if row.assessment_id}
    found = await session.execute(
        select(Gap.id, Gap.assessment_id, Gap.answers)
        .where(among(Gap.assessment_id, assessments))
        .order_by(Gap.id)
    )
    by_question: dict[tuple[UUID | None, str], list[UUID]] = {}
    for gap_id, assessment_id, answers in found:
        for code in answers:
            by_question.setdefault((assessment_id, code), []).append(gap_id)
    faults = []
    for number, row in rows.items():
        for question in row.questions:
            gap_ids = by_question.get((row.assessment_id, question), [])
            if not gap_ids:
                message = f"The assessment found no gap in {question}; see /v1/gaps."
                faults.append(Fault(f"rows.{number}.questions", message))
            row.gap_ids += gap_ids
    gaps = await gaps_by_id(session, (key for row in rows.values() for key in row.gap_ids))
    return gaps, faults


def _faults_in(
    rows: Mapping[int, ImportedRow], gaps: Mapping[UUID, Gap], today: date
) -> Iterator[Fault]:
    for number, row in rows.items():
        for field, message in faults_of_draft(row, gaps, today):
            yield Fault(f"rows.{number}.{field}", message)
        states = {gaps[key].member_state for key in row.gap_ids if key in gaps}
        if others := sorted(states - {row.member_state}):
            message = f"The gaps that it names are of {', '.join(others)}."
            yield Fault(f"rows.{number}.member_state", message)


async def _kept(session: AsyncSession, gap_ids: Sequence[UUID]) -> dict[_Key, str]:
    """How to name the recommendations about these gaps that there are already."""
    known = Recommendation
    found = await session.execute(
        select(known.id, known.gap_ids, known.text).where(among(known.gap_id, gap_ids))
    )
    return {(frozenset(of), text): f"recommendation {key}" for key, of, text in found}


def _repeats(rows: Mapping[int, ImportedRow], kept: Mapping[_Key, str]) -> Iterator[Fault]:
    known = dict(kept)
    for number, row in rows.items():
        key = (frozenset(str(gap_id) for gap_id in row.gap_ids), row.text)
        if key in known:
            yield Fault(f"rows.{number}.text", f"It has the gaps and the text of {known[key]}.")
        known.setdefault(key, f"row {number}")


def _refusal(faults: Sequence[Fault]) -> Invalid:
    rows = {fault.field.split(".")[1] for fault in faults if fault.field.startswith("rows.")}
    within = f" in {len(rows)} rows" if rows else ""
    capped = f" The first {_MOST_FAULTS} are listed." if len(faults) > _MOST_FAULTS else ""
    return Invalid(
        f"{len(faults)} problems{within}: nothing was loaded. Correct them and send again.{capped}",
        errors=[
            FieldError(field=fault.field, message=fault.message) for fault in faults[:_MOST_FAULTS]
        ],
    )
