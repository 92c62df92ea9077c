"""One workspace's names and where they lead: what the catalog answers from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from answerable.inference.models.configured import AliasDefinition, ConfiguredModel, ConfiguredProvider
from answerable.inference.models.errors import ModelLacks, UnknownModel
from answerable.inference.models.names import SYSTEM_MODEL
from answerable.inference.models.plan import Capability, Plan, Target
from answerable.inference.operation import Operation

_NEEDS: Mapping[Operation, Capability] = {
    Operation.CHAT: Capability.CHAT,
    Operation.RESPONSES: Capability.CHAT,
    Operation.MESSAGES: Capability.CHAT,
    Operation.COUNT_TOKENS: Capability.CHAT,
    Operation.EMBEDDINGS: Capability.EMBEDDINGS,
    Operation.SPEECH: Capability.SPEECH,
}
_MOST_DEEP = 10
_MOST_PLANS = 512
_MOST_COMPARED = 500  # names that a mistyped one is held against

Groups = tuple[tuple[Target, ...], ...]


class AliasCycle(Exception):
    """Aliases lead around in a circle: `path` begins and ends with the same name."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(" → ".join(path))
        self.path = tuple(path)


class AliasTooDeep(Exception):
    """An alias leads to models only through a long chain of others."""

    def __init__(self) -> None:
        super().__init__(f"more than {_MOST_DEEP} aliases one behind another")


class NameKind(StrEnum):
    """What a name is. A pattern stands for every name with its beginning."""

    MODEL = "model"
    ALIAS = "alias"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name that a workspace may call, with the targets that it leads to, in order."""

    name: str
    kind: NameKind
    targets: tuple[Target, ...]
    by_operator: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A model with its provider; `called` is the name within the provider."""

    provider: ConfiguredProvider
    model: ConfiguredModel
    called: str


class Names:
    """Names of one owner, a workspace or the operator; `beyond` are the operator's, seen where a name
    is not the workspace's own. The operator's aliases lead among the operator's names alone."""

    def __init__(
        self,
        providers: Sequence[ConfiguredProvider],
        aliases: Sequence[AliasDefinition],
        beyond: Names | None = None,
    ) -> None:
        self._aliases = {alias.name: alias for alias in aliases}
        self._exact: dict[str, _Found] = {}
        self._patterns: list[tuple[str, _Found]] = []
        self._providers = tuple(providers)
        self._beyond = beyond
        self._groups: dict[str, Groups] = {}
        for provider in providers:
            for model in provider.models:
                for name in (model.name, f"{provider.name}/{model.name}"):
                    found = _Found(provider, model, model.name)
                    if name == "*":
                        continue  # every name of this provider, not every name there is
                    if model.is_pattern:
                        self._patterns.append((name, found))
                    else:
                        self._exact.setdefault(name, found)
        # The longest beginning says most about a name.
        self._patterns.sort(key=lambda each: -len(each[0]))

    def groups(self, name: str, path: tuple[str, ...] = ()) -> Groups:
        """The targets behind a name. Raises UnknownModel, AliasCycle.

        A target of an alias that is itself an alias brings its groups: first groups share a rank.
        """
        known = self._groups.get(name)
        if known is not None:
            return known
        alias = self._aliases.get(name)
        if alias is not None:
            groups = self._groups[name] = self._of_alias(alias, path)
            return groups
        found = self._exact.get(name)
        if found is not None:
            groups = self._groups[name] = ((found.provider.target(found.model, found.called),),)
            return groups
        if self._beyond is not None and self._beyond.has_exact(name):
            return self._beyond.groups(name)
        match = self._match(name) or (self._beyond._match(name) if self._beyond is not None else None)
        if match is None:
            raise UnknownModel(name)
        # Not kept: names that callers make up are without bound.
        return ((match.provider.target(match.model, match.called),),)

    def alias(self, name: str) -> AliasDefinition | None:
        """The alias of that name, a model of which name comes first."""
        own = self._aliases.get(name)
        if own is not None or name in self._exact or self._beyond is None:
            return own
        return self._beyond.alias(name)

    def has_exact(self, name: str) -> bool:
        """Whether the name is one alias or model, not one of many behind a pattern."""
        return (
            name in self._aliases
            or name in self._exact
            or (self._beyond is not None and self._beyond.has_exact(name))
        )

    def check(self, alias: AliasDefinition) -> None:
        """Raises UnknownModel for a name that an alias of this owner leads to and that leads nowhere,
        AliasCycle when it leads back to itself, AliasTooDeep."""
        known = self._aliases.get(alias.name)
        self._aliases[alias.name] = alias
        try:
            self._height(alias.name, (), {})
        finally:
            if known is None:
                del self._aliases[alias.name]
            else:
                self._aliases[alias.name] = known

    def dangling(self) -> Sequence[str]:
        """Own aliases that lead to a name that leads nowhere, around in a circle, or too deep."""
        return [alias.name for alias in self._aliases.values() if self._dangles(alias)]

    def entries(self) -> Sequence[NameEntry]:
        """Every name, sorted. An operator's model whose name the workspace took is listed with its
        provider's name before it."""
        own = [
            self._entry(model.name, _Found(provider, model, model.name))
            for provider in self._providers
            for model in provider.models
        ]
        own += [
            NameEntry(name, NameKind.ALIAS, self._all_targets(name), self._beyond is None)
            for name, alias in self._aliases.items()
            if alias.cascade or self._all_targets(name)
        ]
        taken = {entry.name for entry in own}
        for entry in self._beyond.entries() if self._beyond is not None else ():
            if entry.name not in taken:
                own.append(entry)
            elif entry.kind is not NameKind.ALIAS:
                own.append(replace(entry, name=f"{entry.targets[0].provider}/{entry.name}"))
        return sorted(own, key=lambda entry: entry.name)

    def _entry(self, name: str, found: _Found) -> NameEntry:
        if name == "*":
            name = f"{found.provider.name}/*"
        kind = NameKind.PATTERN if found.model.is_pattern else NameKind.MODEL
        target = found.provider.target(found.model, found.called)
        return NameEntry(name, kind, (target,), found.provider.by_operator)

    def _all_targets(self, name: str) -> tuple[Target, ...]:
        try:
            return tuple(target for group in self.groups(name) for target in group)
        except UnknownModel:
            return ()

    def _of_alias(self, alias: AliasDefinition, path: tuple[str, ...]) -> Groups:
        if alias.name in path:
            raise AliasCycle((*path, alias.name))
        groups: list[tuple[Target, ...]] = []
        seen: set[str] = set()
        for members in alias.target_groups():
            ranks: list[list[Target]] = []
            for member in members:
                try:
                    reached = self.groups(member.model, (*path, alias.name))
                except (UnknownModel, AliasCycle):
                    continue  # the operator took it away: the others still answer
                for place, targets in enumerate(reached):
                    if place == len(ranks):
                        ranks.append([])
                    share = member.weight / sum(target.weight for target in targets)
                    ranks[place] += [replace(each, weight=each.weight * share) for each in targets]
            for rank in ranks:
                # What was asked before is not asked again, or aliases of aliases would grow without bound.
                fresh = tuple(each for each in _merged(rank) if each.breaker_key not in seen)
                seen.update(each.breaker_key for each in fresh)
                if fresh:
                    groups.append(fresh)
        if alias.timeouts is not None:
            return tuple(
                tuple(replace(each, timeouts=alias.timeouts.over(each.timeouts)) for each in group)
                for group in groups
            )
        return tuple(groups)

    def _match(self, name: str) -> _Found | None:
        """The model of the pattern with the longest beginning."""
        for pattern, found in self._patterns:
            if name.startswith(pattern[:-1]) and len(name) >= len(pattern):
                prefix = len(pattern) - len(found.model.name)  # `provider/`, or nothing
                return _Found(found.provider, found.model, name[prefix:])
        return None

    def _height(self, name: str, path: tuple[str, ...], known: dict[str, int]) -> int:
        """How many aliases stand one behind another from the name on, each visited once."""
        if name in path:
            raise AliasCycle((*path[path.index(name) :], name))
        if name in known:
            return known[name]
        alias = self._aliases.get(name)
        if alias is None:
            if name != SYSTEM_MODEL:
                self.groups(name)
            return 0
        if len(path) > _MOST_DEEP:
            raise AliasTooDeep
        height = 1 + max(self._height(each, (*path, name), known) for each in alias.names)
        if height > _MOST_DEEP:
            raise AliasTooDeep
        known[name] = height
        return height

    def _dangles(self, alias: AliasDefinition) -> bool:
        try:
            self._height(alias.name, (), {})
        except (UnknownModel, AliasCycle, AliasTooDeep):
            return True
        return False


