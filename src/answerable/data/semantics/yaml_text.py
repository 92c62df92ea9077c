"""A semantic model as YAML: written for people, read with the line of each mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from answerable.kit.errors import FieldError

_DEEPEST = 40
_MOST_NODES = 100_000
# libyaml reads ten times as fast as the reader in Python, which is there without it.
_Loader: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a YAML text holds, and on which line (from 1) each part of it stands."""

    content: object
    lines: dict[str, int]

    def placed(self, errors: Sequence[FieldError]) -> list[FieldError]:
        """The errors, each with its line in front of the message."""
        return [FieldError(e.field, f"line {self._line(e.field)}: {e.message}") for e in errors]

    def _line(self, path: str) -> int:
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return self.lines.get(path, 1)


class YamlMistake(Exception):
    """The text is no YAML that a model can be written in; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def dump(data: dict[str, object]) -> str:
    """Plain data as YAML, in its own order."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    return text


def load(text: str) -> YamlDocument:
    """Read a YAML text. Raises YamlMistake; aliases are refused, since they can grow without bound."""
    try:
        _check_shape(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        content = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        raise YamlMistake(line, error.problem or "not YAML") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlMistake(1, "not YAML") from error
    lines: dict[str, int] = {}
    if node is not None:
        _note_lines(node, "", lines)
    return YamlDocument(content, lines)


def _check_shape(text: str) -> None:
    """Look at the text piece by piece, before any of it is built: nesting takes stack, parts take time."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.AliasEvent):
            raise YamlMistake(line, "aliases (*name) are not read; write the parts out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise YamlMistake(line, "nested too deeply")
        if count > _MOST_NODES:
            raise YamlMistake(line, f"more than {_MOST_NODES:,} parts are not read; send the model as JSON")


def _note_lines(node: yaml.Node, path: str, lines: dict[str, int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, f"{path}.{key.value}".lstrip("."), lines)
            lines[f"{path}.{key.value}".lstrip(".")] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _note_lines(value, f"{path}.{i}".lstrip("."), lines)
