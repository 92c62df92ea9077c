"""The routes of data: datasets, semantic models and queries."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.data.datasets.endpoints import router as datasets_routes
from answerable.data.engines.endpoints import router as query_routes
from answerable.data.semantics.endpoints import router as models_routes

router = APIRouter()
router.include_router(datasets_routes)
router.include_router(models_routes)
router.include_router(query_routes)
