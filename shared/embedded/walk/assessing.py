"""Step 2: surveys, responses, assessments, gaps and recommendations."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import resources
from typing import Any

from shared.embedded.walk.world import WalkFailedError, World
from shared.reference import member_states, themes

CONFIDENTIAL = "FJI"
"""The State that asks to keep its assessment confidential (¶23)."""
SILENT = "TGO"
"""The State that does not answer its survey in time."""
BY_TWO = "MNG"
"""The State that two assessors rate apart (¶7)."""
_DOUBTED_THEME = "countering-financing"


@dataclass(slots=True)
class Assessed:
    """What the assessments led to."""

    recommendations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By State."""

    @property
    def states(self) -> list[str]:
        """The States that were assessed."""
        return list(self.recommendations)


async def assess(world: World) -> Assessed:
    """Issue a survey to several States, take their responses, assess them, recommend."""
    world.narrator.chapter("Assessment (¶4, ¶5): surveys, gaps, recommendations")
    instrument = await _publish_instrument(world)
    world.narrator.tell(
        f"Instrument published: {instrument['title']}, edition {instrument['edition']}, "
        f"{instrument['question_count']} questions"
    )
    await _note_a_trend(world)
    surveys = {
        state: await _issue(world, instrument["id"], state) for state in [*_answers(), SILENT]
    }
    world.narrator.tell(f"Surveys issued to {', '.join(surveys)}; the answers are invented")
    assessed = Assessed()
    done = await asyncio.gather(
        *(
            _assess_one(world, instrument, surveys[state], answers)
            for state, answers in _answers().items()
        )
    )
    for state, recommendations in zip(_answers(), done, strict=True):
        assessed.recommendations[state] = recommendations
    count = sum(len(of_state) for of_state in assessed.recommendations.values())
    world.narrator.tell(
        f"{count} recommendations issued; what {CONFIDENTIAL} keeps confidential, OCT cannot read"
    )
    await _look_from_above(world)
    world.facts["Assessments"] = f"{len(assessed.states)} States, {count} recommendations issued"
    return assessed


async def assess_again(world: World, member_state: str, project_id: str) -> None:
    """After the steps taken, the State is assessed again: the cycle closes (¶9, ¶22)."""
    world.narrator.chapter(f"Assess again: {member_state}")
    await world.advance_to(await world.today() + timedelta(days=60))
    instrument = await _publish_instrument(world)
    better = dict.fromkeys(_answers()[member_state], "yes")
    survey = await _issue(world, instrument["id"], member_state, carry_forward=True)
    await _respond(world, instrument, survey, better)
    assessment = await _rate(world, survey, "After a year of steps taken.")
    world.narrator.tell(
        f"{member_state} now implements {assessment['overall']['score']:.0%} of what is asked"
    )
    impact = await world.expect("assistance.impact-assessed", project_id=project_id)
    data = impact["data"]
    world.narrator.tell(
        f"impact-assessed: {data['theme']} went from {data['baseline_score']:.0%} "
        f"to {data['later_score']:.0%} (before and after alone prove no cause)"
    )
    world.facts["Assessed again"] = f"{member_state}, with the impact of its project (¶22)"


async def _look_from_above(world: World) -> None:
    """Roll the assessments up, and take a document that one would hand over."""
    officer = world.api("assessment", "cted_officer")
    rolled_up = await officer.get("/v1/roll-ups", by="theme")
    latest = {row["theme"]: row["years"][-1] for row in rolled_up["rows"]}
    weakest = min(latest, key=lambda theme: float(latest[theme]["score"] or 1))
    profile = await officer.file("/v1/state-profiles/KEN", format="pdf")
    if not profile.startswith(b"%PDF"):
        raise WalkFailedError("The State profile of KEN is no PDF")
    world.narrator.tell(
        f"Of {len(latest)} themes {themes()[weakest].name.lower()} is the weakest: "
        f"{latest[weakest]['score']:.0%} in place in {latest[weakest]['states']} States; "
        f"the profile of KEN is a PDF of {len(profile) // 1024} KiB"
    )


