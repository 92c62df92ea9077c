"""Versions that something needs: they never expire while it does."""

from __future__ import annotations

from collections.abc import Mapping

from answerable.data.datasets import repository
from answerable.kit.db import Session


async def pin_versions(session: Session, holder: str, versions: Mapping[str, int]) -> None:
    """Keep versions (by dataset id) for a holder. The datasets are held, so that none expires meanwhile."""
    for dataset_id, number in sorted(versions.items()):
        await repository.lock(session, dataset_id)
        await repository.add_pin(session, dataset_id, number, holder)


async def unpin_versions(session: Session, holder: str) -> None:
    """Let the versions go that were kept for a holder; they expire when the policy is looked at next."""
    await repository.remove_pins(session, holder)
