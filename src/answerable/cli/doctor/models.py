"""Check of the models that the operator configured."""

from __future__ import annotations

from answerable.cli.doctor.finding import Finding, Level
from answerable.cli.failure import CommandFailed
from answerable.cli.model_file import check_model_file
from answerable.kit.settings import Settings


def check_models(settings: Settings) -> Finding:
    """Whether the file of models and the encryption key can be used."""
    try:
        providers = check_model_file(settings)
    except CommandFailed as failure:
        return Finding("Models", Level.FAIL, str(failure), "See docs/guides/model-gateway.md.")
    offered = f"{providers} of the operator's providers" if providers else "none of the operator's"
    return Finding("Models", Level.OK, f"{offered}; workspaces add their own")
