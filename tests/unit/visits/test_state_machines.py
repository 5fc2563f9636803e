"""Every state machine of the service: all pairs of states, allowed and refused."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from services.visits.consents.models import ConsentStatus
from services.visits.consents.rules import FREE_STEPS as CONSENT
from services.visits.consultations.models import ConsultationStatus
from services.visits.consultations.rules import FREE_STEPS as CONSULTATION
from services.visits.follow_up.models import ExtensionStatus, FollowUpStatus
from services.visits.follow_up.rules import FREE_STEPS as FOLLOW_UP
from services.visits.follow_up.rules import FREE_STEPS_OF_EXTENSION as EXTENSION
from services.visits.invitations.models import RequestStatus
from services.visits.invitations.rules import FREE_STEPS as INVITATION
from services.visits.itineraries.models import ItineraryItemStatus
from services.visits.itineraries.rules import FREE_STEPS as ITINERARY_ITEM
from services.visits.missions.models import ItemStatus, MissionStatus
from services.visits.missions.rules import FREE_STEPS as MISSION
from services.visits.missions.rules import FREE_STEPS_OF_AN_ITEM as ITEM
from services.visits.other_visits.models import OtherVisitStatus
from services.visits.other_visits.rules import FREE_STEPS as OTHER_VISIT
from services.visits.ranking.models import VisitRequestStatus
from services.visits.ranking.requests import FREE_STEPS as REQUEST
from services.visits.reports.models import CommentStatus, ReportStatus
from services.visits.reports.rules import FREE_STEPS as REPORT
from services.visits.reports.rules import FREE_STEPS_OF_COMMENTS as COMMENT
from services.visits.standing_consents.models import StandingConsentStatus
from services.visits.standing_consents.rules import FREE_STEPS as STANDING_CONSENT
from services.visits.visit_list.models import VisitListStatus
from services.visits.visit_list.rules import FREE_STEPS as VISIT_LIST

Steps = Mapping[str, tuple[str, ...]]
ALLOWED = {
    "visit list": (
        "draft>submitted submitted>adopted submitted>draft",
        VISIT_LIST,
        VisitListStatus,
    ),
    "visit request": ("open>withdrawn open>met", REQUEST, VisitRequestStatus),
    "consent": (
        """requested>given requested>declined requested>deferred
        deferred>given deferred>declined deferred>deferred
        requested>withdrawn deferred>withdrawn given>revoked given>expired""",
        CONSENT,
        ConsentStatus,
    ),
    "consultation": (
        """requested>arranged requested>withdrawn
        arranged>arranged arranged>held arranged>withdrawn""",
        CONSULTATION,
        ConsultationStatus,
    ),
    "other visit": ("planned>cancelled", OTHER_VISIT, OtherVisitStatus),
    "checklist item": (
        "open>done open>not_applicable done>open not_applicable>open",
        ITEM,
        ItemStatus,
    ),
    "standing consent": (
        "in_force>revoked in_force>expired",
        STANDING_CONSENT,
        StandingConsentStatus,
    ),
    "mission": ("scheduled>completed scheduled>cancelled", MISSION, MissionStatus),
    "itinerary item": ("planned>cancelled", ITINERARY_ITEM, ItineraryItemStatus),
    "report": (
        """drafting>review review>drafting review>fact_check fact_check>finalisation
        finalisation>review finalisation>consideration
        consideration>finalisation consideration>cleared cleared>submitted""",
        REPORT,
        ReportStatus,
    ),
    "comment": ("open>resolved resolved>open", COMMENT, CommentStatus),
    "follow-up": (
        """open>open open>due open>reported due>open due>reported due>considered
        reported>clarification reported>verified clarification>clarification
        clarification>reported clarification>verified verified>considered""",
        FOLLOW_UP,
        FollowUpStatus,
    ),
    "request for an invitation": (
        """requested>issued requested>refused requested>cancelled cancelled>issued
        requested>accepted requested>declined cancelled>accepted cancelled>declined
        issued>accepted issued>declined accepted>accepted accepted>declined
        declined>accepted declined>declined""",
        INVITATION,
        RequestStatus,
    ),
    "extension of a follow-up": (
        "requested>granted requested>refused requested>lapsed",
        EXTENSION,
        ExtensionStatus,
    ),
}


@pytest.mark.parametrize(("allowed", "steps", "states"), ALLOWED.values(), ids=ALLOWED)
def test_all_pairs(allowed: str, steps: Steps, states: type[StrEnum]) -> None:
    assert set(steps) == set(states)
    pairs = {f"{before}>{after}" for before in steps for after in steps[before]}
    assert pairs == set(allowed.split())
