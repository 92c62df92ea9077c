"""Forms of verbs that tables name their dates and flags by: closed at, hire date, last delivery."""

from __future__ import annotations

_PHRASAL = {
    "signup": ("sign", "up"),
    "checkin": ("check", "in"),
    "checkout": ("check", "out"),
    "login": ("log", "in"),
}
_PAST = {
    "send": "sent", "buy": "bought", "sell": "sold", "pay": "paid", "begin": "began", "build": "built",
    "leave": "left", "leaving": "left", "start": "started", "end": "ended", "join": "joined",
}  # fmt: skip
# Nouns of what is done on a day: the past form of their verb, and its infinitive.
NOUN_VERBS = {
    "delivery": ("delivered", "deliver"), "payment": ("paid", "pay"), "arrival": ("arrived", "arrive"),
    "departure": ("departed", "depart"), "completion": ("completed", "complete"),
    "creation": ("created", "create"), "registration": ("registered", "register"),
    "termination": ("terminated", "terminate"), "purchase": ("purchased", "purchase"),
    "expiry": ("expired", "expire"), "shipment": ("shipped", "ship"), "resolution": ("resolved", "resolve"),
    "closure": ("closed", "close"), "enrolment": ("enrolled", "enrol"), "approval": ("approved", "approve"),
    "leaving": ("left", "leave"), "invoice": ("invoiced", "invoice"),
}  # fmt: skip
_SHORTEST = 4


def past_forms(noun: str) -> tuple[tuple[str, ...], ...]:
    """What is done on a date of that name: shipped on a ship date, signed up on a signup date."""
    if noun in NOUN_VERBS:
        return ((NOUN_VERBS[noun][0],),)
    verb, *particle = _PHRASAL.get(noun, (noun,))
    if verb in _PAST:
        forms = [_PAST[verb]]
    elif verb.endswith("ed"):
        forms = [verb]
    elif verb.endswith("e"):
        forms = [verb + "d"]
    elif (
        len(verb) <= 4
        and verb[-1] not in "aeiouwxy"
        and verb[-2:-1] in tuple("aeiou")
        and verb[-3:-2] not in tuple("aeiou")
    ):
        forms = [verb + verb[-1] + "ed"]
    else:
        forms = [verb + "ed"]
    return tuple((form, *particle) for form in forms)


def verb_forms(noun: str) -> tuple[str, ...]:
    """The infinitive and the -ing form of what is done on a date of that name: close, closing."""
    if noun in NOUN_VERBS:
        verb = NOUN_VERBS[noun][1]
        return (verb, _ing(verb), noun)
    if noun.endswith("ed") and len(noun) > _SHORTEST:
        # Opened is of open, closed of close: only one of the two forms is a word that people use.
        stem = noun[:-2]
        doubled = stem[-1:] == stem[-2:-1] and stem[-1:] not in ("l", "s")
        shorter = stem[:-1] if doubled or stem.endswith("ll") else stem
        return (shorter, stem + "e", stem + "ing")
    if noun.endswith("ing"):
        return (noun, noun[:-3], noun[:-3] + "e")
    return (noun, _ing(noun))


def _ing(verb: str) -> str:
    return (verb[:-1] if verb.endswith("e") else verb) + "ing"


def happenings(word: str) -> tuple[str, ...]:
    """Nouns for what was done to what is so called: escalated gives escalation, returned gives return."""
    if not word.endswith("ed") or len(word) <= _SHORTEST + 1:
        return ()
    stem = word[:-2]
    return tuple(stem + ending for ending in ("", "ion", "ation", "ance", "al", "y", "ment"))
