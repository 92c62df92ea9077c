"""Words that only carry the grammar of a question, by language.

The language is told by them too: nothing else of a short question says it. Chinese and Japanese ones are the
pairs of letters that `words` makes of them.
"""

from __future__ import annotations

from collections.abc import Collection

from answerable.knowledge.lexical.words import words

ENGLISH = "en"

_WORDS = {
    ENGLISH: (
        "a an the of in on at to for from by with and or is are was were be been being do does did "
        "has have had it its this that these those as what which who whom whose when where why how "
        "many much not there their they he she his her i you we our your than then into about also "
        "can could would should will may name type kind called me us tell please"
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer eines und oder ist sind war waren wird "
        "werden wurde wurden hat haben hatte kann können konnte muss müssen darf dürfen soll sollen "
        "in im am an auf aus bei beim mit nach von vom zu zum zur für über um bis ab als wie was wer "
        "wem wen wo wann warum wieso wohin woher welche welcher welches welchen welchem viel viele "
        "nicht es er sie ich wir man mir mich sich gibt bitte heißt"
    ),
    "fr": (
        "le la les l un une des de du d et ou est sont était étaient a ont avait être avoir peut "
        "peuvent doit doivent faut en dans sur sous au aux à par pour avec ce cet cette ces qu que "
        "qui quoi quel quelle quels quelles quand où comment pourquoi combien t il elle ils elles on "
        "je j nous vous y se s ne n pas plus"
    ),
    "es": (
        "el la los las un una unos unas de del y o es son era eran fue está están hay ha han tiene "
        "tienen se le lo puede pueden puedo debe deben en a al por para con sin que qué quién quiénes "
        "cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas no yo me su sus este esta"
    ),
    "pt": (
        "o os as um uma de do da dos das e ou é são era foi há tem têm pode podem deve em no na nos "
        "nas ao por para com sem que quem qual quais quando onde como quanto quanta quantos quantas "
        "não se eu seu sua"
    ),
    "it": (
        "il lo la i gli le un uno una di del della dei delle e o è sono era erano ha hanno può "
        "possono deve devono in nel nella al alla da dal per con su che chi cosa quale quali quando "
        "dove come perché quanto quanta quanti quante non si io"
    ),
    "nl": (
        "de het een van en of is zijn was waren wordt worden heeft hebben kan kunnen moet moeten mag "
        "in op aan te bij met naar uit voor door over om als wat wie waar wanneer waarom hoe hoeveel "
        "welke welk niet er ik je men zich"
    ),
    "ru": (
        "в во на с со к ко о об от до из за по для при у и или не это что кто кого чем чём где куда "
        "когда почему зачем как какой какая какое какие каком какую сколько скольких ли был была было "
        "были есть можно нужно он она они мы вы я"
    ),
    "ar": (
        "في من على إلى عن ما ماذا بماذا لماذا هل هو هي كم أي أين متى كيف كان كانت هذا هذه التي الذي "
        "أن إن لا أو يمكن"
    ),
    "zh": "什么 多少 哪里 哪些 怎么 怎样 如何 为什么 是什么 吗 呢 是谁 多久 几个 的",
    "ja": "ですか ますか でしたか ましたか ください 何ですか どこですか 誰ですか いつですか",
}
_TERMS = {language: frozenset(words(listed)) for language, listed in _WORDS.items()}
_FEWEST = 2
"""Words of another language's grammar that a question needs to be in it: one may be a name."""


def language_of(terms: Collection[str]) -> str:
    """The language whose grammar most of a question's words belong to; English unless another is clear."""
    distinct = set(terms)
    counts = {language: len(distinct & listed) for language, listed in _TERMS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= _FEWEST and counts[best] > counts[ENGLISH] else ENGLISH


def function_words(language: str) -> frozenset[str]:
    """The words, as search compares them, that carry the grammar of a language."""
    return _TERMS[language]
