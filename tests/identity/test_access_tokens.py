"""Attacks on access tokens: nothing in a token chooses how it is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import httpx
import pytest

from answerable.identity.secret import ServerSecret
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, Workspace

ME = "/api/v1/auth/me"
Json = dict[str, object]


def _segment(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def forge(
    header: Json, claims: Json | bytes, key: bytes, digest: Callable[..., object] = hashlib.sha256
) -> str:
    """A token with any header and claims, signed by HMAC."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    signed = f"{_segment(json.dumps(header).encode())}.{_segment(payload)}"
    return f"{signed}.{_segment(hmac.new(key, signed.encode(), digest).digest())}"  # type: ignore[arg-type]


@pytest.fixture
def key(runtime: Runtime) -> bytes:
    """The key that the server signs access tokens with."""
    return runtime.get(ServerSecret).key("access tokens")


@pytest.fixture
def claims(workspace: Workspace) -> Json:
    """The claims of the owner's own good token."""
    payload = workspace.owner.token.split(".")[1]
    decoded: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded


GOOD: Json = {"alg": "HS256", "typ": "JWT"}


async def _status(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_token_forged_with_the_right_key_is_good(
    client: httpx.AsyncClient, key: bytes, claims: Json
) -> None:
    """Shows that the forger works, so that the refusals below are the server's doing."""
    assert await _status(client, forge(GOOD, claims, key)) == 200


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "none", "typ": "JWT"},
        {"alg": "None", "typ": "JWT"},
        {"alg": "", "typ": "JWT"},
        {"typ": "JWT"},
        {"alg": "HS512", "typ": "JWT"},
        {"alg": "RS256", "typ": "JWT"},
        {"alg": "ES256", "typ": "JWT"},
        {"alg": "dir", "enc": "A256GCM"},
        {"alg": ["HS256"], "typ": "JWT"},
        {**GOOD, "jku": "https://evil.example/keys"},
        {**GOOD, "jwk": {"kty": "oct", "k": "AAAA"}},
        {**GOOD, "x5u": "https://evil.example/cert"},
        {**GOOD, "kid": "../../../../dev/null"},
        {**GOOD, "crit": ["exp"]},
        {**GOOD, "crit": ["b64"], "b64": False},
        {**GOOD, "b64": False},
        {**GOOD, "zip": "DEF"},
        {**GOOD, "cty": "JWT"},
    ],
    ids=json.dumps,
)
async def test_no_header_but_our_own_is_read(
    client: httpx.AsyncClient, key: bytes, claims: Json, header: Json
) -> None:
    digest = hashlib.sha512 if header.get("alg") == "HS512" else hashlib.sha256
    assert await _status(client, forge(header, claims, key, digest)) == 401


async def test_without_a_signature_nothing_is_read(
    client: httpx.AsyncClient, key: bytes, claims: Json
) -> None:
    signed = forge(GOOD, claims, key).rsplit(".", 1)[0]
    unsigned = forge({"alg": "none", "typ": "JWT"}, claims, key).rsplit(".", 1)[0]
    for token in (f"{signed}.", signed, f"{unsigned}.", unsigned, f"{signed}.AAAA", f".{signed}", "..", "."):
        assert await _status(client, token) == 401


@pytest.mark.parametrize("wrong_key", [b"", b"secret", b"0" * 32, b"-----BEGIN PUBLIC KEY-----"])
async def test_another_key_is_not_ours(client: httpx.AsyncClient, claims: Json, wrong_key: bytes) -> None:
    assert await _status(client, forge(GOOD, claims, wrong_key)) == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-api"},
        {"aud": ["another-api"]},
        {"aud": None},
        {"iss": "somebody"},
        {"iss": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "never"},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": True},
        {"iat": None},
        {"iat": 32_503_680_000},
        {"jti": None},
        {"sub": None},
        {"sub": 5},
        {"sub": "usr_00000000000000000000000000"},
        {"sub": "' OR 1=1 --"},
        {"sub": "a\0b"},
        {"sid": None},
        {"sid": ["ses"]},
        {"sid": "ses_00000000000000000000000000"},
        {"nbf": 32_503_680_000},
    ],
    ids=str,
)
async def test_claims_that_we_would_not_make_are_refused(
    client: httpx.AsyncClient, key: bytes, claims: Json, change: Json
) -> None:
    changed = {name: value for name, value in {**claims, **change}.items() if value is not None}
    assert await _status(client, forge(GOOD, changed, key)) == 401


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b'"x"', b"\xff", b"[" * 5000, b"{"])
async def test_a_payload_that_is_no_object_is_refused(
    client: httpx.AsyncClient, key: bytes, payload: bytes
) -> None:
    assert await _status(client, forge(GOOD, payload, key)) == 401


async def test_one_persons_sign_in_is_not_anothers(
    client: httpx.AsyncClient, key: bytes, claims: Json, stranger: Caller
) -> None:
    other = stranger.user_id
    assert await _status(client, forge(GOOD, {**claims, "sub": other}, key)) == 401


async def test_a_token_lives_as_long_as_it_says(claims: Json) -> None:
    assert isinstance(claims["exp"], int)
    assert isinstance(claims["iat"], int)
    assert claims["exp"] - claims["iat"] == 900
    assert abs(time.time() - claims["iat"]) < 60


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Basic dTpw",
        "Bearer ü",
        "Bearer " + "x" * 7000,
        "Token abc",
        "Bearer a b",
        "bearer null",
    ],
)
async def test_malformed_headers_are_refused_alike(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.get(ME, headers=[(b"authorization", value.encode())])
    missing = await client.get(ME)
    assert (answer.status_code, answer.content) == (401, missing.content)
    assert answer.headers["www-authenticate"] == "Bearer"
