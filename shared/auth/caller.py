"""Who is calling, and what follows from it."""

from dataclasses import dataclass

from shared.auth.roles import Role
from shared.errors import Forbidden

CTED = frozenset({Role.CTED_OFFICER, Role.CTED_LEAD})
COMMITTEE = frozenset({Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR})


@dataclass(frozen=True, slots=True)
class Caller:
    """The bearer of a valid token."""

    subject: str
    roles: frozenset[Role]
    member_state: str | None = None
    organisation: str | None = None

    def has_any(self, *roles: Role) -> bool:
        """Whether the caller holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_cted_or_committee(self) -> bool:
        """Whether the caller is of the Executive Directorate or the Committee."""
        return not self.roles.isdisjoint(CTED | COMMITTEE)

    def may_see_confidential_of(self, member_state: str | None) -> bool:
        """What a State asks to keep confidential is for CTED, the Committee and itself (¶23)."""
        return self.is_cted_or_committee or (
            member_state is not None and self.speaks_for(member_state)
        )

    def speaks_for(self, member_state: str) -> bool:
        """Whether the caller is a focal point of `member_state`."""
        return Role.MEMBER_STATE in self.roles and self.member_state == member_state

    def require_state(self, member_state: str) -> None:
        """A State's focal point acts for that State alone; other roles are not bound by this.

        Raises:
            Forbidden: the caller holds the State role only, and for another State.
        """
        if not self.is_cted_or_committee and not self.speaks_for(member_state):
            raise Forbidden(f"Only the focal points of {member_state} and CTED may do this.")
