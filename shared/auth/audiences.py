"""For whom a product is: its audience decides who reads it and who is told of it (¶23)."""

from enum import StrEnum

from shared.auth.caller import COMMITTEE, CTED, Caller
from shared.auth.roles import Role


class Audience(StrEnum):
    """Who reads a product once it is published; each includes those before it."""

    COMMITTEE = "committee"
    """The Committee and CTED."""
    UNITED_NATIONS = "united_nations"
    """With OCT, the other entities of the United Nations and their systems."""
    MEMBER_STATES = "member_states"
    """With the focal points of the Member States."""
    PUBLIC = "public"
    """With donors and partners, civil society, and everyone else who has a token."""

    @property
    def readers(self) -> frozenset[Role]:
        """The roles that read what is for this audience."""
        return _READERS[self]

    @classmethod
    def open_to(cls, caller: Caller) -> "frozenset[Audience]":
        """The audiences that the caller belongs to."""
        return frozenset(one for one in cls if not one.readers.isdisjoint(caller.roles))


_UNITED_NATIONS = CTED | COMMITTEE | {Role.OCT, Role.UN_ENTITY, Role.SERVICE}
_READERS = {
    Audience.COMMITTEE: CTED | COMMITTEE,
    Audience.UNITED_NATIONS: _UNITED_NATIONS,
    Audience.MEMBER_STATES: _UNITED_NATIONS | {Role.MEMBER_STATE},
    Audience.PUBLIC: frozenset(Role),
}
