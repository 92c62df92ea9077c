"""What the reader must know about English words: inflection, words without content, proper names."""

from __future__ import annotations

from functools import lru_cache


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """The phrases between bars."""
    return frozenset(text.split("|"))


# Dropped wherever they stand: they never change what is asked.
ARTICLES = words("the teh hte a an our my their its his her please kindly just simply quickly currently")

# Phrases that wrap a question. They are dropped at once, longest first.
WRAPPERS = tuple(
    sorted(
        (
            tuple(phrase.split())
            for phrase in phrases(
                "can you|could you|would you|will you|can i|could i|may i|can we|could we|can you tell me"
                "|could you tell me|can you show me|could you show me|can you give me|could you give me"
                "|can you please|i want to know|i want to see|i would like to know|i would like to see"
                "|i 'd like to know|i 'd like to see|i 'd love to know|i 'd love to see|i need to know"
                "|i need to see|i need|i want|i would like|i 'd like|i am looking for|i 'm looking for"
                "|let me know"
                "|let me see|let 's see|do you know|do you happen to know|i wonder|i was wondering|i am"
                " wondering"
                "|i 'm wondering|tell me|remind me|tell us|hi|hello|hey|hi there|hello there|hey there|thanks"
                "|thank you|thanks in advance|many thanks|cheers|ok|okay|well|good morning|good afternoon"
                "|quick question|help me understand|help me find out|help me see|we want to know|we need"
                " to know"
                "|we need|we would like to know|we 'd like to know|we would like to see|we 'd like to see"
                "|would you mind telling me|would you mind showing me|if possible|for me|to me|to know|to see"
                "|good evening|good day|greetings|hi all|hello all|hi everyone|hello everyone|hi team"
                "|hello team|hey team|hey all|hey everyone|hi folks|hello folks|dear all|dear team"
                "|hi again|hello again|just wondering|wondering|just curious|i am curious|i 'm curious"
                "|out of curiosity|may i ask|may i know|can i ask|could i ask|can i get|could i get"
                "|can i see|could i see|can i have|could i have|i would appreciate it"
                "|i 'd appreciate it|please could you|please can you|if you do not mind"
                "|if you don 't mind|when you have a moment|when you get a chance|real quick|quick one"
                "|one question|just checking|sorry|excuse me|i have a question|i 've a question"
                "|can you quickly tell me|could you quickly tell me|can anyone tell me"
                "|can somebody tell me|can somebody show me|can someone show me|can anyone show me"
                "|does anyone know|do we know|do you perhaps know|any idea"
                "|by any chance|thx|ta|much appreciated"
                "|right now|at the moment|as of now|at present|as of today"
                "|in our data|in the data|in our records|on record|in our system|in the system"
                "|in our database"
                "|in the database|according to our data|according to the data|in our books|on file"
                "|on our books"
                "|in our files|from our data|based on our data|from the data|these days|nowadays"
                "|as far as we know|as far as i know|give me an overview of|an overview of|overview of"
                "|a rundown of|give me the numbers for|the numbers for|the figures for|figures for|stats on"
                "|stats for|statistics on|statistics for|data on|info on|information on|information about"
                "|some info on|once more|once again"
                "|give me a sense of|i 'd be interested in|i am interested in|i 'm interested in|pls|plz"
            )
        ),
        key=lambda words: (-len(words), words),
    )
)

# What leaves rows out by its first word, and what does so by a later one.
LEFT_OUT = phrases(
    "not|excluding|excluding those|exclude|except|except those|except for|except for those|without"
    "|without those|other than|but not|but exclude|but excluding|but without|apart from|besides|ignoring"
    "|not counting|not been|leaving out|all but|outside|outside of|aside from|minus|omit|omitting"
    "|everything but|everything except|anything but|never"
)
NEGATED = phrases(
    "that are not|that is not|that were not|that was not|which are not|which were not|which is not|is not"
    "|are not|was not|were not|who are not|with no|and not|that have not been|have not been|has not been"
)

# May stand between phrases without being part of one.
FILLERS = words(
    "what is are was were be been being did do does have has had there we us you i it they that of 's 'd "
    "'re 've 'm actually ever , then now exactly roughly approximately really basically honestly perhaps "
    "maybe again so"
)

