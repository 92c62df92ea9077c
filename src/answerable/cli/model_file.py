"""The operator's models and keys, looked at before any process starts."""

from __future__ import annotations

import os

from answerable.cli.failure import CommandFailed
from answerable.inference.models.operator import BadModelFile, load_operator_models
from answerable.kit.crypto import load_secret_box
from answerable.kit.settings import Settings


def check_model_file(settings: Settings) -> int:
    """How many providers the operator offers. Raises CommandFailed when the file of models, a variable or
    the encryption key cannot be used."""
    try:
        models = load_operator_models(settings.inference, os.environ)
        if settings.secrets_key is not None:
            load_secret_box(settings)
        return models.providers
    except BadModelFile as error:
        raise CommandFailed(f"the configured models cannot be used: {error}") from error
    except ValueError as error:
        raise CommandFailed(str(error)) from error
