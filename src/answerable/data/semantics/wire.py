"""A semantic model on the wire: JSON, or YAML where the headers ask for it."""

from __future__ import annotations

import json
import re

from pydantic import ValidationError

from answerable.data.semantics import yaml_text
from answerable.data.semantics.errors import InvalidModel, UnreadableModel
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.repository import StoredModel
from answerable.data.semantics.schemas import SemanticModelView
from answerable.data.semantics.validation import shape_problems
from answerable.data.semantics.yaml_text import YamlDocument, YamlMistake
from answerable.kit.errors import FieldError, UnsupportedType

YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_CARRIED = ("id", "revision", "updated_at")
# In JSON; a backslash in front would itself be escaped.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def wants_yaml(accept: str) -> bool:
    """Whether an Accept header prefers YAML."""
    accepted = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    return any(kind in YAML_TYPES for kind in accepted) and "application/json" not in accepted


def written(stored: StoredModel, *, as_yaml: bool) -> tuple[str, str]:
    """(text, media type) of a model."""
    view = SemanticModelView.of(stored).model_dump(mode="json")
    ordered = {name: view.pop(name) for name in _CARRIED} | view
    if as_yaml:
        return yaml_text.dump(ordered), "application/yaml"
    return json.dumps(ordered, ensure_ascii=False), "application/json"


class WrittenModel:
    """A model as a person sent it, with what is needed to say where a mistake stands."""

    def __init__(self, body: bytes, content_type: str) -> None:
        kind = content_type.split(";", 1)[0].strip().lower() or "application/json"
        self._yaml: YamlDocument | None = None
        if kind in YAML_TYPES:
            self._yaml = _read_yaml(body)
            content = self._yaml.content
        elif kind == "application/json":
            content = _read_json(body)
        else:
            raise UnsupportedType("Send the model as application/json or application/yaml.")
        if not isinstance(content, dict):
            raise UnreadableModel("The model is an object with 'datasets', 'metrics' and the like.")
        self._content = {key: value for key, value in content.items() if key not in _CARRIED}

    def model(self) -> SemanticModel:
        """The model. Raises InvalidModel for parts that are missing, unknown or of a wrong kind."""
        try:
            # Through JSON: YAML's dates and tuples become what the model is written in.
            text = json.dumps(self._content, default=str)
            if _NUL.search(text):
                raise UnreadableModel("The model holds a NUL character. Leave it out.")
            return SemanticModel.model_validate_json(text)
        except ValidationError as error:
            raise InvalidModel(
                "The model has mistakes; each is listed.",
                errors=self.placed(shape_problems(error)),
            ) from error
        except (ValueError, RecursionError) as error:
            raise UnreadableModel("The model cannot be read.") from error

    def placed(self, errors: list[FieldError]) -> list[FieldError]:
        """Errors with the line in front, when the model came as YAML."""
        return self._yaml.placed(errors) if self._yaml is not None else errors


def _read_yaml(body: bytes) -> YamlDocument:
    try:
        return yaml_text.load(body.decode("utf-8"))
    except YamlMistake as mistake:
        raise UnreadableModel(
            f"The YAML cannot be read, line {mistake.line}: {mistake.message}.",
            errors=[FieldError("body", f"line {mistake.line}: {mistake.message}")],
        ) from mistake
    except UnicodeDecodeError as error:
        raise UnreadableModel("The model is not UTF-8.") from error


def _read_json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableModel(f"The JSON cannot be read: {error}.") from error
