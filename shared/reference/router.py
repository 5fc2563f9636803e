"""The reference data over HTTP: loaded by an operator, read by every caller."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select

from shared.auth import AnyCaller, Operator
from shared.database import ListQuery, Page, ReadSession, TransactionalRoute, WriteSession, paginate
from shared.errors import problem_responses
from shared.exports import exported
from shared.reference.models import ReferenceMemberState, ReferenceResolution, ReferenceTheme
from shared.reference.service import load_catalogue

router = APIRouter(prefix="/v1/reference", tags=["reference"], route_class=TransactionalRoute)


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MemberStateRead(_Read):
    """A Member State with its ISO 3166 and UN M49 codes."""

    alpha3: str
    alpha2: str
    m49: str
    name: str
    region: str
    subregion: str
    intermediate_region: str | None
    least_developed: bool


class ResolutionRead(_Read):
    """A resolution that the work programme cites."""

    symbol: str
    body: str
    number: int
    year: int
    subject: str
    in_programme_list: bool


class ThemeRead(_Read):
    """A thematic area and the resolutions that it rests on."""

    code: str
    name: str
    resolutions: list[int]


class TallyRead(_Read):
    """What loading did to one table."""

    inserted: int
    updated: int
    unchanged: int


class LoadRead(_Read):
    """What loading did to each table."""

    member_states: TallyRead
    resolutions: TallyRead
    themes: TallyRead


class MemberStateQuery(ListQuery):
    """Filters and sort of the Member States."""

    region: str | None = None
    subregion: str | None = None
    q: str | None = Field(None, max_length=100, description="Part of the name, or a code")
    sort: Literal["name", "-name", "alpha3", "-alpha3"] = "name"


class ResolutionQuery(ListQuery):
    """Filters and sort of the resolutions."""

    year: int | None = None
    in_programme_list: bool | None = None
    sort: Literal["number", "-number", "year", "-year"] = "number"


class ThemeQuery(ListQuery):
    """Sort of the thematic areas."""

    sort: Literal["code", "-code", "name", "-name"] = "name"


@router.put("", responses=problem_responses())
async def load_reference_data(caller: Operator, work: WriteSession) -> LoadRead:
    """Load the bundled catalogue into this service's database; doing it again changes nothing."""
    return LoadRead.model_validate(await load_catalogue(work.session))


@exported(router)
@router.get("/member-states", responses=problem_responses())
async def list_member_states(
    caller: AnyCaller, session: ReadSession, query: Annotated[MemberStateQuery, Query()]
) -> Page[MemberStateRead]:
    """The Member States of the United Nations."""
    table = ReferenceMemberState
    statement = select(table)
    if query.region:
        statement = statement.where(table.region == query.region)
    if query.subregion:
        statement = statement.where(table.subregion == query.subregion)
    if query.q:
        statement = statement.where(
            or_(
                table.name.icontains(query.q, autoescape=True),
                table.alpha3 == query.q.upper(),
                table.alpha2 == query.q.upper(),
            )
        )
    sortable = {"name": table.name, "alpha3": table.alpha3}
    page = await paginate(session, statement, query, query.sort, sortable, table.alpha3)
    return page.map(MemberStateRead.model_validate)


@exported(router)
@router.get("/resolutions", responses=problem_responses())
async def list_resolutions(
    caller: AnyCaller, session: ReadSession, query: Annotated[ResolutionQuery, Query()]
) -> Page[ResolutionRead]:
    """The resolutions that the work programme cites."""
    table = ReferenceResolution
    statement = select(table)
    if query.year:
        statement = statement.where(table.year == query.year)
    if query.in_programme_list is not None:
        statement = statement.where(table.in_programme_list == query.in_programme_list)
    sortable = {"number": table.number, "year": table.year}
    page = await paginate(session, statement, query, query.sort, sortable, table.symbol)
    return page.map(ResolutionRead.model_validate)


@exported(router)
@router.get("/themes", responses=problem_responses())
async def list_themes(
    caller: AnyCaller, session: ReadSession, query: Annotated[ThemeQuery, Query()]
) -> Page[ThemeRead]:
    """The thematic areas."""
    table = ReferenceTheme
    sortable = {"code": table.code, "name": table.name}
    page = await paginate(session, select(table), query, query.sort, sortable, table.code)
    return page.map(ThemeRead.model_validate)
