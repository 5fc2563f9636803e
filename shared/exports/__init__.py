"""Every list as a file: CSV, XLSX or JSON, with one line above the list's route.

    @exported(router)
    @router.get("", responses=problem_responses())
    async def list_gaps(
        caller: FindingsReader, session: ReadSession, query: Annotated[GapQuery, Query()]
    ) -> Page[GapRead]:

adds `GET /v1/gaps/export?format=csv|xlsx|json` with the list's own permission, filters and sort.
A list stands before the route of one record, so that `/export` is not taken for an id.
"""

from shared.exports.routes import ExportFormat, exported

__all__ = ["ExportFormat", "exported"]
