"""A source's configuration: checked by its connector's model, its secrets kept apart and sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import BaseModel, JsonValue, SecretStr, ValidationError

from answerable.kit.crypto import SecretBox, Undecipherable
from answerable.kit.errors import FieldError, InvalidInput
from answerable.knowledge.sources.errors import SourceUnreadable
from answerable.knowledge.sources.tables import SourceRow
from answerable.plugins.connectors import Connector


def parse(connector: Connector, given: Mapping[str, JsonValue]) -> BaseModel:
    """The configuration as the connector's model. InvalidInput names each wrong field, never a value."""
    try:
        return connector.config.model_validate(dict(given))
    except ValidationError as error:
        errors = [
            FieldError(".".join(["config", *map(str, each["loc"])]), each["msg"])
            for each in error.errors(include_input=False, include_url=False)
        ]
        named = "; ".join(f"{each.field}: {each.message}" for each in errors[:5])
        raise InvalidInput(f"The source's configuration is not valid. {named}", errors=errors) from None


def keep(box: SecretBox, row: SourceRow, config: BaseModel) -> None:
    """Put a configuration into the row, whose workspace and id must be set."""
    secrets = {
        name: value.get_secret_value()
        for name in type(config).model_fields
        if isinstance(value := getattr(config, name), SecretStr)
    }
    row.config = config.model_dump(mode="json", exclude=set(secrets), exclude_none=True)
    row.secret_names = sorted(secrets)
    row.sealed = box.seal(json.dumps(secrets), place=_place(row)) if secrets else None


def open_config(box: SecretBox, connector: Connector, row: SourceRow) -> BaseModel:
    """The row's configuration with its secrets in clear. SourceUnreadable when they cannot be opened."""
    secrets: dict[str, JsonValue] = {}
    if row.sealed is not None:
        try:
            secrets = json.loads(box.open(row.sealed, place=_place(row)))
        except Undecipherable as error:
            raise SourceUnreadable(
                f"The source's secrets cannot be opened: {error}. Set its configuration again."
            ) from None
    return parse(connector, {**row.config, **secrets})


def _place(row: SourceRow) -> str:
    return f"{row.workspace_id}/sources/{row.id}/sealed"
