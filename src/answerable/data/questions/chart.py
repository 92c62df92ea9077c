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
    arguments: tuple[int | None, ...]  # positions among the symbols; None for an absent optional part
    action: Action
    cost: float


class Node:
    """A place in the trie of all rules: the symbols that may follow, and the rules that end here."""

    __slots__ = ("complete", "following")

    def __init__(self) -> None:
        self.following: dict[str, Node] = {}
        self.complete: list[Rule] = []


class Grammar:
    """Rules in a trie by their symbols, so that common beginnings are matched once.

    A pattern is written in words: `number of? Rows (in|of) Value`.
    Lower-case words stand for themselves, capitalised ones for categories whose values go to the
    action, `@Names` for classes of words without a value; `?` makes the symbol or group before it
    optional, `(a|b c)` gives alternatives."""

    def __init__(self) -> None:
        self.root = Node()
        self.words: set[str] = set()

    def rule(self, head: str, pattern: str, action: Action, cost: float = 0.0) -> None:
        """Add every expansion of `pattern` as a rule for `head`."""
        for symbols, arguments in _expand(_read_pattern(pattern)):
            if not symbols:
                raise ValueError(f"the pattern {pattern!r} can match nothing")
            node = self.root
            for symbol in symbols:
                following = node.following.get(symbol)
                node = self._grown(node, symbol) if following is None else following
            node.complete.append(Rule(head, arguments, action, cost))

    def _grown(self, node: Node, symbol: str) -> Node:
        following = node.following[symbol] = Node()
        if not symbol[:1].isupper() and not symbol.startswith("@"):
            self.words.add(symbol)
        return following

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


def _alternatives(symbols: list[str]) -> tuple[_Node, list[str]]:
    choices: list[_Node] = []
    sequence: list[_Node] = []
    while symbols and symbols[0] != ")":
        symbol, symbols = symbols[0], symbols[1:]
        if symbol == "|":
            choices.append(("all", sequence))
            sequence = []
        elif symbol == "?":
            sequence[-1] = ("maybe", sequence[-1])
        elif symbol == "(":
            node, symbols = _alternatives(symbols)
            symbols = symbols[1:]
            sequence.append(node)
        else:
            sequence.append(("symbol", symbol))
    choices.append(("all", sequence))
    return (choices[0] if len(choices) == 1 else ("any", choices)), symbols


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
        parts = _expand(part)
        expansions = [_join(left, right) for left in expansions for right in parts]
    return expansions


def _join(left: _Expansion, right: _Expansion) -> _Expansion:
    shift = len(left[0])
    moved = tuple(None if position is None else position + shift for position in right[1])
    return left[0] + right[0], left[1] + moved


_Partial = tuple[Node, int, tuple[Hashable, ...], float]  # place in the trie, start, values, cost


class Chart:
    """All phrases of one question under one grammar. `overflowed` tells that it was given up."""

    def __init__(self, grammar: Grammar, context: object) -> None:
        self._root = grammar.root
        self._context = context
        self._starting: dict[int, list[Item]] = defaultdict(list)
        self._waiting: dict[int, list[_Partial]] = defaultdict(list)
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
            self._starting[item.start].append(item)
            first = self._root.following.get(item.category)
            if first is not None:
                self._reach(first, item.start, (item.value,), item, item.cost, agenda)
            for node, start, values, cost in tuple(self._waiting[item.start]):
                following = node.following.get(item.category)
                if following is not None:
                    self._reach(following, start, (*values, item.value), item, cost + item.cost, agenda)
        return found

    def _reach(
        self,
        node: Node,
        start: int,
        values: tuple[Hashable, ...],
        last: Item,
        cost: float,
        agenda: list[Item],
    ) -> None:
        """Arrive at `node` after `last`: finish the rules that end there, go on with those that do not."""
        for rule in node.complete:
            chosen = [None if index is None else values[index] for index in rule.arguments]
            value = rule.action(self._context, *chosen)
            if value is not None:
                agenda.append(Item(rule.head, start, last.end, value, cost + rule.cost))
        if not node.following:
            return
        self._waiting[last.end].append((node, start, values, cost))
        for item in tuple(self._starting[last.end]):
            following = node.following.get(item.category)
            if following is not None:
                self._reach(following, start, (*values, item.value), item, cost + item.cost, agenda)
