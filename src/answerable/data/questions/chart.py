"""Bottom-up chart parsing over the words of a question.

Grammars are context-free rules with a cost and an action. The method is the classical
left-corner chart parser (Kay 1980): complete items and partly matched rules are kept by
position, so that every phrase is built once, whatever it later becomes part of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

# What a rule makes of its parts: the context of this question, then one value for each category
# of the pattern (None for an optional one that is absent). None refuses the combination.
Action = Callable[..., Hashable]  # rules differ in arity, so the parts stay untyped here

MAX_ITEMS = 6_000  # past this a question is hostile or hopeless


@dataclass(frozen=True, slots=True)
class Item:
    """Words [start, end) read as `category` with a meaning; a lower cost is a better reading."""

    category: str
    start: int
    end: int
    value: Hashable
    cost: float


@dataclass(frozen=True, slots=True)
class Rule:
    head: str
    symbols: tuple[str, ...]
    arguments: tuple[int | None, ...]  # positions in `symbols`; None for an absent optional part
    action: Action
    cost: float


class Grammar:
    """Rules by their first symbol. A pattern is written in words: `number of? Rows (in|of) Value`.

    Lower-case words stand for themselves, capitalised ones for categories whose values go to the
    action, `@Names` for classes of words without a value; `?` makes the symbol or group before it
    optional, `(a|b c)` gives alternatives."""

    def __init__(self) -> None:
        self.by_first: dict[str, list[Rule]] = defaultdict(list)
        self.words: set[str] = set()

    def rule(self, head: str, pattern: str, action: Action, cost: float = 0.0) -> None:
        """Add every expansion of `pattern` as a rule for `head`."""
        for symbols, arguments in _expand(_read_pattern(pattern)):
            if not symbols:
                raise ValueError(f"the pattern {pattern!r} can match nothing")
            self.by_first[symbols[0]].append(Rule(head, symbols, arguments, action, cost))
            for symbol in symbols:
                if not symbol[:1].isupper() and not symbol.startswith("@"):
                    self.words.add(symbol)

    def words_as(self, head: str, phrases: str, value: Hashable = True, cost: float = 0.0) -> None:
        """Let each phrase of `a|b c|d` stand for `value` under `head`."""
        self.rule(head, f"({phrases})", lambda _context: value, cost)


_TOKEN = re.compile(r"[()|?]|[^\s()|?]+")
_Node = tuple[str, Any]  # ("symbol", text) | ("all", [nodes]) | ("any", [nodes]) | ("maybe", node)


def _read_pattern(pattern: str) -> _Node:
    tokens = _TOKEN.findall(pattern)
    node, rest = _alternatives(tokens)
    if rest:
        raise ValueError(f"unbalanced pattern {pattern!r}")
    return node


def _alternatives(tokens: list[str]) -> tuple[_Node, list[str]]:
    choices: list[_Node] = []
    sequence: list[_Node] = []
    while tokens and tokens[0] != ")":
        token, tokens = tokens[0], tokens[1:]
        if token == "|":
            choices.append(("all", sequence))
            sequence = []
        elif token == "?":
            sequence[-1] = ("maybe", sequence[-1])
        elif token == "(":
            node, tokens = _alternatives(tokens)
            tokens = tokens[1:]
            sequence.append(node)
        else:
            sequence.append(("symbol", token))
    choices.append(("all", sequence))
    return (choices[0] if len(choices) == 1 else ("any", choices)), tokens


_Expansion = tuple[tuple[str, ...], tuple[int | None, ...]]


def _expand(node: _Node) -> list[_Expansion]:
    kind, content = node
    if kind == "symbol":
        return [((content,), (0,) if content[:1].isupper() else ())]
    if kind == "any":
        return [expansion for choice in content for expansion in _expand(choice)]
    if kind == "maybe":
        present = _expand(content)
        absent: _Expansion = ((), (None,) * len(present[0][1]))
        return [*present, absent]
    expansions: list[_Expansion] = [((), ())]
    for part in content:
        expansions = [_join(left, right) for left in expansions for right in _expand(part)]
    return expansions


def _join(left: _Expansion, right: _Expansion) -> _Expansion:
    shift = len(left[0])
    moved = tuple(None if position is None else position + shift for position in right[1])
    return left[0] + right[0], left[1] + moved


_Partial = tuple[Rule, int, int, tuple[Hashable, ...], float]  # rule, next symbol, start, values, cost


class Chart:
    """All phrases of one question under one grammar. `found` holds the complete items."""

    def __init__(self, grammar: Grammar, context: object) -> None:
        self._rules = grammar.by_first
        self._context = context
        self._starting: dict[tuple[int, str], list[Item]] = defaultdict(list)
        self._waiting: dict[tuple[int, str], list[_Partial]] = defaultdict(list)
        self._best: dict[tuple[str, int, int, Hashable], float] = {}
        self.overflowed = False

    def fill(self, terminals: Iterable[Item]) -> list[Item]:
        """Every item that the rules can build from `terminals` (these included)."""
        agenda = list(terminals)
        found: list[Item] = []
        while agenda:
            item = agenda.pop()
            key = (item.category, item.start, item.end, item.value)
            known = self._best.get(key)
            if known is not None and known <= item.cost:
                continue
            if len(self._best) > MAX_ITEMS:
                self.overflowed = True
                break
            self._best[key] = item.cost
            found.append(item)
            self._starting[item.start, item.category].append(item)
            for rule in self._rules.get(item.category, ()):
                self._step((rule, 0, item.start, (), rule.cost), item, agenda)
            for partial in tuple(self._waiting.get((item.start, item.category), ())):
                self._step(partial, item, agenda)
        return found

    def _step(self, partial: _Partial, item: Item, agenda: list[Item]) -> None:
        rule, position, start, values, cost = partial
        values = (*values, item.value)
        cost += item.cost
        position += 1
        if position == len(rule.symbols):
            chosen = [None if index is None else values[index] for index in rule.arguments]
            value = rule.action(self._context, *chosen)
            if value is not None:
                agenda.append(Item(rule.head, start, item.end, value, cost))
            return
        symbol = rule.symbols[position]
        advanced = (rule, position, start, values, cost)
        self._waiting[item.end, symbol].append(advanced)
        for following in tuple(self._starting.get((item.end, symbol), ())):
            self._step(advanced, following, agenda)
