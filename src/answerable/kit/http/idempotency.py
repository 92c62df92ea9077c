"""`Idempotency-Key`: a repeated POST gets the first one's answer, and its effect exists once.

The key's row, the effect and the recorded answer commit in one transaction. A process that dies
before the commit leaves neither; one that dies after it leaves all three, and the repeat is
answered from the record. A repeat that arrives while the first still runs waits for it on the
unique index. (Semantics after the IETF draft "The Idempotency-Key HTTP Header Field".)
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy import LargeBinary, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column
from starlette.datastructures import UploadFile

from answerable.kit.db import Base, Session, TenantRow, created_at_column
from answerable.kit.errors import Conflict, FieldError, InvalidInput
from answerable.kit.principal import Principal

HEADER = "Idempotency-Key"
_LONGEST_KEY = 255
_KEPT_FOR = timedelta(hours=24)
_REPLAYED_HEADERS = ("content-type", "location", "etag")


class IdempotencyRow(TenantRow, Base):
    """One key of one caller. `status` is null inside the transaction that claims the key, and for good
    when the answer was a stream that cannot be read again; `body` is null when it was one, or held a
    secret."""

    __tablename__ = "idempotency_keys"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[list[list[str]] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = created_at_column()


class KeyReused(Conflict):
    code, status, title = "idempotency_key_reused", 422, "The idempotency key belongs to another request"


class AnswerWithheld(Conflict):
    code, title = "answer_withheld", "Done before, and its answer held a secret"


class AnswerStreamed(Conflict):
    code, title = "answer_streamed", "Done before, and its answer was a stream"


class Replay(Exception):
    """Ends a request early: the answer is known from the first time."""

    def __init__(self, status: int, headers: list[list[str]], body: bytes) -> None:
        super().__init__("replayed")
        self.status, self.headers, self.body = status, headers, body

    def response(self) -> Response:
        """The first answer again, marked with `Idempotency-Replayed`."""
        marked = {**{name: value for name, value in self.headers}, "Idempotency-Replayed": "true"}
        return Response(self.body, self.status, marked)


async def claim(session: Session, request: Request, *, answer_is_secret: bool = False) -> None:
    """Claim the request's key for this transaction; nothing happens without the header or a tenant.

    Raises Replay when the key has an answer, KeyReused when it came with another request,
    AnswerWithheld when the answer was a secret, which is shown once and kept nowhere, and
    AnswerStreamed when it was a stream.
    """
    digest = _digest(session.principal, request)
    if digest is None:
        return
    principal = session.principal
    fingerprint = await _fingerprint(request)
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < func.now() - _KEPT_FOR))
    claimed = await session.execute(
        insert(IdempotencyRow)
        .values(digest=digest, workspace_id=principal.workspace_id, fingerprint=fingerprint)
        .on_conflict_do_nothing()
        .returning(IdempotencyRow.digest)
    )
    if claimed.first() is None:
        await _replay(session, digest, fingerprint)
    request.state.idempotency = (session, digest, answer_is_secret)


async def replay_if_known(session: Session, request: Request) -> None:
    """The same without claiming: for a request that computes first and claims in the transaction of its
    effects. Of two that compute at once one has effects, and the other replays its answer."""
    digest = _digest(session.principal, request)
    if digest is None:
        return
    if await session.scalar(select(IdempotencyRow.digest).where(IdempotencyRow.digest == digest)) is not None:
        await _replay(session, digest, await _fingerprint(request))


def _digest(principal: Principal, request: Request) -> bytes | None:
    """What the request's key is kept under; None when there is nothing to keep."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST" or principal.workspace_id is None:
        return None
    if not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise InvalidInput(
            f"Send {HEADER} with 1 to {_LONGEST_KEY} printable characters, or leave it out.",
            errors=[FieldError(HEADER, "not a usable key")],
        )
    owner = principal.key_id or principal.user_id or ""
    return hashlib.sha256(f"{principal.workspace_id}\0{owner}\0{key}".encode()).digest()


async def record(request: Request, response: Response) -> None:
    """Keep the answer beside its effect. Called by the router while the transaction is open."""
    claimed: tuple[Session, bytes, bool] | None = getattr(request.state, "idempotency", None)
    if claimed is None or response.status_code >= 400:
        return
    session, digest, answer_is_secret = claimed
    headers = [[name, value] for name, value in response.headers.items() if name in _REPLAYED_HEADERS]
    await session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.digest == digest)
        .values(
            status=response.status_code,
            headers=headers,
            body=None if answer_is_secret else bytes(response.body),
        )
    )


# FastAPI types the keys and values of `responses` this wide.
REPEATED: dict[int | str, dict[str, Any]] = {
    303: {
        "description": "The same request with the same `Idempotency-Key` was streamed before: `Location` is "
        "where its events can be read again.",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}
"""What a route that leads repeats elsewhere tells of it in the API's document."""


async def lead_repeats_to(request: Request, place: str) -> None:
    """Answer a repeat of the request, whose answer is a stream, with 303 to where that can be read again.
    Called while the transaction is open."""
    claimed: tuple[Session, bytes, bool] | None = getattr(request.state, "idempotency", None)
    if claimed is None:
        return
    session, digest, _ = claimed
    await session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.digest == digest)
        .values(status=303, headers=[["location", place]], body=b"")
    )


async def _replay(session: Session, digest: bytes, fingerprint: bytes) -> None:
    row = (await session.scalars(select(IdempotencyRow).where(IdempotencyRow.digest == digest))).one()
    if row.fingerprint != fingerprint:
        raise KeyReused(
            f"This {HEADER} came with another request before. Use a new key for a new request.",
            errors=[FieldError(HEADER, "already used for another request")],
        )
    if row.status is None:
        raise AnswerStreamed(
            "The first request with this key was answered by a stream, which is kept nowhere. "
            "Read what it started, or send the request with a new key."
        )
    if row.body is None:
        raise AnswerWithheld(
            "The first request with this key succeeded; its answer held a secret that is shown once. "
            "List what exists, delete what you do not hold, and create it anew with a new key."
        )
    raise Replay(row.status, row.headers or [], row.body)


async def _fingerprint(request: Request) -> bytes:
    """What makes two requests the same: method, path, query and body; of an upload its fields and files,
    because its parts are separated by a random boundary."""
    head = f"{request.method}\0{request.url.path}\0{request.url.query}\0"
    digest = hashlib.sha256(head.encode())
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        for name, value in (await request.form()).multi_items():
            content = value if isinstance(value, str) else f"{value.filename}\0{await _file_digest(value)}"
            # Hashed one by one, so that what ends one field cannot begin the next.
            digest.update(hashlib.sha256(f"{name}\0{content}".encode("utf-8", "surrogatepass")).digest())
    else:
        digest.update(await request.body())
    return digest.digest()


async def _file_digest(upload: UploadFile) -> str:
    """SHA-256 of an uploaded file, which is read from its start and left there."""

    def compute() -> str:
        digest = hashlib.sha256()
        upload.file.seek(0)
        while chunk := upload.file.read(1 << 20):
            digest.update(chunk)
        upload.file.seek(0)
        return digest.hexdigest()

    return await asyncio.to_thread(compute)
