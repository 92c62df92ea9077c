"""What a model wrote, held sentence by sentence against what it cites."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from answerable.inference.chat import ChatEvent, TextDelta
from answerable.knowledge.answering.writing.passages import SourcePassage
from answerable.knowledge.answering.writing.prompt import MOST_SENTENCES
from answerable.knowledge.answering.writing.reply import WrittenSentence, read_reply, read_sentence
from answerable.knowledge.answering.writing.support import Doubt, Span, Support, find_support
from answerable.knowledge.answering.writing.unfolding import UnfoldingReply
from answerable.knowledge.embedding import TextEncoder

_SURE = 0.95


@dataclass(frozen=True, slots=True)
class SupportedSentence:
    """A sentence that the spans say; `score`, 0 to 1, is how near it is to them."""

    text: str
    spans: tuple[Span, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence that was taken out, and why."""

    text: str
    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply after the check. `malformed` sentences could not even be read."""

    kept: tuple[SupportedSentence, ...] = ()
    removed: tuple[Removed, ...] = ()
    malformed: int = 0
    cannot_answer: bool = False
    is_reply: bool = True


Show = Callable[[SupportedSentence], Awaitable[None]]
"""Shows a sentence to the reader: it cannot be taken back."""


async def check_reply(encoder: TextEncoder, text: str, passages: Sequence[SourcePassage]) -> Checked:
    """A model's whole reply, each sentence held against what it cites."""
    reply = read_reply(text, len(passages))
    if reply is None:
        return Checked(is_reply=False, malformed=1)
    kept, removed = await _check(encoder, reply.sentences, passages)
    return Checked(tuple(kept), tuple(removed), reply.dropped, reply.cannot_answer)


class LiveCheck:
    """Hears a reply as it comes, and shows each sentence of it that the passages say."""

    def __init__(self, encoder: TextEncoder, passages: Sequence[SourcePassage], show: Show) -> None:
        self._encoder = encoder
        self._passages = passages
        self._show = show
        self._reply = UnfoldingReply()
        self._taken = 0
        self._malformed = 0
        self._kept: list[SupportedSentence] = []
        self._removed: list[Removed] = []

    @property
    def has_shown(self) -> bool:
        """Whether a reader has seen anything."""
        return bool(self._kept)

    async def hear(self, event: ChatEvent) -> None:
        """More of the reply."""
        if not isinstance(event, TextDelta):
            return
        for text in self._reply.feed(event.text):
            self._taken += 1
            written = read_sentence(text, len(self._passages))
            if written is None or self._taken > MOST_SENTENCES:
                self._malformed += 1
            else:
                await self._hold([written])

    async def end(self, text: str) -> Checked:
        """The whole after the check; what was not told apart before is checked and shown now."""
        reply = read_reply(text, len(self._passages), self._taken)
        if reply is None:
            return self._checked(is_reply=False)
        self._malformed += reply.dropped
        if reply.cannot_answer and self.has_shown:  # it has said both: what is shown holds all the same
            return self._checked(is_reply=False)
        if not reply.cannot_answer:
            await self._hold(reply.sentences)
        return self._checked(cannot_answer=reply.cannot_answer)

    def broken_off(self) -> Checked:
        """What was shown of a reply that has no end."""
        return self._checked(is_reply=False)

    async def _hold(self, sentences: Sequence[WrittenSentence]) -> None:
        kept, removed = await _check(self._encoder, sentences, self._passages)
        self._removed += removed
        for sentence in kept:
            await self._show(sentence)
            self._kept.append(sentence)

    def _checked(self, *, cannot_answer: bool = False, is_reply: bool = True) -> Checked:
        malformed = self._malformed + (0 if is_reply else 1)
        return Checked(tuple(self._kept), tuple(self._removed), malformed, cannot_answer, is_reply)


async def _check(
    encoder: TextEncoder, sentences: Sequence[WrittenSentence], passages: Sequence[SourcePassage]
) -> tuple[list[SupportedSentence], list[Removed]]:
    """The sentences that hold and those that do not, each in their order."""
    found = [_support(sentence, passages) for sentence in sentences]
    cosines = await _cosines(encoder, sentences, found)
    kept: list[SupportedSentence] = []
    removed: list[Removed] = []
    for sentence, support, cosine in zip(sentences, found, cosines, strict=True):
        if support.doubt is not None:
            removed.append(Removed(sentence.text, support.doubt))
        elif support.is_sure:
            kept.append(SupportedSentence(sentence.text, support.spans, min(_SURE, support.words)))
        elif cosine is not None and cosine >= support.least_cosine:
            kept.append(SupportedSentence(sentence.text, support.spans, min(_SURE, cosine)))
        else:
            removed.append(Removed(sentence.text, Doubt.WORDS))
    return kept, removed


def _support(sentence: WrittenSentence, passages: Sequence[SourcePassage]) -> Support:
    cited = [(passages[number - 1], quote) for number, quote in sentence.citations]
    return find_support(sentence.text, cited)


async def _cosines(
    encoder: TextEncoder, sentences: Sequence[WrittenSentence], found: Sequence[Support]
) -> list[float | None]:
    """The cosine of each sentence with its spans where the words leave it open; None elsewhere, and without
    an encoder."""
    doubtful = [n for n, support in enumerate(found) if support.doubt is None and not support.is_sure]
    cosines: list[float | None] = [None] * len(found)
    if not doubtful:
        return cosines
    texts = [sentences[n].text for n in doubtful]
    texts += [" ".join(span.text for span in found[n].spans) for n in doubtful]
    vectors = await encoder.encode(texts)
    if vectors is None:
        return cosines
    for place, n in enumerate(doubtful):
        cosines[n] = float(vectors[place] @ vectors[place + len(doubtful)])
    return cosines
