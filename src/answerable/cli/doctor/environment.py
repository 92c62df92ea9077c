"""Environment variables that look like settings and are none: they would be passed over in silence."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from answerable.cli.doctor.finding import Finding, Level
from answerable.kit.settings import Settings

_PREFIX = "ANSWERABLE_"
_OTHERS = frozenset({"ANSWERABLE_URL", "ANSWERABLE_KEY", "ANSWERABLE_PASSWORD"})
"""What the command line reads and no server does."""


def check_environment(environment: Mapping[str, str]) -> Finding:
    """Whether every variable with the prefix is one that something reads; else which were probably meant."""
    known = {*setting_names(), *_OTHERS}
    strange = sorted(
        name
        for name in environment
        if name.upper().startswith(_PREFIX) and not _is_known(name.upper(), known)
    )
    if not strange:
        return Finding("Environment", Level.OK, "no misspelt variables")
    advice = " ".join(_meant(name, known) for name in strange)
    what = "nothing reads " + ", ".join(strange)
    return Finding("Environment", Level.WARN, what, advice)


def setting_names() -> Iterator[str]:
    """The variable of every setting, in capitals."""
    yield from _names(Settings, _PREFIX)


def _names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        variable = prefix + name.upper()
        yield variable
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _names(kind, f"{variable}__")


def _is_known(name: str, known: set[str]) -> bool:
    """A setting that is a mapping has variables for its entries too."""
    return name in known or any(name.startswith(f"{one}__") for one in known if not _has_parts(one, known))


def _has_parts(name: str, known: set[str]) -> bool:
    return any(other.startswith(f"{name}__") for other in known)


def _meant(name: str, known: set[str]) -> str:
    ends = [one.removeprefix(_PREFIX) for one in known if not _has_parts(one, known)]
    near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), ends, n=1, cutoff=0.6)
    if near:
        return f"{name}: did you mean {_PREFIX}{near[0]}?"
    return f"{name}: remove it, or see docs/reference/settings.md."
