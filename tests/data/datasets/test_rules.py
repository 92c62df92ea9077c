"""A dataset's rules through the public API: tried, kept, applied to each version, recorded with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.datasets.uploads import finished, ingested
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

CLIENTS = b"client,tax_number,amount\nAda,12.345.678/0001-90,5\nBob,123.456.789-00,50\n"
DIGITS = {"kind": "normalise", "column": "tax_number", "steps": ["digits_only"]}
TYPE = {
    "kind": "derive", "column": "client_type", "source": "tax_number", "otherwise": "unknown",
    "by": {"kind": "patterns", "cases": [
        {"pattern": r"\d{14}", "value": "company"}, {"pattern": r"\d{11}", "value": "person"},
    ]},
}  # fmt: skip


async def test_rules_are_tried_on_rows_before_they_are_kept(owner: Caller) -> None:
    dataset = await ingested(owner, CLIENTS, "clients.csv")
    url = f"/api/v1/datasets/{dataset['id']}/rules"
    tried = await owner.post(f"{url}/test", json={"rules": [DIGITS, TYPE]})
    assert tried.status_code == 200, tried.text
    first = tried.json()["rows"][0]
    assert first["before"] == {"client": "Ada", "tax_number": "12.345.678/0001-90", "amount": "5"}
    assert first["after"] == {
        "client": "Ada", "tax_number": "12345678000190", "amount": "5", "client_type": "company",
    }  # fmt: skip
    check = {"kind": "validate", "column": "amount", "check": {"kind": "required"}, "action": "reject"}
    rows = [{"client": "Cem", "amount": None}, {"client": "Dee", "amount": "7"}]
    own = (await owner.post(f"{url}/test", json={"rules": [check], "rows": rows})).json()
    assert [row["after"] is None for row in own["rows"]] == [True, False]
    assert own["findings"][0]["code"] == "rule_rejected"
    assert own["findings"][0]["arguments"] == {
        "code": "rule_rejected", "rule": 1, "column": "amount", "count": 1, "check": "required",
    }  # fmt: skip
    assert (await owner.get(url)).json()["rules"] == []


async def test_kept_rules_make_a_version_and_hold_for_the_next_file(owner: Caller) -> None:
    dataset = await ingested(owner, CLIENTS, "clients.csv")
    url = f"/api/v1/datasets/{dataset['id']}/rules"
    kept = await owner.put(url, json={"rules": [DIGITS, TYPE]})
    assert kept.status_code == 202, kept.text
    assert (await finished(owner, kept.json()["job"]["id"]))["status"] == "succeeded"
    again = await owner.put(url, json={"rules": [DIGITS, TYPE]})
    assert (again.status_code, again.json()["job"], again.json()["version"]) == (200, None, 2)
    more = b"client,tax_number,amount\nCem,987.654.321-00,1\n"
    await ingested(owner, more, "more.csv", dataset_id=dataset["id"], mode="append")
    query = {
        "dataset": dataset["name"],
        "measures": [{"aggregation": "sum", "field": "amount"}],
        "group_by": [{"field": "client_type"}],
    }
    assert sorted((await owner.post("/api/v1/query", json=query)).json()["rows"]) == [
        ["company", 5], ["person", 51],
    ]  # fmt: skip
    old = await owner.get(f"/api/v1/datasets/{dataset['id']}/rows", params={"version": 1})
    assert [c["name"] for c in old.json()["columns"]] == ["client", "tax_number", "amount"]
    review = (await owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    assert {"rule_normalised", "rule_derived"} <= {f["kind"] for f in review["findings"]}


async def test_rules_that_somebody_changed_meanwhile_are_not_written_over(
    owner: Caller, editor: Caller
) -> None:
    dataset = await ingested(owner, CLIENTS, "clients.csv")
    url = f"/api/v1/datasets/{dataset['id']}/rules"
    read = (await owner.get(url)).json()["revision"]
    first = await owner.put(url, json={"rules": [DIGITS]}, headers={"If-Match": read})
    assert first.status_code == 202, first.text
    late = await editor.put(url, json={"rules": [TYPE]}, headers={"If-Match": f'"{read}"'})
    assert (late.status_code, late.json()["code"]) == (412, "stale_rules"), late.text
    now = (await editor.get(url)).json()
    assert (now["rules"], now["revision"]) == (first.json()["rules"], first.json()["revision"])
    assert (await finished(owner, first.json()["job"]["id"]))["status"] == "succeeded"
    after = await editor.put(url, json={"rules": [TYPE]}, headers={"If-Match": now["revision"]})
    assert after.status_code == 202, after.text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({**TYPE, "source": "nowhere"}, "no column 'nowhere'"),
        ({**TYPE, "column": "client"}, "a column 'client' already"),
        ({**DIGITS, "column": "amount"}, "read as text in the review first"),
        (
            {"kind": "derive", "column": "size", "source": "amount", "by": {"kind": "ranges", "ranges": [
                {"below": 100, "value": "small"}, {"at_least": 50, "value": "large"},
            ]}},
            "Two ranges of 'size' overlap: 'small' (below 100) and 'large' (from 50)",
        ),
        (
            {"kind": "validate", "column": "amount", "action": "flag",
             "check": {"kind": "range", "minimum": 5, "maximum": 1}},
            "No number is at least 5 and at most 1",
        ),
        (
            {"kind": "validate", "column": "client", "action": "flag",
             "check": {"kind": "pattern", "pattern": "(open"}},
            "pattern that cannot be read",
        ),
    ],
)  # fmt: skip
async def test_rules_that_cannot_run_are_refused_and_nothing_changes(
    owner: Caller, rule: dict[str, Any], words: str
) -> None:
    dataset = await ingested(owner, CLIENTS, "clients.csv")
    answer = await owner.put(f"/api/v1/datasets/{dataset['id']}/rules", json={"rules": [DIGITS, rule]})
    assert (answer.status_code, answer.json()["code"]) == (422, "rules_refused"), answer.text
    assert words in answer.text
    tried = await owner.post(f"/api/v1/datasets/{dataset['id']}/rules/test", json={"rules": [DIGITS, rule]})
    assert (tried.status_code, tried.json()["code"]) == (422, "rules_refused"), tried.text
    told, kept = tried.json(), answer.json()
    assert (told["detail"], told["errors"]) == (kept["detail"], kept["errors"])
    assert (await owner.get(f"/api/v1/datasets/{dataset['id']}")).json()["version"] == 1


async def test_a_viewer_tries_rules_and_keeps_none(viewer: Caller, owner: Caller, stranger: Caller) -> None:
    dataset = await ingested(owner, CLIENTS, "clients.csv")
    url = f"/api/v1/datasets/{dataset['id']}/rules"
    assert (await viewer.post(f"{url}/test", json={"rules": [DIGITS]})).status_code == 200
    assert (await viewer.put(url, json={"rules": [DIGITS]})).status_code == 403
    assert (await stranger.get(url)).status_code == 404
    assert (await stranger.put(url, json={"rules": [DIGITS]})).status_code == 404
