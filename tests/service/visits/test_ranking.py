"""What the ranking makes of the facts that it hears of, each fact once and in any order."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from services.assessment import events as assessment
from services.assessment.events import Severity
from shared.embedded.stack import Stack
from shared.events import Envelope, Event
from shared.reference import member_states
from tests.service.visits.actors import Actors, Body, completed_mission, done
from tests.service.visits.grounds import factor
from tests.support.events import publish, publish_envelopes
from tests.support.waiting import eventually

PAST = date(2020, 1, 15)


def gap(state: str, severity: Severity = "critical", **fields: object) -> assessment.GapIdentified:
    known = {
        "member_state": state,
        "gap_id": uuid4(),
        "assessment_id": uuid4(),
        "theme": "border-control",
        "resolution": 2396,
        "severity": severity,
        "identified_on": PAST,
    }
    return assessment.GapIdentified.model_validate(known | fields)


def recommendation(
    about: assessment.GapIdentified, *others: assessment.GapIdentified
) -> assessment.RecommendationIssued:
    return assessment.RecommendationIssued(
        member_state=about.member_state,
        recommendation_id=uuid4(),
        gap_id=about.gap_id,
        gap_ids=tuple(gap.gap_id for gap in (about, *others)) if others else (),
        theme=about.theme,
        resolution=about.resolution,
        text="Close the gap.",
        priority="high",
        technical_assistance_needed=False,
        issued_on=PAST,
        target_on=PAST + timedelta(days=365),
    )


def status_of(
    issued: assessment.RecommendationIssued, status: str
) -> assessment.RecommendationStatusChanged:
    return assessment.RecommendationStatusChanged(
        member_state=issued.member_state,
        recommendation_id=issued.recommendation_id,
        previous="issued",
        status=status,
        changed_on=PAST,
    )


class Facts:
    """Publishes facts about one State, and waits until they are heard of."""

    def __init__(self, stack: Stack, officer: httpx.AsyncClient, state: str) -> None:
        self._stack, self._officer, self._state = stack, officer, state
        self._told = 0

    async def tell(self, *facts: Event) -> list[Envelope]:
        return await publish(self._stack, *facts)

    async def standing(self) -> Body:
        """The State's standing after all that was told: events of one State arrive in order."""
        self._told += 1
        completed_on = PAST + timedelta(days=self._told)
        await self.tell(
            assessment.AssessmentCompleted(
                member_state=self._state,
                assessment_id=uuid4(),
                survey_id=uuid4(),
                completed_on=completed_on,
                score=0.5,
                scores_by_theme={},
            )
        )
        heard: Body = await eventually(
            self._officer,
            f"/v1/ranking/{self._state}",
            lambda standing: str(completed_on) in factor(standing, "analysis")["because"],
        )
        return heard


async def test_all_states_are_ranked_with_their_grounds(officer: httpx.AsyncClient) -> None:
    ranking = await done(await officer.get("/v1/ranking"))
    ranks = ranking["ranks"]
    assert {rank["member_state"] for rank in ranks} == set(member_states())
    assert [rank["position"] for rank in ranks] == list(range(1, 194))
    assert (ranking["policy"]["name"], ranking["policy"]["version"]) == ("risk-based", 1)
    for rank in ranks:
        assert {part["factor"] for part in rank["factors"]} == set(ranking["policy"]["weights"])
        assert rank["score"] == pytest.approx(
            sum(part["contribution"] for part in rank["factors"]), abs=1e-5
        )
    assert [(-rank["score"], rank["member_state"]) for rank in ranks] == sorted(
        (-rank["score"], rank["member_state"]) for rank in ranks
    )


