"""Where an OpenAI-compatible provider is asked, and how it wants to see the key.

`base_url` is what the provider's own documentation gives for OpenAI clients: with `/v1` or another
path, or the bare server, which gets `/v1`. Azure's deployment addresses
(`…/openai/deployments[/name]?api-version=…`) and its key header are recognised.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import UpstreamRequest

_AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_ENDPOINTS = {operation: operation.path.removeprefix("/v1") for operation in Operation}

Headers = tuple[tuple[str, str], ...]


def request(target: Target, operation: Operation, body: bytes) -> UpstreamRequest:
    """A POST of `body` to the target's endpoint for the operation."""
    return UpstreamRequest(
        url(target.base_url, operation, target.upstream_model),
        headers(target.base_url, target.api_key, target.headers),
        body,
    )


@lru_cache(maxsize=4_096)
def url(base_url: str, operation: Operation, model: str) -> str:
    """The endpoint's address."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    if not path:
        path = "/openai/v1" if _is_azure(parts.hostname) else "/v1"
    elif path.endswith("/deployments"):
        path = f"{path}/{quote(model, safe='')}"
    return urlunsplit((parts.scheme, parts.netloc, path + _ENDPOINTS[operation], parts.query, ""))


@lru_cache(maxsize=4_096)
def headers(base_url: str, api_key: str | None, extra: Headers) -> Headers:
    """Headers of every request; the operator's own ones replace ours of the same name."""
    own = {"content-type": "application/json"}
    if api_key and _is_azure(urlsplit(base_url).hostname):
        own["api-key"] = api_key
    elif api_key:
        own["authorization"] = f"Bearer {api_key}"
    own.update((name.lower(), value) for name, value in extra)
    return tuple(own.items())


@lru_cache(maxsize=4_096)
def is_openai_itself(base_url: str) -> bool:
    """Whether newer names of fields are understood that compatible servers lack."""
    host = urlsplit(base_url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com") or _is_azure(host)


def _is_azure(host: str | None) -> bool:
    return host is not None and host.endswith(_AZURE_HOSTS)
