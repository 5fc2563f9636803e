"""Tokens: only what the issuer signed for us, here and now, is believed."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared.auth import Allow, Caller, JwksVerifier, Role, tokens
from shared.errors import Forbidden, Unauthenticated, Unavailable

ISSUER = "https://issuer.test"
KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = ec.generate_private_key(ec.SECP256R1())


class Issuer:
    """Publishes keys, or does not, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: object = {"keys": [_jwk(KEY, "one"), _rsa_jwk("rsa")]}
        self.down = False

    async def respond(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        await asyncio.sleep(0)
        if self.down:
            raise httpx.ConnectError("down")
        return httpx.Response(200, json=self.answer)


def _jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": kid, "use": "sig", "alg": "ES256"}


def _rsa_jwk(kid: str) -> dict[str, Any]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True)
    return {**public, "kid": kid, "use": "sig", "alg": "RS256"}


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def verifier(issuer: Issuer) -> AsyncIterator[JwksVerifier]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer.respond)) as http:
        yield JwksVerifier(f"{ISSUER}/jwks.json", ISSUER, "ctc", http)


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    all_of = {
        "iss": ISSUER,
        "aud": "ctc",
        "sub": "someone",
        "iat": now,
        "exp": now + 600,
        "roles": ["cted_officer"],
        **changes,
    }
    return {name: value for name, value in all_of.items() if value is not None}


def token(key: Any = KEY, algorithm: str = "ES256", kid: str = "one", **changes: object) -> str:
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers={"kid": kid})


async def test_a_good_token_names_its_bearer(verifier: JwksVerifier) -> None:
    caller = await verifier.verify(
        token(roles=["member_state"], member_state="KEN", sub="focal-point")
    )
    assert caller == Caller("focal-point", frozenset({Role.MEMBER_STATE}), "KEN")
    signed_otherwise = await verifier.verify(token(RSA_KEY, "RS256", "rsa"))
    assert signed_otherwise.subject == "someone"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.test"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 86_400},
        {"iat": int(time.time()) + 86_400},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"roles": "cted_officer"},
        {"roles": [{"role": "cted_officer"}]},
        {"member_state": 404},
    ],
)
async def test_claims_that_are_not_for_here_and_now_are_refused(
    verifier: JwksVerifier, changes: dict[str, object]
) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(jwt.encode(claims(**changes), KEY, "ES256", {"kid": "one"}))


def _unsigned() -> str:
    return jwt.encode(claims(), "", algorithm="none", headers={"kid": "one"})


def _with_the_public_key_as_secret() -> str:
    secret = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    signed = part({"alg": "HS256", "kid": "one", "typ": "JWT"}) + b"." + part(claims())
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed, secret)
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


@pytest.mark.parametrize(
    "forged",
    [
        _unsigned(),
        _with_the_public_key_as_secret(),
        token(OTHER),
        token(RSA_KEY, "RS256", "one"),
        token(KEY, "ES256", "rsa"),
        token()[:-4] + "AAAA",
        token().rsplit(".", 1)[0] + ".",
        "not.a.token",
        "",
        "é" * 50,
    ],
)
async def test_forgeries_are_refused(verifier: JwksVerifier, forged: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(forged)


async def test_unknown_kids_do_not_make_the_issuer_be_asked_at_will(
    verifier: JwksVerifier, issuer: Issuer
) -> None:
    results = await asyncio.gather(
        *(verifier.verify(token(kid=f"unknown {n}")) for n in range(50)), return_exceptions=True
    )
    assert {type(result) for result in results} == {Unauthenticated}
    assert issuer.asked == 1


async def test_a_new_key_is_fetched_when_it_is_first_used(
    verifier: JwksVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(token())
    issuer.answer = {"keys": [_jwk(KEY, "one"), _jwk(OTHER, "two")]}
    monkeypatch.setattr(tokens, "_REFETCH_AT_MOST_EVERY_SECONDS", 0.0)
    assert (await verifier.verify(token(OTHER, kid="two"))).subject == "someone"
    assert issuer.asked == 2


async def test_known_keys_outlive_an_outage_of_the_issuer(
    verifier: JwksVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(token())
    issuer.down = True
    monkeypatch.setattr(tokens, "_KEYS_FRESH_SECONDS", 0.0)
    assert (await verifier.verify(token())).subject == "someone"
    assert issuer.asked == 2


@pytest.mark.parametrize("answer", [[], {}, {"keys": []}, {"keys": "x"}, "text", None, 7])
async def test_without_keys_it_is_unavailable_and_the_issuer_is_spared(
    verifier: JwksVerifier, issuer: Issuer, answer: object
) -> None:
    issuer.answer = answer
    results = await asyncio.gather(
        *(verifier.verify(token()) for _ in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} == {Unavailable}
    assert issuer.asked == 1

    issuer.answer = {"keys": [_jwk(KEY, "one")]}
    verifier._asked_at = float("-inf")
    assert (await verifier.verify(token())).subject == "someone"


async def test_the_key_for_encryption_signs_nothing(verifier: JwksVerifier, issuer: Issuer) -> None:
    issuer.answer = {"keys": [{**_jwk(KEY, "one"), "use": "enc"}, _jwk(OTHER, "two")]}
    with pytest.raises(Unauthenticated):
        await verifier.verify(token())


@pytest.mark.parametrize(
    ("roles", "known"),
    [
        (["cted_officer", "offline_access"], {Role.CTED_OFFICER}),
        (["offline_access"], set()),
        ([], set()),
        (None, set()),
    ],
)
async def test_roles_of_other_systems_are_passed_over(
    verifier: JwksVerifier, roles: list[str] | None, known: set[Role]
) -> None:
    caller = await verifier.verify(token(roles=roles))
    assert caller.roles == known
    if not known:
        with pytest.raises(Forbidden):
            Allow(*Role)(caller)


def test_a_caller_acts_in_the_roles_that_a_route_is_for_and_in_no_other() -> None:
    delegate = Caller("someone", frozenset({Role.MEMBER_STATE, Role.COMMITTEE_MEMBER}), "FJI")
    acting = Allow(Role.CTED_OFFICER, Role.MEMBER_STATE)(delegate)
    assert acting.roles == {Role.MEMBER_STATE}
    with pytest.raises(Forbidden):
        acting.require_state("NOR")


@pytest.mark.parametrize("role", [Role.MEMBER_STATE, Role.PARTNER])
def test_a_role_that_speaks_for_someone_must_say_for_whom(role: Role) -> None:
    with pytest.raises(Forbidden, match="must carry the claim"):
        Allow(role)(Caller("someone", frozenset({role})))
