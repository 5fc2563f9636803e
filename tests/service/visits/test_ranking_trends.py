"""What the ranking makes of trends, emerging issues and events, as they stand."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from services.assessment import events as assessment
from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors, done
from tests.service.visits.grounds import factor
from tests.support.events import publish, publish_envelopes
from tests.support.waiting import eventually


async def test_a_trend_counts_for_each_state_that_it_bears_on(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    today = await actors.today()
    trend = assessment.TrendIdentified(
        trend_id=uuid4(),
        theme="foreign-terrorist-fighters",
        member_states=["BEN", "CIV"],
        severity="critical",
        identified_on=today,
    )
    envelopes = await publish(stack, trend)
    await publish_envelopes(stack, *envelopes)
    for state in ("BEN", "CIV"):
        standing = await eventually(
            officer, f"/v1/ranking/{state}", lambda body: factor(body, "trends")["value"] > 0
        )
        assert factor(standing, "trends")["value"] == pytest.approx(0.5, abs=0.01)
    assert factor(await done(await officer.get("/v1/ranking/GHA")), "trends")["value"] == 0


async def test_each_kind_of_trend_is_a_factor_of_its_own(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    today = await actors.today()
    told = {"trend": 0, "emerging_issue": 30, "event": 60}
    for kind, age in told.items():
        about = {
            "trend_id": uuid4(),
            "kind": kind,
            "theme": "arms",
            "member_states": ["PLW"],
            "severity": "critical",
            "identified_on": today - timedelta(days=age),
        }
        await publish(stack, assessment.TrendIdentified.model_validate(about))
    factors = ("trends", "emerging_issues", "events")
    await eventually(
        officer, "/v1/ranking/PLW", lambda body: all(factor(body, f)["value"] for f in factors)
    )
    own = await done(await actors.state("PLW").get("/v1/ranking/PLW"))
    values = [factor(own, name)["value"] for name in factors]
    assert values == sorted(values, reverse=True), "the older and the sooner past, the less"
    for name, age in zip(factors, told.values(), strict=True):
        part = factor(own, name)
        day = str(today - timedelta(days=age))
        assert (part["count"], part["data_as_of"], part["age_days"]) == (1, day, age)


async def test_a_revised_trend_counts_as_it_stands_and_a_closed_one_no_more(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    async def trends_of(state: str, expected: float) -> None:
        await eventually(
            officer,
            f"/v1/ranking/{state}",
            lambda body: factor(body, "trends")["value"] == pytest.approx(expected, abs=0.01),
        )

    about = {
        "trend_id": uuid4(),
        "theme": "arms",
        "member_states": ["VUT", "TON"],
        "severity": "critical",
        "identified_on": await actors.today(),
    }
    (identified,) = await publish(stack, assessment.TrendIdentified.model_validate(about))
    await trends_of("TON", 0.5)
    milder = about | {"severity": "high", "member_states": ["TON", "KIR"]}
    (revised,) = await publish(stack, assessment.TrendRevised.model_validate(milder))
    await trends_of("VUT", 0)
    for state in ("TON", "KIR"):
        await trends_of(state, 1 - 2**-0.5)
    closed = milder | {"closed_on": about["identified_on"]}
    await publish(stack, assessment.TrendClosed.model_validate(closed))
    for state in ("TON", "KIR"):
        await trends_of(state, 0)
    late = [envelope.model_copy(update={"id": uuid4()}) for envelope in (identified, revised)]
    marker = about | {"trend_id": uuid4(), "member_states": ["FSM"]}
    await publish_envelopes(stack, *late)
    await publish(stack, assessment.TrendIdentified.model_validate(marker))
    await trends_of("FSM", 0.5)
    for state in ("TON", "KIR", "VUT"):
        await trends_of(state, 0)
