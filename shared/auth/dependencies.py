"""Every route declares who may call it, with one of these."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.auth.caller import COMMITTEE, CTED, Caller
from shared.auth.roles import Role
from shared.auth.tokens import TokenVerifier
from shared.errors import Forbidden, Unauthenticated

_bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="An OIDC access token for the audience `ctc`",
    auto_error=False,
)


async def current_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """The bearer of the request's token."""
    if credentials is None:
        raise Unauthenticated(
            "Send an Authorization header: Bearer <token>.", headers={"WWW-Authenticate": "Bearer"}
        )
    verifier: TokenVerifier = request.app.state.token_verifier
    return await verifier.verify(credentials.credentials)


CurrentCaller = Annotated[Caller, Depends(current_caller)]


class Allow:
    """Lets through callers who hold one of the named roles, and in these roles alone.

    So the focal point of a State who is a member of the Committee too does not act as a member
    where States act.
    """

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self, caller: CurrentCaller) -> Caller:
        """The caller, if allowed.

        Raises:
            Forbidden: none of the caller's roles is among those allowed.
        """
        if caller.roles.isdisjoint(self.roles):
            raise Forbidden(f"This is for {', '.join(sorted(self.roles))} only.")
        if Role.MEMBER_STATE in caller.roles and not caller.member_state:
            raise Forbidden("A token of the role member_state must carry the claim member_state.")
        if Role.PARTNER in caller.roles and not caller.organisation:
            raise Forbidden("A token of the role partner must carry the claim organisation.")
        return replace(caller, roles=caller.roles & self.roles)


class Public:
    """Marks a route that anyone may call, so that openness is a decision and never an oversight."""

    def __call__(self) -> None:
        """Ask for nothing."""


def permission_of(dependant: Dependant) -> Allow | Public | None:
    """Who may call the route of these dependencies; None where it does not say."""
    if isinstance(dependant.call, Allow | Public):
        return dependant.call
    found = map(permission_of, dependant.dependencies)
    return next((permission for permission in found if permission is not None), None)


CtedCaller = Annotated[Caller, Depends(Allow(*CTED))]
CtedLead = Annotated[Caller, Depends(Allow(Role.CTED_LEAD))]
CommitteeChair = Annotated[Caller, Depends(Allow(Role.COMMITTEE_CHAIR))]
ChairOrCted = Annotated[Caller, Depends(Allow(*CTED, Role.COMMITTEE_CHAIR))]
"""The Chair decides, such as whom to invite (¶8), and the Executive Directorate prepares it."""
CtedOrCommittee = Annotated[Caller, Depends(Allow(*CTED, *COMMITTEE))]
CtedOrState = Annotated[Caller, Depends(Allow(*CTED, Role.MEMBER_STATE))]
CtedCommitteeOrState = Annotated[Caller, Depends(Allow(*CTED, *COMMITTEE, Role.MEMBER_STATE))]
StateCaller = Annotated[Caller, Depends(Allow(Role.MEMBER_STATE))]
Operator = Annotated[Caller, Depends(Allow(Role.OPERATOR))]
Provider = Annotated[Caller, Depends(Allow(Role.PARTNER, Role.OCT))]
CtedOrProvider = Annotated[Caller, Depends(Allow(*CTED, Role.PARTNER, Role.OCT))]
FindingsReader = Annotated[
    Caller,
    Depends(
        Allow(
            *CTED,
            *COMMITTEE,
            Role.MEMBER_STATE,
            Role.OCT,
            Role.PARTNER,
            Role.UN_ENTITY,
            Role.SERVICE,
        )
    ),
]
"""Whom findings are shared with, except what a State keeps confidential (¶23)."""
OpenToAll = Annotated[None, Depends(Public())]
AnyCaller = Annotated[Caller, Depends(Allow(*Role))]
