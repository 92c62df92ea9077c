"""Check of the vector stores that the settings name."""

from __future__ import annotations

import asyncio

from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.outbound import Outbound
from answerable.kit.settings import SearchSettings
from answerable.knowledge.stores.chroma_folder import folder_command
from answerable.knowledge.stores.registry import offered, opened, take_stores
from answerable.plugins.vector_stores import VectorStoreAway

_ADVICE = (
    "Until it answers, workspaces of more passages than search.exact_below are searched by words alone. "
    "Check search.stores and that the store runs; it is told later what it missed."
)


def check_stores(settings: SearchSettings) -> list[Finding]:
    """One line for each store that is set up, asked for real; nothing where there is pgvector alone."""
    take_stores()
    findings = [_asked(name, settings) for name in settings.stores]
    if settings.store not in offered(settings):
        detail = f"search.store is '{settings.store}', and search.stores has no such entry"
        findings.append(Finding("Vector store", Level.FAIL, detail, "Add the entry, or name pgvector."))
    return findings


def _asked(name: str, settings: SearchSettings) -> Finding:
    subject = f"Vector store {name}"

    async def ask() -> str:
        outbound = Outbound()
        try:
            return await opened(name, settings, outbound).check()
        finally:
            outbound.close()

    try:
        return Finding(subject, Level.OK, asyncio.run(ask()))
    except VectorStoreAway as away:
        try:
            served = name == "chroma" and folder_command(settings) is not None
        except VectorStoreAway as missing:
            return Finding(subject, Level.FAIL, missing.detail)
        if served:
            return Finding(subject, Level.OK, "over a folder; it starts with 'answerable serve'")
        return Finding(subject, Level.WARN, away.detail, _ADVICE)
