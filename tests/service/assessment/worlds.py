"""Two worlds that differ in what States keep confidential: in one of them it was never there."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from shared.embedded.stack import Stack
from tests.service.assessment.steps import Json, claimed

ANCHORS = ("L-1", "B-2")
"""Always open, so that something of each section is, and something falls short."""


def _question(code: str, theme: str, cited: str, weight: int, **fields: object) -> Json:
    resolution, _, paragraph = cited.partition(" ")
    provision = {"resolution": int(resolution), "paragraph": paragraph or None}
    known = {"code": code, "text": f"Is what {cited} asks for in place?", "theme": theme}
    return known | {"provisions": [provision], "weight": weight} | fields


_IN_PART = ["yes", "partial"]
_RATES = [{"code": f"c{n}", "label": f"Choice {n}", "value": n / 2} for n in range(3)]
_FINANCE, _BORDERS = "countering-financing", "border-control"
SECTIONS: Mapping[str, Sequence[Json]] = {
    "legal": [
        _question("L-1", _FINANCE, "1373 1(b)", 5, tags=["human_rights"]),
        _question("L-2", _FINANCE, "1373 1(a)", 3),
        _question("L-2A", _FINANCE, "2462", 4, shown_if={"question": "L-2", "is_any_of": _IN_PART}),
        _question("L-3", _FINANCE, "1373 1(c)", 0, kind="text"),
        _question("L-4", _FINANCE, "1373 1(d)", 4, tags=["gender"]),
    ],
    "borders": [
        _question("B-1", _BORDERS, "2396", 3, tags=["children"]),
        _question("B-2", _BORDERS, "2178", 2, kind="scale", minimum=0, maximum=5, tags=["gender"]),
        _question("B-3", _BORDERS, "2309", 2, kind="choice", choices=_RATES),
        _question(
            "B-4",
            _BORDERS,
            "2322",
            1,
            shown_if={
                "any": [
                    {"question": "B-1", "is_any_of": _IN_PART},
                    {"question": "L-2", "is_any_of": _IN_PART},
                ]
            },
        ),
        _question("B-5", _BORDERS, "2370", 0, kind="number", unit="persons", required=False),
    ],
}
"""No provision is of two questions: what rests on several has its own tests."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a State answers, and which of it it keeps confidential."""

    answers: Mapping[str, Any]
    hidden: frozenset[str]

    @classmethod
    def by_chance(cls, chance: random.Random, *hidden: str) -> "Round":
        """One with the named answers hidden, and about half of the others."""
        words = ("yes", "partial", "no")
        answers = {
            "L-1": chance.choice(words[1:]), "L-2": "partial", "L-2A": chance.choice(words),
            "L-3": "In words.", "L-4": chance.choice(words), "B-1": chance.choice(words),
            "B-2": chance.randint(0, 4), "B-3": chance.choice(["c0", "c1", "c2"]),
            "B-4": chance.choice(words), "B-5": chance.randint(0, 99),
        }  # fmt: skip
        others = [code for code in answers if code not in ANCHORS and chance.random() < 0.5]
        return cls(answers, frozenset(hidden) | set(others))

    @property
    def unseen(self) -> frozenset[str]:
        """The hidden questions and those that only their answers make shown."""
        unseen = set(self.hidden)
        if "L-2" in unseen:
            unseen.add("L-2A")
        by = {code for code in ("B-1", "L-2") if self.answers[code] in _IN_PART}
        if by <= unseen:
            unseen.add("B-4")
        return frozenset(unseen)

    def instrument(self, code: str, *, whole: bool) -> Json:
        """All that is asked, or what is left of it where nothing hidden was ever asked."""
        unseen = frozenset[str]() if whole else self.unseen
        sections = [
            {
                "code": name,
                "title": name.title(),
                "questions": [
                    _left(asked, unseen) for asked in asked_in if asked["code"] not in unseen
                ],
            }
            for name, asked_in in SECTIONS.items()
        ]
        tool = "detailed_implementation_survey"
        return {"code": code, "title": f"Survey {code}", "tool": tool, "sections": sections}


