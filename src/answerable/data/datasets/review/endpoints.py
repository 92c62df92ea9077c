"""`/datasets/{id}/review`: what the reader found, and what people decide about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response

from answerable.data.datasets.review import service
from answerable.data.datasets.review.schemas import Choices, Review, Reviewed
from answerable.data.semantics.service import require_all_of
from answerable.identity.access import RequestContext, Scope, requires
from answerable.identity.conversations import requires_within
from answerable.kit.http import Router

router = Router(prefix="/datasets/{dataset_id}/review", tags=["datasets"])

Reader = Annotated[RequestContext, requires_within(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.get("")
async def read_review(context: Reader, dataset_id: str) -> Review:
    """What the reader found and changed in the version that the dataset shows, with the choices in force
    and their alternatives."""
    await require_all_of(context.session, dataset_id)
    return Review.of(await service.read_review(context.session, dataset_id))


@router.post("", status_code=202, responses={200: {"model": Reviewed}})
async def choose(context: Writer, response: Response, dataset_id: str, body: Choices) -> Reviewed:
    """Decide how the table is read. A job makes a new version of the kept file; the choices hold for later
    files too. Answers of before stay with their version. 200 when the choices were in force already."""
    await require_all_of(context.session, dataset_id)
    decided = await service.choose(context.session, dataset_id, body.choices, version=body.version)
    response.status_code = 200 if decided.job_id is None else 202
    return decided.told()
