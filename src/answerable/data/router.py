"""All routes of data."""

from __future__ import annotations

from fastapi import APIRouter

from answerable.data.datasets import endpoints as datasets
from answerable.data.datasets.review import endpoints as review
from answerable.data.datasets.rules import endpoints as rules
from answerable.data.engines import endpoints as engines
from answerable.data.semantics import endpoints as semantics

router = APIRouter()
for noun in (datasets, review, rules, semantics, engines):
    router.include_router(noun.router)
