"""AWS Signature Version 4 for requests without a body.

Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", Amazon S3
API reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who signs, and for where."""

    access_key: str
    secret_key: str
    region: str


def canonical_path(path: str) -> str:
    """A path as S3 signs it: each part encoded once, slashes kept."""
    return quote(path, safe="/-_.~")


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Parameters in the order of their names, encoded."""
    encoded = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parameters.items()]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def sign(
    credentials: Credentials,
    *,
    host: str,
    path: str,
    query: str = "",
    moment: datetime,
    extra: Sequence[tuple[str, str]] = (),
) -> list[tuple[str, str]]:
    """The headers of a signed GET. `path` and `query` are canonical, `extra` are further headers in
    lower case that are sent and signed."""
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = [("x-amz-content-sha256", EMPTY_SHA256), ("x-amz-date", stamp), *extra]
    signed = sorted([("host", host), *sent])
    names = ";".join(name for name, _ in signed)
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in signed)
    request = f"GET\n{path}\n{query}\n{lines}\n{names}\n{EMPTY_SHA256}"
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope},"
        f"SignedHeaders={names},Signature={key.hex()}"
    )
    return [*sent, ("authorization", authorization)]
