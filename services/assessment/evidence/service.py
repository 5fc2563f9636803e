"""Attaches, finds and removes evidence."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from fastapi import UploadFile
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.evidence.content import NotAcceptedError, recognise
from services.assessment.evidence.models import Evidence
from services.assessment.evidence.rules import FileKind, safe_name
from services.assessment.evidence.schemas import EvidenceForm, EvidenceQuery
from services.assessment.evidence.settings import EvidenceSettings
from services.assessment.instruments.rules import questions_of
from services.assessment.instruments.service import sections_by_id
from services.assessment.recommendations.models import RecommendationStep
from services.assessment.surveys.drafting import StoredAnswers, answers_of, require_open
from services.assessment.surveys.models import Survey
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, new_id, paginate, read_visible, visible_to
from shared.errors import Conflict, FieldError, Invalid, TooLarge
from shared.objects import ObjectStore

_READ_BYTES = 1024 * 1024


async def attach(
    work: UnitOfWork,
    caller: Caller,
    objects: ObjectStore,
    limits: EvidenceSettings,
    survey_id: UUID,
    form: EvidenceForm,
) -> Evidence:
    """Attach the file to the question.

    The file is stored before its record is committed, so that no record lacks its file; one whose
    record never comes is removed by the sweep.
    """
    survey = await _open_survey(work, caller, survey_id)
    name = safe_name(form.file.filename or "")
    kind = await _checked(work, survey, form, name)
    evidence = Evidence(
        id=new_id(),
        survey_id=survey.id,
        member_state=survey.member_state,
        question=form.question,
        file_name=name,
        description=form.description,
        kind=kind,
        size=form.file.size or 0,
        sha256=await _sha256(form.file),
        kept_confidential=form.confidential,
        attached_by=caller.subject,
        attached_on=work.clock.today(),
    )
    await _require_room(work, evidence, limits)
    await objects.put(evidence.object_key, _chunks(form.file))
    # Meanwhile the survey may have been submitted, or others may have attached files to it.
    survey = await _open_survey(work, caller, survey_id, locked=True)
    answers = await answers_of(work.session, survey)
    evidence.confidential = _withheld(survey, answers, evidence)
    await _require_room(work, evidence, limits)
    await work.save(evidence)
    return evidence


async def remove(
    work: UnitOfWork, caller: Caller, evidence_id: UUID, version: int | None
) -> Evidence:
    """Take evidence back while the survey is open; its file is to be removed after the commit."""
    evidence = await read_visible(work.session, caller, Evidence, evidence_id)
    await _open_survey(work, caller, evidence.survey_id, locked=True)
    evidence = await work.get(Evidence, evidence_id, version=version, locked=True)
    citing = await work.session.scalar(
        select(RecommendationStep.recommendation_id)
        .where(RecommendationStep.evidence_ids.contains([str(evidence_id)]))
        .limit(1)
    )
    if citing is not None:
        raise Conflict(f"The recommendation {citing} rests on it; it stays.")
    await work.session.delete(evidence)
    return evidence


async def follow_confidentiality(work: UnitOfWork, survey: Survey) -> None:
    """Make the evidence of a survey, which the caller has locked, as confidential as its answers.

    That is from the submission on; until then nobody else is told of answer or evidence.
    """
    answers = await answers_of(work.session, survey)
    attached = await work.session.scalars(select(Evidence).where(Evidence.survey_id == survey.id))
    for evidence in attached:
        evidence.confidential = _withheld(survey, answers, evidence)
    await work.session.flush()


async def list_evidence(
    session: AsyncSession, caller: Caller, survey_id: UUID, query: EvidenceQuery
) -> RecordPage[Evidence]:
    """The survey's evidence that matches the query."""
    await read_visible(session, caller, Survey, survey_id)
    statement = visible_to(caller, select(Evidence), Evidence).where(
        Evidence.survey_id == survey_id
    )
    for name in ("question", "kind", "confidential"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(getattr(Evidence, name) == value)
    sortable = {"created_at": Evidence.created_at, "file_name": Evidence.file_name}
    return await paginate(session, statement, query, query.sort, sortable, Evidence.id)


async def cited(
    session: AsyncSession, caller: Caller, member_state: str, evidence_ids: Sequence[UUID]
) -> None:
    """See to it that the evidence which a step of a recommendation to the State points to exists.

    Raises:
        Invalid: it does not exist, is another State's, or is not for this caller to see.
    """
    wanted = Evidence.id.in_(evidence_ids) & (Evidence.member_state == member_state)
    # Locked, so that what is cited is not removed meanwhile.
    found = await session.scalars(
        visible_to(caller, select(Evidence.id), Evidence)
        .where(wanted)
        .order_by(Evidence.id)
        .with_for_update(read=True)
    )
    known = set(found)
    if unknown := [n for n, evidence_id in enumerate(evidence_ids) if evidence_id not in known]:
        raise Invalid(
            "Not every piece of evidence is known.",
            errors=[
                FieldError(
                    field=f"body.evidence_ids.{n}",
                    message=f"There is no such evidence of {member_state} that you may see.",
                )
                for n in unknown
            ],
        )


def _withheld(survey: Survey, answers: StoredAnswers, evidence: Evidence) -> bool:
    answer = answers.get(evidence.question, {})
    return evidence.kept_confidential or survey.confidential or bool(answer.get("confidential"))


async def _open_survey(
    work: UnitOfWork, caller: Caller, survey_id: UUID, *, locked: bool = False
) -> Survey:
    """The survey, whose answers the caller may change now."""
    survey = await read_visible(work.session, caller, Survey, survey_id, locked=locked)
    require_open(survey)
    return survey


async def _question_codes(work: UnitOfWork, survey: Survey) -> set[str]:
    sections = await sections_by_id(work.session, survey.instrument_id)
    return {question.code for question in questions_of(sections)}


async def _checked(work: UnitOfWork, survey: Survey, form: EvidenceForm, name: str) -> FileKind:
    """What the file is; every fault of the form is told at once."""
    faults = []
    if form.question not in await _question_codes(work, survey):
        faults.append(
            FieldError(field="body.question", message="The instrument asks no such question.")
        )
    try:
        kind = await asyncio.to_thread(recognise, form.file.file, name, form.file.content_type)
    except NotAcceptedError as error:
        faults.append(FieldError(field="body.file", message=str(error)))
    if faults:
        raise Invalid("The file cannot be attached; nothing was stored.", errors=faults)
    return kind


async def _require_room(work: UnitOfWork, evidence: Evidence, limits: EvidenceSettings) -> None:
    """Refuse a file that is attached already, or one too many."""
    beside = select(Evidence).where(Evidence.survey_id == evidence.survey_id)
    attached = await work.session.scalars(beside.where(Evidence.question == evidence.question))
    same_question = list(attached)
    for other in same_question:
        if other.sha256 == evidence.sha256:
            raise Conflict(
                f"This file is attached to the question already: /v1/evidence/{other.id}"
            )
    if len(same_question) >= limits.max_files_per_question:
        raise Conflict(
            f"A question may have {limits.max_files_per_question} files; remove one first."
        )
    total = await work.session.scalar(
        select(func.coalesce(func.sum(Evidence.size), 0)).where(
            Evidence.survey_id == evidence.survey_id
        )
    )
    if (total or 0) + evidence.size > limits.max_survey_bytes:
        raise TooLarge.of_field(
            "body.file",
            f"A survey may have {limits.max_survey_mebibytes} MiB of evidence, and has {total} "
            "bytes; remove what is not needed.",
        )


async def _sha256(file: UploadFile) -> str:
    digest = hashlib.sha256()
    async for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    await file.seek(0)
    while chunk := await file.read(_READ_BYTES):
        yield chunk
