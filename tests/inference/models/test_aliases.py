"""Aliases over HTTP: each leads somewhere, none leads to itself."""

from __future__ import annotations

from pydantic import JsonValue

from answerable.inference.models.catalog import Catalog
from answerable.inference.operation import Operation
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller
from tests.inference.models.configuring import add_alias, add_provider

PATH = "/api/v1/model-aliases"

REFUSED: list[tuple[dict[str, JsonValue], str]] = [
    ({"name": "answerable", "targets": [{"model": "small"}]}, "name"),
    ({"name": "a b", "targets": [{"model": "small"}]}, "name"),
    ({"name": "x", "targets": []}, ""),
    ({"name": "x", "targets": [{"model": "small"}, {"model": "nothing"}]}, "targets.1.model"),
    ({"name": "x", "targets": [{"model": "x"}]}, "targets"),
    ({"name": "x", "targets": [{"model": "small", "weight": 0}]}, "targets.0.weight"),
    ({"name": "x", "targets": [{"model": "small"}], "retry": {"attempts": 0}}, "retry.attempts"),
    ({"name": "x", "targets": [{"model": "small"}], "fallback_on": ["weather"]}, "fallback_on.0"),
    ({"name": "x", "targets": [{"model": "small"}], "timeouts": {"total": -1}}, "timeouts.total"),
    ({"name": "x", "targets": [{"model": "small"}], "cache": {"mode": "psychic"}}, "cache.mode"),
    ({"name": "x", "cascade": [{"model": "nothing"}]}, "cascade"),
    ({"name": "x", "cascade": [{"model": "small", "checks": ["\x00"]}]}, "cascade.0.checks"),
]


async def test_an_alias_is_kept_as_it_was_given(owner: Caller) -> None:
    await add_provider(owner, "acme", "small", "large")
    body = {
        "name": "quick",
        "targets": [{"model": "small", "weight": 3.0}, {"model": "acme/large", "group": 1}],
        "retry": {"attempts": 2, "base_seconds": 0.1, "max_seconds": 1.0},
        "timeouts": {"first_byte": 3.0},
        "fallback_on": ["overloaded", "refused_content"],
        "cache": {"mode": "exact", "ttl_seconds": 60},
        "cascade": [{"model": "answerable"}, {"model": "large", "min_confidence": 0.8}],
    }
    made = await owner.post(PATH, json=body)
    assert made.status_code == 201, made.text
    kept = (await owner.get(f"{PATH}/{made.json()['id']}")).json()
    assert kept == made.json()
    assert kept["targets"][1] == {"model": "acme/large", "weight": 1.0, "group": 1}
    assert kept["retry"] == body["retry"]
    assert kept["timeouts"]["first_byte"] == 3.0
    assert kept["fallback_on"] == body["fallback_on"]
    assert kept["cascade"][1]["min_confidence"] == 0.8
    assert (await owner.get(PATH)).json()["items"] == [kept]


async def test_what_cannot_work_is_refused_by_its_field(owner: Caller) -> None:
    await add_provider(owner, "acme", "small")
    for body, field in REFUSED:
        answer = await owner.post(PATH, json=body)
        assert answer.status_code == 422, (body, answer.text)
        fields = [each["field"] for each in answer.json()["errors"]]
        assert any(name.startswith(field) for name in fields), (body, answer.text)


async def test_a_circle_is_refused_however_long(owner: Caller) -> None:
    await add_provider(owner, "acme", "small")
    first = await add_alias(owner, "a", "small")
    await add_alias(owner, "b", "a")
    await add_alias(owner, "c", "b", "small")
    answer = await owner.patch(f"{PATH}/{first['id']}", json={"targets": [{"model": "c"}]})
    assert answer.status_code == 422
    assert "a → c → b → a" in answer.json()["detail"]
    through_stage = await owner.patch(f"{PATH}/{first['id']}", json={"cascade": [{"model": "c"}]})
    assert through_stage.status_code == 422


