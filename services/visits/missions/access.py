"""Who coordinates visits with one another (¶14): the United Nations, and the State itself."""

from typing import Annotated

from fastapi import Depends

from shared.auth import COMMITTEE, CTED, Allow, Caller, Role

_VISITING_BODIES = (*CTED, Role.OCT, Role.UN_ENTITY, Role.SERVICE)

VisitingBody = Annotated[Caller, Depends(Allow(*_VISITING_BODIES))]
"""Who tells of other bodies' visits: they themselves, and CTED for those that do not."""
VisitPlanReader = Annotated[
    Caller, Depends(Allow(*_VISITING_BODIES, *COMMITTEE, Role.MEMBER_STATE))
]