async def test_a_region_keeps_the_positions_among_all(officer: httpx.AsyncClient) -> None:
    everywhere = (await done(await officer.get("/v1/ranking")))["ranks"]
    oceania = [r for r in everywhere if member_states()[r["member_state"]].region == "Oceania"]
    query = {"region": "Oceania", "limit": "3"}
    assert (await done(await officer.get("/v1/ranking", params=query)))["ranks"] == oceania[:3]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"region": "Atlantis"}, "query.region"),
        ({"limit": "0"}, "query.limit"),
        ({"cursor": "x"}, "query.cursor"),
    ],
)
async def test_a_bad_query_is_named(
    officer: httpx.AsyncClient, query: dict[str, str], field: str
) -> None:
    answer = await officer.get("/v1/ranking", params=query)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_a_state_sees_its_own_standing_alone(actors: Actors) -> None:
    togo = actors.state("TGO")
    assert (await done(await togo.get("/v1/ranking/TGO")))["member_state"] == "TGO"
    assert (await togo.get("/v1/ranking/GHA")).status_code == 403
    assert (await togo.get("/v1/ranking")).status_code == 403
    assert (await actors.of("oct").get("/v1/ranking/TGO")).status_code == 403
    member = actors.of("committee_member")
    assert (await done(await member.get("/v1/ranking/TGO")))["member_state"] == "TGO"
    unknown = await member.get("/v1/ranking/XXX")
    assert unknown.status_code == 422


async def test_gaps_count_once_however_often_they_are_told(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "MLI")
    (envelope,) = await facts.tell(gap("MLI"))
    assert factor(await facts.standing(), "gaps")["value"] == 0.5
    await publish_envelopes(stack, envelope, envelope)
    after = factor(await facts.standing(), "gaps")
    assert after["value"] == 0.5
    assert after["because"].startswith("1 gap, the worst critical; latest 2020-01-15 (")


def completed(
    state: str, assessment_id: UUID, completed_on: date, *themes: str
) -> assessment.AssessmentCompleted:
    return assessment.AssessmentCompleted(
        member_state=state,
        assessment_id=assessment_id,
        survey_id=uuid4(),
        completed_on=completed_on,
        score=0.5,
        scores_by_theme=dict.fromkeys(themes, 0.5),
    )


async def test_the_latest_assessment_that_covered_a_theme_decides_its_gaps(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "NER")
    first, second, third = uuid4(), uuid4(), uuid4()
    later, last = PAST - timedelta(days=200), PAST - timedelta(days=100)
    await facts.tell(
        completed("NER", first, PAST - timedelta(days=300), "border-control", "law-enforcement"),
        gap("NER", "critical", assessment_id=first),
        gap("NER", "critical", assessment_id=first),
        gap("NER", "high", assessment_id=first, theme="law-enforcement", resolution=1373),
    )
    assert "3 gaps" in factor(await facts.standing(), "gaps")["because"]
    await facts.tell(
        completed("NER", second, later, "border-control"),
        gap("NER", "medium", assessment_id=second, identified_on=later),
    )
    because = factor(await facts.standing(), "gaps")["because"]
    assert because.startswith("2 gaps, the worst high")
    await facts.tell(completed("NER", third, last, "border-control", "law-enforcement"))
    assert factor(await facts.standing(), "gaps")["value"] == 0, (
        "nothing was found wanting any more"
    )


async def test_an_assessment_covers_a_theme_though_all_its_answers_are_kept_back(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "NAM")
    first, second = uuid4(), uuid4()
    await facts.tell(
        completed("NAM", first, PAST - timedelta(days=300), "border-control"),
        gap("NAM", "critical", assessment_id=first),
    )
    assert "1 gap, the worst critical" in factor(await facts.standing(), "gaps")["because"]
    kept_back = completed("NAM", second, PAST - timedelta(days=200))
    await facts.tell(
        kept_back.model_copy(update={"themes": ("border-control",)}),
        gap("NAM", "low", assessment_id=second, confidential=True),
    )
    assert "1 gap, the worst low" in factor(await facts.standing(), "gaps")["because"]


async def test_a_gap_is_closed_with_the_last_of_its_recommendations(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "TCD")
    found = gap("TCD")
    one, other = recommendation(found), recommendation(found)
    await facts.tell(found, one, other, status_of(one, "implemented"))
    assert factor(await facts.standing(), "gaps")["value"] == 0.5
    await facts.tell(status_of(other, "in_progress"))
    assert factor(await facts.standing(), "gaps")["value"] == 0.5
    await facts.tell(status_of(other, "no_longer_relevant"))
    assert factor(await facts.standing(), "gaps")["value"] == 0
    await facts.tell(status_of(one, "in_progress"))
    assert factor(await facts.standing(), "gaps")["value"] == 0.5