async def _note_a_trend(world: World) -> None:
    officer = world.api("assessment", "cted_officer")
    today = await world.today()
    trend = await officer.post(
        "/v1/trends",
        {
            "title": "Financing of terrorism through new payment methods",
            "description": "Illustrative, for this demonstration.",
            "kind": "emerging_issue",
            "theme": _DOUBTED_THEME,
            "resolutions": [2462],
            "regions": ["Eastern Africa", "South America"],
            "severity": "high",
            "source_kind": "research_network",
            "source_reference": "Illustrative, for this demonstration",
            "observed_from": (today - timedelta(days=90)).isoformat(),
        },
    )
    await world.expect("assessment.trend-identified", trend_id=trend["id"])
    product = await officer.post(
        "/v1/products",
        {
            "title": "Good practices in countering the financing of terrorism (illustrative)",
            "abstract": "What has worked in several States; illustrative.",
            "text": "Illustrative text, for this demonstration.",
            "kind": "good_practice",
            "themes": [_DOUBTED_THEME],
            "resolutions": [2462],
            "language": "en",
            "audience": "public",
        },
    )
    record = f"/v1/products/{product['id']}"
    await officer.post(f"{record}/submission")
    lead = world.api("assessment", "cted_lead")
    await lead.post(f"{record}/review", {"outcome": "approved"})
    await lead.post(f"{record}/publication")
    await world.expect("assessment.product-published", product_id=product["id"])
    world.narrator.tell(
        "A trend was noted (¶18) and an analytical product reviewed and published (¶26)"
    )


async def _publish_instrument(world: World) -> dict[str, Any]:
    officer = world.api("assessment", "cted_officer")
    draft = await officer.post("/v1/instruments", await officer.get("/v1/instruments/base"))
    lead = world.api("assessment", "cted_lead")
    published: dict[str, Any] = await lead.post(f"/v1/instruments/{draft['id']}/publication")
    return published


async def _issue(
    world: World, instrument_id: str, state: str, *, carry_forward: bool = False
) -> dict[str, Any]:
    due_on = await world.today() + timedelta(days=30)
    survey: dict[str, Any] = await world.api("assessment", "cted_officer").post(
        "/v1/surveys",
        {
            "instrument_id": instrument_id,
            "member_state": state,
            "due_on": due_on.isoformat(),
            "confidential": state == CONFIDENTIAL,
            "carry_forward": carry_forward,
        },
    )
    return survey


async def _respond(
    world: World, instrument: dict[str, Any], survey: dict[str, Any], answers: dict[str, str]
) -> None:
    state = survey["member_state"]
    focal_point = world.api("assessment", "member_state", member_state=state)
    record = f"/v1/surveys/{survey['id']}"
    for section in instrument["sections"]:
        part = {
            question["code"]: {"value": _answer(question, answers)}
            for question in section["questions"]
            if question["required"]
        }
        await focal_point.change("PATCH", f"{record}/sections/{section['code']}", {"answers": part})
    await focal_point.post(f"{record}/submission")
    await world.api("assessment", "cted_officer").post(f"{record}/acceptance")


def _answer(question: dict[str, Any], answers: dict[str, str]) -> object:
    """What the State answers; what its invented answers leave out is in place."""
    in_place = {
        "scale": question["maximum"],
        "choice": question["choices"][-1]["code"] if question["choices"] else None,
    }
    return answers.get(question["code"], in_place.get(question["kind"], "yes"))


async def _assess_one(
    world: World, instrument: dict[str, Any], survey: dict[str, Any], answers: dict[str, str]
) -> list[dict[str, Any]]:
    await _respond(world, instrument, survey, answers)
    officer = world.api("assessment", "cted_officer")
    by_two = survey["member_state"] == BY_TWO
    assess = _rate_apart if by_two else _rate
    assessment = await assess(world, survey, "As the State answered.")
    await world.expect("assessment.assessment-completed", assessment_id=assessment["id"])
    gaps = await officer.all_items("/v1/gaps", assessment_id=assessment["id"])
    state = member_states()[survey["member_state"]]
    world.narrator.tell(
        f"{state.name} ({state.alpha3}) answered and was assessed: "
        f"{assessment['overall']['score']:.0%} in place, "
        f"{len(gaps)} gap{'s' if len(gaps) != 1 else ''}"
    )
    severities = ("critical", "high", "medium", "low")
    gravest = sorted(gaps, key=lambda gap: (severities.index(gap["severity"]), gap["question"]))
    texts = {
        question["code"]: question["text"]
        for section in instrument["sections"]
        for question in section["questions"]
    }
    return [await _recommend(world, gap, texts[gap["question"]]) for gap in gravest[:3]]


