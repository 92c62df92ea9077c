"""The facts of a sentence that can be held against a text word for word: numbers, units, dates, names,
negations, and words that turn the meaning around."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from answerable.knowledge.lexical.words import fold, words

_UNITS_OF = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "dozen": 12,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_SMALL = {"one": 1, **{word: value for word, value in _UNITS_OF.items() if 0 < value < 10}}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "m": 1_000_000,
    "billion": 10**9,
    "bn": 10**9,
}
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:(?P<digits>\d+(?:[.,]\d+)*)(?:st|nd|rd|th)?|"
    rf"(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<small>{'|'.join(_SMALL)}))?|(?P<word>{'|'.join(_UNITS_OF)}))"
    rf"(?:[ -]?(?P<scale>{'|'.join(_SCALES)})\b)?(?![\w])",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR, _DAY = r"(?P<year>[12]\d{3})\b", r"(?P<day>\d{1,2})"
_DATES = (
    re.compile(r"\b(?P<year>[12]\d{3})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(rf"\b{_DAY}(?:st|nd|rd|th)?(?: of)? (?P<name>{_MONTH})\.?,? {_YEAR}", re.IGNORECASE),
    re.compile(rf"\b(?P<name>{_MONTH})\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\.(?P<month>\d{{1,2}})\.{_YEAR}"),
)
_MONTH_WORD = re.compile(rf"\b(?:{'|'.join(name.title() for name in _MONTHS)})\b")
_UNIT_WORDS = {
    unit: group
    for group, names in {
        "second": "second seconds", "minute": "minute minutes", "hour": "hour hours", "day": "day days",
        "week": "week weeks", "month": "month months", "quarter": "quarter quarters", "year": "year years",
        "percent": "percent %", "euro": "euro euros eur €", "dollar": "dollar dollars usd $",
        "pound": "pound pounds gbp £", "kilogram": "kg kilogram kilograms", "gram": "g gram grams",
        "kilometre": "km kilometre kilometres kilometer kilometers", "metre": "m metre metres meter meters",
        "mile": "mile miles", "litre": "litre litres liter liters",
    }.items()
    for unit in names.split()
}  # fmt: skip
_UNIT_WORDS |= {name: f"month {number}" for name, number in _MONTHS.items() if name != "may"}
_AFTER = re.compile(
    r"[\s-]*(?:(?:working|business|calendar|full|consecutive)\s+)?([a-z]+|[%€$£])", re.IGNORECASE
)
_TIMES = re.compile(r" times\b", re.IGNORECASE)
_BEFORE = re.compile(r"([€$£]|\b(?:eur|usd|gbp))\s?\Z", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|cannot|neither|nor|none|nothing|nobody|nowhere|without|\w+n['’]t)\b", re.IGNORECASE
)
_MODAL_NEGATION = re.compile(r"\b(?:may|must|can|required to)\s+(?:not|never)\b", re.IGNORECASE)
"""What may not be must not be."""
_DENIAL = re.compile(
    r"\b(?:prohibit\w*|forbid\w*|forbidden|exclu\w+|except\w*|refus\w+|reject\w*|den(?:y|ies|ied)|lack\w*|fail\w*|"
    r"unless|only|ban(?:s|ned)?|un(?:able|paid|lawful|available)|in(?:valid|eligible)|impossible|void|waive\w*|exempt\w*|free)\b",
    re.IGNORECASE,
)
_SET_WORDS = re.compile(
    r"\b(?:red|blue|green|yellow|black|white|gr[ea]y|brown|orange|purple|violet|pink|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w’'.&-]*")
_NAMED = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w’'.&-]*(?: [^\W\d_a-zß-öø-ÿ][\w’'.&-]*)*")
_COMMON_ENDING = re.compile(r"(?:s|ing|ed|ly|tion|sion|ment|ness|ity|age|ance|ence|ery)\Z")
_OPPOSITES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.IGNORECASE), re.compile(rf"\b(?:{other})\b", re.IGNORECASE))
    for one, other in (
        ("at least|minimum|no less than|no fewer than", "at most|maximum|up to|no more than"),
        ("before|prior to|earlier than", "after|later than"),
        ("more|greater|higher|larger", "less|fewer|lower|smaller"),
        (
            r"increas\w+|r[io]se\w*|rising|gr[eo]w\w*|up",
            r"decreas\w+|f[ae]ll\w*|dropp?\w*|declin\w+|down|shr[aiu]nk",
        ),
        ("all|every|always|each", "some|sometimes|certain"),
        ("never|rarely", "always|often|usually"),
        (r"allow\w*|permit\w*|accept\w*|approv\w+", r"forbid\w*|forbidden|prohibit\w*|reject\w*|refus\w+"),
        (r"includ\w+", r"exclud\w+"),
        ("above|over|exceeds?", "below|under"),
        ("optional|voluntary|may", "mandatory|compulsory|required|must"),
        ("internal", "external"),
        ("first", "last"),
        ("open|opens|opened", "close|closes|closed"),
        (r"b[uo]\w*[yg]ht|buys?", "sold|sells?"),
        ("win|wins|won", "lose|loses|lost"),
        ("daily", "weekly|monthly|quarterly|yearly|annually"),
        ("weekly", "daily|monthly|quarterly|yearly|annually"),
        ("monthly", "daily|weekly|quarterly|yearly|annually"),
        ("north|northern", "south|southern"),
        ("east|eastern", "west|western"),
        ("inside|within", "outside"),
        ("true|valid", "false|invalid"),
        ("paid|with pay", "unpaid|without pay"),
        ("public", "private"),
        ("temporary", "permanent"),
    )
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it is meant, the kind of its unit where it has a known one, and where it stands."""

    value: Decimal
    unit: str | None
    start: int
    end: int


