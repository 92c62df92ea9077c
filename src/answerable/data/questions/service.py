"""Reads a question over a semantic model: one query, a choice of two or three, or the words left over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from answerable.data.questions.asides import without_asides
from answerable.data.questions.assumed import notes_of_tables, tables_taken_in
from answerable.data.questions.chart import Chart, Grammar, Item
from answerable.data.questions.context import Context
from answerable.data.questions.english import (
    ARTICLES,
    COMMERCE,
    CORRECTABLE,
    FILLERS,
    KNOWN_WORDS,
    LIGHT_VERBS,
    SALES_ROWS,
    WRAPPERS,
    plural,
    singular,
)
from answerable.data.questions.entries import Entry, key_of
from answerable.data.questions.fuzzy import correct
from answerable.data.questions.grammar import filters as filter_rules
from answerable.data.questions.grammar import numbers as number_rules
from answerable.data.questions.grammar import recurring as recurring_rules
from answerable.data.questions.grammar.english import CLAUSES, english
from answerable.data.questions.grammar.lookups import is_key
from answerable.data.questions.lexicon import Lexicon, terminal
from answerable.data.questions.meanings import Field, Part
from answerable.data.questions.named_twice import Doubt, doubted, settled
from answerable.data.questions.naming import with_names
from answerable.data.questions.notes import SegmentNoted, UnseenNoted
from answerable.data.questions.numbers import cardinal, ordinal
from answerable.data.questions.outcome import Outcome, Parsed, Reason, Unparsed
from answerable.data.questions.own_time import with_own_time
from answerable.data.questions.readings import Candidate, candidates, covers
from answerable.data.questions.related import Reach, Spot
from answerable.data.questions.suggestions import examples, first_few, shortened
from answerable.data.questions.time import phrases as time_rules
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.tokens import Kind, Token, fold, tokenise
from answerable.data.questions.verdict import decide
from answerable.data.questions.wording import describe_filter
from answerable.data.semantics.model import Dataset, SemanticModel, Status
from answerable.data.semantics.query import SemanticQuery, parts_of
from answerable.data.semantics.segments import segments_in

MAX_CHARACTERS = 600
MAX_TOKENS = 60
_KEPT_LEXICONS = 64
_MOST_DATASETS = 4
_LEXICONS: OrderedDict[str, Lexicon] = OrderedDict()  # by revision
_MODELS: OrderedDict[int, tuple[SemanticModel, Lexicon]] = OrderedDict()  # by identity


def lexicon_for(model: SemanticModel) -> Lexicon:
    """The model's lexicon, built once per revision; the least recently used are let go.

    The same model object is found without hashing it again."""
    known = _MODELS.get(id(model))
    if known is not None and known[0] is model:
        _MODELS.move_to_end(id(model))
        return known[1]
    revision = model.revision
    lexicon = _LEXICONS.get(revision) or Lexicon(model)
    _LEXICONS[revision] = lexicon
    _LEXICONS.move_to_end(revision)
    _MODELS[id(model)] = (model, lexicon)
    for kept in (_LEXICONS, _MODELS):
        while len(kept) > _KEPT_LEXICONS:
            kept.popitem(last=False)
    return lexicon


def read_question(
    question: str,
    model: SemanticModel,
    as_of: datetime,
    scope: Collection[str] | None = None,
    *,
    year: int | None = None,
) -> Outcome:
    """What `question` asks of the model's datasets (of those named in `scope`, if given).

    Pure: relative time counts from `as_of`, in the model's calendar; a month or quarter without a year is of
    `year`, where one is spoken of, else the latest that has begun. Never guesses: every content word is used
    exactly once, or the outcome is `Unparsed` with the words that were not."""
    if len(question) > MAX_CHARACTERS:
        return Unparsed((), (), 0.0, Reason.TOO_LONG)
    reader = _Reader(model, Now.at(as_of, model.calendar, year), scope)
    read = reader.read(question)
    if isinstance(read, Unparsed) and read.reason is not Reason.EMPTY:
        return _with_suggestions(read, question, reader)
    return read


def _with_suggestions(unparsed: Unparsed, question: str, reader: _Reader) -> Unparsed:
    """The question without the words left over, where that can be answered; else examples."""
    near = (first_few(question), shortened(question, unparsed.left_over))
    datasets = reader.nearest
    found: list[str] = []
    if unparsed.score >= 0.4:
        found += [text for text in near if text and not isinstance(reader.read(text), Unparsed)]
    if unparsed.score > 0:
        found += [text for text in examples(reader.model, datasets) if text not in found]
    return Unparsed(unparsed.left_over, tuple(found[:3]), unparsed.score, unparsed.reason)


@dataclass(frozen=True, slots=True)
class _Word:
    """A token that stays after wrappers and articles went, and what it was corrected to."""

    token: Token
    key: str
    corrected: bool = False


class _Reader:
    def __init__(self, model: SemanticModel, now: Now, scope: Collection[str] | None) -> None:
        self.model = model
        self._lexicon = lexicon_for(model)
        self._now = now
        self._grammar: Grammar = english()
        self.scope = frozenset(d.name for d in model.datasets if scope is None or d.name in scope)
        self.nearest: tuple[str, ...] = ()  # the datasets that the last question was nearest to

    def read(self, question: str) -> Outcome:
        tokens = self._with_keys(question, tokenise(without_asides(question, self._is_known)))
        if not tokens:
            return Unparsed((), (), 0.0, Reason.EMPTY)
        if len(tokens) > MAX_TOKENS:
            return Unparsed((), (), 0.0, Reason.TOO_LONG)
        if not self.scope:
            return Unparsed((), (), 0.0, Reason.NO_DATA)
        words = self._correct(self._content(tokens))
        kept = [word.token for word in words]
        spots = [s for s in self._lexicon.spot([w.key for w in words]) if s[2].dataset in self.scope]
        spots += self._quoted(kept)
        grammar_known = [self._in_grammar(word) for word in words]
        ranked = self._datasets(words, spots, grammar_known)
        self.nearest = tuple(dataset.name for dataset, _ in ranked)
        found: list[tuple[Candidate, Context]] = []
        for dataset, left_over in ranked[:_MOST_DATASETS]:
            if left_over:
                break
            if _said_better_elsewhere(dataset.name, spots):
                continue
            found += self._parse(dataset, question, words, spots)
        corrected = tuple(w.token.norm for w in words if w.corrected)
        if found:
            told = decide(found, question, kept, corrected=corrected)
            if self._doubt(told, spots, kept) is not None:
                across, _ = self._across(question, words, spots, grammar_known)
                told = self._settled([*found, *across], told, spots, question, kept, corrected)
            told = with_own_time(self._with_unseen(told), self.model, kept)
            return self._with_segments(self._with_names(told, kept))
        across, fewest = self._across(question, words, spots, grammar_known)
        if across:
            told = decide(across, question, kept, corrected=corrected)
            joined = self._joined(self._settled(across, told, spots, question, kept, corrected))
            return self._with_segments(self._with_names(self._with_unseen(joined), kept))
        if fewest is not None and len(fewest) < len(ranked[0][1]):
            ranked = [(ranked[0][0], fewest)]
        return self._unread(words, ranked, spots)

    def _with_keys(self, question: str, tokens: list[Token]) -> list[Token]:
        """The tokens, with those that make one key by the signs between them as one: ORD-1001. The words of a
        value stay apart."""
        keys = [singular(token.norm) for token in tokens]
        named = {at for a, b, _ in self._lexicon.spot(keys) if b - a > 1 for at in range(a, b)}
        kept: list[Token] = []
        at = 0
        while at < len(tokens):
            end = at + 1
            while end < len(tokens) and question[tokens[end - 1].end : tokens[end].start] in _KEY_SIGNS:
                end += 1
            text = fold(question[tokens[at].start : tokens[end - 1].end])
            if end - at > 1 and is_key(text) and not named & set(range(at, end)):
                kept.append(Token(text, Kind.WORD, tokens[at].start, tokens[end - 1].end))
            else:
                kept += tokens[at:end]
            at = end
        return kept

    def _is_known(self, word: str) -> bool:
        """Whether a word is one of the model's: not the "up" of who signed up."""
        return word not in _PARTICLES and singular(word) in self._lexicon.vocabulary

    def _across(
        self, question: str, words: list[_Word], spots: list[Spot], known: list[bool]
    ) -> tuple[list[tuple[Candidate, Context]], tuple[int, ...] | None]:
        """What the question means of a table together with those that its rows lead to, and the fewest
        words that this leaves over (None without such tables)."""
        found: list[tuple[Candidate, Context]] = []
        fewest: tuple[int, ...] | None = None
        for dataset in self.model.datasets if self.model.relationships else ():
            if dataset.name not in self.scope:
                continue
            reach = Reach(self.model, dataset)
            reached = reach.spots(spots, [word.token.norm for word in words])
            if not reached:
                continue
            everything = [*spots, *reached]
            ((_, left_over),) = self._ranked([dataset], words, everything, known)
            if fewest is None or len(left_over) < len(fewest):
                fewest = left_over
            if not left_over and not _said_better_elsewhere(dataset.name, everything):
                found += self._parse(dataset, question, words, everything, reach)
        return found, fewest

    def _doubt(self, told: Outcome, spots: list[Spot], kept: list[Token]) -> Doubt | None:
        """The number of the answer that is called as another table's rows are."""
        if not isinstance(told, Parsed) or told.query is None:
            return None
        return doubted(told.query, [s for s in spots if s[2].dataset in self.scope], kept, self.model)

    def _settled(
        self,
        found: list[tuple[Candidate, Context]],
        told: Outcome,
        spots: list[Spot],
        question: str,
        kept: list[Token],
        corrected: tuple[str, ...],
    ) -> Outcome:
        """The outcome, or what is right where its number may be another table's rows."""
        doubt = self._doubt(told, spots, kept)
        if doubt is None or not isinstance(told, Parsed) or told.query is None:
            return told
        chosen = told.query.dataset
        context = next(own for _, own in found if own.dataset.name == chosen)
        others = [
            (c, own)
            for c, own in found
            if c.draft is not None and doubted(c.draft.query, spots, kept, self.model) is None
        ]
        sure = settled(told, context, doubt, others, self.model)
        return sure if sure is not None else self._joined(decide(others, question, kept, corrected=corrected))

    def _with_segments(self, outcome: Outcome) -> Outcome:
        """With what the rows of each segment that is asked for have in common."""
        if not isinstance(outcome, Parsed) or outcome.query is None:
            return outcome
        query = outcome.query
        wheres = (query.where, *(measure.where for measure in parts_of(query.measures)))
        names = dict.fromkeys(name for where in wheres for name in segments_in(where))
        found = [segment for name in names if (segment := self.model.segment(name)) is not None]
        notes = tuple(
            SegmentNoted(
                code="segment_means",
                segment=s.label,
                words=describe_filter(s.where, SemanticQuery(dataset=s.dataset), self.model),
            )
            for s in found
        )
        return replace(outcome, notes=(*outcome.notes, *notes))

    def _with_names(self, outcome: Outcome, tokens: list[Token]) -> Outcome:
        """Groups of keys by the names that they stand for, unless keys were asked for."""
        if not isinstance(outcome, Parsed) or outcome.query is None:
            return outcome
        if any(singular(token.norm) in _KEY_WORDS for token in tokens):
            return outcome
        return replace(outcome, query=with_names(outcome.query, self.model))

    def _with_unseen(self, outcome: Outcome) -> Outcome:
        """With a note that customers without any orders are not among those with fewer than three."""
        if not isinstance(outcome, Parsed) or outcome.query is None:
            return outcome
        query = outcome.query
        if not any(threshold.operator in ("lt", "le", "ne") for threshold in query.having):
            return outcome
        grouped = {group.field for group in query.group_by}
        unseen = [
            self.model.dataset(link.right)
            for link in self.model.relationships
            if link.left == query.dataset and link.left_field in grouped
        ]
        rows = self.model.dataset(query.dataset)
        notes = tuple(
            UnseenNoted(code="unseen_left_out", dataset=other.label, rows=rows.label)
            for other in unseen
            if other is not None and rows is not None
        )
        return replace(outcome, notes=(*outcome.notes, *notes))

    def _joined(self, outcome: Outcome) -> Outcome:
        """With a note of each table that the query takes in, and less sure of it where that was inferred."""
        if not isinstance(outcome, Parsed) or outcome.query is None:
            return outcome
        links = tables_taken_in(outcome.query, self.model)
        guessed = sum(link.status is Status.INFERRED for link in links)
        confidence = round(max(0.5, outcome.confidence - 0.02 * guessed), 3)
        return replace(
            outcome, notes=(*outcome.notes, *notes_of_tables(links, self.model)), confidence=confidence
        )

    def _content(self, tokens: list[Token]) -> list[Token]:
        """Tokens without the phrases that wrap a question and without articles.

        An article that is part of a name of the model stays."""
        keys = [singular(t.norm) for t in tokens]
        named = {
            at for start, end, entry in self._lexicon.spot(keys) for at in range(start, end)
            if end - start > 1 or entry.category == "Value"
        }  # fmt: skip
        kept: list[Token] = []
        at = 0
        while at < len(tokens):
            if tokens[at].kind is Kind.QUOTED:
                kept.append(tokens[at])
                at += 1
                continue
            length = next((len(w) for w in WRAPPERS if self._stands_at(tokens, at, w)), 0)
            if length and not any(i in named for i in range(at, at + length)):
                at += length
                continue
            if tokens[at].norm not in ARTICLES or at in named:
                kept.append(tokens[at])
            at += 1
        return kept

    @staticmethod
    def _stands_at(tokens: list[Token], at: int, words: tuple[str, ...]) -> bool:
        if tokens[at].norm != words[0] or at + len(words) > len(tokens):
            return False
        return all(tokens[at + offset].norm == word for offset, word in enumerate(words))

    def _correct(self, tokens: list[Token]) -> list[_Word]:
        words: list[_Word] = []
        for token in tokens:
            key = singular(token.norm)
            known = (
                token.kind is not Kind.WORD
                or key in self._lexicon.vocabulary
                or token.norm in _NEVER_CORRECTED
            )
            if known or token.norm in self._grammar.words or token.norm in KNOWN_WORDS or key in KNOWN_WORDS:
                words.append(_Word(token, key))
                continue
            near = {*self._lexicon.words_like(key), *_CORRECTABLE.get(key[:1], ())}
            meant = correct(key, near) or correct(token.norm, {word + "s" for word in near})
            if meant is None or meant in (key, token.norm):
                words.append(_Word(token, key))
            else:
                typed = plural(meant) if key != token.norm and singular(meant) == meant else meant
                fixed = Token(typed, token.kind, token.start, token.end)
                words.append(_Word(fixed, singular(meant), corrected=True))
        return words

    def _quoted(self, tokens: list[Token]) -> list[tuple[int, int, Entry]]:
        """A quoted text that is a known value stands for it."""
        spots: list[tuple[int, int, Entry]] = []
        for at, token in enumerate(tokens):
            if token.kind is Kind.QUOTED:
                key = tuple(singular(t.norm) for t in tokenise(token.norm) if t.norm != ",")
                entries = self._lexicon.lookup(key)
                spots += [
                    (at, at + 1, e) for e in entries if e.category == "Value" and e.dataset in self.scope
                ]
        return spots

    def _in_grammar(self, word: _Word) -> bool:
        token = word.token
        return (
            token.norm in self._grammar.words
            or token.norm in FILLERS
            or token.norm in LIGHT_VERBS
            or token.kind in (Kind.NUMBER, Kind.DATE, Kind.CLOCK)
            or cardinal(token.norm) is not None
            or ordinal(token.norm) is not None
        )

    def _datasets(
        self, words: list[_Word], spots: list[tuple[int, int, Entry]], known: list[bool]
    ) -> list[tuple[Dataset, tuple[int, ...]]]:
        """The datasets with the words that each leaves over, the best first."""
        return self._ranked(self.model.datasets, words, spots, known)

    def _ranked(
        self,
        datasets: Sequence[Dataset],
        words: list[_Word],
        spots: list[tuple[int, int, Entry]],
        known: list[bool],
    ) -> list[tuple[Dataset, tuple[int, ...]]]:
        covered: dict[str, set[int]] = {name: set() for name in self.scope}
        for start, end, entry in spots:
            covered[entry.dataset].update(range(start, end))
        codes = {
            at
            for at, w in enumerate(words)
            if w.token.kind is Kind.QUOTED or any(c.isdigit() for c in w.token.norm)
        }
        ranked = []
        for dataset in datasets:
            if dataset.name in self.scope:
                mine = covered[dataset.name]
                left = tuple(
                    at
                    for at in range(len(words))
                    if at not in mine and not known[at] and not (codes and at in codes)
                )
                ranked.append((dataset, left, len(mine)))
        ranked.sort(key=lambda entry: (len(entry[1]), -entry[2]))
        return [(dataset, left) for dataset, left, _ in ranked]

    def _parse(
        self,
        dataset: Dataset,
        question: str,
        words: list[_Word],
        spots: list[Spot],
        reach: Reach | None = None,
    ) -> list[tuple[Candidate, Context]]:
        tokens = [word.token for word in words]
        context = self._context(dataset)
        if reach is not None:
            context = replace(context, related=reach.fields, pointers=reach.pointers)
        grammar_words = self._grammar.words
        items = [
            Item(t.norm, at, at + 1, t.norm, 0.0) for at, t in enumerate(tokens) if t.norm in grammar_words
        ]
        items += [
            terminal(start, end, e, tokens[end - 1].norm, one=_follows_a(question, tokens[start]))
            for start, end, e in spots
            if e.dataset == dataset.name
        ]
        items += time_rules.terminals(tokens)
        items += recurring_rules.terminals(tokens)
        items += number_rules.terminals(tokens)
        items += filter_rules.terminals(tokens, question)
        chart = Chart(self._grammar, context)
        found = chart.fill(items)
        if chart.overflowed:
            return []
        # `ordered` is a light verb only where no dataset has a date of ordering
        meant = {
            tokens[at].norm for start, end, e in spots if e.category == "TimeVerb" for at in range(start, end)
        }
        if not SALES_ROWS & set(key_of(dataset.row_noun)):
            meant |= COMMERCE  # customers who bought in March did not sign up in March
        sequences = covers(found, tokens, CLAUSES, _SKIPPED - meant)
        return [(candidate, context) for candidate in candidates(context, sequences, tokens)]

    def _context(self, dataset: Dataset) -> Context:
        metrics = tuple(m.face for m in self.model.metrics if m.dataset == dataset.name)
        context = Context(
            dataset, metrics, self.model.calendar, self._now, row_named=self._lexicon.row_named(dataset.name)
        )
        sales: list[Part] = []
        for entry in self._lexicon.lookup(("sale",)):
            if entry.dataset == dataset.name and isinstance(entry.value, Part | Field):
                part = entry.value if isinstance(entry.value, Part) else context.number_of(entry.value.name)
                sales += [part] if part is not None and part not in sales else []
        return replace(context, sales=tuple(sales))

    def _unread(
        self,
        words: list[_Word],
        ranked: list[tuple[Dataset, tuple[int, ...]]],
        spots: list[tuple[int, int, Entry]],
    ) -> Unparsed:
        left = ranked[0][1]
        spotted = {
            at for start, end, entry in spots for at in range(start, end) if entry.category not in _DERIVED
        }
        about = [at for at in spotted if words[at].token.norm not in _SKIPPED]
        score = len(about) / (len(about) + len(left)) if about else 0.0
        reason = Reason.WORDS_LEFT_OVER if left else Reason.NOT_EXPRESSIBLE
        return Unparsed(tuple(words[at].token.norm for at in left), (), round(score, 3), reason)


