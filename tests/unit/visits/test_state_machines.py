"""Every state machine of the service: all pairs of states, allowed and refused."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from services.visits.consents.models import ConsentStatus
from services.visits.consents.rules import FREE_STEPS as CONSENT
from services.visits.follow_up.models import FollowUpStatus
from services.visits.follow_up.rules import FREE_STEPS as FOLLOW_UP
from services.visits.missions.models import MissionStatus
from services.visits.missions.rules import FREE_STEPS as MISSION
from services.visits.ranking.models import VisitRequestStatus
from services.visits.ranking.requests import FREE_STEPS as REQUEST
from services.visits.reports.models import ReportStatus
from services.visits.reports.rules import FREE_STEPS as REPORT
from services.visits.visit_list.models import VisitListStatus
from services.visits.visit_list.rules import FREE_STEPS as VISIT_LIST

Steps = Mapping[str, tuple[str, ...]]
ALLOWED = {
    "visit request": ("open>withdrawn open>met", REQUEST, VisitRequestStatus),
    "visit list": ("draft>submitted submitted>adopted", VISIT_LIST, VisitListStatus),
    "consent": (
        """requested>given requested>declined requested>deferred
        deferred>given deferred>declined deferred>deferred""",
        CONSENT,
        ConsentStatus,
    ),
    "mission": ("scheduled>completed scheduled>cancelled", MISSION, MissionStatus),
    "report": (
        "drafted>drafted drafted>approved drafted>returned returned>drafted approved>submitted",
        REPORT,
        ReportStatus,
    ),
    "follow-up": (
        "open>due open>reported due>reported reported>considered",
        FOLLOW_UP,
        FollowUpStatus,
    ),
}


@pytest.mark.parametrize(("allowed", "steps", "states"), ALLOWED.values(), ids=ALLOWED)
def test_all_pairs(allowed: str, steps: Steps, states: type[StrEnum]) -> None:
    assert set(steps) == set(states)
    pairs = {f"{before}>{after}" for before in steps for after in steps[before]}
    assert pairs == set(allowed.split())
