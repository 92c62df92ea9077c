"""What people say around a question: for which report it is, who asks, that they only want to know.

An aside is blanked out, so that every word of the question keeps its place. It must be set off from the
question, by a sign or by the words that begin one, and no word in it may be one of the tables': "for the
Berlin report" may ask for Berlin.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from answerable.data.questions.english import words

_OCCASIONS = (
    "reports?|presentations?|meetings?|reviews?|audits?|slides?|decks?|papers?|newsletters?|stocktakes?|brief"
    "|briefings?|summary|summaries|memo|workshops?|planning|statement|talk|call|article|thesis|homework"
    "|assignment|records|pitch|overview|conference|interview|budget round|board|townhall|town hall"
)
_KINDS = words(
    "weekly monthly quarterly annual yearly daily regular internal external short quick little big final "
    "next upcoming today tomorrow board team management executive investor press status"
)
_OWNER = r"(?:my|our|the|an?|his|her|their|this|that|today's|tomorrow's|this week's|next week's)"
_SIGN = r"\s*[,:;.\-–—]+\s*"
_BEGINS = (
    r"(?=\s+(?:i|we|please|could|can|would|show|give|tell|how|what|which|list|who|do you|need|looking)\b)"
)
_WHEN = (
    r"(?:\s+(?:today|tomorrow|tonight|on \w+day|this (?:week|month|morning|afternoon)|next (?:week|month)))?"
)
_DETAIL = r"(?P<detail>(?:[\w'’-]+\s+){0,2}?)"
_OCCASION = rf"(?:{_OWNER}\s+)?{_DETAIL}(?P<noun>{_OCCASIONS})\b{_WHEN}"
_DOING = (
    r"(?:i am|i'm|we are|we're)\s+(?:currently |just |now )?(?:writing|preparing|working on|putting together"
    r"|building|making|finishing|drafting|doing|compiling|updating)"
)
_THEN = (
    r"(?:\s*(?:[,:;.]|-)?\s*(?:and|so)?\s*(?:i|we)?\s*"
    r"(?:need|want|require|am looking for|are looking for)\b)?"
)
_SPEECH = (
    r"(?:(?:wants?|needs?|would like|'d like|would love|has asked|have asked|asked|asks|is asking|are asking"
    r"|wanted|needed)(?:\s+(?:me|us))?\s+(?:to\s+(?:know|see|have|hear|find out|get|understand)|for|about)"
    r"|(?:is|are) asking(?:\s+(?:me|us))?|(?:has |have )?asked\s+(?:me|us)|(?:wants?|needs?|requires?))"
)
_SUBJECT = r"(?P<detail>(?:[\w'’&-]+\s+){1,4}?)"
_NO_SUBJECT = re.compile(
    r"^(?:which|what|who|whose|how|when|where|why|show|list|give|tell|i|we|you|do|does|did|is|are|was|were|if"
    r"|the number|number|total|average|count)\b",
    re.I,
)
_JUST = (
    r"sorry to (?:bother|disturb|trouble|ask)(?: you)?(?: again)?(?:,? but)?"
    r"|(?:just )?out of (?:interest|curiosity)"
    r"|if (?:it's|it is) not too much (?:trouble|to ask)|when you have a (?:minute|moment|second)"
    r"|if you (?:can|could|have (?:a )?(?:time|minute|moment|second))"
    r"|(?:just\s+)?so (?:that )?(?:i|we) know|for (?:context|information|my information|info|the record)|fyi"
    r"|to be clear|asking for a (?:friend|colleague)|i (?:was|have been|'ve been|got|am being) asked"
    r"(?:\s+(?:for|about))?|i have been asked(?:\s+(?:for|about))?|(?:i|we) (?:have|need|must|am supposed)"
    r"(?: to)? (?:report|present|find out|check|state)"
    r"|i need (?:it|this|that) for (?P<noun>[\w' -]{1,30}?)(?=:)"
    r"|(?:sorry,?\s+)?(?:if )?(?:this|that|it) (?:is|may be|might be) (?:probably )?an? "
    r"(?:silly|stupid|dumb|basic|simple|easy|obvious|strange) (?:one|question)(?:,?\s*but)?"
    r"|one more (?:thing|question)|another (?:one|question)|a (?:small|quick|short) question"
)
_REQUEST = (
    r"(?:(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody)\s+)?"
    r"(?:please |kindly |quickly |maybe |perhaps |possibly |just )*"
    r"(?:check(?! (?:in|out)\b)|find out|work out|figure out|dig up|dig out|look into|run|provide"
    r"|share (?:with )?(?:me|us)"
    r"|send (?:me|us)|walk (?:me|us) through|let (?:me|us) know|confirm"
    r"|help (?:me|us)(?: to)?(?: find out| figure out| understand| see| find| get| work out)?(?: with)?)"
    r"(?: for (?:me|us))?(?: about)?\b"
)
_TRYING = (
    r"(?:i|we)(?:'m|'re| am| are)(?: just| currently| really)*\s+(?:trying to (?:figure out|find out"
    r"|understand|see|work out|get|determine|establish|learn)|keen to (?:know|see)"
    r"|looking to (?:find out|understand|see|get)|hoping to (?:get|see|find)|wondering|curious)(?: about)?\b"
    r"|(?:i|we)(?:'d| would)(?: really| just| also)* (?:like|love|appreciate|need|want)"
    r"(?: to (?:know|see|get|have|understand|find out|hear|learn))?\b"
    r"|i (?:can't|cannot|can not|don't|do not) (?:remember|recall|find|figure out|know|tell|have)\b"
    r"|i (?:forgot|have no idea|keep forgetting)\b"
    r"|(?:it )?(?:would|'d) be (?:great|good|nice|helpful|interesting|useful) to (?:know|see|have|get)\b"
    r"|(?:what|all) (?:i|we)(?:'d like| would like| need| want)(?: to (?:know|see))? is\b"
    r"|(?:the|my|our|one)(?: quick| simple| short| real)? question(?: is| for you)?\b"
)
_GREETED = (
    r"^(?P<before>(?:\W*(?:hi|hello|hey|dear|good morning|good afternoon|thanks|ok|okay|so|well)\b\W*){0,3})"
)
_LEADS = tuple(
    re.compile(f"{_GREETED}(?P<aside>{pattern})", re.I)
    for pattern in (
        rf"{_DOING}\s+(?:on\s+)?{_OCCASION}{_THEN}(?:{_SIGN}|\b)",
        rf"(?:(?:quick|short|small) (?:one|question) )?(?:i need (?:it|this) )?for\s+{_OCCASION}"
        rf"(?:{_SIGN}|{_BEGINS})",
        rf"(?P<detail>[\w'’-]+(?:\s+(?:from|at|in)\s+[\w'’-]+)?)\s+here{_SIGN}",
        rf"(?:{_JUST})(?:{_SIGN}|\b)",
        rf"(?:{_TRYING})(?:{_SIGN})?",
        rf"(?:{_REQUEST})(?:{_SIGN})?",
        rf"(?:{_OWNER}\s+)?{_SUBJECT}{_SPEECH}\b",
    )
)
_LATER = (
    re.compile(rf"(?P<aside>,\s*for\s+{_OCCASION}\s*,)", re.I),
    re.compile(rf"(?P<aside>[,;\-–—]?\s*(?<!\w)(?:i need (?:it|this|that) )?for\s+{_OCCASION})\W*$", re.I),
    re.compile(
        r"(?P<aside>[,;.!?\-–—]?\s*(?<!\w)(?:(?:just\s+)?so (?:that )?(?:i|we) know"
        r"|thanks a (?:lot|bunch|million)|thank you (?:so|very) much|thanks so much|many thanks"
        r"|thanks(?: in advance)?|cheers|please and thank you"
        r"|(?:that|it) would be (?:great|helpful|awesome|nice|lovely)|would be (?:great|helpful)|asap|no rush"
        r"|no hurry|as soon as possible|when you (?:can|have time|have a minute|get a chance)|do you think"
        r"|would you say|by the way|btw|if that's (?:ok|okay|possible)|if you can|if you could"
        r"|please)[!. ]*)\W*$",
        re.I,
    ),
)
_SAYS_SO = re.compile(
    r"\b(?:to (?:know|see|have|hear|get|understand)|find out|for|about|asking|asked (?:me|us))$"
)
_MOST = 4  # asides before a question


# A sentence of its own that tells the asker's story. It says nothing of what is asked where it has none of
# the tables' words, no number or time, no word that would narrow, and no name behind a preposition.
_STORY = re.compile(
    r"^(?P<aside>(?:(?:so|ok|okay|well|hi|hello|hey|sorry)\b[\s,!.-]*)*"
    r"(?:i|i'm|i've|i'll|we|we're|we've|my|our|it's|this is|there's|there is|thanks|thank you|sorry|somebody"
    r"|someone|management|everyone)\b[^.!?;:—]{2,120}?(?:[.!;:—]+\s|\s[-–—]\s"
    r"|,\s*(?:(?:so|and)\s+)?(?=(?:how|what|which|can|could|show|give|please)\b)))\s*\S",
    re.I,
)
_NARROWS = re.compile(
    r"\d|\b(?:only|without|not|no|except|excluding|exclude|ignore|include|including|but|instead|besides"
    r"|never|all|each|per|by|than|last|next|this|years?|quarters?|months?|weeks?|today|yesterday|january"
    r"|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn"
    r"|winter|weekend|monday|tuesday|wednesday|thursday|friday|saturday|sunday|new|old|big|small|top|best"
    r"|worst)\b|\b(?:in|from|of|at|about|for|on|with|under|over)\s+"
    r"(?!the\b|an?\b|my\b|our\b|your\b|that\b|it\b|me\b|us\b|you\b|some\b)\w",
    re.I,
)


def without_asides(question: str, known: Callable[[str], bool]) -> str:
    """The question with blanks in place of what is said around it, as long as before. `known` tells whether a
    word is one of the tables'."""
    story = _STORY.match(question)
    if story is not None and not _NARROWS.search(story["aside"]):
        told = re.findall(r"[\w'’]+", story["aside"])
        if not any(known(re.sub(r"['’]s?$", "", word).casefold()) for word in told):
            question = _blanked(question, *story.span("aside"))
    for _ in range(_MOST):
        found = next(
            (m for pattern in _LEADS if (m := pattern.search(question)) and _is_aside(m, known)), None
        )
        if found is None:
            break
        question = _blanked(question, *found.span("aside"))
    for pattern in _LATER:
        match = pattern.search(question)
        if match is not None and match.start() > 0 and _is_aside(match, known):
            question = _blanked(question, *match.span("aside"))
    return question


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _is_aside(match: re.Match[str], known: Callable[[str], bool]) -> bool:
    groups = match.groupdict()
    around = match.string[: match.start("aside")] + match.string[match.end("aside") :]
    if not match["aside"].strip() or not around.strip(" ?!.,"):
        return False
    noun, detail = groups.get("noun") or "", groups.get("detail") or ""
    if any(known(word) for word in _words(noun)):
        return False
    subject = "noun" not in groups and not match["aside"].rstrip(" ,:;.-–—").casefold().endswith("here")
    if subject and detail:
        # "The team needs to know …" is said of people; "Finance needs …" may be a value.
        spoken = bool(_SAYS_SO.search(match["aside"].casefold().strip()))
        return not _NO_SUBJECT.match(detail) and (spoken or not any(known(word) for word in _words(detail)))
    return not any(word not in _KINDS and known(word) for word in _words(detail))


def _words(text: str) -> list[str]:
    return [re.sub(r"['’]s?$", "", word).casefold() for word in text.split()]
