"""A provider's words without our keys: errors may repeat what the provider was sent."""

from __future__ import annotations

from collections.abc import Iterator

from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Target

_HIDDEN = "[hidden]"
_SCHEMES = frozenset({"bearer", "basic", "token"})
# Shorter values, as the "ollama" that some servers want for a key, or a header's version, are no secrets,
# and hiding them would garble other words.
_SHORTEST_SECRET = 8


def without_secrets(target: Target, words: str) -> str:
    """The words with `[hidden]` in place of the provider's key and further headers."""
    for secret in _secrets(target):
        words = words.replace(secret, _HIDDEN)
    return words


def bytes_without_secrets(target: Target, data: bytes) -> bytes:
    """The same for bytes as they came."""
    for secret in _secrets(target):
        data = data.replace(secret.encode(), _HIDDEN.encode())
    return data


def failure_without_secrets(target: Target, failure: UpstreamFailure) -> UpstreamFailure:
    """The failure itself where it shows no secret, else a copy that shows none."""
    detail = without_secrets(target, failure.detail)
    body = bytes_without_secrets(target, failure.body)
    if detail == failure.detail and body == failure.body:
        return failure
    return UpstreamFailure(
        failure.kind, detail, status=failure.status, retry_after=failure.retry_after, body=body
    )


def _secrets(target: Target) -> Iterator[str]:
    given = [target.api_key or ""]
    for _, value in target.headers:
        scheme, _, rest = value.partition(" ")
        given.append(rest if scheme.lower() in _SCHEMES else value)
    return (value for value in given if len(value) >= _SHORTEST_SECRET)
