"""Step 4: needs opened by events, matches with donors and OCT, a project."""

from dataclasses import dataclass
from datetime import timedelta

from shared.embedded.walk.assessing import CONFIDENTIAL, Assessed
from shared.embedded.walk.visiting import Visited
from shared.embedded.walk.world import Api, WalkFailedError, World

_DONORS = {
    "UNODC": ["countering-financing", "legislation-and-prosecution", "law-enforcement"],
    "UNDP": ["countering-financing", "human-rights-and-gender", "border-control"],
}
_OCT_THEMES = ["border-control", "foreign-terrorist-fighters", "aviation", "countering-financing"]


@dataclass(frozen=True, slots=True)
class Helped:
    """A recommendation that a project helps to implement."""

    member_state: str
    recommendation_id: str
    project_id: str
    provider: str
    declined_by: str


async def withdraw_offers(world: World) -> None:
    """Offers that an earlier walk left on kept data would be proposed before their time."""
    for organisation in (*_DONORS, "OCT"):
        provider = _provider(world, organisation)
        for offer in await provider.all_items("/v1/offers", organisation=organisation):
            if offer["status"] == "active":
                await provider.post(f"/v1/offers/{offer['id']}/withdrawal")


async def match(world: World, assessed: Assessed, visited: Visited) -> Helped:
    """Needs were opened by events alone; one provider declines, the next accepts."""
    world.narrator.chapter("Assistance (¶9, ¶25): needs, matches, a project")
    needing = {
        recommendation["id"]: state
        for state, recommendations in assessed.recommendations.items()
        for recommendation in recommendations
        if recommendation["technical_assistance_needed"]
    }
    for recommendation_id in needing:
        await world.expect("assistance.need-opened", recommendation_id=recommendation_id)
    world.narrator.tell(f"{len(needing)} needs opened, one for each recommendation that asks help")
    await _register_offers(world)
    officer = world.api("assistance", "cted_officer")
    matches = await officer.all_items("/v1/matches", status="proposed")
    needs = {need["id"]: need for need in await officer.all_items("/v1/needs")}
    ours = [m for m in matches if needs[m["need_id"]]["recommendation_id"] in needing]
    contested = [
        m
        for m in ours
        if needs[m["need_id"]]["theme"] == "countering-financing"
        # The visited State's own report on steps taken moves its recommendations, later on.
        and m["member_state"] not in (CONFIDENTIAL, visited.member_state)
    ]
    if not contested:
        raise WalkFailedError(f"None of {len(ours)} proposed matches has a second provider")
    world.narrator.tell(
        f"{len(ours)} matches proposed with {', '.join(sorted({m['organisation'] for m in ours}))}"
    )
    first = contested[0]
    need = needs[first["need_id"]]
    await _provider(world, first["organisation"]).post(
        f"/v1/matches/{first['id']}/decline", {"reason": "No staff for it this year."}
    )
    await world.expect("assistance.match-declined", match_id=first["id"])
    second = await officer.until(
        "Another provider is proposed",
        "/v1/matches",
        lambda page: any(m["organisation"] != first["organisation"] for m in page["items"]),
        need_id=need["id"],
        status="proposed",
    )
    accepted = second["items"][0]
    starts_on = await world.today()
    await _provider(world, accepted["organisation"]).post(
        f"/v1/matches/{accepted['id']}/acceptance",
        {
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=300)).isoformat(),
        },
    )
    await world.expect("assistance.match-accepted", match_id=accepted["id"])
    started = await world.expect("assistance.project-started", need_id=need["id"])
    recommendation_id = need["recommendation_id"]
    state = needing[recommendation_id]
    world.narrator.tell(
        f"{first['organisation']} declined, {accepted['organisation']} accepted: "
        f"a project for {state} in {need['theme']} has started"
    )
    await world.api("assessment", "cted_officer").until(
        "The recommendation is in progress",
        f"/v1/recommendations/{recommendation_id}",
        lambda body: body["status"] == "in_progress",
    )
    world.narrator.tell("Assessment heard of it: the recommendation is in progress")
    world.facts["Assistance"] = (
        f"{len(needing)} needs, {len(ours)} matches proposed, a project by "
        f"{accepted['organisation']} for {state}"
    )
    return Helped(
        state,
        recommendation_id,
        started["data"]["project_id"],
        accepted["organisation"],
        first["organisation"],
    )


async def complete(world: World, helped: Helped) -> None:
    """The project ends; assessment is asked to review the recommendation."""
    world.narrator.chapter("Assistance: the project is completed")
    await _provider(world, helped.provider).post(
        f"/v1/projects/{helped.project_id}/completion", {"summary": "Delivered (illustrative)."}
    )
    await world.expect("assistance.project-completed", project_id=helped.project_id)
    await world.api("assessment", "cted_officer").until(
        "A review of the recommendation is asked for",
        f"/v1/recommendations/{helped.recommendation_id}",
        lambda body: body["review_requested_on"] is not None,
    )
    world.narrator.tell("project-completed: assessment is asked to review the recommendation")


async def _register_offers(world: World) -> None:
    until = (await world.today() + timedelta(days=500)).isoformat()
    for organisation, themes in [*_DONORS.items(), ("OCT", _OCT_THEMES)]:
        await _provider(world, organisation).post(
            "/v1/offers",
            {
                "title": f"Support by {organisation} (illustrative)",
                "themes": themes,
                "regions": [],
                "member_states": [],
                "languages": ["en", "fr"],
                "parallel_projects": 10,
                "willing_until": until,
                "able_until": until,
            },
        )
    world.narrator.tell(f"{', '.join(_DONORS)} and OCT say what they are willing and able to do")


def _provider(world: World, organisation: str) -> Api:
    if organisation == "OCT":
        return world.api("assistance", "oct")
    return world.api("assistance", "partner", organisation=organisation)
