"""What kind of thing a question asks for, and whether a sentence has one that the question lacks."""

from __future__ import annotations

import re
from enum import StrEnum

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NUMBER_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half|twice|"
    "once|third|quarter|percent"
)
_NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")
_NUMBER_WORD = re.compile(rf"\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{_MONTHS}|{_DAYS})\b|\bcentur(?:y|ies)\b|\b\d{{1,4}}\s?(?:BCE?|AD|CE)\b"
)
_FREQUENCY = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|quarterly|yearly|annually|once|twice|regularly|never|must not|"
    r"cannot|need not|times)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:\d[\d,.]*|one|{_NUMBER_WORDS}|\w+ty)[ -](?:working |business |calendar |full )?"
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
    """A question's expectation, held against sentences one after the other."""

    def __init__(self, question: str) -> None:
        lowered = question.lower()
        self.kind = next((kind for kind, found in _PATTERNS if found.search(lowered)), Expected.ANYTHING)
        self._own = set(_TOKEN.findall(lowered)) | set(_NUMBER.findall(lowered))

    def met_by(self, sentence: str) -> float:
        """1 when the sentence has something of the kind that the question does not name itself, a half
        when it only may have, else 0; always 0 when anything could be the answer."""
        match self.kind:
            case Expected.FREQUENCY:
                return float(_FREQUENCY.search(sentence) is not None)
            case Expected.DURATION:
                return float(self._new(_DURATION, sentence))
            case Expected.NUMBER:
                return self._number(sentence)
            case Expected.DATE:
                return 1.0 if self._new(_DATE, sentence) else 0.5 * self._new(_NUMBER, sentence)
            case Expected.PERSON:
                return float(self._new(_NAME, sentence))
            case Expected.PLACE:
                return float(self._new(_NAME, sentence) and _PLACE.search(sentence) is not None)
            case Expected.REASON:
                return float(_REASON.search(sentence) is not None)
            case Expected.ANYTHING:
                return 0.0

    def _number(self, sentence: str) -> float:
        if self._new(_NUMBER, sentence):
            return 1.0
        return 0.5 if _NUMBER_WORD.search(sentence) else 0.0

    def _new(self, pattern: re.Pattern[str], sentence: str) -> bool:
        return any(found.lower() not in self._own for found in pattern.findall(sentence))