def amounts(text: str) -> list[Amount]:
    """The numbers of a text, dates left out, written with digits or in English words."""
    return [found for found in _all_amounts(without_dates(text)) if found is not None]


def is_unit(word: str) -> bool:
    """Whether a folded word is a unit or a month."""
    return word in _UNIT_WORDS


def follower(text: str, amount: Amount) -> str | None:
    """The first word after an amount, of those that `stems` gives; None at a comma."""
    after = stems_in_order(re.split(r"[,;:.]\s", text[amount.end :])[0])
    return after[0] if after else None


def _all_amounts(text: str) -> list[Amount | None]:
    return [_amount(text, match) for match in _NUMBER.finditer(text)]


def _amount(text: str, match: re.Match[str]) -> Amount | None:
    value = _value(match)
    if value is None or _TIMES.match(text, match.end()):  # "two times" is "twice"
        return None
    if match["scale"]:
        value *= _SCALES[match["scale"].lower()]
    after, before = (
        _AFTER.match(text, match.end()),
        _BEFORE.search(text[max(0, match.start() - 5) : match.start()]),
    )
    unit = _UNIT_WORDS.get(after[1].lower()) if after else None
    if before:
        unit = _UNIT_WORDS.get(before[1].lower())
    return Amount(value.normalize(), unit, match.start(), match.end())


def _value(match: re.Match[str]) -> Decimal | None:
    if match["tens"]:
        return Decimal(
            _TENS[match["tens"].lower()] + (_SMALL[match["small"].lower()] if match["small"] else 0)
        )
    if match["word"]:
        return Decimal(_UNITS_OF[match["word"].lower()])
    digits: str = match["digits"]
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    try:
        return Decimal(digits.replace(",", ".") if digits.count(",") == 1 and "." not in digits else digits)
    except InvalidOperation:  # several points: a version, an address, a number of a section
        return None


def dates(text: str) -> set[tuple[int, int, int]]:
    """The whole dates of a text: year, month, day."""
    found = set()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = _MONTHS[parts["name"].lower()] if parts.get("name") else int(parts["month"])
            found.add((int(parts["year"]), month, int(parts["day"])))
    return found


def dated_anchors(text: str) -> list[tuple[tuple[int, int, int], str | None]]:
    """The whole dates of a text, each with the last word before it."""
    found = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            before = stems_in_order(text[: match.start()])
            found.append((min(dates(match[0])), before[-1] if before else None))
    return found


def set_words(text: str) -> set[str]:
    """The words of small closed sets that a text has, none of which stands for another: colours, days."""
    return {word.lower() for word in _SET_WORDS.findall(text)}


