"""How failures are told to clients."""

from __future__ import annotations

import json

import pytest

from answerable.inference.dialects.registry import error_for
from answerable.inference.dialects.telling import complaint
from answerable.inference.errors import Inexpressible
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import TooManyRequests


@pytest.mark.parametrize("kind", FailureKind)
def test_every_failure_has_a_status_a_code_and_a_sentence(kind: FailureKind) -> None:
    told = complaint(UpstreamFailure(kind, "What happened."))
    assert 400 <= told.status < 600
    assert told.code
    assert told.message


def test_a_refused_key_is_not_the_clients_affair() -> None:
    told = complaint(UpstreamFailure(FailureKind.CREDENTIALS, "Incorrect API key: sk-…1234", status=401))
    assert told.status == 502
    assert "1234" not in told.message


@pytest.mark.parametrize(("wait", "header"), [(0.2, b"1"), (7.1, b"8"), (None, None)])
def test_the_providers_wait_is_handed_on(wait: float | None, header: bytes | None) -> None:
    told = complaint(UpstreamFailure(FailureKind.RATE_LIMITED, "Slow down.", retry_after=wait))
    assert dict(told.headers).get(b"retry-after") == header


def test_our_own_errors_keep_their_field_and_headers() -> None:
    assert complaint(Inexpressible("n", "too many"))[:4] == (400, "unsupported_field", "n: too many", "n")
    told = complaint(TooManyRequests("Slow down.", retry_after_seconds=3))
    assert (told.status, told.headers) == (429, ((b"retry-after", b"3"),))


def test_errors_are_written_in_the_words_of_each_protocol() -> None:
    for operation in (Operation.CHAT, Operation.RESPONSES, Operation.EMBEDDINGS, Operation.SPEECH):
        assert json.loads(error_for(operation, 429, "slow", "Slow down.", "n")) == {
            "error": {"message": "Slow down.", "type": "rate_limit_error", "param": "n", "code": "slow"}
        }
    assert json.loads(error_for(Operation.MESSAGES, 429, "slow", "Slow down.")) == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "Slow down.", "code": "slow"},
    }
