"""Bearer tokens checked against the issuer's published keys (JWKS)."""

import asyncio
import time
from typing import Any, Protocol

import httpx
import jwt
import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.auth.caller import Caller
from shared.auth.roles import Role
from shared.errors import Unauthenticated, Unavailable

log = structlog.get_logger(__name__)
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_KEYS_FRESH_SECONDS = 300.0
_REFETCH_AT_MOST_EVERY_SECONDS = 10.0
_RETRY_WITHOUT_KEYS_SECONDS = 1.0


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")
    sub: str = Field(min_length=1)
    roles: frozenset[str] = frozenset()
    member_state: str | None = None
    organisation: str | None = None


class TokenVerifier(Protocol):
    """Turns a bearer token into a caller."""

    async def verify(self, token: str) -> Caller:
        """The caller whom the token names.

        Raises:
            Unauthenticated: the token is not valid here and now.
            Unavailable: the issuer's keys cannot be read.
        """
        ...


class JwksVerifier:
    """Checks signature, issuer, audience and dates with the keys that the issuer publishes."""

    def __init__(self, jwks_url: str, issuer: str, audience: str, http: httpx.AsyncClient) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._audience = audience
        self._http = http
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Caller:
        """The caller whom the token names."""
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "sub"]},
                leeway=10,
            )
            known = _Claims.model_validate(claims)
        except jwt.PyJWTError as error:
            raise _refused(f"The bearer token is not valid: {error}.") from error
        except ValidationError as error:
            fields = ", ".join(str(fault["loc"][0]) for fault in error.errors())
            raise _refused(f"The bearer token's claims are not usable: {fields}.") from error
        # Roles of other systems are none of ours; without one of ours every route answers 403.
        roles = frozenset(role for role in Role if role in known.roles)
        return Caller(known.sub, roles, known.member_state, known.organisation)

    async def _key(self, kid: str) -> jwt.PyJWK:
        if self._outdated(kid):
            async with self._fetching:  # one request asks the issuer, the others wait for it
                if self._outdated(kid):
                    await self._fetch()
        if not self._keys:
            raise Unavailable(
                "The token issuer's keys cannot be read just now; try again.",
                headers={"Retry-After": "5"},
            )
        if kid not in self._keys:
            raise jwt.InvalidKeyError("it is signed with a key that the issuer does not publish")
        return self._keys[kid]

    def _outdated(self, kid: str) -> bool:
        age = time.monotonic() - self._asked_at
        if not self._keys:
            return age > _RETRY_WITHOUT_KEYS_SECONDS
        return age > _KEYS_FRESH_SECONDS or (
            kid not in self._keys and age > _REFETCH_AT_MOST_EVERY_SECONDS
        )

    async def _fetch(self) -> None:
        """Read the issuer's keys; those known outlive its outage."""
        try:
            response = await self._http.get(self._jwks_url, timeout=5.0)
            response.raise_for_status()
            published = jwt.PyJWKSet.from_json(response.text)
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
            log.warning("issuer-keys-unreadable", url=self._jwks_url, error=repr(error))
        else:
            self._keys = {
                key.key_id: key
                for key in published.keys
                if key.key_id and key.public_key_use in (None, "sig")
            }
        self._asked_at = time.monotonic()


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