def months(text: str) -> set[int]:
    """The months that a text names, by name or within a date."""
    named = {_MONTHS[word.lower()] for word in _MONTH_WORD.findall(text)}
    return named | {month for _, month, _ in dates(text)}


def without_dates(text: str) -> str:
    """The same text with blanks where its whole dates are."""
    for pattern in _DATES:
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def names(sentence: str, *, first: bool = True) -> list[str]:
    """The words with a capital, folded, in their order; the first word of a sentence only where it does not
    look like a common one, and without `first` only where it surely is none."""
    found = []
    for match in _CAPITAL.finditer(sentence):
        word = match[0].rstrip(".'’-&")
        if is_unit(word.lower()):
            continue
        if (
            match.start() == 0
            and not first
            and word.istitle()
            and not _CAPITAL.match(sentence[match.end() :].lstrip())
        ):
            continue
        if match.start() == 0:
            word = word.partition("-")[0]
        if match.start() == 0 and not _names_at_start(word, sentence[match.end() :]):
            continue
        if len(word) > 1 and word.lower() not in _MONTHS and not _is_function_word(word):
            found.append(_bare(word))
    return found


def full_names(sentence: str) -> list[str]:
    """The names of a sentence, folded, words that follow each other as one, each once."""
    found: list[str] = []
    for match in _NAMED.finditer(sentence):
        kept = [word for word in match[0].split() if not _is_function_word(word.rstrip(".'’-&"))]
        if kept:
            found.append(_bare(" ".join(kept).rstrip(".'’-&")))
    return list(dict.fromkeys(found))


def _names_at_start(word: str, rest: str) -> bool:
    if _is_function_word(word):
        return False
    if (len(word) > 1 and word.isupper()) or any(letter.isdigit() for letter in word):
        return True
    return _CAPITAL.match(rest.lstrip()) is not None or _COMMON_ENDING.search(word) is None


_FUNCTION = frozenset(
    word
    for line in (
        "a an the this that these those it its he his she her they their we our you your i there here one",
        "if when while where who whom whose which what why how in on at to of for from by with without",
        "within under over after before during since until and or but not no yes also only either neither",
        "both as all any each every some most many few is are was were be been being has have had do does",
        "did can could may might must shall should will would",
        "people person employee employees customer customers staff",
    )
    for word in line.split()
)


def _is_function_word(word: str) -> bool:
    return word.lower() in _FUNCTION


def _bare(word: str) -> str:
    return fold(re.sub(r"['’]s?$", "", word))


def is_named(name: str, folded: str) -> bool:
    """Whether a name stands in a folded text, as a whole word or with an ending."""
    return re.search(rf"(?<!\w){re.escape(name)}(?:['’]?\w{{0,3}})?(?!\w)", folded) is not None


def negated(text: str) -> bool:
    """Whether a text says that something is not."""
    return _NEGATION.search(text) is not None


def denies(text: str) -> bool:
    """Whether it may say so in other words ("prohibited", "only", "unpaid")."""
    return _DENIAL.search(text) is not None


def contradicts(one: str, other: str) -> bool:
    """Whether one text has a word whose opposite the other has, and neither has both."""
    one, other = _MODAL_NEGATION.sub("not", one), _MODAL_NEGATION.sub("not", other)
    for first, second in _OPPOSITES:
        for left, right in ((first, second), (second, first)):
            if left.search(one) and not right.search(one) and right.search(other) and not left.search(other):
                return True
    return False


def stems(text: str) -> list[str]:
    """The distinct words that a text is made of, as search compares them, without those that only carry its
    grammar and without numbers and their units."""
    kept = dict.fromkeys(word for word in words(text) if not any(letter.isdigit() for letter in word))
    return [word for word in kept if word not in _GRAMMAR]


def anchor(text: str, amount: Amount) -> str | None:
    """The last word before an amount, of those that `stems` gives."""
    before = stems_in_order(text[: amount.start])
    return before[-1] if before else None


def stems_in_order(text: str) -> list[str]:
    """As `stems`, each as often as it stands there."""
    return [word for word in words(text) if word not in _GRAMMAR and not any(map(str.isdigit, word))]


_GRAMMAR = frozenset(
    words(" ".join((*_FUNCTION, *_UNIT_WORDS, *_UNITS_OF, *_TENS, *_SCALES))) + words("extra further full")
)
