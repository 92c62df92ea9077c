"""`AnswerCache`: looks for an answer in three places before a provider is asked.

exact: in memory, then in the store → joined: an equal call that is under way → by meaning, where allowed
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from answerable.inference.cache.agreement import agree
from answerable.inference.cache.bounded import BoundedWait
from answerable.inference.cache.encoder import QuestionEncoder
from answerable.inference.cache.flight import Flight
from answerable.inference.cache.forgetting import Marks
from answerable.inference.cache.hot import HotAnswer, HotAnswers
from answerable.inference.cache.kept import KeptAnswer, SealedAnswer, Vector, seal, unseal
from answerable.inference.cache.question import Question, Questions
from answerable.inference.cache.store import AnswerStore
from answerable.inference.cache.writing import AnswerWriter
from answerable.inference.usage.record import CacheHit
from answerable.kit.clock import Clock
from answerable.kit.crypto import SecretBox
from answerable.kit.settings import CacheSettings

_COMPARED = 8  # nearest questions that are held against the rules of agreement
_ENCODE_SECONDS = 0.25
_ENCODE_LATER_SECONDS = 10.0


class CallBooks(Protocol):
    """The books of a call that may be answered without a provider."""

    async def admit(self) -> None:
        """Count the call against limits on requests, not on tokens or money. Raises LimitExceeded."""
        ...

    def close(self, error: BaseException) -> None:
        """The call ended with an error, before any provider was asked on its behalf."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that a provider gave, fit to be kept."""

    content_type: str
    body: bytes
    provider: str | None
    model: str | None


Lead = Callable[[Flight], Awaitable[Made | None]]
"""Asks a provider, tells the flight what comes, and gives what may be kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where the answer comes from: `kept` is there, or `flight` has begun and `reader` is one's name in it.
    `hit` None: this call is the one that asks the provider."""

    hit: CacheHit | None
    kept: HotAnswer | None = None
    flight: Flight | None = None
    reader: int = 0


