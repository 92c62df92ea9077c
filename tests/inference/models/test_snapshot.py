"""Aliases of any shape: what is accepted leads to models, in finite time and size."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.inference.models.configured import AliasDefinition, ConfiguredModel, ConfiguredProvider
from answerable.inference.models.errors import UnknownModel
from answerable.inference.models.plan import Capability
from answerable.inference.models.snapshot import AliasCycle, AliasTooDeep, Names, Snapshot
from answerable.inference.operation import Operation

Graph = dict[str, list[tuple[str, float, int]]]

MODELS = ("m0", "m1", "m2")
ALIASES = tuple(f"a{number}" for number in range(14))
PROVIDER = ConfiguredProvider(
    id="prv_1",
    name="acme",
    kind="openai",
    base_url="https://models.example.com",
    models=tuple(ConfiguredModel(name, name, frozenset({Capability.CHAT})) for name in MODELS),
)

edges = st.lists(
    st.tuples(
        st.sampled_from(MODELS + ALIASES + ("nothing",)),
        st.floats(min_value=0.01, max_value=100),
        st.integers(min_value=0, max_value=3),
    ),
    min_size=1,
    max_size=5,
)


def alias(name: str, targets: list[tuple[str, float, int]]) -> AliasDefinition:
    return AliasDefinition.model_validate(
        {"name": name, "targets": [{"model": m, "weight": w, "group": g} for m, w, g in targets]}
    )


def leads_to_trouble(name: str, graph: Graph, path: tuple[str, ...]) -> bool:
    """The plain definition: some way from the name ends nowhere, in a circle, or after ten aliases."""
    if name in MODELS:
        return False
    if name not in graph or name in path or len(path) >= 10:
        return True
    return any(leads_to_trouble(each, graph, (*path, name)) for each, _, _ in graph[name])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(ALIASES), edges, min_size=1, max_size=14))
def test_an_alias_is_accepted_exactly_when_every_way_leads_to_a_model(
    graph: Graph,
) -> None:
    definitions = [alias(name, targets) for name, targets in graph.items()]
    names = Names([PROVIDER], definitions)
    dangling = set(names.dangling())
    for definition in definitions:
        expected = leads_to_trouble(definition.name, graph, ())
        assert (definition.name in dangling) == expected
        try:
            names.check(definition)
        except (UnknownModel, AliasCycle, AliasTooDeep):
            assert expected
        else:
            assert not expected
            plan = Snapshot(names).plan(definition.name, Operation.CHAT)
            reached = [target.model for group in plan.groups for target in group]
            assert sorted(reached) == sorted(set(reached))
            assert all(target.weight > 0 for group in plan.groups for target in group)
            first_group = min(group for _, _, group in graph[definition.name])
            first = [(m, w) for m, w, group in graph[definition.name] if group == first_group]
            total = sum(target.weight for target in plan.groups[0])
            assert abs(total - sum(weight for _, weight in first)) < 1e-6 * total
