"""What kind of thing a question asks for, and whether a sentence has one that the question lacks."""

from __future__ import annotations

import re
from enum import StrEnum

from answerable.knowledge.answering.quantities import NUMBER_WORDS, Quantity, asked_quantity, gives
from answerable.knowledge.lexical.words import words

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")
_NUMBER_WORD = re.compile(rf"\b(?:{NUMBER_WORDS})\b", re.IGNORECASE)
_DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{_MONTHS}|{_DAYS})\b|\bcentur(?:y|ies)\b|\b\d{{1,4}}\s?(?:BCE?|AD|CE)\b"
)
_FREQUENCY = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|quarterly|yearly|annually|once|twice|regularly|never|must not|"
    r"cannot|need not|times)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:\d[\d,.]*|one|{NUMBER_WORDS}|\w+ty)[ -](?:working |business |calendar |full )?"
    r"(?:second|minute|hour|day|week|month|year|decade)s?\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?“\"(] )(?<!^)\b[A-Z]\w*(?:['’.-]\w+)*")
_PLACE = re.compile(
    r"\b(?:in|at|near|from|of|to|on|outside|inside|between|across|throughout|along)\s+(?:the\s+)?(?:\w+\s+)?[A-Z]\w+"
)
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|therefore|thus|owing to|causes?|caused|"
    r"reason|leads? to|led to|to\s+\w+)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow many ([\w-]+(?: [\w-]+)?)")
_MEASURE = re.compile(
    r"\bhow (long|old|far|tall|large|big|high|fast|deep|wide|heavy|soon|quickly|often|frequently)\b"
)
_COUNT = re.compile(
    rf"(?<![\w.,])(?:\d[\d,.]*|no|one|several|{NUMBER_WORDS}|\w+(?:teen|ty))\b(?!-)"
    r"(?=((?:\s[\w'’-]+){1,4}))",
    re.IGNORECASE,
)
_LIMITS = frozenset(words("window deadline"))
"""Times within which something can or must be done, not times that it takes."""
_RULE = re.compile(
    r"\b(?:can|cannot|may|must|shall|should|ha(?:s|ve) to|need(?:s|ed)? to|allowed|accepted|entitled)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\w+(?:['’.-]\w+)*")


class Expected(StrEnum):
    """What would answer the question."""

    FREQUENCY = "frequency"
    DURATION = "duration"
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    ANYTHING = "anything"


_QUESTIONS = (
    (Expected.FREQUENCY, r"\bhow (?:often|frequently)\b"),
    (
        Expected.DURATION,
        r"\bhow (?:soon|quickly)\b|"
        r"\bwhat (?:is|are|was|were) the (?:[\w-]+ ){0,3}(?:window|period|deadline)\b",
    ),
    (
        Expected.NUMBER,
        r"\bhow (?:many|much|old|long|far|tall|large|big|high|fast|deep|wide|heavy|hard)\b|"
        r"population of|"
        r"\bhow \w+ (?:is|was|are|were)\b|"
        r"\b(?:what|which) (?:percent|percentage|number|amount|size|proportion|fraction|share|price|cost)\b|"
        r"\bwhat (?:is|are|was|were) the (?:[\w-]+ ){0,3}(?:term|limit|fee|price|cost|rate|"
        r"discount|speed|temperature|number|budget|allowance|salary|bonus|weight|capacity)\b",
    ),
    (
        Expected.DATE,
        r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time)\b",
    ),
    (Expected.PERSON, r"\bwho(?:m|se)?\b"),
    (
        Expected.PLACE,
        r"\bwhere\b|"
        r"\b(?:what|which) (?:city|country|state|town|place|county|river|region|location|continent)\b",
    ),
    (Expected.REASON, r"\bwhy\b|\bwhat (?:caused|reason)\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _QUESTIONS)


class Expectation:
    """A question's expectation, held against texts one after the other. `quantity` says more closely what is
    expected, where the question does; `type_words` are its words (as search compares them) that only say
    so: "window" in "the return window" is answered by a duration, however the text calls it. `counted` are
    the words after "how many"."""

    def __init__(self, question: str) -> None:
        lowered = question.lower()
        self._question = lowered
        asked = asked_quantity(lowered)
        self.quantity: Quantity | None = asked[0] if asked else None
        self.type_words = frozenset(words(" ".join((*_MEASURE.findall(lowered), asked[1] if asked else ""))))
        self._is_limit = not _LIMITS.isdisjoint(self.type_words)
        self.kind = self._kind(lowered)
        found = _COUNTED.search(lowered)
        self.counted: tuple[str, ...] = tuple(words(found[1])) if found and not asked else ()
        self._own = set(_TOKEN.findall(lowered)) | set(_NUMBER.findall(lowered))

    def _kind(self, lowered: str) -> Expected:
        if self.quantity is not None:
            return Expected.DURATION if self.quantity is Quantity.DURATION else Expected.NUMBER
        return next((kind for kind, found in _PATTERNS if found.search(lowered)), Expected.ANYTHING)

    def met_by(self, text: str) -> float:
        """1 when the text has something of the kind that the question does not name itself, a half when it
        only may have, else 0; always 0 when anything could be the answer."""
        if self.quantity is not None:
            given = float(gives(self.quantity, text, self._question))
            return given if not self._is_limit or self._sets_limit(text) else given / 2
        match self.kind:
            case Expected.FREQUENCY:
                return float(_FREQUENCY.search(text) is not None)
            case Expected.DURATION:
                return float(self._new(_DURATION, text))
            case Expected.NUMBER:
                return self._number(text)
            case Expected.DATE:
                return 1.0 if self._new(_DATE, text) else 0.5 * self._new(_NUMBER, text)
            case Expected.PERSON:
                return float(self._new(_NAME, text))
            case Expected.PLACE:
                return float(self._new(_NAME, text) and _PLACE.search(text) is not None)
            case Expected.REASON:
                return float(_REASON.search(text) is not None)
            case Expected.ANYTHING:
                return 0.0

    def _sets_limit(self, text: str) -> bool:
        """Whether a text says what may be done, or calls the limit by its name as the question does."""
        return _RULE.search(text) is not None or not (_LIMITS & self.type_words).isdisjoint(words(text))

    def counts(self, text: str) -> bool:
        """Whether the text has a number of what "how many" asks for: "twelve new parking spaces"."""
        return any(
            not self.counted or set(words(found[1])) & set(self.counted) for found in _COUNT.finditer(text)
        )

    def _number(self, text: str) -> float:
        if self._new(_NUMBER, text):
            return 1.0
        return 0.5 if _NUMBER_WORD.search(text) else 0.0

    def _new(self, pattern: re.Pattern[str], text: str) -> bool:
        return any(found.lower() not in self._own for found in pattern.findall(text))
