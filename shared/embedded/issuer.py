"""The development issuer of access tokens; it refuses to start outside development."""

import os
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from shared.auth import Role
from shared.errors import Invalid, problem_responses
from shared.errors.handlers import install_error_handlers
from shared.reference import Alpha3

_LIFETIME_SECONDS = 30 * 24 * 3600


class TokenRequest(BaseModel):
    """Whom the token is for."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    subject: str | None = Field(None, max_length=100)
    member_state: Alpha3 | None = None
    organisation: str | None = Field(None, max_length=100)


class Token(BaseModel):
    """A bearer token."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int = _LIFETIME_SECONDS


def create_app() -> FastAPI:
    """The issuer: its keys, its configuration, and tokens for the asking.

    Raises:
        RuntimeError: the environment is not development.
    """
    if os.environ.get("ENVIRONMENT") != "development":
        raise RuntimeError("The development issuer runs with ENVIRONMENT=development only.")
    issuer = os.environ["OIDC_ISSUER"]
    key = _signing_key(Path(os.environ["ISSUER_KEY_FILE"]))
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    jwk = {**public, "kid": "development", "use": "sig", "alg": "ES256"}
    app = FastAPI(title="Development issuer")
    install_error_handlers(app)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, str]:
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/jwks.json",
            "token_endpoint": f"{issuer}/token",
        }

    @app.get("/jwks.json")
    async def keys() -> dict[str, list[dict[str, Any]]]:
        return {"keys": [jwk]}

    @app.post("/token", responses=problem_responses())
    async def token(wanted: TokenRequest) -> Token:
        """A token for the role; a State's needs its code, a partner's its organisation."""
        if wanted.role is Role.MEMBER_STATE and wanted.member_state is None:
            raise Invalid.of_field("body.member_state", "Say for which State, such as KEN.")
        if wanted.role is Role.PARTNER and wanted.organisation is None:
            raise Invalid.of_field("body.organisation", "Say for which organisation.")
        now = int(time.time())
        about = wanted.member_state or wanted.organisation
        subject = wanted.subject or f"{wanted.role}{f'-{about}' if about else ''}"
        claims = {
            "iss": issuer,
            "aud": os.environ.get("OIDC_AUDIENCE", "ctc"),
            "sub": subject,
            "iat": now,
            "exp": now + _LIFETIME_SECONDS,
            "roles": [wanted.role],
            "member_state": wanted.member_state,
            "organisation": wanted.organisation,
        }
        return Token(
            access_token=jwt.encode(claims, key, algorithm="ES256", headers={"kid": "development"})
        )

    return app


def _signing_key(file: Path) -> ec.EllipticCurvePrivateKey:
    if not file.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(pem)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} does not hold an elliptic-curve key; delete it to get a new one.")
    return key
