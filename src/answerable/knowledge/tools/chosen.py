"""The tool that a search or a question goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.kit.db import Session
from answerable.knowledge.answering.service import Looking
from answerable.knowledge.retrieval import Scope, SearchMode
from answerable.knowledge.tools import repository
from answerable.knowledge.tools.configuration import ToolConfiguration, ToolKind
from answerable.knowledge.tools.errors import UnknownTool, WrongToolKind
from answerable.knowledge.tools.repository import ToolState
from answerable.knowledge.tools.used import ToolUsed


@dataclass(frozen=True, slots=True)
class ChosenTool:
    """A tool and what it sets."""

    used: ToolUsed
    configuration: ToolConfiguration

    @classmethod
    def of(cls, state: ToolState) -> ChosenTool:
        """A tool as its rows have it."""
        configuration = ToolConfiguration.model_validate(state.version.configuration)
        used = ToolUsed(id=state.tool.id, name=state.tool.name, version=state.version.number)
        return cls(used, configuration)

    def looking(
        self, document_ids: Sequence[str] | None = None, source_ids: Sequence[str] | None = None
    ) -> Looking:
        """How it looks within these documents and sources: a request narrows a tool, and never widens it."""
        return looking_of(self.configuration, document_ids, source_ids)


def looking_of(
    configuration: ToolConfiguration,
    document_ids: Sequence[str] | None = None,
    source_ids: Sequence[str] | None = None,
    *,
    mode: SearchMode | None = None,
    limit: int | None = None,
) -> Looking:
    """What a configuration and a request come to; `mode` and `limit` of a request go first."""
    return Looking(
        scope=Scope(
            _within(configuration.document_ids, document_ids), _within(configuration.source_ids, source_ids)
        ).narrowed(configuration.filters),
        mode=mode or configuration.mode,
        passages=limit or configuration.k,
        threshold=configuration.threshold,
        rerank=configuration.rerank,
        least_confidence=configuration.least_confidence,
    )


async def tool_for_search(session: Session, name_or_id: str | None) -> ChosenTool | None:
    """The tool that is named, else the workspace's for searches. UnknownTool."""
    if name_or_id is None:
        return _chosen(await repository.default_state(session, for_asking=False))
    return ChosenTool.of(await _named(session, name_or_id))


async def tool_for_asking(session: Session, name_or_id: str | None) -> ChosenTool | None:
    """The RAG tool that is named, else the workspace's for questions. UnknownTool, WrongToolKind."""
    if name_or_id is None:
        return _chosen(await repository.default_state(session, for_asking=True))
    state = await _named(session, name_or_id)
    if state.tool.kind != ToolKind.RAG:
        raise WrongToolKind("tool")
    return ChosenTool.of(state)


async def _named(session: Session, name_or_id: str) -> ToolState:
    state = await repository.find(session, name_or_id)
    if state is None:
        raise UnknownTool("tool")
    return state


def _chosen(state: ToolState | None) -> ChosenTool | None:
    return None if state is None else ChosenTool.of(state)


def _within(allowed: Sequence[str] | None, wanted: Sequence[str] | None) -> tuple[str, ...] | None:
    if allowed is None or wanted is None:
        given = allowed if wanted is None else wanted
        return None if given is None else tuple(given)
    return tuple(item for item in wanted if item in set(allowed))
