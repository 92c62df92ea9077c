"""The closed lists of words and phrases that say the same in documents of all kinds, in English."""

from __future__ import annotations

import re
from collections import defaultdict

from answerable.knowledge.lexical.words import words

GRAMMAR = frozenset(
    word
    for line in (
        "a an the this that these those it its itself he his him she her they them their we us our",
        "you your i me my there here one ones who whom whose which what why how when where if then",
        "than so as such and or but nor while whereas although though because since however also too",
        "both either neither well in on at to for from of with by within into onto upon over under",
        "above below after before during until till about against between among through throughout",
        "via per without outside inside towards toward across along around behind beyond near past",
        "not no never none cannot don doesn didn isn aren wasn weren won can t s re ve ll d all any",
        "each every some most many few several only just is are was were be been being am has have",
        "had having do does did done doing could may might must shall should will would ought need",
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
        "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred",
        "thousand million billion zero dozen bn percent least maximum minimum up exactly",
        "approximately roughly nearly almost prior whether etc",
    )
    for word in line.split()
)
"""Words without a say of their own; qualifiers and negations among them are held elsewhere."""

HARMLESS = frozenset(
    word
    for line in (
        "possible able order case way altogether namely respectively themselves additionally always",
        "according use uses using follows therefore thus hence required necessary requires require",
        "needed needs period people person persons anyone everyone everybody someone somebody",
    )
    for word in line.split()
)
"""Words that a writer may add or leave out; `always` and their like are held as qualifiers."""

PHRASES = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b(?:free of charge|at no (?:extra )?(?:cost|charge)|without charge)\b", "free"),
        (r"\bcosts? nothing\b", "is free"),
        (r"\b(?:send|sends|sent|sending|bring|give|take) (?:it |them )?back\b", "return"),
        (r"\b(?:takes?|took|taken|taking) place\b", "occur"),
        (r"\b(?:takes?|took|taken|taking) over\b", "takeover"),
        (r"\b(?:is|are|was|were|been) in charge of\b", "manages"),
        (r"\b(?:is|are|was|were) responsible for\b", "manages"),
        (r"\b(?:sets?|setting) up\b", "establish"),
        (r"\btwo times\b", "twice"),
        (r"\bone time\b", "once"),
        (r"\b(?:switch|turn|power)(?:es|s|ed|ing)? off\b", "offswitched"),
        (r"\b(?:switch|turn|power)(?:es|s|ed|ing)? on\b", "onswitched"),
        (r"\b(?:switch|turn)(?:es|s|ed|ing)? ((?:the |its )?\w+) (off|on)\b", r"\2switched \1"),
        (r"\be-mail", "email"),
        (
            r"\b(?:older|more|greater|higher|larger|longer|later) than (?=(?:the )?(?:age of )?\d|\w+ty\b)",
            "over ",
        ),
        (r"\b(?:younger|less|fewer|lower|smaller|shorter|earlier) than (?=\d|six\b|\w+ty\b)", "under "),
        (r"[€]", " euro "),
        (r"[$]", " dollar "),
        (r"[£]", " pound "),
        (r"%", " percent "),
        (r"\b(?:made|make|makes) (to order)\b", r"made \1"),
        (r"\bas (?:many|much|long|late) as\b", "up to"),
        (r"\b(?:per|each|every|a) (day|week|month|year|hour|minute|quarter)\b", r"\1ly"),
        (r"\bdayly\b", "daily"),
        (r"\bno (?:more|longer|later) than\b", "at most"),
        (r"\bno (?:less|fewer) than\b", "at least"),
    )
)

_VERBS = (
    "pay pays paid", "sell sells sold", "buy buys bought", "send sends sent", "keep keeps kept",
    "hold holds held", "lead leads led", "take takes took taken", "give gives gave given",
    "get gets got", "build builds built", "make makes made", "write writes wrote written",
    "win wins won", "lose loses lost", "meet meets met", "run runs ran", "rise rises rose risen",
    "fall falls fell fallen", "grow grows grew grown", "find finds found", "become becomes became",
    "begin begins began begun", "leave leaves left", "tell tells told", "say says said",
    "see sees saw seen", "go goes went gone", "come comes came", "drive drives drove driven",
    "speak speaks spoke spoken", "choose chooses chose chosen", "teach teaches taught",
    "catch catches caught", "sleep sleeps slept", "bring brings brought", "think thinks thought",
    "know knows knew known", "wear wears wore worn", "break breaks broke broken",
    "steal steals stole stolen", "draw draws drew drawn", "show shows showed shown",
    "fly flies flew flown", "eat eats ate eaten", "freeze freezes froze frozen", "lend lends lent",
    "spend spends spent", "lie lies lay lain", "stand stands stood",
    "understand understands understood", "bear bears bore borne", "feel feels felt",
    "mean means meant",
)  # fmt: skip
_NOUNS = ("child children", "woman women", "man men", "person persons people", "foot feet", "tooth teeth")
IRREGULAR = {form: number for number, forms in enumerate((*_VERBS, *_NOUNS)) for form in forms.split()}
"""Forms of one word that no ending tells."""
PAST = frozenset(form for forms in _VERBS for form in forms.split()[2:])
"""Verbs that no ending shows to be verbs."""

