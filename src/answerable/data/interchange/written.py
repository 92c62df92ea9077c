"""Model files as their authors wrote them: plain data, of which each part knows where it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from answerable.data.interchange.errors import UnreadableFile
from answerable.data.interchange.report import Place
from answerable.data.semantics import yaml_text
from answerable.data.semantics.yaml_text import YamlDocument, YamlMistake
from answerable.kit.errors import FieldError


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file's name and text. JSON is YAML too."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a file: its value and its place. Values of an unexpected kind read as missing."""

    value: object
    path: str
    file: str
    document: YamlDocument

    @property
    def place(self) -> Place:
        """Where the part stands, or the nearest part around it."""
        path = self.path
        while path and path not in self.document.lines:
            path = path.rpartition(".")[0]
        return Place(self.file, self.document.lines.get(path, 1))

    def child(self, key: str) -> Node:
        """The part under a key; one of None where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}".lstrip("."), self.file, self.document)

    def each(self, key: str) -> list[Node]:
        """The parts of a list under a key."""
        child = self.child(key)
        values = child.value if isinstance(child.value, list) else []
        return [Node(v, f"{child.path}.{i}", self.file, self.document) for i, v in enumerate(values)]

    def text(self, key: str) -> str:
        """The text under a key, without outer blanks; empty where there is none."""
        value = self.child(key).value
        return str(value).strip() if isinstance(value, str | int | float) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of a list under a key, each once."""
        found = (str(node.value).strip() for node in self.each(key) if isinstance(node.value, str | int))
        return tuple(dict.fromkeys(text for text in found if text))

    def flag(self, key: str) -> bool | None:
        """Yes or no under a key; None where neither is said."""
        value = self.child(key).value
        return value if isinstance(value, bool) else None

    def has(self, key: str) -> bool:
        """Whether something other than nothing stands under a key."""
        return self.child(key).value not in (None, [], {}, "")

    def others(self, known: Collection[str]) -> list[Node]:
        """The parts under keys that are not known, except empty ones."""
        keys = [str(key) for key in self.value] if isinstance(self.value, dict) else []
        return [self.child(key) for key in keys if key not in known and self.has(key)]


def read_files(files: Sequence[WrittenFile]) -> list[Node]:
    """The documents of the files. Raises UnreadableFile with every file that is none."""
    documents, mistakes = [], []
    for i, file in enumerate(files):
        try:
            document = yaml_text.load(file.content)
        except YamlMistake as mistake:
            message = f"line {mistake.line}: {mistake.message}"
            mistakes.append(FieldError(f"files.{i}.content", message))
            continue
        if not isinstance(document.content, dict):
            mistakes.append(FieldError(f"files.{i}.content", "a model file holds an object with named parts"))
            continue
        documents.append(Node(document.content, "", file.name, document))
    if mistakes:
        raise UnreadableFile("The files cannot be read; each mistake is listed.", errors=mistakes)
    return documents
