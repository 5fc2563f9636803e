"""The assessment service."""

from fastapi import FastAPI

from services.assessment.assessments.router import router as assessments
from services.assessment.confidentiality.router import router as confidentiality
from services.assessment.consistency.router import router as consistency
from services.assessment.documents.router import router as documents
from services.assessment.evidence.router import router as evidence
from services.assessment.evidence.sweep import sweep
from services.assessment.gaps.router import router as gaps
from services.assessment.handlers import JOBS, SUBSCRIPTIONS
from services.assessment.instruments.differences.router import router as differences
from services.assessment.instruments.router import router as instruments
from services.assessment.markers.router import router as markers
from services.assessment.products.router import router as products
from services.assessment.ratings.router import router as ratings
from services.assessment.recommendations.router import router as recommendations
from services.assessment.roll_ups.router import router as roll_ups
from services.assessment.strategies.router import router as strategies
from services.assessment.streamlining.router import router as streamlining
from services.assessment.surveys.router import router as surveys
from services.assessment.trends.router import router as trends
from shared.app import create_service


def create_app() -> FastAPI:
    """Routers, event handlers and due jobs of the assessment service."""
    return create_service(
        "assessment",
        title="Assessment",
        description="Surveys, assessments, gaps, recommendations and analysis (¶4, ¶5, ¶9, ¶11).",
        routers=[
            instruments,
            differences,
            streamlining,
            surveys,
            evidence,
            assessments,
            ratings,
            consistency,
            gaps,
            recommendations,
            trends,
            products,
            strategies,
            confidentiality,
            documents,
            roll_ups,
            markers,
        ],
        subscriptions=SUBSCRIPTIONS,
        jobs=JOBS,
        workers=[sweep],
        stores_files=True,
    )
