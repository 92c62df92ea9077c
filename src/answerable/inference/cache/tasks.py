"""Upkeep of kept answers."""

from __future__ import annotations

from datetime import datetime

import structlog

from answerable.inference.cache.service import AnswerCache
from answerable.inference.cache.store import StoreUnavailable
from answerable.jobs import periodic
from answerable.kit.runtime import Runtime

log = structlog.get_logger(__name__)


@periodic("cached_answers.sweep", "* * * * *")
async def sweep_answers(runtime: Runtime, _period: datetime) -> None:
    """Remove kept answers that are past their time or depend on something that was forgotten."""
    try:
        removed = await runtime.get(AnswerCache).sweep()
    except StoreUnavailable as error:
        log.warning("cached_answers_not_swept", reason=str(error))
        return
    if removed:
        log.info("cached_answers_swept", removed=removed)
