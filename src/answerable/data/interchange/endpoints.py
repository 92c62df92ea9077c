"""`/semantic-models/{id}/import` and `/export`: models of other tools."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Query, Response

from answerable.data.interchange import service
from answerable.data.interchange.schemas import ImportBody, ImportView
from answerable.data.interchange.service import Format
from answerable.data.semantics.endpoints import expected_revision
from answerable.identity.access import RequestContext, Scope, requires
from answerable.kit.http import Router

router = Router(prefix="/semantic-models", tags=["semantic models"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]
_YAML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}
}


@router.get("/{model_id}/export", response_class=Response, responses=_YAML)
async def export_model(
    context: Reader, model_id: str, format: Annotated[Format, Query()] = "ossie"
) -> Response:
    """The model as you see it, as Apache Ossie or dbt semantic models; comments at the top say what the
    format cannot hold."""
    text = await service.export_model(context.session, model_id, format)
    name = f'attachment; filename="semantic-model.{format}.yaml"'
    return Response(text, media_type="application/yaml", headers={"Content-Disposition": name})


@router.post("/{model_id}/import")
async def import_model(
    context: Writer, model_id: str, body: ImportBody, if_match: Annotated[str | None, Header()] = None
) -> ImportView:
    """Merge a model of Apache Ossie or dbt into the workspace's. Expressions are read, never run; what the
    model cannot hold is listed with its line. `dry_run` only says what would change."""
    request = body.request(expected_revision(if_match))
    done = await service.import_model(context.session, model_id, request)
    return ImportView.of(done, dry_run=body.dry_run)
