"""Collections to measure retrieval on: texts, queries and which texts answer which query.

Two shapes are read, by path: a SQuAD-shaped JSON file (Rajpurkar et al. 2016), whose paragraphs are the
texts, and a BEIR-shaped folder (Thakur et al. 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SPLITS = ("test", "dev", "train")


class UnreadableCollection(ValueError):
    """The path holds neither shape; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Text:
    """One thing to find. Texts of one `group` are about one topic (an article of SQuAD, whose title theirs
    is too); one that `is_document` has a title of its own, which is part of what it says."""

    id: str
    title: str
    text: str
    group: int = 0
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `relevant` has the grade, above 0, of each text that answers it; `answers` the accepted
    answers, where the collection has them: each is a substring of a relevant text."""

    id: str
    text: str
    relevant: Mapping[str, int]
    answers: tuple[str, ...] = ()
    group: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts and the queries asked of them, in the order of the files."""

    texts: tuple[Text, ...]
    queries: tuple[Query, ...]

    @property
    def has_answers(self) -> bool:
        """Whether quotes can be held against accepted answers."""
        return any(query.answers for query in self.queries)


def read_collection(path: Path, *, split: str | None = None) -> Collection:
    """The collection at a path, of either shape; a folder without a corpus may hold one SQuAD-shaped file.

    `split` names the qrels of a BEIR-shaped folder (by default test, else dev, else train). Raises
    UnreadableCollection.
    """
    if path.is_dir():
        if (path / "corpus.jsonl").is_file():
            return _read_beir(path, split)
        files = sorted(path.glob("*.json"))
        if len(files) != 1:
            raise UnreadableCollection(f"{path} has no corpus.jsonl and not exactly one JSON file")
        path = files[0]
    return _read_squad(path)


def spread(items: Sequence[Query], wanted: int) -> list[Query]:
    """At most `wanted` of the items, evenly spread; 0: all."""
    if not wanted or len(items) <= wanted:
        return list(items)
    return [items[int(number * len(items) / wanted)] for number in range(wanted)]


def _read_squad(path: Path) -> Collection:
    """Paragraphs as texts; answers are strings or {"text": …}. Questions without an answer are left out."""
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableCollection(f"{path} is no SQuAD-shaped file: {error}") from error
    texts: list[Text] = []
    queries: list[Query] = []
    for group, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            text = Text(str(len(texts)), article.get("title", ""), paragraph["context"], group)
            texts.append(text)
            for item in paragraph["qas"]:
                answers = tuple(a["text"] if isinstance(a, dict) else a for a in item["answers"])
                if answers:
                    query = Query(str(len(queries)), item["question"], {text.id: 1}, answers, group)
                    queries.append(query)
    return Collection(tuple(texts), tuple(queries))


def _read_beir(folder: Path, split: str | None) -> Collection:
    """Documents as texts; queries without a judged document are left out, as the measures are means over
    the judged ones."""
    texts = tuple(
        Text(str(row["_id"]), row.get("title") or "", row.get("text") or "", is_document=True)
        for row in _lines(folder / "corpus.jsonl")
    )
    judged = _read_qrels(_qrels_of(folder, split))
    queries = tuple(
        Query(str(row["_id"]), row["text"], judged[str(row["_id"])])
        for row in _lines(folder / "queries.jsonl")
        if str(row["_id"]) in judged
    )
    return Collection(texts, queries)


def _lines(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UnreadableCollection(f"{path} cannot be read: {error}") from error


def _qrels_of(folder: Path, split: str | None) -> Path:
    for name in (split,) if split else _SPLITS:
        path = folder / "qrels" / f"{name}.tsv"
        if path.is_file():
            return path
    raise UnreadableCollection(f"{folder}/qrels has no {split or 'test, dev or train'}.tsv")


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """The documents judged relevant, by query. Lines are query, document, grade, parted by tabs; the first
    may be a header, and lines of TREC's form have a fourth column after the query."""
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) < 3 or not row[-1].strip().lstrip("-").isdigit():
                continue
            query, document, grade = row[0], row[-2], int(row[-1])
            if grade > 0:
                judged.setdefault(query, {})[document] = grade
    return judged
