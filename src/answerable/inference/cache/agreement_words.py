"""The words that the rules of agreement know."""

from __future__ import annotations

from collections.abc import Mapping


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


NEGATIONS = _words("""
not no never none nothing nobody neither nor without cannot except excluding unless hardly lacks lacking
nicht kein keine keinen keiner nie niemals ohne pas jamais sans aucun aucune nunca sin ningún ninguna non
mai senza nessun nessuna não sem niet geen zonder
""")

DIRECTED = _words("""
from to into than versus vs over under by between before after until against via
""")
"""With one of them the order of the other words counts."""

PREPOSITIONS = DIRECTED | _words("by for with of in on at against about")
"""One in the place of another asks something else."""

_COUNTED = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
NUMBERS: Mapping[str, str] = {word: str(number) for number, word in enumerate(_COUNTED.split())} | {
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "last": "last", "next": "next",
    "previous": "previous", "once": "1", "twice": "2", "half": "1/2", "double": "2", "quarter": "quarter",
    "dozen": "12", "today": "today", "yesterday": "yesterday", "tomorrow": "tomorrow", "now": "now",
}  # fmt: skip
"""What counts or places in time, by what it is the same as."""

_PAIRS = """
who/whom
more/less more/fewer most/least highest/lowest high/low higher/lower maximum/minimum max/min above/below
over/under before/after with/without include/exclude in/out on/off up/down left/right top/bottom
increase/decrease increased/decreased increasing/decreasing rise/fall grow/shrink gain/loss profit/loss
best/worst better/worse good/bad first/last earliest/latest oldest/newest old/new longest/shortest
largest/smallest biggest/smallest big/small cheap/expensive cheapest/expensive fast/slow hot/cold
open/close opened/closed start/stop start/end begin/end enable/disable enabled/disabled install/uninstall
add/remove create/delete insert/delete allow/deny allow/block accept/reject approve/reject buy/sell
import/export upload/download send/receive push/pull encrypt/decrypt lock/unlock income/expense
revenue/cost debit/credit asset/liability employee/employer male/female man/woman north/south east/west
inside/outside internal/external public/private local/remote input/output client/server true/false yes/no
always/never all/some all/any can/cannot possible/impossible legal/illegal valid/invalid safe/unsafe
pros/cons advantages/disadvantages advantage/disadvantage benefit/risk benefits/risks cause/effect
causes/effects win/lose alive/dead day/night monthly/yearly daily/weekly weekly/monthly gross/net
"""
OPPOSITES = tuple(frozenset(pair.split("/")) for pair in _PAIRS.split())

FILLERS = _words("""
a an the this that these those there here it its he she they them i me my mine we us our you your yours
is are was were be been being am do does did doing done has have had having can could may might
will would of for at in on by to from as with into onto upon and or if so then also
just please kindly hi hello hey thanks thank tell show give explain describe say let know find want wants
need needs like what what's whats which how how's it's i'm
i'd i'll actually really currently possible able way ways get got out up some any anyone someone
one's thing things question answer help wondering wonder ask asking asked briefly quickly simply mean
means meaning
""")
"""What asks politely or holds a sentence together; a question is the same with and without them."""
