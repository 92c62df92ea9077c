"""Forms of verbs that tables name their dates and flags by: closed at, hire date, last delivery."""

from __future__ import annotations

_PHRASAL = {
    "signup": ("sign", "up"),
    "checkin": ("check", "in"),
    "checkout": ("check", "out"),
    "login": ("log", "in"),
    "pickup": ("pick", "up"),
    "dropoff": ("drop", "off"),
}
_PAST = {
    "send": "sent", "buy": "bought", "sell": "sold", "pay": "paid", "begin": "began", "build": "built",
    "leave": "left", "leaving": "left", "start": "started", "end": "ended", "join": "joined", "due": "due",
    "make": "made", "take": "taken", "give": "given", "see": "seen", "find": "found", "lose": "lost",
    "hold": "held", "write": "written", "withdraw": "withdrawn",
}  # fmt: skip
_INFINITIVES = {past: verb for verb, past in _PAST.items() if verb != "leaving"}
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
# Deeds that go by several verbs: the stems of dates of it, what people say was done, and its infinitives. Not
# every word that is near belongs here: who resigns leaves, but not all who leave resign.
ALIKE: tuple[tuple[str, str, str], ...] = (
    (
        "hire|hired|hiring|employment|joining|join|joined|entry",
        "hired|joined|started|recruited|taken on|came on board|come on board",
        "hire|join|start|recruit",
    ),
    (
        "customer since|member since|client since|since",
        "joined|signed up|became customer",
        "join|sign up|become customer",
    ),
    ("leaving|leave|left|exit", "left|departed", "leave|depart"),
    (
        "close|closed|closing|closure|resolve|resolved|resolution|solved",
        "closed|resolved|solved|completed|finished|dealt with|settled",
        "close|resolve|solve|complete|finish|settle",
    ),
    (
        "open|opened|opening|create|created|creation|submitted|reported|raised",
        "opened|raised|submitted|filed|created|reported|logged|came in|come in",
        "open|raise|submit|file|create|come in",
    ),
    (
        "signup|sign up|registration|registered|joined|join|joining",
        "signed up|registered|joined",
        "sign up|register|join",
    ),
    ("checkin|check in|arrival|arrived", "checked in|arrived", "check in|arrive"),
    ("checkout|check out|departure", "checked out|departed", "check out|depart"),
    ("pickup|pick up|start|started|begin|beginning", "picked up|started|began", "start|begin|pick up"),
    ("dropoff|drop off|end|ended|finish", "dropped off|ended|finished", "end|finish|drop off"),
)
_SHORTEST = 4


def is_past(word: str) -> bool:
    """Whether a date that is called by one word is called by what was done on it: received, sent."""
    return (word.endswith("ed") and len(word) > _SHORTEST) or word in _PAST.values()


def past_forms(noun: str) -> tuple[tuple[str, ...], ...]:
    """What is done on a date of that name: shipped on a ship date, signed up on a signup date."""
    if noun in NOUN_VERBS:
        return ((NOUN_VERBS[noun][0],),)
    verb, *particle = _PHRASAL.get(noun, (noun,))
    if verb in _PAST:
        forms = [_PAST[verb]]
    elif verb in _INFINITIVES or verb.endswith("ed"):
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
    if noun in _INFINITIVES:
        verb = _INFINITIVES[noun]
        return (verb, _ing(verb))
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
