"""What plugins may do, and what protocols drop or refuse, stands in the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Raw
from msgspec.structs import fields

from answerable.inference.dialects.anthropic_messages import body as messages
from answerable.inference.dialects.openai_chat import body as chat
from answerable.inference.dialects.openai_responses import body as responses
from answerable.inference.failures import FailureKind
from answerable.inference.providers import hooks
from answerable.inference.providers.registry import provider_kinds
from answerable.plugins import connectors, vector_stores

DOCS = Path(__file__).parents[2] / "docs"
PROTOCOLS = (DOCS / "reference" / "model-protocols.md").read_text(encoding="utf-8")


def test_every_hook_is_documented() -> None:
    guide = (DOCS / "guides" / "plugins.md").read_text(encoding="utf-8")
    places = (hooks, connectors, vector_stores)
    names = [name for place in places for name in vars(place) if name.startswith("answerable_")]
    assert len(names) == len(places)
    assert all(f"`{name}()`" in guide for name in names)


@pytest.mark.parametrize("protocol", [chat, responses, messages], ids=["chat", "responses", "messages"])
def test_every_field_that_is_dropped_or_refused_is_documented(protocol: object) -> None:
    row = {chat: "chat completions", responses: "responses", messages: "messages"}[protocol]  # type: ignore[index]
    lines = [line for line in PROTOCOLS.splitlines() if line.startswith(f"| {row} |")]
    dropped, refused = lines
    for field in fields(protocol.Body):  # type: ignore[attr-defined]
        if field.type is Raw:
            place = refused if field.name in protocol.REFUSED else dropped  # type: ignore[attr-defined]
            assert f"`{field.name}`" in place or field.name == "modalities", field.name


def test_every_kind_of_provider_and_of_failure_is_documented() -> None:
    assert all(f"| `{kind}` |" in PROTOCOLS for kind in provider_kinds())
    assert all(f"`{kind.value}`" in PROTOCOLS for kind in FailureKind)
