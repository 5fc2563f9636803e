"""Full-text search of products in the six official languages."""
# ruff: noqa: RUF001 - other scripts have letters that look like Latin ones

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.products import calling, drafted, faulty, published

pytestmark = pytest.mark.timeout(60)


async def search(client: httpx.AsyncClient, words: str, **query: str) -> list[dict[str, str]]:
    answer = await client.get("/v1/products", params={"search": words} | query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_title_counts_more_than_abstract_and_abstract_more_than_text(
    officer: httpx.AsyncClient,
) -> None:
    texts = {"text": "Plain words about something else.", "abstract": "Nothing of note in here."}
    in_text = await drafted(officer, **texts | {"text": "One hawala is described here."})
    in_title = await drafted(officer, **texts, title="Hawala and its supervision")
    in_abstract = await drafted(officer, **texts | {"abstract": "How hawalas are supervised."})
    found = await search(officer, "hawala")
    assert [item["id"] for item in found] == [in_title["id"], in_abstract["id"], in_text["id"]]
    assert found[2]["excerpt"].endswith("One **hawala** is described here")


async def test_pages_follow_the_ranks_and_a_cursor_is_bound_to_its_search(
    officer: httpx.AsyncClient,
) -> None:
    ids = [
        (await drafted(officer, text="The quetzal. " + "Quetzal! " * (n % 3), title=f"Birds {n}"))[
            "id"
        ]
        for n in range(7)
    ]
    whole = [item["id"] for item in await search(officer, "quetzal")]
    assert set(whole) == set(ids)
    paged: list[str] = []
    query = {"search": "quetzal", "limit": "2"}
    cursor: str | None = None
    while True:
        page = await officer.get(
            "/v1/products", params=query | ({"cursor": cursor} if cursor else {})
        )
        paged += [item["id"] for item in page.json()["items"]]
        if page.json()["next_cursor"] is None:
            break
        cursor = page.json()["next_cursor"]
    assert paged == whole
    other = await officer.get("/v1/products", params={"search": "birds", "cursor": cursor or ""})
    assert faulty(other) == ["query.cursor"]
    first = [item["id"] for item in await search(officer, "quetzal", sort="created_at")]
    assert first == ids


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Investigators traced the courier's payments abroad.", "investigator payment"),
        ("fr", "Les enquêteurs ont retracé les paiements à l'étranger.", "ENQUÊTEUR paiement"),
        ("es", "Los investigadores rastrearon los pagos internacionales.", "investigador pago"),
        ("ru", "Следователи отследили Платежи за рубежом.", "СЛЕДОВАТЕЛЬ платежей"),
        ("ar", "تتبع المحققون المدفوعات في الخارج", "المدفوعات محققون"),
        ("zh", "调查人员追踪了境外付款，并通报反恐委员会。", "境外付款 反恐委员"),
    ],
)
async def test_each_language_is_searched_in_its_own_way(
    officer: httpx.AsyncClient, language: str, text: str, words: str
) -> None:
    product = await drafted(officer, language=language, text=text, title=f"{text[:20]} 2020")
    found = await search(officer, words)
    assert product["id"] in [item["id"] for item in found]
    assert "**" in next(item["excerpt"] for item in found if item["id"] == product["id"])
    assert [item["id"] for item in await search(officer, words, language=language)]


async def test_chinese_is_found_by_any_characters_of_it_title_first(
    officer: httpx.AsyncClient,
) -> None:
    fields = {"language": "zh", "abstract": "关于若干国家的经验和做法总结。"}
    text = "各国应防止恐怖分子利用互联网招募人员，ICT 公司也应合作。"
    in_text = await drafted(officer, **fields, title="分析简报之一", text=text)
    in_title = await drafted(
        officer, **fields, title="打击利用互联网招募", text="其他内容在此处。" * 3
    )
    assert [item["id"] for item in await search(officer, "互联网招募")] == [
        in_title["id"], in_text["id"],
    ]  # fmt: skip
    (only,) = await search(officer, "“恐怖分子” ict")
    assert (only["id"], "**恐怖分子**" in only["excerpt"]) == (in_text["id"], True)
    assert await search(officer, "联网恐怖") == []
    assert await search(officer, "互%募") == []


HOSTILE = [
    "'", '"', '"unclosed', "a & | ! ( ) :* <-> b", "\\", "%", "_", "-", "- -x or or", "the", " ",
    "a" * 300, "((((", "x:*", "<->", "反恐 \" '", "${jndi}", "'; DROP TABLE products; --",
    "\u202e", "😀",
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
async def test_a_malformed_search_is_answered(officer: httpx.AsyncClient, words: str) -> None:
    await search(officer, words)


async def test_what_cannot_be_searched_is_refused_with_the_field(
    officer: httpx.AsyncClient,
) -> None:
    for query, field in (
        ({"search": "a\x00b"}, "query.search"),
        ({"search": ""}, "query.search"),
        ({"search": "a" * 301}, "query.search"),
        ({"sort": "-relevance"}, "query.sort"),
        ({"search": "a", "cursor": "nonsense"}, "query.cursor"),
    ):
        assert faulty(await officer.get("/v1/products", params=query)) == [field]


async def test_a_phrase_and_an_exclusion(officer: httpx.AsyncClient) -> None:
    wanted = await drafted(officer, text="The armadillo crosses the river slowly at night.")
    other = await drafted(officer, text="At night the river is crossed; an armadillo sleeps.")
    phrase = [item["id"] for item in await search(officer, '"armadillo crosses"')]
    assert phrase == [wanted["id"]]
    without = [item["id"] for item in await search(officer, "armadillo -sleeps")]
    assert without == [wanted["id"]]
    either = [item["id"] for item in await search(officer, "armadillo or quagga")]
    assert set(either) == {wanted["id"], other["id"]}


async def test_a_search_finds_only_what_the_caller_may_read(
    stack: Stack, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    text = {"text": "The pangolin is traded across borders."}
    await drafted(officer, **text)
    await published(officer, lead, **text, audience="committee")
    public = await published(officer, lead, **text)
    async with calling(stack, "civil_society") as society:
        assert [item["id"] for item in await search(society, "pangolin")] == [public["id"]]
    async with calling(stack, "committee_member") as member:
        assert len(await search(member, "pangolin")) == 3


async def test_the_largest_text_is_indexed(officer: httpx.AsyncClient) -> None:
    words = " ".join(f"слово{n}" for n in range(17_000))
    product = await drafted(officer, language="ru", text=words[:200_000])
    assert [item["id"] for item in await search(officer, "слово16000")] == [product["id"]]
