"""What an event is called in the inbox, in English."""

from collections.abc import Mapping
from typing import Any

from shared.events.topics import name_of
from shared.reference import member_states

TITLES: Mapping[str, str] = {
    "survey-issued": "Survey for {state}: answer by {due_on}",
    "survey-due-changed": "{state} answers its survey by {due_on}",
    "response-submitted": "{state} answered its survey",
    "response-returned": "{state} is asked to clarify its answers by {due_on}",
    "response-accepted": "The answers of {state} were accepted",
    "assessment-completed": "Assessment of {state} completed",
    "gap-identified": "Gap in {state}: {theme}",
    "recommendation-issued": "Recommendation to {state}: {theme}, by {target_on}",
    "recommendation-status-changed": "Recommendation to {state}: from {previous} to {status}",
    "confidentiality-changed": "{state} changed what of its findings is confidential",
    "trend-identified": "Trend identified: {theme}",
    "trend-revised": "Trend revised: {theme}",
    "trend-closed": "Trend closed: {theme}",
    "product-published": "Published: {title}",
    "product-withdrawn": "Withdrawn: {title}",
    "visit-list-submitted": "List of States to visit in {year} submitted to the Committee",
    "visit-list-adopted": "List of States to visit in {year} adopted",
    "visit-list-changed": "List of States to visit in {year} changed",
    "consent-requested": "{state} is asked for consent to a visit: answer by {answer_due_on}",
    "consent-given": "{state} consented to a visit",
    "consent-declined": "{state} declined a visit",
    "consent-deferred": "{state} answers the request for a visit by {answer_due_on}",
    "consent-reminded": "{state} is reminded of the request for a visit: answer by {answer_due_on}",
    "consent-ended": "Consent of {state} to a visit: {outcome}",
    "standing-consent-given": "{state} gave standing consent to visits",
    "standing-consent-ended": "Standing consent of {state} to visits: {outcome}",
    "visit-scheduled": "Visit to {state} from {starts_on} to {ends_on}",
    "visit-cancelled": "Visit to {state} cancelled",
    "visit-completed": "Visit to {state} completed, report due on {report_due_on}",
    "consultation-requested": "{state} asks that experts be heard on its visit: {sector}",
    "visit-clash-flagged": "Visit to {state} meets one of {body}, {starts_on} to {ends_on}",
    "report-drafted": "Report on {state} drafted",
    "report-stage-entered": "Report on {state}: {stage}, until {target_on}",
    "fact-check-requested": "{state} checks the facts of its report by {fact_check_due_on}",
    "fact-check-ended": "Fact-check of the report on {state}: {outcome}",
    "report-considered": "Report on {state} considered: {outcome}",
    "report-submitted": "Report on {state} submitted",
    "follow-up-due": "Steps taken by {state} are due on {due_on}",
    "follow-up-extended": "{state} reports the steps that it took by {follow_up_due_on}",
    "follow-up-reported": "{state} reported the steps that it took",
    "follow-up-returned": "{state} is asked to clarify a step that it reported",
    "follow-up-verified": "The steps that {state} reported were verified",
    "follow-up-visit-recommended": "Follow-up visit to {state} recommended",
    "follow-up-assistance-recommended": "Technical assistance to {state} recommended",
    "follow-up-considered": "The Committee considered the steps taken by {state}",
    "invitation-requested": "Officials of {state} are to be invited to a meeting",
    "need-opened": "{state} needs technical assistance: {theme}",
    "match-proposed": "{provider} proposed for {state}: answer by {answer_due_on}",
    "match-accepted": "{provider} accepted to assist {state}",
    "match-declined": "Proposal to {provider} to assist {state}: {outcome}",
    "project-started": "Project of {provider} in {state}: {theme}",
    "project-completed": "Project of {provider} in {state} completed",
    "impact-assessed": "Impact of a project in {state} assessed: {theme}",
    "duplication-flagged": "Possible duplication in {state}: {theme}",
    "deadline-approaching": "{duty} of {state} is due on {due_on}",
    "deadline-missed": "{duty} of {state} was due on {due_on}",
    "briefing-due": "{title} is due on {due_on}",
    "invitation-issued": "{state} is invited: {meeting}, {held_on}",
    "invitation-refused": "{state} could not be invited: {reason}",
    "invitation-answered": "{state} answered its invitation to a meeting",
    "delivery-failed": "A webhook delivery was given up after {attempts} attempts",
}
"""Each event, by its noun and verb, and its title with the event's own fields."""


def title_of(event_type: str, data: Mapping[str, Any]) -> str:
    """The title of an event with this data."""
    code = data.get("member_state")
    known = member_states().get(code) if code else None
    state = known.name if known else code
    return TITLES[name_of(event_type)].format_map({**data, "state": state})
