"""Everything that a caller can read, by what is asked and with the names of what is in it."""

import asyncio
import csv
import io
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docx
import httpx
from openpyxl import load_workbook

from tests.service.assessment.histories import PLAIN, SAVED_ANEW
from tests.service.assessment.steps import Json
from tests.service.assessment.worlds import SECTIONS, World
from tests.support.stacks import client_of

STATES = ("KEN", "TZA", "UGA", "MWI", "RWA", "BDI")
PATH_VALUES: Mapping[str, Iterable[str]] = {
    "code": SECTIONS,
    "tag": ("gender", "human_rights", "children"),
    "member_state": STATES,
    "number": ("1", "2"),
    "letter_id": ("1",),
}
"""What fills a path parameter beside the ids that the worlds know."""
FILTERS: Mapping[str, Iterable[str]] = {
    "member_state": STATES, "theme": ("border-control", "countering-financing"),
    "resolution": ("1373", "2462", "2322"), "region": ("Africa", "Eastern Africa"),
    "subregion": ("Sub-Saharan Africa",), "year": ("2031",), "from_year": ("2029",),
    "to_year": ("2031",), "provision": ("1373 1(a)", "2462"), "question": ("L-1", "L-2"),
    "assessor": ("cted_officer",), "code": ("dis-tza1", "dis-draft"), "drop": ("L-1",),
    "instrument": ("dis-tza1", "dis-ken2"), "event_type": ("x",), "q": ("Kenya",),
    "search": ("verborgen*", "plain", "product"), "completed_since": ("2031-01-01",),
    "completed_until": ("2031-12-31",), "target_before": ("2031-01-01",),
    "target_after": ("2029-01-01",), "valid_until_before": ("2030-01-01",),
    "due_until": ("2100-01-01",), "observed_since": ("2019-01-01",),
    "observed_before": ("2031-01-01",),
}  # fmt: skip
"""What fills a query parameter that is neither an id, nor one of some words, nor yes or no."""
IDS = {"subject_id": ("survey_id", "recommendation_id"), "translation_of": ("product_id",),
       "from": ("instrument_id",)}  # fmt: skip
"""The ids that a query parameter of another name takes."""
TOLD = ("etag", "location", "content-disposition", "content-type")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.]*(Z|\+00:00)?")
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask: a path with the names of ids in it, and a query."""

    path: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was answered; ids are names, moments and versions that may differ are left out."""

    status: int
    headers: tuple[str, ...]
    body: Any
    raw: str
    """Everything as it was sent, compressed parts unpacked."""


