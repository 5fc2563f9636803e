"""Products from draft to publication and after, and who reads them."""

import httpx
import pytest

from services.assessment.events import ProductPublished, ProductWithdrawn
from shared.embedded.stack import Stack
from tests.service.assessment.products import (
    PRODUCT,
    approved,
    calling,
    drafted,
    faulty,
    published,
)
from tests.support.events import read_event
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
ILLEGAL = (409, "urn:ctc:problem:illegal-transition")


async def test_a_product_is_reviewed_by_another_and_published_by_a_lead(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    product = await drafted(officer)
    path = f"/v1/products/{product['id']}"
    early = await lead.post(f"{path}/review", json={"outcome": "approved"})
    assert (early.status_code, early.json()["type"]) == ILLEGAL
    assert (await lead.post(f"{path}/publication")).status_code == 409
    assert (await officer.post(f"{path}/submission")).json()["status"] == "in_review"
    busy = await officer.patch(path, json={"title": "Changed"}, headers={"If-Match": '"2"'})
    assert busy.status_code == 409, "what is in review does not change under the reviewer"
    own = await officer.post(f"{path}/review", json={"outcome": "commented", "comment": "Good."})
    assert own.status_code == 403
    async with client_of(stack, "assessment", "cted_officer", subject="a-colleague") as colleague:
        remark = {"outcome": "commented", "comment": "Name the sources."}
        assert (await colleague.post(f"{path}/review", json=remark)).json()["status"] == "in_review"
        approving = await colleague.post(f"{path}/review", json={"outcome": "approved"})
        assert approving.status_code == 403, "a lead's to approve"
        silent = await colleague.post(f"{path}/review", json={"outcome": "returned"})
        assert faulty(silent) == ["body.comment"]
        returned = {"outcome": "returned", "comment": "Shorten the abstract."}
        assert (await colleague.post(f"{path}/review", json=returned)).json()["status"] == "draft"
    version = (await officer.get(path)).headers["etag"]
    assert (
        await officer.patch(path, json={"sources": ["S/2020/1"]}, headers={"If-Match": version})
    ).status_code == 200
    await officer.post(f"{path}/submission")
    assert (await officer.post(f"{path}/publication")).status_code == 403
    await lead.post(f"{path}/review", json={"outcome": "approved"})
    stale = await lead.post(f"{path}/publication", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    done = await lead.post(f"{path}/publication")
    assert (done.json()["status"], done.json()["sources"]) == ("published", ["S/2020/1"])
    reviews = (await lead.get(f"{path}/reviews")).json()["items"]
    assert [(one["outcome"], one["reviewed_by"]) for one in reviews] == [
        ("commented", "a-colleague"), ("returned", "a-colleague"), ("approved", "cted_lead"),
    ]  # fmt: skip
    assert reviews[0]["comment"] == "Name the sources."
    assert all(one["reviewed_at"] and one["product_version"] >= 2 for one in reviews)
    event = await read_event(stack, ProductPublished, product_id=product["id"])
    assert event["data"]["title"] == PRODUCT["title"]
    assert event["data"]["audience"] == "public"


async def test_a_lead_who_wrote_of_the_text_does_not_approve_it(
    officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    product = await drafted(officer)
    path = f"/v1/products/{product['id']}"
    words = {"abstract": "What has worked, in a lead's words."}
    assert (await lead.patch(path, json=words, headers={"If-Match": '"1"'})).status_code == 200
    await officer.post(f"{path}/submission")
    assert (await lead.post(f"{path}/review", json={"outcome": "approved"})).status_code == 403


async def test_a_text_that_is_sent_again_as_it_is_makes_no_other_version(
    officer: httpx.AsyncClient,
) -> None:
    product = await drafted(officer)
    path = f"/v1/products/{product['id']}"
    for version in ("1", "1", "2"):
        words = {"title": PRODUCT["title"], "sources": ["S/2020/1"] if version == "2" else []}
        answer = await officer.patch(path, json=words, headers={"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == f'"{version}"'
    assert [one["number"] for one in (await officer.get(f"{path}/versions")).json()["items"]] == [1]


async def test_every_saved_version_of_the_text_is_kept(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    product = await drafted(officer)
    path = f"/v1/products/{product['id']}"
    assert (await officer.patch(path, json={"text": "Other words."})).status_code == 428
    second = await officer.patch(path, json={"text": "Other words."}, headers={"If-Match": '"1"'})
    assert second.headers["etag"] == '"2"'
    lost = await officer.patch(path, json={"text": "Lost words."}, headers={"If-Match": '"1"'})
    assert lost.status_code == 412
    await officer.patch(path, json={"authors": ["A. Legal"]}, headers={"If-Match": '"2"'})
    async with client_of(stack, "assessment", "cted_officer", subject="a-colleague") as colleague:
        await colleague.patch(path, json={"title": "Better title"}, headers={"If-Match": '"3"'})
    versions = (await officer.get(f"{path}/versions")).json()["items"]
    assert [(one["number"], one["saved_by"]) for one in versions] == [
        (4, "a-colleague"), (2, "cted_officer"), (1, "cted_officer"),
    ]  # fmt: skip
    first = (await officer.get(f"{path}/versions/1")).json()
    assert (first["text"], first["title"]) == (PRODUCT["text"], PRODUCT["title"])
    assert (await officer.get(f"{path}/versions/2")).json()["text"] == "Other words."
    assert (await officer.get(f"{path}/versions/3")).status_code == 404
    async with calling(stack, "oct") as stranger:
        assert (await stranger.get(f"{path}/versions")).status_code == 403
        assert (await stranger.get(f"{path}/reviews")).status_code == 403


READERS = {
    "committee": {"committee_member", "committee_chair"},
    "united_nations": {"committee_member", "committee_chair", "oct", "un_entity", "service"},
    "member_states": {
        "committee_member", "committee_chair", "oct", "un_entity", "service", "member_state",
    },
    "public": {
        "committee_member", "committee_chair", "oct", "un_entity", "service", "member_state",
        "partner", "civil_society", "operator",
    },
}  # fmt: skip


@pytest.mark.parametrize("audience", READERS)
async def test_the_audience_decides_who_reads_it(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient, audience: str
) -> None:
    word = f"zanzibar{audience.replace('_', '')}"
    title = f"On {word} and more"
    waiting = await approved(officer, lead, title=title, audience=audience)
    product = await published(officer, lead, title=title, audience=audience)
    lists: list[dict[str, str]] = [{"limit": "200"}, {"search": word}, {"audience": audience}]
    for role in READERS["public"]:
        reads = role in READERS[audience]
        async with calling(stack, role) as client:
            answer = await client.get(f"/v1/products/{product['id']}")
            assert answer.status_code == (200 if reads else 404), role
            for query in lists:
                found = {
                    item["id"]
                    for item in (await client.get("/v1/products", params=query)).json()["items"]
                }
                assert (product["id"] in found) == reads, (role, query)
                assert (waiting["id"] in found) == role.startswith("committee"), (role, query)
            file = await client.get(
                "/v1/products/export", params={"search": word, "format": "json"}
            )
            assert (product["id"] in {item["id"] for item in file.json()}) == reads, role
    event = await read_event(stack, ProductPublished, product_id=product["id"])
    assert event["data"]["audience"] == audience
    assert event["data"]["title"] == (title if audience == "public" else "Good practice")


async def test_a_new_edition_takes_the_place_of_the_old(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    old = await published(officer, lead, title="Guide, first edition", kind="technical_guide")
    new = await approved(officer, lead, title="Guide, second edition", supersedes=old["id"])
    rival = await approved(officer, lead, title="Guide, rival edition", supersedes=old["id"])
    done = await lead.post(f"/v1/products/{new['id']}/publication")
    assert done.status_code == 200
    async with calling(stack, "civil_society") as society:
        former = (await society.get(f"/v1/products/{old['id']}")).json()
        assert (former["status"], former["superseded_by"]) == ("superseded", new["id"])
        listed = (await society.get("/v1/products", params={"search": "guide edition"})).json()
        assert [item["id"] for item in listed["items"]] == [new["id"]]
        asked = await society.get(
            "/v1/products", params={"search": "guide edition", "status": "superseded"}
        )
        assert [item["id"] for item in asked.json()["items"]] == [old["id"]]
    late = await lead.post(f"/v1/products/{rival['id']}/publication")
    assert (late.status_code, late.json()["type"]) == (409, "urn:ctc:problem:conflict")
    assert (await lead.get(f"/v1/products/{rival['id']}")).json()["status"] == "approved"
    event = await read_event(stack, ProductPublished, product_id=new["id"])
    assert event["data"]["supersedes"] == old["id"]
    in_french = PRODUCT | {"language": "fr", "supersedes": new["id"]}
    assert faulty(await officer.post("/v1/products", json=in_french)) == ["body.supersedes"]


async def test_links_to_products_of_a_narrower_audience_are_told_to_its_readers_alone(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    narrow = await published(officer, lead, audience="committee")
    wide = await published(officer, lead, supersedes=narrow["id"])
    gone = await published(officer, lead)
    french = await published(officer, lead, language="fr", translation_of=gone["id"])
    withdrawn = await lead.post(f"/v1/products/{gone['id']}/withdrawal", json={"reason": "Wrong."})
    assert withdrawn.status_code == 200
    of_gone = {"translation_of": gone["id"]}
    async with calling(stack, "civil_society") as society:
        for product, link in ((wide, "supersedes"), (french, "translation_of")):
            assert (await society.get(f"/v1/products/{product['id']}")).json()[link] is None
            assert (await officer.get(f"/v1/products/{product['id']}")).json()[link] is not None
        assert (await society.get("/v1/products", params=of_gone)).json()["items"] == []
    assert len((await officer.get("/v1/products", params=of_gone)).json()["items"]) == 1
    event = await read_event(stack, ProductPublished, product_id=wide["id"])
    assert event["data"].get("supersedes") is None
    narrower = PRODUCT | {"supersedes": wide["id"], "audience": "united_nations"}
    assert faulty(await officer.post("/v1/products", json=narrower)) == ["body.audience"]


async def test_translations_belong_to_one_original(
    officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    original = await published(officer, lead, audience="member_states")
    about = {"translation_of": original["id"], "audience": "member_states"}
    french = await drafted(officer, **about, title="Bonnes pratiques", language="fr")
    listed = await officer.get("/v1/products", params={"translation_of": original["id"]})
    assert [item["id"] for item in listed.json()["items"]] == [french["id"]]

    async def refused(**fields: object) -> list[str]:
        return faulty(await officer.post("/v1/products", json=PRODUCT | about | fields))

    assert await refused(language="fr") == ["body.language"]
    assert await refused(language="en", audience="public") == ["body.audience", "body.language"]
    assert "body.translation_of" in await refused(language="es", translation_of=french["id"])
    nobody = "00000000-0000-0000-0000-000000000000"
    assert await refused(language="es", translation_of=nobody, supersedes=nobody) == [
        "body.translation_of", "body.supersedes",
    ]  # fmt: skip


async def test_what_is_withdrawn_is_for_cted_and_the_committee_alone(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    product = await published(officer, lead)
    path = f"/v1/products/{product['id']}"
    reason = {"reason": "It rests on a mistaken figure."}
    assert (await officer.post(f"{path}/withdrawal", json=reason)).status_code == 403
    assert (await lead.post(f"{path}/withdrawal", json=reason)).json()["status"] == "withdrawn"
    again = await lead.post(f"{path}/withdrawal", json=reason)
    assert (again.status_code, again.json()["type"]) == ILLEGAL
    async with calling(stack, "civil_society") as society:
        assert (await society.get(path)).status_code == 404
        query = {"status": "withdrawn"}
        assert (await society.get("/v1/products", params=query)).json()["items"] == []
    assert (await officer.get(path)).json()["withdrawn_because"] == reason["reason"]
    event = await read_event(stack, ProductWithdrawn, product_id=product["id"])
    assert event["data"]["withdrawn_on"]


async def test_bad_input_names_every_field(officer: httpx.AsyncClient) -> None:
    answer = await officer.post(
        "/v1/products",
        json=PRODUCT
        | {"title": "x", "kind": "poem", "themes": [], "language": "de", "audience": "friends"},
    )
    assert faulty(answer) == [
        "body.title", "body.kind", "body.themes", "body.language", "body.audience",
    ]  # fmt: skip


async def test_products_are_cteds_to_write(stack: Stack, officer: httpx.AsyncClient) -> None:
    product = await drafted(officer)
    path = f"/v1/products/{product['id']}"
    for role in ("committee_chair", "oct", "un_entity", "partner", "member_state", "service"):
        async with calling(stack, role) as client:
            answers = [
                await client.post("/v1/products", json=PRODUCT),
                await client.patch(path, json={}, headers={"If-Match": '"1"'}),
                await client.post(f"{path}/submission"),
                await client.post(f"{path}/review", json={"outcome": "approved"}),
                await client.post(f"{path}/publication"),
            ]
            assert {answer.status_code for answer in answers} == {403}, role


async def test_products_are_found_by_what_they_are_about(officer: httpx.AsyncClient) -> None:
    one = await drafted(
        officer, kind="human_rights_analysis", themes=["aviation", "arms"], resolutions=[2309],
        tags=["children"], member_states=["WSM"], language="es",
    )  # fmt: skip
    for query in (
        {"kind": "human_rights_analysis"}, {"theme": "arms"}, {"resolution": "2309"},
        {"tag": "children"}, {"member_state": "WSM"},
        {"language": "es", "status": "draft", "audience": "public"},
    ):  # fmt: skip
        items = (await officer.get("/v1/products", params=query)).json()["items"]
        assert one["id"] in [item["id"] for item in items], query
        assert "text" not in items[0]
    assert one["id"] not in [
        item["id"]
        for item in (await officer.get("/v1/products", params={"theme": "border-control"})).json()[
            "items"
        ]
    ]
    for sort in ("created_at", "-published_on", "title", "-title"):
        assert (await officer.get("/v1/products", params={"sort": sort})).status_code == 200
