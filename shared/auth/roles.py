"""The roles of the system, as the access tokens name them."""

from enum import StrEnum


class Role(StrEnum):
    """Who a caller is in the Committee's work."""

    CTED_OFFICER = "cted_officer"
    CTED_LEAD = "cted_lead"
    COMMITTEE_MEMBER = "committee_member"
    COMMITTEE_CHAIR = "committee_chair"
    MEMBER_STATE = "member_state"
    OCT = "oct"
    PARTNER = "partner"
    UN_ENTITY = "un_entity"
    CIVIL_SOCIETY = "civil_society"
    OPERATOR = "operator"
    SERVICE = "service"