class Walk:
    """All that can be read of a world."""

    def __init__(self, world: World, paths: Mapping[str, Json], schemas: Mapping[str, Any]) -> None:
        self.world = world
        self._methods = paths
        self._paths = {path: known["get"] for path, known in paths.items() if "get" in known}
        self._schemas = schemas
        self._names = {key: name for named in world.ids.values() for name, key in named.items()}
        self._ids = {name: key for key, name in self._names.items()}

    def questions(self, filtered: str, *, with_files: bool) -> list[Question]:
        """Every route, filled in every way, with each filter by itself where `filtered` matches.

        Files are asked for of lists, and of all that is TZA's; else JSON alone.
        """
        return [
            Question(filled, query)
            for path, route in self._paths.items()
            for filled in self.filled(path)
            for query in self._queries(
                path,
                route,
                with_filters=re.match(filtered, path) is not None,
                files=with_files and ("{" not in path or "TZA" in filled),
            )
        ]

    def changes(self) -> Iterator[tuple[str, str]]:
        """Every method and route that changes a record."""
        for path, methods in self._methods.items():
            for method in methods.keys() & {"post", "patch", "put", "delete"}:
                if "{" in path:
                    yield method.upper(), path

    def filled(self, path: str) -> Iterator[str]:
        """The path with every combination of names in it."""
        parameters = re.findall(r"\{(\w+)\}", path)
        values = []
        for name in parameters:
            known = [*self._known(name)] or PATH_VALUES.get(name)
            assert known, f"PATH_VALUES has nothing to fill {{{name}}} of {path} with: add to it."
            values.append(known)
        for combination in itertools.product(*values):
            yield path.format(**dict(zip(parameters, combination, strict=True)))

    async def read(
        self, role: str, claims: Mapping[str, str], asked: Iterable[Question]
    ) -> dict[Question, Seen]:
        """What a caller of the role is answered."""
        turn = asyncio.Semaphore(_AT_ONCE)
        async with client_of(self.world.stack, "assessment", role, **claims) as client:

            async def one(question: Question) -> tuple[Question, Seen]:
                async with turn:
                    return question, await self._seen(client, question)

            return dict(await asyncio.gather(*map(one, asked)))

    def sent(self, text: str) -> str:
        """The text with ids in place of their names."""
        return re.sub(r"<([^>]+)>", lambda found: self._ids[found[1]], text)

    def named(self, text: str) -> str:
        """The text with names in place of ids, and without moments."""
        known = _ID.sub(lambda found: f"<{self._names.get(found[0], 'some id')}>", text)
        return _MOMENT.sub("<moment>", known)

    def _known(self, kind: str) -> Iterator[str]:
        """The names of this kind; of the States that keep nothing, one stands for all."""
        for name in self.world.ids.get(kind, ()):
            if not any(state in name for state in PLAIN[1:]):
                yield f"<{name}>"

    def _queries(
        self, path: str, route: Json, *, with_filters: bool, files: bool
    ) -> Iterator[tuple[tuple[str, str], ...]]:
        parameters = {
            known["name"]: known for known in route.get("parameters", ()) if known["in"] == "query"
        }
        forms = [*self._values(path, parameters["format"])] if "format" in parameters else [None]
        if not files and forms[0] is not None:
            forms = ["json"]
        base = (("limit", "3"),) if "limit" in parameters else ()
        for form in forms:
            yield base if form is None else (("format", form),)
        if with_filters and forms == [None]:
            for name, known in parameters.items():
                if name not in ("limit", "cursor"):
                    for value in self._values(path, known):
                        yield (*base, (name, value))

    def _values(self, path: str, parameter: Json) -> Iterator[str]:
        name, schema = parameter["name"], parameter["schema"]
        schema = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
        schema = schema.get("items", schema)
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if words := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
            yield from words
        elif schema.get("type") == "boolean":
            yield from ("true", "false")
        elif schema.get("format") == "uuid":
            for kind in IDS.get(name, (name,)):
                yield from self._known(kind)
        else:
            assert name in FILTERS, f"FILTERS has nothing for {name} of {path}: add to it."
            yield from FILTERS[name]

    async def _seen(self, client: httpx.AsyncClient, question: Question) -> Seen:
        path = self.sent(question.path)
        query = {name: self.sent(value) for name, value in question.query}
        answer = await client.get(path, params=query)
        raw = [text_of(answer)]
        body = self._body(answer)
        while answer.is_success and isinstance(body, dict) and body.get("next_cursor"):
            answer = await client.get(path, params=query | {"cursor": answer.json()["next_cursor"]})
            raw.append(text_of(answer))
            more = self._body(answer)
            body = {"items": body["items"] + more["items"], "next_cursor": more["next_cursor"]}
        headers = [f"{name}: {answer.headers[name]}" for name in TOLD if name in answer.headers]
        raw += headers
        if _is_saved_anew(question.path):
            headers = [header for header in headers if not header.startswith("etag")]
        return Seen(answer.status_code, tuple(map(self.named, headers)), body, "\n".join(raw))

    def _body(self, answer: httpx.Response) -> Any:
        kind = answer.headers.get("content-type", "")
        if answer.status_code == 304 or kind.startswith("text/plain"):
            return None
        if kind.startswith("text/csv"):
            rows: Any = [*csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))]
        elif "json" in kind:
            rows = answer.json()
        elif "spreadsheetml" in kind:
            (titles, *cells), *others = cells_of(answer.content)
            rows = [*(dict(zip(titles, row, strict=True)) for row in cells), *others]
        elif kind == "application/pdf":
            return parts_of_pdf(answer.content)
        else:
            rows = text_of(answer).split("\n")
        return self.bare(rows)

    def bare(self, value: Any) -> Any:
        """The value with names in place of ids, and without what may differ."""
        if isinstance(value, list):
            return [self.bare(one) for one in value]
        if isinstance(value, dict):
            left_out = {"request_id"}
            if _is_saved_anew(self._names.get(value.get("id", ""), "")):
                left_out.add("version")
            return {
                self.named(name): self.bare(one)
                for name, one in value.items()
                if name not in left_out
            }
        return self.named(value) if isinstance(value, str) else value


def _is_saved_anew(name: str) -> bool:
    return any(part in name for part in SAVED_ANEW)


def text_of(answer: httpx.Response) -> str:
    """All text in the answer, out of whatever it is packed in."""
    kind = answer.headers.get("content-type", "")
    if "spreadsheetml" in kind:
        sheets = cells_of(answer.content)
        return "\n".join(itertools.chain.from_iterable(itertools.chain(*sheets)))
    if "wordprocessingml" in kind:
        document = docx.Document(io.BytesIO(answer.content))
        cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
        return "\n".join(part.text for part in itertools.chain(document.paragraphs, cells))
    if kind == "application/pdf":
        return "\n".join(part.decode("latin-1") for part in parts_of_pdf(answer.content))
    return answer.text


def cells_of(content: bytes) -> list[list[list[str]]]:
    """The cells of each sheet of a workbook, row by row, as text."""
    book = load_workbook(io.BytesIO(content))
    return [[[str(cell) for cell in row] for row in sheet.values] for sheet in book]


def parts_of_pdf(content: bytes) -> list[bytes]:
    """What its pages draw and with which glyphs; alike in two files that show the same."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return [zlib.decompress(part) for part in parts if not part.startswith(b"<?xpacket")]
