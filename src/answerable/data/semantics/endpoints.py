"""`/semantic-models`: what the tables mean, to read and to correct."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Header, Query, Request, Response

from answerable.data.semantics import changing, revisions, service
from answerable.data.semantics.errors import InvalidModel
from answerable.data.semantics.schemas import (
    ChangeView,
    DifferencesView,
    GoBack,
    RevisionView,
    SemanticModelSummary,
    SemanticModelView,
)
from answerable.data.semantics.wire import WrittenModel, wants_yaml, written
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/semantic-models", tags=["semantic models"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]

_MODEL: dict[int | str, dict[str, Any]] = {
    200: {"model": SemanticModelView, "content": {"application/yaml": {"schema": {"type": "string"}}}}
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "string"}},
        },
    }
}


@router.get("")
async def list_models(context: Reader) -> Page[SemanticModelSummary]:
    """The workspace's semantic models: one, once a dataset is ready."""
    stored = await service.find_seen(context.session)
    return Page(items=[SemanticModelSummary.of(stored)] if stored is not None else [])


@router.get("/{model_id}", response_class=Response, responses=_MODEL)
async def read_model(
    context: Reader,
    model_id: str,
    revision: Annotated[str | None, Query(max_length=40, description="As it was at this revision.")] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """The model as JSON, or as YAML with `Accept: application/yaml`. The id is the model's own or
    that of one of its datasets. Earlier revisions come without long lists of values."""
    if revision is None:
        stored = await service.read_seen(context.session, model_id)
    else:
        stored = await revisions.read_revision(context.session, model_id, revision)
    text, media_type = written(stored, as_yaml=wants_yaml(accept))
    return Response(text, media_type=media_type, headers={"ETag": f'"{stored.revision}"'})


@router.put("/{model_id}", response_class=Response, responses=_MODEL, openapi_extra=_BODY)
async def replace_model(
    context: Writer,
    model_id: str,
    request: Request,
    if_match: Annotated[str | None, Header()] = None,
    accept: Annotated[str, Header()] = "",
    dry_run: Annotated[bool, Query(description="Check it, answer with it, and keep nothing.")] = False,
) -> Response:
    """Replace the model. With `If-Match: <revision>` only if nobody changed it since (412)."""
    # In a thread: a large text would hold up everybody else's requests.
    kind = request.headers.get("content-type", "")
    sent = await asyncio.to_thread(WrittenModel, await request.body(), kind)
    expected = expected_revision(if_match)
    model = sent.model()  # its own mistakes have their lines already
    try:
        stored = await changing.replace_model(
            context.session, model_id, model, if_match=expected, dry_run=dry_run
        )
    except InvalidModel as error:
        raise InvalidModel(error.detail, errors=sent.placed(list(error.errors))) from error
    text, media_type = written(stored, as_yaml=wants_yaml(accept))
    return Response(text, media_type=media_type, headers={"ETag": f'"{stored.revision}"'})


def expected_revision(if_match: str | None) -> str | None:
    """The revision that an If-Match header names; None where any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    return if_match.strip().removeprefix("W/").strip('"')


@router.get("/{model_id}/revisions")
async def list_revisions(
    context: Reader, model_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[RevisionView]:
    """The model's revisions, newest first."""
    found = await revisions.list_revisions(context.session, model_id, wanted)
    return make_page(found, wanted, RevisionView.model_validate, lambda each: (each.created_at, each.id))


@router.get("/{model_id}/revisions/diff")
async def compare_revisions(
    context: Reader,
    model_id: str,
    before: Annotated[
        str | None, Query(alias="from", max_length=40, description="A revision; the one before without it.")
    ] = None,
    after: Annotated[
        str | None, Query(alias="to", max_length=40, description="Another; today's without one.")
    ] = None,
) -> DifferencesView:
    """What differs between two revisions, part by part, with its place, as far as you see both today."""
    found = await revisions.compare(context.session, model_id, before, after)
    return DifferencesView(before=found.before, after=found.after, changes=ChangeView.of(found.changes))


@router.post("/{model_id}/restore", response_class=Response, responses=_MODEL)
async def go_back(
    context: Writer,
    model_id: str,
    body: GoBack,
    if_match: Annotated[str | None, Header()] = None,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Make an earlier revision hold again, over the data as it is now. Policies and hidden fields stay."""
    expected = expected_revision(if_match)
    stored = await revisions.go_back(context.session, model_id, body.revision, if_match=expected)
    text, media_type = written(stored, as_yaml=wants_yaml(accept))
    return Response(text, media_type=media_type, headers={"ETag": f'"{stored.revision}"'})
