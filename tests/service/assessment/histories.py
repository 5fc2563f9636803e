"""What happens in both worlds, and what in one of them alone."""

import random
from dataclasses import replace

from tests.service.assessment.steps import Json
from tests.service.assessment.test_strategies import STRATEGY
from tests.service.assessment.test_trends import TREND
from tests.service.assessment.worlds import SECTIONS, Round, World

SAVED_ANEW = ("UGA1", "MWI1", "UGA kept")
"""In the names of what is kept and lifted afterwards: its versions tell of that."""
PLAIN = ("BDI", "DJI", "ERI", "ETH", "SOM", "SYC", "MUS")
ALL = frozenset(asked["code"] for questions in SECTIONS.values() for asked in questions)
NOTHING = frozenset[str]()


async def live(world: World, seed: int) -> Round:
    """Rounds of several States, and all else that can be kept confidential, by chance.

    KEN keeps a whole round, and what its next round took over from it; TZA single answers, with
    what was found from them. RWA is being assessed. What UGA and MWI keep was open first;
    the plan of UGA is returned.
    """
    chance = random.Random(seed)
    for state in PLAIN:
        await _open_round(world, state, Round.by_chance(chance))
    ken, tza, uga, mwi, rwa = (Round.by_chance(chance, "L-2") for _ in range(5))
    if world.whole:
        await _whole_round(world, "KEN1", ken)
    await _carried_round(world, "KEN2", ken)
    await _round_with_hidden_answers(world, "TZA1", tza)
    await _round_to_be_hidden_in_part(world, "UGA1", uga)
    if world.whole:
        await _open_round(world, "MWI1", mwi)
        await world.recommend("recommendation MWI1", "gap MWI1 L-1", text=world.word(), hidden=True)
    await _round_in_hand(world, "RWA1", rwa)
    await _strategies(world)
    await _products(world)
    trend = await world.post("/v1/trends", TREND | {"member_states": ["KEN", "TZA"]})
    world.keep("trend_id", "trend", trend)
    if world.whole:
        draft = rwa.instrument("dis-draft", whole=True) | {"title": world.word()}
        drafted = await world.post("/v1/instruments", draft)
        world.keep("instrument_id", "instrument draft", drafted, hidden=True)
    return uga


async def keep_afterwards(world: World, uga: Round) -> None:
    """What was open is kept confidential: a round, answers, a recommendation, a strategy."""
    for subject, name, questions in _REQUESTS:
        kind = "recommendation_id" if subject == "recommendation" else "survey_id"
        codes = sorted(uga.hidden) if questions else []
        await world.place("place", subject, world.ids[kind][name], *codes)
    await _change_strategy(world, confidential=True)
    for kind, named in world.ids.items():
        if kind != "instrument_id":
            world.hidden |= {key for name, key in named.items() if "MWI1" in name}


async def lift_again(world: World, uga: Round) -> None:
    """All that is lifted."""
    for subject, name, questions in reversed(_REQUESTS):
        kind = "recommendation_id" if subject == "recommendation" else "survey_id"
        codes = sorted(uga.hidden) if questions else []
        await world.place("lift", subject, world.ids[kind][name], *codes)
    await _change_strategy(world, confidential=False)


_REQUESTS = (
    ("survey", "survey MWI1", False),
    ("answers", "survey UGA1", True),
    ("recommendation", "recommendation UGA1 kept", False),
)


async def _open_round(world: World, name: str, plan: Round) -> None:
    plain = replace(plan, hidden=NOTHING)
    survey = await world.issue(name, plain)
    await world.answer(survey, plain, NOTHING, ALL)
    await world.accept(survey)
    await world.assess(name, survey, plain)


async def _whole_round(world: World, name: str, plan: Round) -> None:
    survey = await world.issue(name, plan, confidential=True)
    (asked,) = await world.items("/v1/confidentiality-requests")
    world.keep("request_id", f"request {name}", asked, hidden=True)
    await world.answer(survey, plan, NOTHING, ALL)
    file = await world.attach(survey, "L-1", world.word())
    world.keep("evidence_id", f"evidence {name}", file, hidden=True)
    await world.accept(survey)
    await world.assess(name, survey, plan)
    issued = await world.recommend(
        f"recommendation {name}", f"gap {name} L-1", text=world.word(), hidden=True
    )
    change = {"status": "accepted", "reason": world.word(), "evidence_ids": [file["id"]]}
    await world.post(f"/v1/recommendations/{issued['id']}/status-changes", change)


async def _carried_round(world: World, name: str, plan: Round) -> None:
    carried = {"carry_forward": True} if world.whole else {}
    survey = await world.issue(name, plan, **carried)
    await world.answer(survey, plan, plan.hidden, ALL - plan.unseen)
    await world.accept(survey)
    await world.assess(name, survey, plan)