_SAME = """
pay pays paid paying payment cost costs charge charges charged fee fees price priced bear bears borne
begin begins began begun start starts started starting commence commences beginning runs
connect connects connected link links linked runs
end ends ended finish finishes finished conclude concludes
expire expires expired lapse lapses
last lasts lasted run runs span spans valid remain
stay stays stayed remain remains remained wait waits
keep keeps kept store stores stored retain retains retained storage
hold holds held contain contains contained contents
hold holds keep keeps kept
include includes included comprise comprises contain contains
house houses housed home contain
buy buys bought purchase purchases purchased acquire acquires acquired paid
sell sells sold sale sales
get gets got receive receives received obtain obtains obtained entitled
give gives gave given grant grants granted provide provides provided offer offers offered get
allow allows allowed permit permits permitted accept accepts accepted permissible permission
forbid forbids forbidden prohibit prohibits prohibited banned bans prohibition
exclude excludes excluded exclusion
approve approves approved approval authorise authorize authorised authorized authorisation consent
agree agrees agreed agreement consent
contract contracts agreement
submit submits submitted hand handed file filed
send sends sent ship ships shipped dispatch dispatched
deliver delivers delivered delivery
increase increases increased rise rises rose risen rising grow grows grew grown growth climbed
decrease decreases decreased fall falls fell fallen drop drops dropped decline declines declined
large larger largest big bigger biggest
small smaller smallest little
quick quickly fast rapid rapidly
help helps assist assists support supports
use uses used using usage utilise utilize
show shows shown indicate indicates display displays signal signals
choose chooses chosen chose select selects selected pick picks
replace replaces replaced replacement swap exchange
change changes changed modify modifies modified alter amend amended
repair repairs repaired fix fixes fixed mend
build builds built construct constructs constructed construction erected
found founded founder establish established
lead leads led head heads headed
manage manages managed manager run runs oversee oversees supervise supervises direct directs
make makes made produce produces produced manufacture manufactures manufactured create creates created
tell tells told inform informs informed notify notifies notified report reports reported
say says said state states stated
employee employees staff worker workers personnel colleague colleagues
employees employee staff people everyone everybody
customer customers client clients buyer buyers
company firm companies firms
goods item items product products article articles
holiday holidays vacation vacations
child children kid kids
extra further additional
doctor physician doctors physicians
error errors fault faults mistake mistakes
illness disease
salary wage wages salaries
annual annually yearly year
monthly month months
weekly week weeks
daily day days
hourly hour hours
quarterly quarter quarters
euro euros eur
dollar dollars usd
pound pounds gbp
cancel cancels cancelled canceled cancellation terminate terminates terminated termination
postpone postponed delay delayed defer deferred
reimburse reimbursed reimbursement refund refunds refunded repay repaid
colour color colours colors coloured colored
happen happens happened occur occurs occurred
located situated based lies stands
live lives lived reside resides
total sum overall
important significant major
main primary principal chief
chair chairman chairwoman chairperson
own owns owned owner belong belongs
move moves moved relocate relocated
destroy destroyed destroys ruin ruined
carry carries carried transport transports transported
check checks checked verify verifies verified inspect inspected examine examined
delete deletes deleted remove removes removed erase erased
admin admins administrator administrators
average mean
outside outdoors
enter enters entry entrance admission
void voids invalid
tenant renter
sublet subletting sublease
old older age aged
photo photograph picture
phone telephone
car vehicle automobile
shop store
complete completed completes finish finished
sign signed signature
decide decides decided decision
meet meets met meeting meetings
know known
prove proof proves proven
lose loses lost loss
high height
long length
wide width
strong strength
pregnant pregnancy
choose choice
speak spoke spoken
write writes wrote written author
think thought
sell seller vendor supplier
teach taught
win wins won winner
require requires required mandatory compulsory obligatory
optional voluntary
breakdown failure fail fails failed
apply applies applied application applicable
goods merchandise
document documents paper papers
rule rules regulation regulations
request requests requested ask asks asked
answer answers answered reply replies respond responds response
ready prepared
correct right
buyer purchaser
shipment shipments consignment
invoice invoices bill bills
centre center centres centers
organisation organization
programme program
licence license
"""

ALIKE: dict[str, frozenset[int]] = {}
"""The groups that a word or its stem is of; the words of one group say the same."""
_found: defaultdict[str, set[int]] = defaultdict(set)
for _number, _line in enumerate(_SAME.strip().split("\n")):
    for _word in (*_line.split(), *words(_line)):
        _found[_word].add(_number)
ALIKE.update({word: frozenset(groups) for word, groups in _found.items()})

OPPOSED = tuple(
    (frozenset((*one.split(), *words(one))), frozenset((*other.split(), *words(other))))
    for one, other in (
        (
            "allow allowed permit permitted permissible accept accepted",
            "forbid forbidden prohibit prohibited banned reject",
        ),
        ("include included", "exclude excluded"),
        ("open opened", "close closed"),
        ("valid", "void invalid"),
        ("possible", "impossible"),
    )
)
"""Words of which one with a negation says the other."""
