"""Every provider's way of saying no, and what it means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.failures import FailureKind
from answerable.inference.providers.failing import KEPT_BYTES, failure, retry_after

OPENAI_OVERFLOW = {
    "error": {
        "message": "This model's maximum context length is 8192 tokens. However, your messages resulted in "
        "9000 tokens. Please reduce the length of the messages.",
        "type": "invalid_request_error",
        "param": "messages",
        "code": "context_length_exceeded",
    }
}
VLLM_OVERFLOW = {
    "object": "error",
    "message": "This model's maximum context length is 4096 tokens. You asked for 5000 tokens.",
    "type": "BadRequestError",
    "code": 400,
}
LLAMA_CPP_OVERFLOW = {
    "error": {
        "code": 400,
        "message": "the request exceeds the available context size, try increasing it",
        "type": "exceed_context_size_error",
    }
}
TEI_OVERFLOW = {
    "error": "Input validation error: `inputs` must have less than 512 tokens. Given: 600",
    "error_type": "Validation",
}
ANTHROPIC_OVERFLOW = {
    "type": "error",
    "error": {
        "type": "invalid_request_error",
        "message": "prompt is too long: 210000 tokens > 200000 maximum",
    },
}
GEMINI_OVERFLOW = {
    "error": {
        "code": 400,
        "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "status": "INVALID_ARGUMENT",
    }
}
AZURE_FILTER = {
    "error": {
        "message": "The response was filtered: the prompt triggers our content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }
}
GEMINI_KEY = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}
GROQ_TOO_MANY = {
    "error": {
        "message": "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000",
        "type": "tokens",
        "code": "rate_limit_exceeded",
    }
}


def openai(message: str, kind: str | None = None, code: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic(kind: str, message: str = "No.") -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message}}


CASES: list[tuple[int, object, FailureKind]] = [
    (400, OPENAI_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (400, VLLM_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (400, LLAMA_CPP_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (413, TEI_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (422, TEI_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (400, ANTHROPIC_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (413, anthropic("request_too_large", "Request exceeds the maximum size"), FailureKind.CONTEXT_OVERFLOW),
    (400, GEMINI_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    (400, [GEMINI_OVERFLOW], FailureKind.CONTEXT_OVERFLOW),
    (400, AZURE_FILTER, FailureKind.REFUSED_CONTENT),
    (
        400,
        openai("Rejected by our safety system.", code="content_policy_violation"),
        FailureKind.REFUSED_CONTENT,
    ),
    (413, GROQ_TOO_MANY, FailureKind.RATE_LIMITED),
    (429, openai("Rate limit reached", "requests", "rate_limit_exceeded"), FailureKind.RATE_LIMITED),
    (429, anthropic("rate_limit_error"), FailureKind.RATE_LIMITED),
    (429, openai("You exceeded your current quota", "insufficient_quota"), FailureKind.CREDENTIALS),
    (400, anthropic("invalid_request_error", "Your credit balance is too low"), FailureKind.CREDENTIALS),
    (402, openai("Insufficient Balance"), FailureKind.CREDENTIALS),
    (401, openai("Incorrect API key provided", code="invalid_api_key"), FailureKind.CREDENTIALS),
    (403, anthropic("permission_error"), FailureKind.CREDENTIALS),
    (400, GEMINI_KEY, FailureKind.CREDENTIALS),
    (404, openai("The model `gpt-9` does not exist", code="model_not_found"), FailureKind.UNKNOWN_MODEL),
    (403, openai("Project does not have access", code="model_not_found"), FailureKind.UNKNOWN_MODEL),
    (404, {"error": {"code": "DeploymentNotFound", "message": "No."}}, FailureKind.UNKNOWN_MODEL),
    (404, {"error": "model 'llama9' not found"}, FailureKind.UNKNOWN_MODEL),
    (400, {"error": {"message": "invalid model ID", "code": None}}, FailureKind.UNKNOWN_MODEL),
    (529, anthropic("overloaded_error", "Overloaded"), FailureKind.OVERLOADED),
    (500, openai("The server had an error"), FailureKind.OVERLOADED),
    (
        503,
        {"error": {"code": 503, "status": "UNAVAILABLE", "message": "Overloaded."}},
        FailureKind.OVERLOADED,
    ),
    (502, "<html><body>502 Bad Gateway</body></html>", FailureKind.OVERLOADED),
    (408, "", FailureKind.OVERLOADED),
    (400, openai("Invalid type for 'messages'"), FailureKind.INVALID_REQUEST),
    (400, anthropic("invalid_request_error", "max_tokens: Field required"), FailureKind.INVALID_REQUEST),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, FailureKind.INVALID_REQUEST),
    (302, "", FailureKind.PROTOCOL),
]


@pytest.mark.parametrize(("status", "document", "kind"), CASES)
def test_an_error_answer_is_recognised(status: int, document: object, kind: FailureKind) -> None:
    body = document.encode() if isinstance(document, str) else json.dumps(document).encode()
    found = failure(status, {}, body)
    assert found.kind is kind
    assert found.status == status
    assert found.detail


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (anthropic("overloaded_error"), FailureKind.OVERLOADED),
        (anthropic("rate_limit_error"), FailureKind.RATE_LIMITED),
        (anthropic("api_error"), FailureKind.OVERLOADED),
        (anthropic("invalid_request_error"), FailureKind.INVALID_REQUEST),
        (openai("The server had an error", "server_error"), FailureKind.OVERLOADED),
        ({"error": {"message": "bad", "code": 400}}, FailureKind.INVALID_REQUEST),
        (OPENAI_OVERFLOW, FailureKind.CONTEXT_OVERFLOW),
    ],
)
@pytest.mark.parametrize("status", [None, 200])
def test_an_error_within_a_stream_is_recognised_by_its_words(
    document: object, kind: FailureKind, status: int | None
) -> None:
    assert failure(status, {}, json.dumps(document).encode()).kind is kind


@given(
    st.integers(300, 599),
    st.binary(max_size=300),
    st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=30)),
)
def test_garbage_is_a_failure_too_and_nothing_worse(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    found = failure(status, headers, body)
    assert found.kind in FailureKind
    assert found.retry_after is None or 0 <= found.retry_after <= 86_400


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "details", "detail", "innererror", "status"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(300, 599) | st.none(), json_values)
def test_error_documents_of_any_shape_are_read(status: int | None, document: object) -> None:
    assert failure(status, {}, json.dumps(document).encode()).kind in FailureKind


def test_the_providers_own_document_is_kept_within_bounds() -> None:
    body = b'{"error": {"message": "' + b"x" * 200_000 + b'"}}'
    found = failure(400, {}, body)
    assert found.body == body[:KEPT_BYTES]
    assert len(found.detail) <= 2_000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "20"}, 1.5),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            30.0,
        ),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:27:00 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            0.0,
        ),
        ({"retry-after": "99999999"}, 86_400.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "x", "retry-after": "3"}, 3.0),
        ({}, None),
    ],
)
def test_the_wait_that_a_provider_wishes(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_geminis_wait_stands_in_its_document() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]
    document = {
        "error": {"code": 429, "message": "Slow down", "status": "RESOURCE_EXHAUSTED", "details": details}
    }
    found = failure(429, {}, json.dumps(document).encode())
    assert (found.kind, found.retry_after) == (FailureKind.RATE_LIMITED, 34.0)
