"""Every setting has a documented default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from answerable.kit.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def every_setting(model: type[BaseModel], prefix: str = "ANSWERABLE_") -> Iterator[tuple[str, str | None]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from every_setting(kind, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field.description


@pytest.mark.parametrize(("variable", "description"), list(every_setting(Settings)))
def test_every_setting_is_described_and_in_the_reference(variable: str, description: str | None) -> None:
    assert description, f"{variable} has no description"
    assert f"`{variable}`" in REFERENCE.read_text(encoding="utf-8"), "run python -m tools.settings_reference"


def test_a_nested_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_UPLOADS__MAX_BYTES", "123")
    assert Settings().uploads.max_bytes == 123


def test_a_warehouse_by_default_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_WAREHOUSE__BY_DEFAULT", "true")
    with pytest.raises(ValidationError, match="set url"):
        Settings()
    monkeypatch.setenv("ANSWERABLE_WAREHOUSE__URL", "postgresql://a:b@localhost/c")
    assert Settings().warehouse.by_default
