"""The language of a text: by its script, and among languages of one script by their commonest words.

Nothing is said of a text that is too short, of lists and tables, or of a language that is not known here: no
answer is better than a wrong filter."""

from __future__ import annotations

import re
from collections import Counter

from answerable.knowledge.parsing.long_text import Text

SAMPLE = 20_000
"""Characters that are looked at."""
_FEWEST_LETTERS = 20
_FEWEST_WORDS = 3
_MARGIN = 1.25
"""How many times the runner-up's score the best must reach."""
_LEAST_SHARE = 0.08
"""Of all words: running text of every language here has more of its commonest words."""

# Code points of each script; a letter between counts for it.
_SCRIPTS: dict[str, tuple[tuple[int, int], ...]] = {
    "latin": ((0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250), (0x1E00, 0x1F00)),
    "cyrillic": ((0x400, 0x530),),
    "greek": ((0x370, 0x400), (0x1F00, 0x2000)),
    "arabic": ((0x600, 0x700), (0x750, 0x780), (0xFB50, 0xFE00)),
    "hebrew": ((0x590, 0x600),),
    "devanagari": ((0x900, 0x980),),
    "kana": ((0x3040, 0x3100),),
    "hangul": ((0xAC00, 0xD7B0), (0x1100, 0x1200)),
    "han": ((0x3400, 0x4DC0), (0x4E00, 0xA000)),
    "thai": ((0xE00, 0xE80),), "lao": ((0xE80, 0xF00),), "khmer": ((0x1780, 0x1800),),
    "burmese": ((0x1000, 0x10A0),), "bengali": ((0x980, 0xA00),), "gurmukhi": ((0xA00, 0xA80),),
    "gujarati": ((0xA80, 0xB00),), "tamil": ((0xB80, 0xC00),), "telugu": ((0xC00, 0xC80),),
    "kannada": ((0xC80, 0xD00),), "malayalam": ((0xD00, 0xD80),), "sinhala": ((0xD80, 0xE00),),
    "georgian": ((0x10A0, 0x1100),), "armenian": ((0x530, 0x590),), "ethiopic": ((0x1200, 0x1380),),
}  # fmt: skip
_OF_SCRIPT = {
    "greek": "el", "hebrew": "he", "kana": "ja", "hangul": "ko", "han": "zh", "thai": "th", "lao": "lo",
    "khmer": "km", "burmese": "my", "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu", "tamil": "ta",
    "telugu": "te", "kannada": "kn", "malayalam": "ml", "sinhala": "si", "georgian": "ka", "armenian": "hy",
    "ethiopic": "am",
}  # fmt: skip
_WORDS: dict[str, dict[str, str]] = {
    "latin": {
        "en": "the of and to in is that for it was on are as with be this by from at have or not "
        "which you we",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch "
        "es an werden aus bei nach wird oder wir sie ich",
        "fr": "le la les de des et à en un une du est que qui dans pour par sur pas au plus avec ce "
        "il elle ne se sont nous vous ou",
        "es": "el la los las de que y en un una del se por con no para es su al lo como más pero sus "
        "este son o",
        "pt": "o a os as de que e do da em um uma para com não por no na dos das se mais ao como mas "
        "foi são ou",
        "it": "il la i le di che e un una per non è in del della con si da al sono dei nel alla più "
        "come lo gli o",
        "nl": "de het een en van in is dat op te zijn met voor niet aan er die door ook naar om bij "
        "als wordt of worden wij",
        "sv": "och i att det som en på är av för med till den har de inte om ett han var men sig från "
        "vi eller ska",
        "da": "og i at det er en til på som for med de af den der har ikke et var vi han men fra blev "
        "eller kan skal",
        "no": "og i det som på er en til for av at med de har ikke den et om var han men fra ble vi "
        "eller kan skal etter",
        "fi": "ja on ei se että oli hän mutta joka ovat kun myös tai niin mukaan sen ole kuin jos "
        "vain ovat voi tämä",
        "pl": "i w na z do nie się że jest to o od po za jak przez dla oraz są a może ale być tym "
        "który lub",
        "cs": "a v na se je z že do o s pro by to ve jako za k si ale jsou od po které být nebo při",
        "sk": "a v na sa je z že do o s pre by to vo ako za k si ale sú od po ktoré byť alebo pri",
        "hu": "a az és hogy nem is egy van meg ez de volt csak el mint már még vagy ki ha lesz azt "
        "kell",
        "ro": "și în de la a cu pe nu este că din o care pentru un sunt mai ce au fi să prin sau lui "
        "al",
        "tr": "ve bir bu için da de ile olarak çok daha olan en gibi kadar sonra ise her değil veya "
        "ne olduğu",
        "vi": "và của là có không được trong cho các một với này đã những khi đến người về như từ",
        "id": "yang dan di dengan untuk dari ini itu pada tidak dalam adalah ke akan oleh atau juga "
        "sebagai dapat",
        "hr": "i u je na se da za od su s kao ne koji o to što iz ili bi biti te sa po a nije",
        "sl": "in je v na se za da so z ki tudi pa po ne bi od pri ali kot to s o iz biti",
        "et": "ja on ei et see oli mis kui ka oma või ta aga seda mida selle olid välja ning kes",
        "lv": "un ir no uz ar par ka tas kas nav bija vai arī lai pie to tiek šo kā gada",
        "lt": "ir yra iš į su kad tai kaip o ar buvo ne nuo apie bet per už dėl arba jo",
        "ca": "el la els les de que i en un una del amb per no és al a se com més són o aquest per",
        "sq": "dhe në e të i për me nga një që është u si më ka nuk se ose kjo janë",
        "sw": "ya wa na kwa ni katika la za kuwa cha hii yake au kama hiyo pia vya hilo",
        "af": "die en van in is het wat nie vir op met dit om te sy aan deur was ek ook hulle",
    },
    "cyrillic": {
        "ru": "и в не на что с по как это к из у за от для его но был о или же при также быть",
        "uk": "і в не на що з та до як це для від за його але у про або бути він також при є",
        "bg": "и в на не за се да от с по като е че са при или това към със ще тази",
        "sr": "и у је на се да за од су са као не који о то из или би бити што није",
        "be": "і ў не на што з да як гэта для ад за яго але у пра або быць ён таксама пры",
        "mk": "и во на не за се да од со како е што се или тоа при ќе беше ги",
    },
    "arabic": {
        "ar": "في من على أن إلى التي عن مع هذا هذه ما لا كان الذي ذلك أو بين كل قد لم",
        "fa": "و در به از که این را با است برای آن یک خود تا بر می هم شد ها یا",
        "ur": "کے میں کی ہے اور سے کا کو پر نے کہ اس ہیں یہ ایک بھی نہیں جو تھا گیا",
    },
    "devanagari": {
        "hi": "के में की है और से का को पर ने कि इस हैं यह एक भी नहीं जो था गया",
        "mr": "आणि आहे या व ते हे मध्ये होते नाही तर तो ही एक असे केले आहेत होता च्या",
        "ne": "र को मा छ यो हो भएको लाई पनि गर्न छन् तथा एक गरेको हुन्छ थियो",
    },
}  # fmt: skip
_BY_WORD = {
    script: {language: frozenset(words.split()) for language, words in languages.items()}
    for script, languages in _WORDS.items()
}
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0610-\u065f]+[^\W\d_]*)*")