def _follows_a(question: str, token: Token) -> bool:
    """Whether an indefinite article stands before the token, which is no token any more."""
    return question[: token.start].lower().endswith((" a ", " an "))


def _said_better_elsewhere(dataset: str, spots: list[tuple[int, int, Entry]]) -> bool:
    """Whether several words together name something in another dataset, and nothing in this one."""
    whole = {(start, end) for start, end, entry in spots if entry.dataset == dataset and end - start > 1}
    others = {(s, e) for s, e, entry in spots if e - s > 1 and entry.dataset != dataset and entry.tier <= 1}
    return any(not any(low <= start and end <= high for low, high in whole) for start, end in others)


# What is only derived from names says little of whether a question is about the tables: "returns policy".
_DERIVED = frozenset({"Happening", "TimeForm", "Untimed", "UnitName"})
_KEY_WORDS = frozenset({"id", "key", "code", "nr"})
_PARTICLES = FILLERS | ARTICLES | frozenset({"up", "in", "on", "off", "out", "at", "with"})
_SKIPPED = FILLERS | LIGHT_VERBS
_KEY_SIGNS = ("-", "/")
_NEVER_CORRECTED = FILLERS | LIGHT_VERBS | ARTICLES


_CORRECTABLE = {
    initial: [word for word in CORRECTABLE if word[0] == initial and len(word) > 4]
    for initial in {w[0] for w in CORRECTABLE}
}
