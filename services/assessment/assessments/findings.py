"""What the answers and ratings of an assessment come to, and for whom."""

from dataclasses import dataclass

from services.assessment.assessments.models import Assessment, Audience
from services.assessment.assessments.rules import Scores, implementation_scores
from services.assessment.assessments.scoring import Response, keep_scores
from services.assessment.markers.service import keep_markers
from services.assessment.ratings.rules import RatedItem
from services.assessment.ratings.service import keep_tallies
from shared.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found."""

    scores: Scores
    """Those that all readers of the assessment may know."""
    rated: list[RatedItem]
    is_open: bool
    """Whether anything of it rests on open answers: if not, it is all confidential (¶23)."""


async def keep_findings(work: UnitOfWork, assessment: Assessment, response: Response) -> Findings:
    """Keep what is found, for each audience: at completion and when another part is open."""
    scores = {
        audience: implementation_scores(counted) for audience, counted in response.counted.items()
    }
    told = scores[Audience.OPEN] or scores[Audience.ALL]
    assert told is not None  # noqa: S101 - what has no scored answer is not assessed
    assessment.holds_confidential = bool(response.withheld)
    await work.save(assessment)
    await keep_scores(work, assessment.id, scores)
    await keep_markers(work, assessment.id, response.markers)
    rated = await keep_tallies(work, assessment, response)
    return Findings(told, rated, is_open=scores[Audience.OPEN] is not None)
