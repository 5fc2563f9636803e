"""The reference data over HTTP: loaded by an operator, read by every caller."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select, text
from sqlalchemy.dialects.postgresql import Insert, insert

from shared.auth import AnyCaller, Operator
from shared.database import ListQuery, Page, ReadSession, TransactionalRoute, WriteSession, paginate
from shared.database.base import Base
from shared.errors import problem_responses
from shared.reference.catalogue import member_states, resolutions, themes
from shared.reference.models import ReferenceMemberState, ReferenceResolution, ReferenceTheme

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


class Loaded(BaseModel):
    """How many entries are loaded now."""

    member_states: int
    resolutions: int
    themes: int


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
async def load_reference_data(caller: Operator, work: WriteSession) -> Loaded:
    """Load the bundled catalogue into this service's database; doing it again changes nothing."""
    states = [asdict(state) for state in member_states().values()]
    cited = [asdict(resolution) for resolution in resolutions().values()]
    areas = [asdict(theme) for theme in themes().values()]
    await work.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('reference'))"))
    for table, rows in (
        (ReferenceMemberState, states),
        (ReferenceResolution, cited),
        (ReferenceTheme, areas),
    ):
        await work.session.execute(_upsert(table, rows))
    return Loaded(member_states=len(states), resolutions=len(cited), themes=len(areas))


def _upsert(table: type[Base], rows: list[dict[str, Any]]) -> Insert:
    statement = insert(table).values(rows)
    keys = [column.name for column in table.__table__.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


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


@router.get("/themes", responses=problem_responses())
async def list_themes(
    caller: AnyCaller, session: ReadSession, query: Annotated[ThemeQuery, Query()]
) -> Page[ThemeRead]:
    """The thematic areas."""
    table = ReferenceTheme
    sortable = {"code": table.code, "name": table.name}
    page = await paginate(session, select(table), query, query.sort, sortable, table.code)
    return page.map(ThemeRead.model_validate)
