"""The character NUL, which PostgreSQL's text cannot hold, is the caller's mistake on every route."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from tests.api.test_route_access import routes_of
from tests.factories.callers import Caller


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        shape = parameter.field_info.annotation
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            yield from (field.alias or name for name, field in shape.model_fields.items())
        else:
            yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _query_names(dependency)


def _queries(app: FastAPI) -> set[tuple[str, str, str]]:
    found = set()
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        for name in _query_names(dependant) if dependant is not None else ():
            found |= {(method, str(route.path), name) for method in route.methods or ()}
    return found


async def test_every_query_parameter_is_named(app: FastAPI, owner: Caller) -> None:
    addresses = {(route.method, route.path): route.address() for route in routes_of(app)}
    queries = _queries(app)
    assert {("GET", "/api/v1/usage", "model"), ("GET", "/api/v1/search", "q")} & queries
    wrong = []
    for method, path, name in sorted(queries):
        place = addresses.get((method, path))
        if place is None:
            continue
        answer = await owner.request(method, place, params={name: "a\0b"})
        if answer.status_code != 422 or {error["field"] for error in answer.json()["errors"]} != {name}:
            wrong.append((method, path, name, answer.status_code))
    assert wrong == []


async def test_an_address_with_nul_leads_nowhere(app: FastAPI, owner: Caller) -> None:
    for route in routes_of(app):
        if route.rule is None or "{" not in route.path:
            continue
        names = {part.strip("{}").partition(":")[0] for part in route.path.split("/") if "{" in part}
        answer = await owner.request(route.method, route.address(**dict.fromkeys(names, "a%00b")))
        assert answer.status_code == 404, route.name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"model": "a\0"}, "model"),
        ({"subject": {"type": "key", "id": "\0"}}, "subject.id"),
        ({"mo\0del": 1}, "mo\\u0000del"),
        ({"more": [["x", "\0"]]}, "more.0.1"),
    ],
)
async def test_a_body_with_nul_is_refused_with_the_place(
    owner: Caller, body: dict[str, object], field: str, encoding: str
) -> None:
    budget = {"subject": {"type": "workspace"}, "period": "day", "limit_usd": 1, **body}
    content = json.dumps(budget).encode(encoding)
    answer = await owner.post(
        "/api/v1/budgets", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_words_for_nul_are_words(owner: Caller) -> None:
    budget = {"subject": {"type": "workspace"}, "period": "day", "limit_usd": 1, "model": "a\\u0000"}
    answer = await owner.post("/api/v1/budgets", json=budget)
    assert (answer.status_code, answer.json()["model"]) == (201, "a\\u0000")


def _forms(app: FastAPI) -> set[tuple[str, str, str]]:
    found = set()
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        for field in dependant.body_params if dependant is not None else ():
            if isinstance(field.field_info, Form):
                found |= {(method, str(route.path), field.alias) for method in route.methods or ()}
    return found


async def test_every_field_of_a_form_is_guarded_and_its_file_is_not_kept(app: FastAPI, owner: Caller) -> None:
    addresses = {(route.method, route.path): route.address() for route in routes_of(app)}
    forms = _forms(app)
    assert ("POST", "/api/v1/datasets", "name") in forms
    for method, path, name in sorted(form for form in forms if form[2] != "file"):
        parts = [("file", ("a.csv", b"a,b\n1,2\n")), (name, (None, b"a\0b"))]
        answer = await owner.request(method, addresses[method, path], files=parts)
        assert answer.status_code == 422, (path, name, answer.text)
        assert answer.json()["errors"][0]["field"] == name
    assert (await owner.get("/api/v1/datasets")).json()["items"] == []


async def test_a_files_name_with_nul_is_cleaned_or_refused(owner: Caller) -> None:
    for path in ("datasets", "documents"):
        files = {"file": ("a\0b.csv", b"a,b\n1,2\n")}
        answer = await owner.post(f"/api/v1/{path}", files=files)
        assert answer.status_code in (201, 202, 422), (path, answer.status_code, answer.text)