async def test_a_patch_changes_what_it_names_and_null_restores_the_default(owner: Caller) -> None:
    await add_provider(owner, "acme", "small", "large")
    made = await add_alias(owner, "quick", "small", retry={"attempts": 9})
    path = f"{PATH}/{made['id']}"
    changed = (await owner.patch(path, json={"targets": [{"model": "large"}]})).json()
    assert changed["retry"]["attempts"] == 9
    assert changed["targets"][0]["model"] == "large"
    restored = (await owner.patch(path, json={"retry": None, "name": "swift"})).json()
    assert (restored["name"], restored["retry"]["attempts"]) == ("swift", 3)


async def test_an_alias_that_another_leads_to_keeps_its_name(owner: Caller) -> None:
    await add_provider(owner, "acme", "small")
    inner = await add_alias(owner, "inner", "small")
    await add_alias(owner, "outer", "inner")
    for answer in (
        await owner.delete(f"{PATH}/{inner['id']}"),
        await owner.patch(f"{PATH}/{inner['id']}", json={"name": "renamed"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


async def test_aliases_of_aliases_share_their_weight(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "a", "b", "c", "d")
    await owner.post(
        PATH,
        json={
            "name": "pair",
            "targets": [{"model": "a", "weight": 3}, {"model": "b"}, {"model": "d", "group": 5}],
        },
    )
    await owner.post(
        PATH,
        json={
            "name": "all",
            "targets": [
                {"model": "pair", "weight": 8},
                {"model": "c", "weight": 2},
                {"model": "a", "group": 1},
            ],
            "timeouts": {"total": 5},
        },
    )
    plan = await runtime.get(Catalog).plan(owner.workspace_id, "all", Operation.CHAT)
    weights = [[(each.model, each.weight) for each in group] for group in plan.groups]
    assert weights == [[("a", 6.0), ("b", 2.0), ("c", 2.0)], [("d", 8.0)]]
    assert {each.timeouts.total for group in plan.groups for each in group} == {5}


async def test_a_viewer_sees_names_and_cannot_change_them(owner: Caller, viewer: Caller) -> None:
    await add_provider(owner, "acme", "small")
    alias = await add_alias(owner, "quick", "small")
    assert (await viewer.get("/api/v1/models")).status_code == 200
    assert (await viewer.get(PATH)).json()["items"] == [alias]
    assert (await viewer.delete(f"{PATH}/{alias['id']}")).status_code == 403
    assert (await viewer.get("/api/v1/providers")).status_code == 403


async def test_aliases_cannot_pile_up_without_end(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "m0", "m1")
    await add_alias(owner, "a0", "m0", "m1")
    for number in range(1, 10):
        # Each is twice the one before: written out, the last would have 2,000 groups.
        await add_alias(owner, f"a{number}", f"a{number - 1}", f"a{number - 1}")
    plan = await runtime.get(Catalog).plan(owner.workspace_id, "a9", Operation.CHAT)
    assert [[each.model for each in group] for group in plan.groups] == [["m0"], ["m1"]]
    deep = await owner.post(PATH, json={"name": "a10", "targets": [{"model": "a9"}]})
    assert (deep.status_code, deep.json()["code"]) == (422, "invalid_input"), deep.text
    below = await owner.post(PATH, json={"name": "bottom", "targets": [{"model": "m0"}]})
    assert below.status_code == 201
    first = next(each for each in await all_aliases(owner) if each["name"] == "a0")
    longer = await owner.patch(f"{PATH}/{first['id']}", json={"targets": [{"model": "bottom"}]})
    assert (longer.status_code, longer.json()["code"]) == (409, "in_use"), longer.text


async def all_aliases(owner: Caller) -> list[dict[str, JsonValue]]:
    items: list[dict[str, JsonValue]] = (await owner.get(PATH)).json()["items"]
    return items