def _merged(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets of one rank; one that is reached on two ways has both ways' weight."""
    merged: dict[str, Target] = {}
    for each in targets:
        known = merged.get(each.breaker_key)
        merged[each.breaker_key] = (
            each if known is None else replace(known, weight=known.weight + each.weight)
        )
    return tuple(merged.values())


class Snapshot:
    """What one workspace can call at one moment. `plan` is the hot path: a dictionary's look-up."""

    __slots__ = ("_entries", "_plans", "names")

    def __init__(self, names: Names) -> None:
        self.names = names
        self._plans: dict[tuple[str, Operation], Plan] = {}
        self._entries: Sequence[NameEntry] | None = None

    def plan(self, name: str, operation: Operation) -> Plan:
        """Where a name leads. Raises UnknownModel, ModelLacks."""
        plan = self._plans.get((name, operation))
        if plan is None:
            plan = self._made(name, operation)
            # Behind patterns callers make up names without bound; configured ones are few.
            if len(self._plans) < _MOST_PLANS or self.names.has_exact(name):
                self._plans[(name, operation)] = plan
        return plan

    def leads(self, name: str) -> bool:
        """Whether a name leads to a model, also one that no list shows (`provider/model`, a pattern's)."""
        try:
            return any(self.names.groups(name)) or self.names.alias(name) is not None
        except (UnknownModel, AliasCycle):
            return False

    def entries(self) -> Sequence[NameEntry]:
        """Every name, sorted."""
        if self._entries is None:
            self._entries = self.names.entries()
        return self._entries

    def _made(self, name: str, operation: Operation) -> Plan:
        need = _NEEDS[operation]
        try:
            reached = self.names.groups(name)
        except (UnknownModel, AliasCycle):
            raise UnknownModel(name, self._near(name)) from None
        able = (tuple(each for each in group if need in each.capabilities) for group in reached)
        groups = tuple(group for group in able if group)
        alias = self.names.alias(name)
        if not groups and not (alias is not None and alias.cascade):
            raise ModelLacks(name, need)
        if alias is None:
            return Plan(name, groups)
        return Plan(name, groups, alias.retry_rule(), alias.cache_rule(), alias.stages())

    def _near(self, name: str) -> Sequence[str]:
        callable_names = [entry.name for entry in self.entries() if entry.kind is not NameKind.PATTERN]
        if len(callable_names) > _MOST_COMPARED or len(name) > 100:
            return ()
        return difflib.get_close_matches(name, callable_names, n=1, cutoff=0.75)