async def _round_with_hidden_answers(world: World, name: str, plan: Round) -> None:
    survey = await world.issue(name, plan)
    await world.answer(survey, plan, plan.hidden, ALL)
    cited = []
    if world.whole:
        for question, kept in (("L-1", "true"), ("L-2", "false"), ("L-2A", "false")):
            file = await world.attach(survey, question, world.word(), confidential=kept)
            cited.append(file["id"])
            world.keep("evidence_id", f"evidence {name} {question}", file, hidden=True)
    file = await world.attach(survey, "L-1", "open")
    world.keep("evidence_id", f"evidence {name} open", file)
    path = f"/v1/surveys/{survey['id']}"
    await world.post(f"{path}/submission")
    unclear = {"reason": f"Unclear: {world.word()}", "questions": ["L-1"], "due_on": "2099-04-01"}
    await world.post(f"{path}/clarification-request", unclear)
    await world.accept(survey)
    await world.assess(name, survey, plan)
    open_gap, hidden_gap = f"gap {name} L-1", f"gap {name} L-2"
    issued = await world.recommend(f"recommendation {name}", open_gap, text="law", hidden=False)
    change = {"status": "accepted", "reason": "It was taken up.", "evidence_ids": cited[:2]}
    await world.post(f"/v1/recommendations/{issued['id']}/status-changes", change)
    if world.whole:
        for n, gaps in enumerate(([hidden_gap], [open_gap, hidden_gap])):
            of_hidden = f"recommendation {name} hidden {n}"
            await world.recommend(of_hidden, *gaps, text=world.word(), hidden=True)
        for to in (0, 2):
            in_hand = f"recommendation {name} in hand {to}"
            await world.recommend(in_hand, open_gap, text=world.word(), hidden=True, to=to)


async def _round_to_be_hidden_in_part(world: World, name: str, plan: Round) -> None:
    survey = await world.issue(name, plan)
    await world.answer(survey, plan, NOTHING, ALL)
    await world.accept(survey)
    await world.assess(name, survey, plan)
    gap = f"gap {name} L-1"
    await world.recommend(f"recommendation {name}", gap, text="law", hidden=False)
    if world.whole:
        kept = f"recommendation {name} kept"
        await world.recommend(kept, gap, text=world.word(), hidden=True)


async def _round_in_hand(world: World, name: str, plan: Round) -> None:
    survey = await world.issue(name, plan)
    await world.answer(survey, plan, plan.hidden, ALL)
    await world.accept(survey)
    body = {"survey_id": survey["id"], "summary": world.word()}
    opened = await world.post("/v1/assessments", body)
    world.keep("assessment_id", f"assessment {name}", opened)


async def _strategies(world: World) -> None:
    for name in ("TZA open", "KEN hidden", "UGA kept"):
        hidden = not name.endswith("open")
        if hidden and not world.whole:
            continue
        said = {"title": world.word(), "mechanism": world.word()} if hidden else {}
        body = STRATEGY | said | {"member_state": name[:3], "confidential": name == "KEN hidden"}
        strategy = await world.post("/v1/strategies", body)
        world.keep("strategy_id", f"strategy {name}", strategy, hidden=hidden)
        text = world.word() if hidden else "Plain advice."
        advice = {"requested_by": "The State", "given_on": "2019-01-01", "text": text}
        given = await world.post(f"/v1/strategies/{strategy['id']}/advice", advice)
        world.keep("advice_id", f"advice {name}", given, hidden=hidden)


async def _change_strategy(world: World, *, confidential: bool) -> None:
    path = f"/v1/strategies/{world.ids['strategy_id']['strategy UGA kept']}"
    change = {"reason": world.word(), "confidential": confidential}
    answer = await world.officer.patch(path, json=change, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def _products(world: World) -> None:
    """Some are for the Committee alone, or not published, or not any more; others follow them."""
    links: list[Json] = [{}, {}]
    if world.whole:
        committees = await world.product("for the Committee", hidden=True, audience="committee")
        await world.product("draft", to=0, hidden=True)
        await world.product("approved", to=2, hidden=True)
        gone = await world.product("withdrawn", hidden=True)
        links = [{"supersedes": committees["id"]}, {"translation_of": gone["id"]}]
    await world.product("new edition", **links[0])
    await world.product("translation", language="fr", **links[1])
    await world.product("for the United Nations", audience="united_nations")
    await world.product("for States", audience="member_states")
    if world.whole:
        path = f"/v1/products/{gone['id']}/withdrawal"
        await world.post(path, {"reason": world.word()}, lead=True)