async def test_a_recommendation_about_several_gaps_closes_each_of_them(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "TGO")
    one, other = gap("TGO"), gap("TGO")
    issued = recommendation(one, other)
    await facts.tell(one, other, issued)
    assert "2 gaps" in factor(await facts.standing(), "gaps")["because"]
    await facts.tell(status_of(issued, "implemented"))
    assert factor(await facts.standing(), "gaps")["value"] == 0


async def test_a_status_heard_before_its_recommendation_and_gap_still_counts(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    facts = Facts(stack, officer, "BFA")
    found = gap("BFA")
    issued = recommendation(found)
    await facts.tell(status_of(issued, "implemented"), issued, found)
    assert factor(await facts.standing(), "gaps")["value"] == 0
    standing = await done(await officer.get("/v1/ranking/BFA"))
    assert factor(standing, "gaps")["because"] == "No gap is known."


async def test_the_latest_assessment_counts(stack: Stack, officer: httpx.AsyncClient) -> None:
    scores = [("2020-03-01", 0.9), ("2020-05-01", 0.2), ("2020-04-01", 0.8)]
    for completed_on, score in scores:
        await publish(
            stack,
            assessment.AssessmentCompleted(
                member_state="SEN",
                assessment_id=uuid4(),
                survey_id=uuid4(),
                completed_on=date.fromisoformat(completed_on),
                score=score,
                scores_by_theme={},
            ),
        )
    await eventually(
        officer, "/v1/ranking/SEN", lambda body: factor(body, "analysis")["value"] == 0.8
    )


async def test_a_request_counts_until_the_state_is_visited(actors: Actors) -> None:
    peru = actors.state("PER")
    asked = await peru.post(
        "/v1/visit-requests", json={"member_state": "PER", "reason": "New border law."}
    )
    request = await done(asked)
    assert asked.headers["location"] == f"/v1/visit-requests/{request['id']}"
    assert await done(await peru.get(asked.headers["location"])) == request
    before = await done(await peru.get("/v1/ranking/PER"))
    assert factor(before, "prior_request")["value"] == 1
    assert factor(before, "time_since_visit")["value"] == 1
    mission = await completed_mission(actors, "PER")
    after = await done(await peru.get("/v1/ranking/PER"))
    assert factor(after, "prior_request")["value"] == 0
    assert factor(after, "time_since_visit")["value"] == 0
    (visit,) = (await done(await peru.get("/v1/past-visits")))["items"]
    assert (visit["mission_id"], visit["visited_on"]) == (mission["id"], mission["ends_on"])


async def test_requests_are_of_the_state_itself_and_seen_by_it_alone(actors: Actors) -> None:
    body = {"member_state": "CHL", "reason": "Confidential.", "confidential": True}
    assert (await actors.state("ARG").post("/v1/visit-requests", json=body)).status_code == 403
    request = await done(await actors.of("cted_officer").post("/v1/visit-requests", json=body))
    argentina = actors.state("ARG")
    assert (await argentina.get(f"/v1/visit-requests/{request['id']}")).status_code == 404
    listed = (await done(await argentina.get("/v1/visit-requests")))["items"]
    assert all(item["member_state"] == "ARG" for item in listed)
    query = {"member_state": "CHL"}
    member = actors.of("committee_member")
    (seen,) = (await done(await member.get("/v1/visit-requests", params=query)))["items"]
    assert seen == request


async def test_a_past_visit_is_past(actors: Actors, officer: httpx.AsyncClient) -> None:
    today = await actors.today()
    for never in (str(today), "0001-01-01"):
        answer = await officer.post(
            "/v1/past-visits", json={"member_state": "GEO", "visited_on": never}
        )
        assert answer.status_code == 422
        assert [fault["field"] for fault in answer.json()["errors"]] == ["body.visited_on"]
    visited_on = str(today - timedelta(days=1))
    visit = await done(
        await officer.post(
            "/v1/past-visits", json={"member_state": "GEO", "visited_on": visited_on}
        )
    )
    assert await done(await officer.get(f"/v1/past-visits/{visit['id']}")) == visit
    assert visit["mission_id"] is None
