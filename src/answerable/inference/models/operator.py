"""What the operator offers to all workspaces, or to some: from a file and from the environment.

The file is YAML or TOML with `providers` (the body of `POST /api/v1/providers`, and `workspaces`, the
ids of those that may see it) and `aliases` (the body of `POST /api/v1/model-aliases`). In its strings
`${NAME}` and `${NAME:-default}` stand for environment variables and `$$` for a dollar sign.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from answerable.inference.models.configured import AliasDefinition, ConfiguredProvider
from answerable.inference.models.errors import UnknownModel
from answerable.inference.models.plan import Timeouts
from answerable.inference.models.providers.schemas import ProviderIn
from answerable.inference.models.snapshot import AliasCycle, AliasTooDeep, Names
from answerable.kit.settings import InferenceSettings

_VARIABLE = re.compile(r"\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})")
_LARGEST_FILE = 5_000_000


class BadModelFile(ValueError):
    """The operator's file, or a variable, cannot be used; the text says where and what to do."""


class OfferedProvider(ProviderIn):
    """A provider of the operator's; without `workspaces` all may use it."""

    workspaces: frozenset[str] | None = None


class ModelFile(BaseModel):
    """The operator's file."""

    model_config = ConfigDict(extra="forbid")

    providers: Annotated[list[OfferedProvider], Field(max_length=500)] = []
    aliases: Annotated[list[AliasDefinition], Field(max_length=1_000)] = []


class OperatorModels:
    """The operator's providers and aliases. Raises BadModelFile for names that are not unique or lead
    nowhere."""

    def __init__(self, offered: Sequence[OfferedProvider], aliases: Sequence[AliasDefinition]) -> None:
        self._offered = [(_configured(each), each.workspaces) for each in offered]
        self._aliases = list(aliases)
        self._made: dict[tuple[str, ...], Names] = {}
        _check(Names([provider for provider, _ in self._offered], self._aliases), offered, self._aliases)

    @property
    def providers(self) -> int:
        """How many providers there are."""
        return len(self._offered)

    def names(self, workspace_id: str) -> Names:
        """What a workspace may see of it."""
        visible = [each for each, only in self._offered if only is None or workspace_id in only]
        key = tuple(each.name for each in visible)
        names = self._made.get(key)
        if names is None:
            names = self._made[key] = Names(visible, self._aliases)
        return names


def load_operator_models(settings: InferenceSettings, environment: Mapping[str, str]) -> OperatorModels:
    """What the file and, where that is switched on, the well-known variables offer. Raises BadModelFile."""
    file = ModelFile() if settings.file is None else _read(settings.file, environment)
    providers = list(file.providers)
    if settings.providers_from_environment:
        named = {provider.name for provider in providers}
        providers += [each for each in _from_environment(environment) if each.name not in named]
    return OperatorModels(providers, file.aliases)


def _read(path: Path, environment: Mapping[str, str]) -> ModelFile:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise BadModelFile(f"{path}: larger than {_LARGEST_FILE} bytes; is it the right file?")
        text = path.read_text(encoding="utf-8")
        content: JsonValue = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadModelFile(f"{path}: cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        raise BadModelFile(f"{path}: not valid {path.suffix.lstrip('.') or 'yaml'}: {error}") from error
    try:
        return ModelFile.model_validate(_filled(content or {}, environment, path))
    except ValidationError as error:
        # The input is left out: it may hold a key.
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:10]]
        raise BadModelFile(f"{path}: {'; '.join(lines)}") from None


def _filled(value: JsonValue, environment: Mapping[str, str], path: Path) -> JsonValue:
    """The value with the variables in its strings filled in; after parsing, so that none can add to it."""

    def fill(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        if name is None:
            return "$"
        found = environment.get(name) or default
        if found is None:
            raise BadModelFile(f"{path}: ${{{name}}} is not set; set it, or write ${{{name}:-default}}")
        return found

    if isinstance(value, str):
        return _VARIABLE.sub(fill, value)
    if isinstance(value, list):
        return [_filled(each, environment, path) for each in value]
    if isinstance(value, dict):
        return {name: _filled(each, environment, path) for name, each in value.items()}
    return value


def _from_environment(environment: Mapping[str, str]) -> Sequence[OfferedProvider]:
    """The providers whose usual variables are set, each with the beginnings of its models' names."""
    found: list[JsonValue] = []
    if key := environment.get("OPENAI_API_KEY"):
        address = environment.get("OPENAI_BASE_URL", "")
        own = [] if address else ["gpt-*", "chatgpt-*", "o1*", "o3*", "o4*", "text-embedding-*", "tts-*"]
        found.append(
            {"name": "openai", "kind": "openai", "base_url": address, "api_key": key, "models": [*own, "*"]}
        )
    if key := environment.get("ANTHROPIC_API_KEY"):
        found.append({"name": "anthropic", "kind": "anthropic", "api_key": key, "models": ["claude-*", "*"]})
    if key := environment.get("GEMINI_API_KEY"):
        models: list[JsonValue] = ["gemini-*", "gemma-*", "*"]
        found.append({"name": "gemini", "kind": "gemini", "api_key": key, "models": models})
    try:
        return [OfferedProvider.model_validate(each) for each in found]
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise BadModelFile(f"providers from the environment: {'; '.join(lines)}") from None


def _configured(offered: OfferedProvider) -> ConfiguredProvider:
    return ConfiguredProvider(
        id=f"operator:{offered.name}",
        name=offered.name,
        kind=offered.kind,
        base_url=offered.base_url,
        models=tuple(model.configured(offered.kind, offered.base_url) for model in offered.models),
        api_key=offered.api_key.get_secret_value() if offered.api_key is not None else None,
        headers=tuple((name, value.get_secret_value()) for name, value in offered.headers.items()),
        timeouts=offered.timeouts.over(Timeouts()) if offered.timeouts is not None else Timeouts(),
        by_operator=True,
        allow_private_address=True,
    )


def _check(names: Names, offered: Sequence[OfferedProvider], aliases: Sequence[AliasDefinition]) -> None:
    taken: set[str] = set()
    called = [model.name for provider in offered for model in provider.models if model.name != "*"]
    for name in [*(provider.name + "/" for provider in offered), *called, *(alias.name for alias in aliases)]:
        if name in taken:
            raise BadModelFile(
                f"the operator's models: '{name.rstrip('/')}' is there twice; names are unique"
            )
        taken.add(name)
    for alias in aliases:
        try:
            names.check(alias)
        except UnknownModel as error:
            raise BadModelFile(f"alias '{alias.name}' leads to '{error.name}', which is no model") from None
        except AliasCycle as error:
            raise BadModelFile(f"alias '{alias.name}' leads around in a circle: {error}") from None
        except AliasTooDeep as error:
            raise BadModelFile(f"alias '{alias.name}' leads through {error}") from None
