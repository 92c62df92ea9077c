"""Things of a fixed form (amounts with a unit, colours, addresses): how a question asks for one, and how a
text gives one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from answerable.knowledge.answering import other_languages

NUMBER_WORDS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half|twice|"
    "once|third|quarter|percent"
)


class Quantity(StrEnum):
    """The kinds."""

    MONEY = "money"
    PERCENT = "percent"
    DURATION = "duration"
    MASS = "mass"
    LENGTH = "length"
    AREA = "area"
    VOLUME = "volume"
    SPEED = "speed"
    TEMPERATURE = "temperature"
    POWER = "power"
    COLOUR = "colour"
    EMAIL = "email"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class _Form:
    """`nouns` ask for it after "what" or "how high", `defined` after "what is the", `verbs` at any
    distance from "what does" or "how much", `phrases` by themselves, `elsewhere` in other languages. `units`
    follow its amounts; `whole` is what it looks like instead."""

    nouns: str = ""
    defined: str = ""
    verbs: str = ""
    phrases: str = ""
    elsewhere: str = ""
    units: str = ""
    whole: str = ""


_METRES = r"(?:kilo|centi|milli|deci)?met(?:re|er)s?"
_FORMS = {
    Quantity.AREA: _Form(
        nouns="surface area|floor area|floor space",
        units=rf"(?:square|sq\.?) ?(?:{_METRES}|miles?|feet|foot|yards?|k?m|mi|ft)|acres?|hectares?|k?m[²2]",
    ),
    Quantity.VOLUME: _Form(
        nouns="volume",
        units=rf"(?:milli|centi|hecto)?lit(?:re|er)s?|m?l|cubic (?:{_METRES}|feet|miles?)|gallons?|barrels?|"
        "pints?|m³",
    ),
    Quantity.SPEED: _Form(
        nouns="speed|velocity",
        phrases="how fast",
        units=rf"(?:{_METRES}|k?m|miles?|feet|revolutions|[kmg]?(?:bits?|bytes?|b)) ?(?:/|per |an? )\w+|mph|"
        "kph|knots|rpm",
    ),
    Quantity.TEMPERATURE: _Form(
        nouns="temperature|(?<=boiling )point|(?<=melting )point|(?<=freezing )point",
        phrases="how (?:hot|cold|warm)",
        units=r"degrees?|[°º] ?[cfk]?|℃|kelvin|[cfk]",
    ),
    Quantity.MASS: _Form(
        nouns="weight|mass",
        verbs="weigh|weighs|weighed",
        phrases="how heavy",
        units=r"(?:kilo|milli|micro)?grams?|kilos?|[km]?g|tonn?es?|tons?|pounds?|lbs?|ounces?|oz",
    ),
    Quantity.LENGTH: _Form(
        nouns="distance|height|width|depth|diameter|wavelength",
        phrases="how (?:far|tall|wide|deep)",
        units=rf"{_METRES}|[kcm]?m|miles?|feet|foot|ft|inch(?:es)?|yards?|light[- ]years?|au",
    ),
    Quantity.DURATION: _Form(
        nouns="duration",
        defined="window|period|deadline|notice",
        phrases="how (?:soon|quickly)",
        units="(?:(?:working|business|calendar|full) )?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|"
        "months?|years?|decades?|centur(?:y|ies))",
    ),
    Quantity.PERCENT: _Form(
        nouns="percent|percentage|per cent|proportion|fraction|share",
        units="percent(?:age points?)?|per cent|%",
        whole=r"\b(?:half|one|two|three|quarter|third|majority)\b(?: \w+)? of\b|"
        r"-(?:thirds?|quarters?|fifths?|tenths?)\b",
    ),
    Quantity.MONEY: _Form(
        nouns="cost|price|fee|salary|salaries|wage|wages|rent|fare|surcharge|budget|allowance|bonus",
        verbs="cost|costs|earn|earns|pay|pays|paid|spend|spent|charge|charges|charged",
        units="euros?|eur|dollars?|usd|pounds?|gbp|francs?|chf|marks?|yen|yuan|rupees?|rou?bles?|kron(?:a|er?)|cents?|"
        "pence|lir[ae]|pesos?|crowns?|shillings?",
        whole=r"[$€£¥]\s?\d|\d ?(?:percent|%)|\bfree\b",
    ),
    Quantity.POWER: _Form(
        nouns="voltage|wattage",
        units="(?:kilo|mega|giga)?(?:watts?|volts?|amp(?:ere)?s?)|[kmg]?[wva]|horsepower|hp",
    ),
    Quantity.COLOUR: _Form(
        nouns="colou?r",
        elsewhere=other_languages.COLOUR,
        whole=r"\b(?:red|blue|green|yellow|black|white|gr[ea]y|brown|orange|purple|violet|pink|silver|gold(?:en)?|"
        r"beige|crimson|scarlet|turquoise|maroon|colou?rless)\b|" + other_languages.COLOURS,
    ),
    Quantity.EMAIL: _Form(nouns="e-?mail(?: address)?", elsewhere=other_languages.EMAIL, whole=r"\S@\S"),
    Quantity.TELEPHONE: _Form(
        nouns="(?:tele)?phone(?: number)?|fax(?: number)?",
        elsewhere=other_languages.TELEPHONE,
        whole=r"\+?\d[\d ()/-]{3,}\d|\b(?:extension|tel\.?|phone|dial|call) \d+",
    ),
}
_WHAT = r"\b(?:what|which|how (?:high|large|big|low|much(?= (?:is|are|was|were))))\b"
_DEFINE = r"\b(?:what(?:['’]s| is| are| was| were)|how long (?:is|was)) the"
_NOT_PAST = r"(?!(?:of|in|on|for|by|to|from|with|at|that|who|which|when|do|does|did)\b)"
_PHRASE_ENDS = (
    r"(?=\W*$|,|\W+(?:of|for|in|on|at|is|are|was|were|do|does|did|has|have|had|can|may|must|should|will|would|to|"
    r"per|an?|the|between|from|by|with|limit|rate)\b)"
)


def _asking(form: _Form) -> re.Pattern[str]:
    """Its groups hold the words that ask for the quantity itself."""
    noun_phrase = rf"(?:\W+{_NOT_PAST}[\w'’-]+){{0,6}}?\W+"
    choices = [
        rf"{_WHAT}{noun_phrase}({form.nouns}){_PHRASE_ENDS}" if form.nouns else "",
        rf"{_DEFINE}{noun_phrase}({form.defined}){_PHRASE_ENDS}" if form.defined else "",
        rf"\bwhat (?:do|does|did)\b.*\b({form.verbs})(?=\W*$|\W+(?:in|per|an?)\b)" if form.verbs else "",
        rf"\bhow much\b.*\b({form.verbs})\b" if form.verbs else "",
        rf"\b({form.phrases})\b" if form.phrases else "",
        rf"\bhow (?:many|much) ({form.units}){_PHRASE_ENDS}" if form.units else "",
        f"({form.elsewhere})" if form.elsewhere else "",
    ]
    return re.compile("|".join(choice for choice in choices if choice))


def _giving(form: _Form) -> re.Pattern[str]:
    amount = rf"(?:\d[\d,.]*|\b(?:an?|one|few|several|{NUMBER_WORDS}|\w+t(?:een|y)))"
    scale = r"(?:(?:hundred|thousand|million|billion|trillion|half|m|bn)\s)?"
    choices = [rf"{amount}(?:\s|-)?{scale}(?:{form.units})(?!\w)" if form.units else "", form.whole]
    return re.compile("|".join(choice for choice in choices if choice), re.IGNORECASE)


_ASKING = {quantity: _asking(form) for quantity, form in _FORMS.items()}
_GIVING = {quantity: _giving(form) for quantity, form in _FORMS.items()}


def asked_quantity(question: str) -> tuple[Quantity, str] | None:
    """What a lower-case question asks for, and the words that say so; None when it is nothing of a fixed
    form."""
    for quantity, pattern in _ASKING.items():
        if found := pattern.search(question):
            return quantity, " ".join(filter(None, found.groups()))
    return None


def gives(quantity: Quantity, text: str, besides: str) -> bool:
    """Whether the text has one that is not in `besides`, a lower-case question."""
    return any(found[0].lower() not in besides for found in _GIVING[quantity].finditer(text))
