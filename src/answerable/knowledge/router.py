"""All routes of knowledge."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.knowledge.documents.endpoints import router as documents
from answerable.knowledge.indexing.endpoints import router as encoder
from answerable.knowledge.notes.endpoints import router as notes
from answerable.knowledge.retrieval.endpoints import router as search
from answerable.knowledge.sources.endpoints import router as sources
from answerable.knowledge.tools.endpoints import router as tools

router = APIRouter()
for part in (encoder, documents, notes, sources, search, tools):
    router.include_router(part)