def language_of(text: Text) -> str | None:
    """The ISO 639-1 code of the language that most of a text is written in; None when that is not clear."""
    sample = _sample(text)
    letters = _letters(sample)
    if letters.total() < _FEWEST_LETTERS:
        return None
    japanese = letters["kana"] + letters["han"]
    if letters["kana"] > 0.1 * japanese and japanese > letters.total() / 2:
        return "ja"
    script, often = letters.most_common(1)[0]
    if often < letters.total() / 2:
        return None
    return _OF_SCRIPT.get(script) or _by_words(sample, _BY_WORD[script])


def _sample(text: Text) -> str:
    """The beginning, and a piece from the middle: what comes first is often a form in another language."""
    if len(text) <= SAMPLE:
        return text[:]
    half, middle = SAMPLE // 2, len(text) // 2
    return f"{text[:half]} {text[middle : middle + half]}"


def _letters(sample: str) -> Counter[str]:
    """How many letters of each script."""
    counts: Counter[str] = Counter()
    for character, count in Counter(sample).items():
        if character.isalpha():
            code = ord(character)
            for script, ranges in _SCRIPTS.items():
                if any(start <= code < end for start, end in ranges):
                    counts[script] += count
    return counts


def _by_words(sample: str, languages: dict[str, frozenset[str]]) -> str | None:
    """The language whose commonest words are most of the text's; a word of few languages tells more."""
    found = Counter(_WORD.findall(sample.lower()))
    shared = Counter(word for words in languages.values() for word in words)
    scores: dict[str, float] = dict.fromkeys(languages, 0.0)
    hits: Counter[str] = Counter()
    for language, words in languages.items():
        for word in words & found.keys():
            hits[language] += found[word]
            scores[language] += found[word] / shared[word] ** 0.5
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    (best, score), (_, second) = ranked[:2]
    enough = hits[best] >= _FEWEST_WORDS and hits[best] >= _LEAST_SHARE * found.total()
    return best if enough and score >= _MARGIN * second else None
