"""Every route of the app, whatever slice it is of: who gets in, and what the others are told.

A new route is covered the moment it exists. One that nobody needs a credential for must be added to
the list below, where a reviewer sees it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from answerable.identity.access import AccessRule, DeferredRule
from answerable.identity.scopes import ROLE_SCOPES
from answerable.kit import ids
from answerable.kit.principal import Role
from tests.factories.callers import Caller, Workspace

OPEN = {
    "GET /",
    "GET /docs",
    "GET /docs/oauth2-redirect",
    "GET /redoc",
    "GET /openapi.json",
    "GET /metrics",
    "GET /health/live",
    "GET /health/ready",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/logout",
    "GET /api/v1/auth/setup",
    "POST /api/v1/auth/browser/register",
    "POST /api/v1/auth/browser/login",
    "POST /api/v1/auth/browser/exchange",
    "POST /api/v1/auth/browser/refresh",
    "POST /api/v1/auth/browser/logout",
    "GET /api/v1/chat/shared/{token}",
    "GET /api/v1/shared/{token}",
}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Route:
    """One method of one address, with the rule that its dependencies hold."""

    method: str
    path: str
    rule: AccessRule | None

    @property
    def name(self) -> str:
        """`GET /path/{id}`."""
        return f"{self.method} {self.path}"

    def address(self, **values: str) -> str:
        """The path with its parameters filled in; those that are not given get an id of nothing."""
        return _PARAMETER.sub(lambda match: values.get(match[1], ids.new_id("none")), self.path)


def routes_of(app: FastAPI) -> list[Route]:
    """All routes."""
    return sorted(_routes(app), key=lambda route: route.name)


def _routes(app: FastAPI) -> Iterator[Route]:
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        rule = None if dependant is None else next(_rules(dependant), None)
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield Route(method, str(route.path), rule)


def _rules(dependant: Dependant) -> Iterator[AccessRule]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, DeferredRule):
            yield dependency.call.rule
        if isinstance(dependency.call, AccessRule):
            yield dependency.call
        yield from _rules(dependency)


async def answer(caller: Caller | httpx.AsyncClient, route: Route, **values: str) -> httpx.Response:
    """The answer to an empty request. A stream that opens is not read."""
    return await caller.request(route.method, route.address(**values))


async def test_no_two_routes_have_the_same_address(app: FastAPI) -> None:
    """The first of them would answer for both: links to conversations once led to the dashboards' door."""
    addresses = Counter(_PARAMETER.sub("{}", route.name) for route in routes_of(app))
    assert [address for address, count in addresses.items() if count > 1] == []


async def test_without_credentials_nothing_but_the_open_routes_answers(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    routes = routes_of(app)
    assert {route.name for route in routes} >= OPEN
    let_in = [
        route.name
        for route in routes
        if route.name not in OPEN and (await answer(client, route)).status_code != 401
    ]
    assert let_in == []


async def test_a_wrong_credential_is_worth_as_much_as_none(app: FastAPI, client: httpx.AsyncClient) -> None:
    wrong_ones = itertools.cycle(["nonsense", "ansk_nonsense", "eyJhbGciOiJub25lIn0.e30.", "ansr_x"])
    for route in routes_of(app):
        if route.name in OPEN:
            continue
        wrong = await answer(Caller(client, next(wrong_ones)), route)
        none = await answer(client, route)
        assert wrong.status_code == none.status_code == 401, route.name
        assert _without_address(wrong) == _without_address(none), route.name


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
async def test_a_role_is_refused_every_route_whose_scope_it_lacks(
    app: FastAPI, workspace: Workspace, role: Role
) -> None:
    caller = await workspace.member(role)
    lacking = [
        route
        for route in routes_of(app)
        if route.rule is not None
        and (
            route.rule.server_owner_only
            or (route.rule.scope is not None and route.rule.scope not in ROLE_SCOPES[role])
        )
    ]
    assert lacking
    for route in lacking:
        refused = await answer(caller, route, workspace_id=workspace.id)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), route.name


async def test_a_route_that_needs_a_credential_says_which_scope(app: FastAPI) -> None:
    """A rule is what the tests above read; a route that let people in by other means would escape them."""
    without = {route.name for route in routes_of(app) if route.rule is None}
    assert without - OPEN == {"POST /api/v1/users/me/password"}


async def test_another_tenants_workspace_is_like_one_that_does_not_exist(
    app: FastAPI, workspace: Workspace, stranger: Caller
) -> None:
    bare = Caller(stranger.client, stranger.token)
    for route in routes_of(app):
        if "{workspace_id}" not in route.path:
            continue
        foreign = await answer(bare, route, workspace_id=workspace.id)
        missing = await answer(bare, route, workspace_id=ids.new_id("ws"))
        assert (foreign.status_code, foreign.content) == (404, missing.content), route.name


async def test_in_another_tenants_name_nothing_is_done(
    app: FastAPI, workspace: Workspace, stranger: Caller
) -> None:
    intruder = Caller(stranger.client, stranger.token, workspace_id=workspace.id)
    nobody = Caller(stranger.client, stranger.token, workspace_id=ids.new_id("ws"))
    for route in routes_of(app):
        if route.rule is None or route.rule.scope is None or "{workspace_id}" in route.path:
            continue
        foreign, missing = await answer(intruder, route), await answer(nobody, route)
        assert (foreign.status_code, foreign.content) == (404, missing.content), route.name


async def test_an_id_of_nothing_is_not_found_however_it_is_written(
    app: FastAPI, workspace: Workspace
) -> None:
    """Reading and deleting need no body, so an owner's request fails by the id alone."""
    for route in routes_of(app):
        names = [name for name in _PARAMETER.findall(route.path) if name != "workspace_id"]
        if not names or route.method not in ("GET", "DELETE") or route.rule is None:
            continue
        if route.rule.server_owner_only:
            continue
        written = [ids.new_id("doc"), "nonsense", "'; DROP TABLE users; --", "%00", "x" * 500]
        answers = [
            await answer(workspace.owner, route, workspace_id=workspace.id, **dict.fromkeys(names, text))
            for text in written
        ]
        assert {each.status_code for each in answers} == {404}, route.name
        assert len({each.content for each in answers}) == 1, route.name


def _without_address(response: httpx.Response) -> dict[str, object]:
    return {name: value for name, value in response.json().items() if name != "instance"}
