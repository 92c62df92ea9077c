"""How models, aliases and providers may be called."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

SYSTEM_MODEL = "answerable"
"""The whole system as a model; no provider or alias may take the name."""


PLAIN = r"^[^\x00-\x1f\x7f]+$"
"""Text without control characters, which PostgreSQL and headers do not take."""


def _not_reserved(name: str) -> str:
    if name.lower() == SYSTEM_MODEL:
        raise ValueError(f"'{SYSTEM_MODEL}' is the whole system itself; choose another name")
    return name


ProviderName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64), AfterValidator(_not_reserved)
]
"""Lower-case letters, digits, `-` and `_`, so that `provider/model` can be told apart."""

AliasName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$", max_length=200),
    AfterValidator(_not_reserved),
]

ModelName = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/@+-]*)?\*?$", min_length=1, max_length=200),
    AfterValidator(_not_reserved),
]
"""A name, or a beginning with `*`: every name that begins so is passed on to the provider as it is."""

TargetName = Annotated[str, StringConstraints(pattern=PLAIN, max_length=270)]
"""A model, an alias, or `provider/model`."""
