"""What a provider's error answer means, whatever protocol it speaks.

Error documents differ between providers more than between protocols, and compatible servers mix
them: so one reader understands all shapes and never raises, however strange the document is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec

from answerable.inference.failures import FailureKind, UpstreamFailure

KEPT_BYTES = 65_536
KEPT_WORDS = 2_000
LONGEST_WAIT = 86_400.0


class ErrorDocument(NamedTuple):
    """The words of an error: `label` joins its type, code, status and reasons, in lower case."""

    message: str
    label: str = ""
    code: int | None = None
    wait: float | None = None


_OVERFLOW = re.compile(
    r"context[_ ]?(length|window|size)[_ ]?exceed|exceed_context_size|context (length|window|size|limit)"
    r"|maximum (context|input|prompt|model) length|(prompt|input) is too long|too many (input )?tokens"
    r"|input (token count|length).{0,80}exceed"
    r"|exceeds? the (maximum|limit|available|model).{0,40}(token|context)"
    r"|must have less than \d+ tokens|reduce the length of (the )?(messages|prompt|input)"
    r"|longer than the (model'?s )?(context|maximum)|request_too_large"
)  # fmt: skip
_FILTERED = re.compile(
    r"content_?filter|content_?policy|responsibleai|moderation_blocked|data_inspection_failed"
    r"|content management policy|flagged (as|by|for)|safety (system|filter|setting)|prohibited_content"
    r"|blocked by .{0,30}(policy|filter|safety)|violat\w+ .{0,40}usage polic"
)  # fmt: skip
_UNPAID = re.compile(
    r"insufficient_?(quota|balance|credit)|billing|credit balance|exceeded your current quota"
)
_BAD_KEY = re.compile(
    r"api[_ ]key[_ ](not[_ ]valid|invalid|expired)|invalid[_ ](x-)?api[_ -]key|unauthenticated"
)
_NO_MODEL = re.compile(
    r"model_?not_?found|deploymentnotfound|unknown[_ ]model|invalid[_ ]model|no such model"
    r"|model .{0,120}(does not exist|not found|is not (available|supported|found))"
)  # fmt: skip
_ERROR_FIELD = re.compile(rb'"(?:error|detail)"\s*:\s*[^\sn]|"object"\s*:\s*"error"')
_CROWDED = re.compile(r"overloaded|capacity|engine_busy|unavailable")
# What an error that comes inside a stream, without a status of its own, would have had.
_STATUS_BY_LABEL = (
    ("overloaded", 529), ("rate_limit", 429), ("resource_exhausted", 429), ("authentication", 401),
    ("permission", 403), ("not_found", 404), ("too_large", 413), ("invalid", 400), ("bad_request", 400),
)  # fmt: skip


def failure(status: int | None, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
    """The failure that an error answer stands for.

    An error within an answer that began well has no status of its own (None, or that of the
    beginning): its words tell what it would have had.
    """
    document = read_error(body)
    known = status if status is not None and status >= 300 else _status_of(document)
    kind = _kind(known, document)
    return UpstreamFailure(
        kind,
        document.message[:KEPT_WORDS] or f"The provider answered with status {known}.",
        status=known,
        retry_after=retry_after(headers) if document.wait is None else document.wait,
        body=body[:KEPT_BYTES],
    )


def garbage(what: str, body: bytes = b"") -> UpstreamFailure:
    """The failure for an answer that its protocol does not allow."""
    return UpstreamFailure(FailureKind.PROTOCOL, what, body=body[:KEPT_BYTES])


def cut() -> UpstreamFailure:
    """The failure for a stream that ended before its end."""
    return UpstreamFailure(FailureKind.CUT, "The provider's stream ended before the answer did.")


def unfinished(rest: bytes) -> UpstreamFailure:
    """The failure for a stream that ended before its answer; `rest` is what came outside of events.

    Some servers send an error document, or a whole answer, where a stream was promised.
    """
    if rest.lstrip()[:1] not in (b"{", b"["):
        return cut()
    if _ERROR_FIELD.search(rest[:KEPT_BYTES]):
        return failure(None, {}, rest)
    return garbage("The provider answered a streamed call without a stream.", rest)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the provider wants us to wait, from `retry-after-ms` or `Retry-After` (RFC 9110,
    section 10.2.3: seconds or a date, which is held against the answer's own `Date`).

    None when it does not say, or says it in a way that nobody can read.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    wish = headers.get("retry-after")
    seconds = _seconds(wish)
    if seconds is not None or wish is None:
        return seconds
    then = _moment(wish)
    if then is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return min(max(0.0, (then - now).total_seconds()), LONGEST_WAIT)


def read_error(body: bytes) -> ErrorDocument:
    """The words of an error document of any known shape; plain text counts as its message."""
    try:
        document = msgspec.json.decode(body[:KEPT_BYTES])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorDocument(_plain(body), "")
    if isinstance(document, list):
        document = document[0] if document else ""
    inner = document
    if isinstance(document, dict):
        inner = next((document[key] for key in ("error", "detail", "errors") if document.get(key)), document)
    if isinstance(inner, list):
        inner = inner[0] if inner else ""
    if not isinstance(inner, dict):
        outer = document if isinstance(document, dict) else {}
        return ErrorDocument(
            str(inner), _words(outer.get("error_type"), outer.get("type"), outer.get("code"))
        )
    code = inner.get("code")
    reasons, wait = _details(inner.get("details"))
    within = inner.get("innererror")
    return ErrorDocument(
        _message(inner),
        _words(
            inner.get("type"), code, inner.get("status"),
            within.get("code") if isinstance(within, dict) else None, *reasons,
        ),
        code if isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600 else None,
        wait,
    )  # fmt: skip


def _kind(status: int, document: ErrorDocument) -> FailureKind:
    text = f"{document.label} {document.message}".lower()
    if _FILTERED.search(text) and status in (400, 403, 422):
        return FailureKind.REFUSED_CONTENT
    if _UNPAID.search(text) and status in (400, 402, 403, 429):
        return FailureKind.CREDENTIALS  # no wait helps: the account must be topped up
    if _BAD_KEY.search(text) and status in (400, 401, 403):
        return FailureKind.CREDENTIALS
    if _NO_MODEL.search(text) and status in (400, 403, 404, 422):
        return FailureKind.UNKNOWN_MODEL
    if status == 429 or "rate_limit" in document.label:
        return FailureKind.RATE_LIMITED
    if status not in (401, 403) and _OVERFLOW.search(text):
        return FailureKind.CONTEXT_OVERFLOW
    by_status = _BY_STATUS.get(status)
    if by_status is not None:
        return by_status
    if status >= 500 or _CROWDED.search(document.label):
        return FailureKind.OVERLOADED
    return FailureKind.INVALID_REQUEST if status >= 400 else FailureKind.PROTOCOL


_BY_STATUS = {
    401: FailureKind.CREDENTIALS,
    402: FailureKind.CREDENTIALS,
    403: FailureKind.CREDENTIALS,
    404: FailureKind.UNKNOWN_MODEL,
    408: FailureKind.OVERLOADED,
    409: FailureKind.OVERLOADED,
    413: FailureKind.CONTEXT_OVERFLOW,
    425: FailureKind.OVERLOADED,
}


def _status_of(document: ErrorDocument) -> int:
    if document.code is not None:
        return document.code
    return next((status for word, status in _STATUS_BY_LABEL if word in document.label), 500)


def _message(error: dict[str, object]) -> str:
    for key in ("message", "msg", "detail", "error", "title"):
        value = error.get(key)
        if isinstance(value, str) and value:
            return value
    return msgspec.json.encode(error).decode()[:KEPT_WORDS]


def _details(details: object) -> tuple[list[object], float | None]:
    """Reasons and the wished wait of `google.rpc` details."""
    reasons: list[object] = []
    wait = None
    for detail in details if isinstance(details, list) else []:
        if not isinstance(detail, dict):
            continue
        reasons.append(detail.get("reason"))
        delay = detail.get("retryDelay")
        if isinstance(delay, str):
            wait = _seconds(delay.removesuffix("s"))
    return reasons, wait


def _words(*values: object) -> str:
    return " ".join(str(value).lower() for value in values if isinstance(value, str | int) and value)


def _plain(body: bytes) -> str:
    text = body[:KEPT_BYTES].decode("utf-8", errors="replace")
    if "<" in text:
        text = re.sub(r"<[^<>]*>", " ", text)
    return " ".join(text.split())[:KEPT_WORDS]


def _seconds(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return min(value, LONGEST_WAIT) if value >= 0 else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