# Light verbs of records: an order is placed, a sale made. They say nothing that a count does not.
LIGHT_VERBS = words(
    "made make placed place received receive recorded record registered got get made generated generate "
    "earned earn had came come exist existed happened happen took occurred occur booked listed logged "
    "achieved belong belongs belonging sell sold buy bought purchase purchased ordered "
    "bring brings brought "
    "drive drives drove driven teach teaches taught treat treats treated supplied supplies hold holds held "
    "kept keeps hosted hosts offered offers served serves contain contains"
)

# Nouns of what goes to a place.
GOING = words(
    "delivery shipment trip flight transfer export parcel package ride journey transport consignment"
)

# Nouns of rows that are people.
PEOPLE = words("employee person student member guest patient user worker")

# Of the light verbs, those that say something where rows are not sales.
COMMERCE = words(
    "bring brings brought "
    "sell sold buy bought purchase purchased ordered placed place booked earned earn made make"
)

_IRREGULAR = {
    "skus": "sku",
    "ups": "up",
    "menus": "menu",
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "movies": "movie",
    "cookies": "cookie",
    "series": "series",
    "species": "species",
    "indices": "index",
    "criteria": "criterion",
    "statuses": "status",
    "lenses": "lens",
    "news": "news",
    "mice": "mouse",
    "analyses": "analysis",
}
_KEEP = ("ss", "us", "is", "ous", "'s")


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """One form for singular and plural of a folded word (`orders` → `order`, `countries` → `country`)."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(_KEEP) or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """The usual plural of a noun, for what the reader says back."""
    for many, one in _IRREGULAR.items():
        if one == word:
            return many
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    return word + "s"


# Words for one thing that tables and people name differently. The first group's word that the
# model has stands for the others, where nothing in the model has their own name.
CONCEPTS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split("|"))
    for group in (
        "revenue|sale|turnover|takings",
        "quantity|qty|unit|piece|units sold|quantity sold",
        "customer|client|buyer",
        "employee|staff member|worker",
        "supplier|vendor",
        "category|categorie",
        "average order value|aov|average basket",
        "margin|gross margin",
        "profit|gross profit|earning",
        "cost|spend|spending|expenditure|expense",
        "price|unit price",
        "headcount|head count",
        "budget|plan|planned",
        "actual|actuals",
        "salary|pay|wage|compensation",
        "consumption|usage|energy use|energy usage|energy consumption",
        "tip|gratuity",
        "doctor|physician",
        "specialty|speciality",
        "department|division|dept",
        "driver|chauffeur",
        "warehouse|depot",
        "lecturer|teacher|professor|instructor",
        "grade|mark",
        "distance|mileage",
        "priority|urgency",
        "temperature|temp",
        "country|nation",
        "city|town",
    )
)

# Nouns for one sort of row.
ROW_NOUNS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split("|"))
    for group in (
        "trip|ride|journey",
        "booking|reservation",
        "employee|staff|staff member|worker|colleague",
        "appointment|visit|consultation",
        "ticket|case|issue|support ticket",
        "guest|visitor",
        "student|pupil",
        "customer|client|buyer",
        "order|purchase",
        "enrolment|enrollment",
        "sale|transaction",
        "invoice|bill",
        "product|item|article",
    )
)

_COUNTRIES = (
    "germany:german|france:french|spain:spanish|italy:italian|austria:austrian|switzerland:swiss"
    "|netherlands:dutch"
    "|belgium:belgian|poland:polish|sweden:swedish|norway:norwegian|denmark:danish|finland:finnish"
    "|ireland:irish"
    "|portugal:portuguese|greece:greek|czechia:czech|hungary:hungarian|romania:romanian|bulgaria:bulgarian"
    "|croatia:croatian|slovakia:slovak|slovenia:slovenian|estonia:estonian|latvia:latvian"
    "|lithuania:lithuanian"
    "|luxembourg:luxembourgish|ukraine:ukrainian|turkey:turkish|russia:russian|china:chinese|japan:japanese"
    "|india:indian|brazil:brazilian|mexico:mexican|canada:canadian|australia:australian|argentina:argentinian"
    "|chile:chilean|colombia:colombian|egypt:egyptian|nigeria:nigerian|kenya:kenyan|israel:israeli"
    "|south korea:korean|vietnam:vietnamese|thailand:thai|indonesia:indonesian|united kingdom:british"
    "|united states:american|new zealand:|niger:|iran:iranian|iraq:iraqi|iceland:icelandic|malta:maltese"
    "|cyprus:cypriot|serbia:serbian|georgia:georgian|morocco:moroccan|south africa:|singapore:|holland:"
    "|england:english|scotland:scottish|wales:welsh|guinea:|guyana:|gambia:|zambia:|mali:|malawi:"
    "|peru:peruvian"
)
DEMONYMS = {
    demonym: country
    for country, _, demonym in (entry.partition(":") for entry in _COUNTRIES.split("|"))
    if demonym
}
ALIASES = {
    "uk": "united kingdom",
    "great britain": "united kingdom",
    "britain": "united kingdom",
    "usa": "united states",
    "us": "united states",
    "u s": "united states",
    "the netherlands": "netherlands",
    "holland": "netherlands",
}

# Last words of a name that stand for the whole: the only price is "the price", but a limit may be any.
HEADS = words(
    "amount price value total revenue sale quantity cost weight plan actual budget forecast discount "
    "salary profit margin score rating country city region state status category type channel segment "
    "department product supplier warehouse priority centre center date day month agent manager team store "
    "brand model color colour size gender age population area length height elevation volume language "
    "industry sector group class level stock hour duration"
)
# What rows must be for their money to be "revenue", and what the money may be called.
SALES_ROWS = words("order sale invoice transaction purchase booking receipt sales")
SALES_MONEY = phrases(
    "amount|total|total amount|order amount|net amount|order value|order total|line total|value"
    "|sale amount|invoice amount|invoice total|total price|total value|sum|amount total|sales amount"
    "|grand total"
)

# Words of the grammar that are worth correcting when misspelt.
CORRECTABLE = words(
    "january february march april august september october november december average median total maximum "
    "minimum number quarter quarters month months year years week weeks highest lowest biggest largest "
    "smallest compare compared between percentage share growth yesterday today monthly weekly quarterly "
    "yearly previous trend excluding different distinct without since before after more than many first "
    "second third"
)

# Correct words: never taken for a misspelling of another, however near.
KNOWN_WORDS = words(
    "county counties state states story stories store stores border borders stale stage state status "
    "statue policy police return returns refund refunds reason reasons season seasons person persons "
    "period present percent recent decent event even ever every never over under other another brother "
    "order older elder costumer custom customs customary cost coast cast case cause price prize pride "
    "product produce producer produced region religion reign rating ratio rational ration nation notion "
    "motion station stating amount mount mountain account count county court course source resource "
    "section action auction option caption ticket thicket priority minority majority authority quantity "
    "quality equality market marker marked mark channel chancel cancel cancelled shipped skipped chipped "
    "shopped stopped dropped planned planed plant plane place plate platform actual actuary mutual annual "
    "manual casual usual visual title tile trend tend trends friend friends month mouth moth months week "
    "weak wear year gear hear near bear pear dear daily dairy diary total totals petal metal mental "
    "rental dental sales sale scale sake male tale sold solid active native motive inactive reactive open "
    "opened opener oven pending spending sending lending ending closed clothed close cloud loud refunded "
    "funded founded found delivered delivery deliver believed weather whether where were there their then "
    "than that this those these them they what when which while will with would write wrote written "
    "author authors paper papers read right light night might fight eight weight height length width "
    "depth distance instance balance chance change charge range orange large larger sector doctor factor "
    "actor vector tractor contract contact contrast contest context content contents member number "
    "numbers lumber timber december employee employees employer employ employed team teams term terms "
    "steam stream street tree three threat treat great grate rate date data late gate fate mate state "
    "city cities country countries company companies family families apply reply supply supplier supplies "
    "stock stocks shock clock block black back pack rack track truck trick brick price prices slice "
    "service services device devices advice notice office officer officers business busy bonus bonuses "
    "house houses horse course nurse purse purchase purchased warehouse warehouses forecast broadcast "
    "predict product vacation vocation location locations allocation relocation education indication "
    "medication discount discounts account accounts margin margins marginal merging marking working "
    "parking packing salary salaries summary summaries library primary january february unit units unite "
    "united until invoice invoices voice choice choices choose first last least lease release fast fest "
    "feast east west north south worth month worst worse best beat bent rest test text next tax taxes fax "
    "max mix min mean means meant median medium media radius radio audio studio"
) | {word for entry in _COUNTRIES.split("|") for part in entry.split(":") for word in part.split()}