class AnswerCache:
    """The cache of one process over the store of all."""

    def __init__(
        self,
        store: AnswerStore,
        marks: Marks,
        box: SecretBox,
        encoder: Callable[[], QuestionEncoder],
        clock: Clock,
        settings: CacheSettings,
    ) -> None:
        self.questions = Questions(settings.default, settings.ttl_seconds)
        self.max_answer_bytes = settings.max_answer_bytes
        self._store = store
        self._marks = marks
        self._box = box
        self._encoder = encoder
        self._clock = clock
        self._hot = HotAnswers(settings.memory_bytes)
        self._writer = AnswerWriter(store)
        self._wait = BoundedWait(settings.wait_milliseconds / 1000, "answer_store")
        self._encode = BoundedWait(_ENCODE_SECONDS, "question_encoder")
        self._encode_later = BoundedWait(_ENCODE_LATER_SECONDS, "question_encoder")
        self._flights: dict[tuple[str, bytes], Flight] = {}
        self._all: set[Flight] = set()

    async def seek(self, question: Question, books: CallBooks, lead: Lead) -> Found:
        """The answer's place. `lead` runs in a task of its own when nobody has the answer; the books of a
        call that leads are closed there. Raises what the provider's asking raised."""
        joins = question.wish.read and question.wish.max_age is None
        while True:
            seen = await self._seen(question, books)
            hot = self._in_memory(question, seen)
            if hot is not None:
                await books.admit()
                return Found(hot.hit, hot)
            flight = self._flights.get(question.place) if joins else None
            if flight is not None and flight.joinable:
                found = await self._joined(flight, books)
                if found is not None:
                    return found
                continue  # who led it could not go on, for reasons of its own
            flight = Flight()
            if joins:
                self._flights[question.place] = flight
            self._all.add(flight)
            flight.start(self._fly(flight, question, seen, lead))
            return await self._led(flight, books)

    def age(self, kept: KeptAnswer) -> int:
        """How long ago an answer was given, in whole seconds."""
        return max(0, int(self._clock.now().timestamp() - kept.created_at))

    async def flush(self) -> None:
        """Have everything in the store that is to be there."""
        await self._writer.flush()

    async def sweep(self) -> int:
        """Remove what may not be given out any more; returns how many, where known. StoreUnavailable."""
        return await self._store.sweep()

    async def close(self) -> None:
        """End what is under way and write what waits."""
        for flight in list(self._all):
            await flight.close()
        await self._writer.close()
        for wait in (self._wait, self._encode, self._encode_later):
            await wait.close()
        await self._store.close()

    async def _joined(self, flight: Flight, books: CallBooks) -> Found | None:
        reader = flight.enter()
        try:
            await books.admit()
            await flight.beginning(takes_over=True)
        except BaseException as error:
            books.close(error)
            flight.leave(reader)
            raise
        if flight.kept is not None:
            flight.leave(reader)
            return Found(flight.kept.hit, flight.kept)
        if flight.failed is not None and not flight.streamed:
            flight.leave(reader)
            return None
        return Found(CacheHit.JOINED, flight=flight, reader=reader)

    async def _led(self, flight: Flight, books: CallBooks) -> Found:
        reader = flight.enter()
        try:
            await flight.beginning()
        except BaseException as error:
            # Where others wait, the call goes on for them; its books are then closed by its end.
            flight.unled_close = partial(books.close, error)
            flight.leave(reader)
            raise
        if flight.kept is not None:
            flight.leave(reader)
            await books.admit()
            return Found(flight.kept.hit, flight.kept)
        return Found(None, flight=flight, reader=reader)

    async def _fly(self, flight: Flight, question: Question, seen: float | None, lead: Lead) -> None:
        made, vector = None, None
        try:
            if question.wish.read and seen is not None:
                kept, vector = await self._in_store(question, seen)
                if kept is not None:
                    self._hot.put(question.place, kept)
                    flight.kept = kept
                    return
            flight.led = True
            made = await lead(flight)
            if made is not None and seen is not None:
                self._remember(question, made, seen)
        except BaseException as error:
            flight.fail(error)
            raise
        finally:
            flight.end()
            if self._flights.get(question.place) is flight:
                del self._flights[question.place]
            self._all.discard(flight)
        if made is not None and seen is not None:
            await self._write(question, made, seen, vector)

    async def _seen(self, question: Question, books: CallBooks) -> float | None:
        """When something that the answer depends on was last forgotten; None where nobody can tell now."""
        seen = self._marks.known(question.workspace_id, question.tags)
        if seen is not None:
            return seen
        try:
            return await self._wait.get(partial(self._marks.load, question.workspace_id, question.tags))
        except BaseException as error:
            books.close(error)
            raise

    def _in_memory(self, question: Question, seen: float | None) -> HotAnswer | None:
        if seen is None or not question.wish.read:
            return None
        found = self._hot.get(question.place, now=self._clock.now().timestamp(), seen=seen)
        return found if found is not None and self._is_young(question, found.kept) else None

    async def _in_store(self, question: Question, seen: float) -> tuple[HotAnswer | None, Vector | None]:
        """The answer of an equal call, else of one that means the same; and the question's vector."""
        sealed = await self._wait.get(partial(self._store.get, question.workspace_id, question.key))
        if sealed is not None:
            kept = self._opened(question, question.key, sealed, seen)
            if kept is not None:
                return HotAnswer(kept), None
        meaning = question.meaning
        if meaning is None or self._wait.paused:
            return None, None
        encoder = self._encoder()
        vector = await self._encode.get(partial(encoder.vector, meaning.text))
        if vector is None:
            return None, None
        find = partial(self._store.near, question.workspace_id, meaning.scope, encoder.name, vector)
        least = encoder.threshold if question.threshold is None else question.threshold
        for near in await self._wait.get(partial(find, count=_COMPARED)) or ():
            if near.cosine < least:
                break
            kept = self._opened(question, near.key, near.sealed, seen)
            if kept is not None and kept.question is not None and agree(meaning.text, kept.question):
                return HotAnswer(kept, CacheHit.SEMANTIC), vector
        return None, vector

    def _opened(self, question: Question, key: bytes, sealed: bytes, seen: float) -> KeptAnswer | None:
        kept = unseal(self._box, question.workspace_id, key, sealed)
        if kept is None or kept.seen != seen or kept.tags != question.tags:
            return None
        return kept if self._is_young(question, kept) else None

    def _is_young(self, question: Question, kept: KeptAnswer) -> bool:
        now, oldest = self._clock.now().timestamp(), question.wish.max_age
        return now < kept.expires_at and (oldest is None or now - kept.created_at <= oldest)

    def _remember(self, question: Question, made: Made, seen: float) -> None:
        if question.wish.keep and len(made.body) <= self.max_answer_bytes:
            self._hot.put(question.place, HotAnswer(self._kept(question, made, seen)))

    def _kept(self, question: Question, made: Made, seen: float) -> KeptAnswer:
        now = self._clock.now().timestamp()
        return KeptAnswer(
            content_type=made.content_type,
            body=made.body,
            provider=made.provider,
            model=made.model,
            created_at=now,
            expires_at=now + question.ttl_seconds,
            tags=question.tags,
            seen=seen,
            question=None if question.meaning is None else question.meaning.text,
        )

    async def _write(self, question: Question, made: Made, seen: float, vector: Vector | None) -> None:
        if not question.wish.keep or len(made.body) > self.max_answer_bytes or self._wait.paused:
            return
        meaning, encoder = question.meaning, self._encoder()
        if meaning is not None and vector is None:
            vector = await self._encode_later.get(partial(encoder.vector, meaning.text))
        kept = self._kept(question, made, seen)
        sealed = SealedAnswer(
            question.key,
            seal(self._box, question.workspace_id, question.key, kept),
            kept.created_at,
            kept.expires_at,
            kept.tags,
            seen,
            None if meaning is None or vector is None else meaning.scope,
            "" if vector is None else encoder.name,
            vector,
        )
        self._writer.add(question.workspace_id, sealed)
