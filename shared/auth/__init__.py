"""Who may call what: roles, token checks, and a permission dependency for every route."""

from shared.auth.audiences import Audience
from shared.auth.caller import COMMITTEE, CTED, Caller
from shared.auth.dependencies import (
    Allow,
    AnyCaller,
    ChairOrCted,
    CommitteeChair,
    CtedCaller,
    CtedCommitteeOrState,
    CtedLead,
    CtedOrCommittee,
    CtedOrProvider,
    CtedOrState,
    CurrentCaller,
    FindingsReader,
    OpenToAll,
    Operator,
    Provider,
    Public,
    StateCaller,
    permission_of,
)
from shared.auth.roles import Role
from shared.auth.tokens import JwksVerifier, TokenVerifier

__all__ = [
    "COMMITTEE",
    "CTED",
    "Allow",
    "AnyCaller",
    "Audience",
    "Caller",
    "ChairOrCted",
    "CommitteeChair",
    "CtedCaller",
    "CtedCommitteeOrState",
    "CtedLead",
    "CtedOrCommittee",
    "CtedOrProvider",
    "CtedOrState",
    "CurrentCaller",
    "FindingsReader",
    "JwksVerifier",
    "OpenToAll",
    "Operator",
    "Provider",
    "Public",
    "Role",
    "StateCaller",
    "TokenVerifier",
    "permission_of",
]