def _left(question: Json, unseen: frozenset[str]) -> Json:
    condition = question.get("shown_if", {})
    if "any" not in condition:
        return question
    left = [part for part in condition["any"] if part["question"] not in unseen]
    return question | {"shown_if": {"any": left}}


@dataclass(slots=True)
class World:
    """One stack, and by kind and name what was made in it."""

    stack: Stack
    officer: httpx.AsyncClient
    lead: httpx.AsyncClient
    whole: bool
    """Whether what is confidential is there."""
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    """By path parameter and name."""
    hidden: set[str] = field(default_factory=set)
    """The ids that nobody else may learn."""
    words: list[str] = field(default_factory=list)
    """Each in one text that nobody else may read."""

    def word(self) -> str:
        """A word that is nowhere else, to be kept confidential; none where nothing is."""
        if not self.whole:
            return "Nothing."
        self.words.append(f"verborgen{len(self.words):03}")
        return self.words[-1]

    def keep(self, kind: str, name: str, record: Json, *, hidden: bool = False) -> Json:
        """Know the record by its name, which it has in both worlds."""
        self.ids.setdefault(kind, {})[name] = record["id"]
        if hidden:
            self.hidden.add(record["id"])
        return record

    def know_the_names_of(self, other: "World") -> None:
        """What is in the other world alone has an id here that was never given."""
        for kind, named in other.ids.items():
            for name in named:
                self.ids.setdefault(kind, {}).setdefault(name, str(uuid4()))

    async def post(self, path: str, body: Json | None = None, *, lead: bool = False) -> Json:
        """What CTED makes or does."""
        answer = await (self.lead if lead else self.officer).post(path, json=body)
        assert answer.is_success, f"{path}: {answer.text[:1500]}"
        return dict(answer.json())

    async def items(self, path: str, **query: str) -> list[Json]:
        """What CTED finds in a list of a single page."""
        answer = await self.officer.get(path, params={"limit": "200"} | query)
        return list(answer.json()["items"])

    async def attach(self, survey: Json, question: str, name: str, **fields: str) -> Json:
        """A file for a question."""
        answer = await self.officer.post(
            f"/v1/surveys/{survey['id']}/evidence",
            data={"question": question, "description": name, **fields},
            files={"file": (f"{name}.txt", f"Text of {name}".encode(), "text/plain")},
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def issue(self, name: str, plan: Round, **fields: object) -> Json:
        """A survey of its own instrument; its name begins with the State."""
        state = name[:3]
        instrument = plan.instrument(f"dis-{name.lower()}", whole=self.whole)
        drafted = await self.post("/v1/instruments", instrument)
        self.keep("instrument_id", f"instrument {name}", drafted)
        await self.post(f"/v1/instruments/{drafted['id']}/publication", lead=True)
        body = {"instrument_id": drafted["id"], "member_state": state, "due_on": "2099-03-01"}
        survey = await self.post("/v1/surveys", body | fields)
        return self.keep(
            "survey_id", f"survey {name}", survey, hidden=bool(fields.get("confidential"))
        )

    async def answer(
        self, survey: Json, plan: Round, marked: frozenset[str], saved: frozenset[str]
    ) -> None:
        """Save these answers and mark some; what is not for others has words in it."""
        for section, questions in SECTIONS.items():
            path = f"/v1/surveys/{survey['id']}/sections/{section}"
            given: Json = {}
            for code in (asked["code"] for asked in questions if asked["code"] in saved):
                secret = code in plan.unseen or survey["confidential"]
                if not self.whole and secret:
                    continue
                value = plan.answers[code]
                if code == "L-3" and secret:
                    value = self.word()
                said = self.word() if secret else "An open comment."
                given[code] = {"value": value, "comment": said, "confidential": code in marked}
            if given:
                read = await self.officer.get(path)
                answer = await self.officer.patch(
                    path, json={"answers": given}, headers={"If-Match": read.headers["etag"]}
                )
                assert answer.status_code == 200, answer.text[:1500]

    async def accept(self, survey: Json) -> None:
        """Submit and accept the response."""
        for step in ("submission", "acceptance"):
            await self.post(f"/v1/surveys/{survey['id']}/{step}")

    async def assess(self, name: str, survey: Json, plan: Round) -> Json:
        """Rate every item a step lower than it claims where that is possible, and complete it."""
        secret = bool(plan.hidden) or survey["confidential"]
        summary = self.word() if secret and self.whole else "" if secret else "All is open."
        body = {"survey_id": survey["id"], "summary": summary}
        assessment = await self.post("/v1/assessments", body)
        self.keep("assessment_id", f"assessment {name}", assessment, hidden=survey["confidential"])
        sheet = await self.officer.get(f"/v1/assessments/{assessment['id']}/rating-sheet")
        ratings = [
            {
                "theme": item["theme"],
                "provision": item["provision"],
                "rating": lower(claimed(item["score"])),
                "reasons": self.word()
                if survey["confidential"] or plan.unseen & set(item["questions"])
                else "As the law shows.",
            }
            for item in sheet.json()["items"]
        ]
        path = f"/v1/assessments/{assessment['id']}"
        rated = await self.officer.patch(
            f"{path}/rating-sheet",
            json={"ratings": ratings},
            headers={"If-Match": sheet.headers["etag"]},
        )
        assert rated.status_code == 200, rated.text[:1500]
        await self.post(f"{path}/completion")
        for gap in await self.items("/v1/gaps", assessment_id=assessment["id"]):
            unseen = survey["confidential"] or bool(plan.unseen & gap["answers"].keys())
            self.keep("gap_id", f"gap {name} {gap['question']}", gap, hidden=unseen)
        return assessment

    async def recommend(self, name: str, *gaps: str, text: str, hidden: bool, to: int = 3) -> Json:
        """A recommendation about the gaps, carried on by so many steps: 3 issue it."""
        body = {
            "gap_ids": [self.ids["gap_id"][gap] for gap in gaps],
            "text": f"Recommended: {text}",
            "priority": "high",
            "technical_assistance_needed": True,
            "technical_assistance_kind": f"Help with {text}",
            "target_on": "2032-01-01",
        }
        drafted = await self.post("/v1/recommendations", body)
        path = f"/v1/recommendations/{drafted['id']}"
        for step in ("submission", "approval", "issuance")[:to]:
            await self.post(f"{path}/{step}", lead=step != "submission")
        return self.keep("recommendation_id", name, drafted, hidden=hidden)

    async def place(self, action: str, subject: str, subject_id: str, *questions: str) -> None:
        """What the State asks for, as CTED keeps it."""
        body: Json = {"subject": subject, "subject_id": subject_id, "action": action}
        body |= {"reason": self.word(), "questions": list(questions)}
        asked = await self.post("/v1/confidentiality-requests", body)
        self.keep("request_id", f"request {len(self.words)}", asked, hidden=True)

    async def product(self, name: str, *, to: int = 3, hidden: bool = False, **fields: Any) -> Json:
        """A product, carried on by so many steps: 3 publish it."""
        said = self.word() if hidden else "plain words"
        body = {
            "title": f"Product {name}", "abstract": f"Abstract of {said}.",
            "text": f"The whole text has {said}.", "kind": "good_practice",
            "themes": ["border-control"], "member_states": ["TZA"], "language": "en",
            "audience": "public",
        }  # fmt: skip
        drafted = await self.post("/v1/products", body | fields)
        path = f"/v1/products/{drafted['id']}"
        steps: list[tuple[str, Json | None]] = [
            ("submission", None), ("review", {"outcome": "approved"}), ("publication", None),
        ]  # fmt: skip
        for step, sent in steps[:to]:
            await self.post(f"{path}/{step}", sent, lead=True)
        return self.keep("product_id", f"product {name}", drafted, hidden=hidden)


def lower(rating: str) -> str:
    """One step worse: answers claim more than is found."""
    steps = ["fully", "largely", "partially", "not_implemented"]
    return steps[min(steps.index(rating) + 1, 3)] if rating in steps else rating