async def _rate(world: World, survey: dict[str, Any], summary: str) -> dict[str, Any]:
    """One assessor finds what the answers claim borne out."""
    officer = world.api("assessment", "cted_officer")
    opened = await officer.post("/v1/assessments", {"survey_id": survey["id"], "summary": summary})
    path = f"/v1/assessments/{opened['id']}"
    sheet = await officer.get(f"{path}/rating-sheet")
    ratings = [_rating(item) for item in sheet["items"]]
    await officer.change("PATCH", f"{path}/rating-sheet", {"ratings": ratings})
    completed: dict[str, Any] = await officer.post(f"{path}/completion")
    return completed


async def _rate_apart(world: World, survey: dict[str, Any], summary: str) -> dict[str, Any]:
    """Two assessors rate blind to each other, differ on one item, and settle it."""
    names = ["first-assessor", "second-assessor"]
    first, second = (world.api("assessment", "cted_officer", subject=name) for name in names)
    opened = await first.post(
        "/v1/assessments", {"survey_id": survey["id"], "assessors": names, "summary": summary}
    )
    path = f"/v1/assessments/{opened['id']}"
    items = (await first.get(f"{path}/rating-sheet"))["items"]
    ratings = [_rating(item) for item in items]
    doubted = next(n for n, item in enumerate(items) if item["score"] == 1)
    differing = {**ratings[doubted], "rating": "largely", "reasons": "The practice lags the law."}
    for assessor, given in (
        (first, ratings),
        (second, [*ratings[:doubted], differing, *ratings[doubted + 1 :]]),
    ):
        await assessor.change("PATCH", f"{path}/rating-sheet", {"ratings": given})
        await assessor.post(f"{path}/hand-in")
    comparison = await first.get(f"{path}/comparison", differing="true")
    await first.post(f"{path}/settlement", {"ratings": [differing]})
    completed: dict[str, Any] = await first.post(f"{path}/completion")
    agreement = (await first.get("/v1/consistency/agreement"))["overall"]
    world.narrator.tell(
        f"Two assessors rated {len(items)} items of {survey['member_state']} apart, settled "
        f"{len(comparison['items'])}; Krippendorff's alpha {agreement['alpha']:.2f} (¶7)"
    )
    return completed


def _rating(item: dict[str, Any]) -> dict[str, str]:
    """What the item's answers claim."""
    score = item["score"]
    if score is None:
        claimed = "not_applicable"
    elif score in (0, 1):
        claimed = "fully" if score else "not_implemented"
    else:
        claimed = "largely" if score > 0.5 else "partially"
    return {
        "theme": item["theme"],
        "provision": item["provision"],
        "rating": claimed,
        "reasons": "Borne out by what the State sent (invented, for this demonstration).",
    }


async def _recommend(world: World, gap: dict[str, Any], asked: str) -> dict[str, Any]:
    target_on = await world.today() + timedelta(days=540)
    officer = world.api("assessment", "cted_officer")
    draft = await officer.post(
        "/v1/recommendations",
        {
            "gap_ids": [gap["id"]],
            "text": f"Close the gap in {themes()[gap['theme']].name.lower()}: {asked}",
            "priority": "high" if gap["severity"] in ("critical", "high") else "medium",
            "technical_assistance_needed": gap["severity"] != "low",
            "target_on": target_on.isoformat(),
        },
    )
    record = f"/v1/recommendations/{draft['id']}"
    await officer.post(f"{record}/submission")
    lead = world.api("assessment", "cted_lead")
    await lead.post(f"{record}/approval")
    issued: dict[str, Any] = await lead.post(f"{record}/issuance")
    await world.expect("assessment.recommendation-issued", recommendation_id=issued["id"])
    return issued


def _answers() -> dict[str, dict[str, str]]:
    file = resources.files("shared.embedded.walk") / "data" / "answers.json"
    answers: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))["answers"]
    return answers
