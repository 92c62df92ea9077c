"""The written pairs of sentences and passages, and how the check does on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from answerable.knowledge.answering.writing.checking import check_reply
from answerable.knowledge.answering.writing.passages import SourcePassage, whole_sentences
from answerable.knowledge.embedding import TextEncoder

TUNED = Path(__file__).with_name("support_pairs.yaml")
FRESH = Path(__file__).with_name("fresh_pairs.yaml")
ADVERSARIAL = Path(__file__).with_name("adversarial_pairs.yaml")
FROZEN = Path(__file__).with_name("frozen_pairs.yaml")
UNSEEN = Path(__file__).with_name("unseen_pairs.yaml")


@dataclass(frozen=True)
class Pair:
    sentence: str
    passage: SourcePassage
    says: bool


def source(text: str, above: str = "A document", number: int = 1, start: int = 0) -> SourcePassage:
    """A passage as search would give it."""
    title, *headings = above.split(" · ")
    return SourcePassage(
        number=number,
        document_id=f"doc_{number:026d}",
        chunk_id=f"chk_{number:026d}",
        title=title,
        page=None,
        heading_path=tuple(headings),
        text=text,
        start=start,
        score=0.9,
        spans=whole_sentences(text),
    )


def pairs(path: Path) -> Iterator[Pair]:
    """All pairs of a file."""
    for entry in yaml.safe_load(path.read_text()):
        passage = source(entry["passage"], entry["above"])
        for says, sentence in entry["sentences"]:
            yield Pair(sentence, passage, says)


@dataclass(frozen=True)
class Measured:
    """How the check did: of what it called supported, and of what is."""

    right: int
    false_support: tuple[str, ...]
    missed: tuple[str, ...]
    doubted: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.false_support))

    @property
    def removed(self) -> float:
        """The share of the wrong sentences that was taken out."""
        return self.doubted / max(1, self.doubted + len(self.false_support))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))


async def measure(encoder: TextEncoder, path: Path) -> Measured:
    """Run the whole check, one reply a sentence."""
    right = doubted = 0
    wrong: list[str] = []
    missed: list[str] = []
    for pair in pairs(path):
        reply = {"cannot_answer": False, "sentences": [{"text": pair.sentence, "citations": [1]}]}
        checked = await check_reply(encoder, json.dumps(reply), [pair.passage])
        if checked.kept and pair.says:
            right += 1
        elif checked.kept:
            wrong.append(pair.sentence)
        elif pair.says:
            missed.append(pair.sentence)
        else:
            doubted += 1
    return Measured(right, tuple(wrong), tuple(missed), doubted)
