"""Members, roles and invitations: nobody reaches above themselves, somebody always owns."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import psycopg
import pytest
from sqlalchemy import event

from answerable.identity.access import RequestContext
from answerable.identity.errors import LastOwner
from answerable.identity.members import service as members
from answerable.identity.members.schemas import MemberChange
from answerable.identity.secrets_format import SecretKind, new_secret
from answerable.kit import ids
from answerable.kit.clock import FixedClock
from answerable.kit.principal import Principal, Role
from answerable.kit.runtime import Runtime
from tests.factories.callers import PASSWORD, Caller, Workspace, register
from tests.identity.conftest import StartServer

ACCEPT = "/api/v1/invitations/accept"


def members_url(workspace: Workspace, person: Caller | None = None) -> str:
    """The address of the members, or of one."""
    base = f"/api/v1/workspaces/{workspace.id}/members"
    return base if person is None else f"{base}/{person.user_id}"


async def invite(caller: Caller, workspace: Workspace, email: str, role: str) -> httpx.Response:
    """The answer to an invitation."""
    return await caller.post(
        f"/api/v1/workspaces/{workspace.id}/invitations", json={"email": email, "role": role}
    )


async def roles_of(workspace: Workspace) -> list[str]:
    """The roles in a workspace."""
    answer = await workspace.owner.get(members_url(workspace))
    return sorted(item["role"] for item in answer.json()["items"])


@pytest.mark.parametrize(
    ("actor", "target", "role", "status"),
    [
        ("admin", "viewer", "admin", 200),
        ("admin", "editor", "viewer", 200),
        ("admin", "admin", "viewer", 200),
        ("admin", "viewer", "owner", 403),
        ("admin", "owner", "viewer", 403),
        ("editor", "viewer", "editor", 403),
        ("viewer", "viewer", "editor", 403),
        ("owner", "admin", "owner", 200),
        ("owner", "owner", "viewer", 200),
    ],
)
async def test_roles_reach_as_far_as_themselves(
    workspace: Workspace, actor: str, target: str, role: str, status: int
) -> None:
    acting, aimed_at = await workspace.member(actor), await workspace.member(target)
    answer = await acting.patch(members_url(workspace, aimed_at), json={"role": role})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(("actor", "target", "status"), [("admin", "owner", 403), ("admin", "admin", 204)])
async def test_removing_reaches_as_far_as_the_role(
    workspace: Workspace, actor: str, target: str, status: int
) -> None:
    acting, aimed_at = await workspace.member(actor), await workspace.member(target)
    assert (await acting.delete(members_url(workspace, aimed_at))).status_code == status


async def test_the_last_owner_can_neither_go_nor_be_demoted(workspace: Workspace) -> None:
    owner = workspace.owner
    answers = [
        await owner.patch(members_url(workspace, owner), json={"role": "admin"}),
        await owner.delete(members_url(workspace, owner)),
        await owner.post(f"/api/v1/workspaces/{workspace.id}/leave"),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "last_owner")] * 3
    await workspace.member("owner")
    assert (await owner.post(f"/api/v1/workspaces/{workspace.id}/leave")).status_code == 204
    assert (await owner.get(members_url(workspace))).status_code == 404


async def test_two_owners_who_demote_each_other_at_once_leave_one(
    workspace: Workspace, runtime: Runtime, admin_url: str
) -> None:
    other = await workspace.member("owner")
    first, second = (
        Principal(workspace_id=workspace.id, user_id=person.user_id, role=Role.OWNER)
        for person in (workspace.owner, other)
    )

    async def demote(acting: Principal, aimed_at: Principal, entered: asyncio.Event) -> None:
        async with runtime.database.begin(acting) as session:
            entered.set()
            context = RequestContext(acting, session, runtime)
            await members.change(context, aimed_at.user_id or "", MemberChange(role=Role.ADMIN))

    async with runtime.database.begin(first) as session:
        await members.change(
            RequestContext(first, session, runtime), other.user_id, MemberChange(role=Role.ADMIN)
        )
        entered = asyncio.Event()
        waiting = asyncio.create_task(demote(second, first, entered))
        await entered.wait()
        await _until_done_or_locked(waiting, admin_url)
    with pytest.raises(LastOwner):
        await waiting
    assert await roles_of(workspace) == ["admin", "owner"]


async def _until_done_or_locked(task: asyncio.Task[None], admin_url: str) -> None:
    """Waits until the other transaction has got as far as it can before ours ends."""
    query = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    async with (
        asyncio.timeout(10),
        await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin,
    ):
        while not task.done():
            row = await (await admin.execute(query)).fetchone()
            if row != (0,):
                return


async def test_members_are_found_by_their_ids_and_by_name_or_address(workspace: Workspace) -> None:
    people = [await workspace.member("viewer") for _ in range(3)]
    stranger = await workspace.member("editor")
    url = members_url(workspace)

    async def found(**wanted: object) -> set[str]:
        answer = await people[0].get(url, params=wanted)
        assert answer.status_code == 200, answer.text
        return {item["user"]["id"] for item in answer.json()["items"]}

    asked = [person.user_id for person in people[:2]]
    assert await found(user_id=asked) == set(asked)
    assert await found(user_id=[asked[0], ids.new_id("usr")]) == {asked[0]}
    assert await found(q=stranger.email.upper()) == {stranger.user_id}
    assert await found(q=stranger.email.split("@")[0][:-1]) >= {stranger.user_id}
    assert await found(q="%") == set()
    first = (await people[0].get(url, params={"q": "@", "limit": 2})).json()
    assert len(first["items"]) == 2
    rest = (await people[0].get(url, params={"q": "@", "cursor": first["next_cursor"]})).json()
    assert len(rest["items"]) == 3


async def test_attributes_are_set_by_admins_and_seen_by_them_and_oneself(workspace: Workspace) -> None:
    admin, editor, other = [await workspace.member(role) for role in ("admin", "editor", "viewer")]
    wanted = {"attributes": {"countries": ["Germany", "Germany", "Österreich"], "none": []}}
    answer = await admin.patch(members_url(workspace, editor), json=wanted)
    assert answer.json()["attributes"] == {"countries": ["Germany", "Österreich"]}
    assert answer.json()["role"] == "editor"

    async def seen(caller: Caller) -> dict[str, object]:
        members = (await caller.get(members_url(workspace))).json()["items"]
        return {m["user"]["id"]: m["attributes"] for m in members}

    for caller in (admin, workspace.owner, editor):
        assert (await seen(caller))[editor.user_id] == {"countries": ["Germany", "Österreich"]}
    assert (await seen(other))[editor.user_id] is None
    assert (await seen(editor))[other.user_id] is None
    for caller in (editor, other):
        assert (await caller.patch(members_url(workspace, editor), json=wanted)).status_code == 403
    above = await admin.patch(members_url(workspace, workspace.owner), json=wanted)
    assert above.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"attributes": {"Countries": ["x"]}},
        {"attributes": {"a": [""]}},
        {"attributes": {"a": ["x" * 201]}},
        {"attributes": {"a": ["\u0000"]}},
        {"attributes": {"a": [str(number) for number in range(501)]}},
        {"attributes": {f"a{number}": ["x"] for number in range(51)}},
        {"attributes": {"a": "x"}},
    ],
    ids=["nothing", "name", "empty value", "long value", "nul", "many values", "many names", "no list"],
)
async def test_attributes_out_of_bounds_are_refused(workspace: Workspace, body: dict[str, object]) -> None:
    viewer = await workspace.member("viewer")
    assert (await workspace.owner.patch(members_url(workspace, viewer), json=body)).status_code == 422


async def test_a_removed_member_is_out_on_the_next_request(workspace: Workspace, viewer: Caller) -> None:
    assert (await viewer.get(members_url(workspace))).status_code == 200
    assert (await workspace.owner.delete(members_url(workspace, viewer))).status_code == 204
    gone = await viewer.get(members_url(workspace))
    never = await viewer.get("/api/v1/workspaces/ws_00000000000000000000000000/members")
    assert gone.status_code == 404
    assert gone.content == never.content


async def test_a_demoted_member_is_narrowed_on_the_next_request(workspace: Workspace) -> None:
    admin = await workspace.member("admin")
    assert (await admin.get("/api/v1/api-keys")).status_code == 200
    await workspace.owner.patch(members_url(workspace, admin), json={"role": "editor"})
    assert (await admin.get("/api/v1/api-keys")).status_code == 403


async def test_strangers_and_missing_members_are_alike(workspace: Workspace, stranger: Caller) -> None:
    for method, options in (("PATCH", {"json": {"role": "viewer"}}), ("DELETE", {})):
        foreign = await workspace.owner.request(method, members_url(workspace, stranger), **options)
        missing = await workspace.owner.request(
            method, members_url(workspace) + "/usr_00000000000000000000000000", **options
        )
        assert foreign.status_code == 404
        assert foreign.content == missing.content


async def test_an_invitation_is_good_once_and_for_its_address(workspace: Workspace, unique: str) -> None:
    invited = (await register(workspace.owner.client)).owner
    other = (await register(workspace.owner.client)).owner
    made = await invite(workspace.owner, workspace, invited.email.upper(), "editor")
    token = {"token": made.json()["token"]}
    assert (await other.post(ACCEPT, json=token)).status_code == 403
    accepted = await invited.post(ACCEPT, json=token)
    assert (accepted.status_code, accepted.json()["role"]) == (200, "editor")
    again = await invited.post(ACCEPT, json=token)
    assert (again.status_code, again.json()["code"]) == (422, "invitation_refused")
    assert await roles_of(workspace) == ["editor", "owner"]


async def test_an_invitation_accepted_many_times_at_once_makes_one_member(workspace: Workspace) -> None:
    invited = (await register(workspace.owner.client)).owner
    token = {"token": (await invite(workspace.owner, workspace, invited.email, "viewer")).json()["token"]}
    answers = await asyncio.gather(*(invited.post(ACCEPT, json=token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    assert await roles_of(workspace) == ["owner", "viewer"]


async def test_unusable_invitations_are_refused_alike(
    start_server: StartServer, clock: FixedClock, workspace: Workspace
) -> None:
    server = start_server(clock=clock, invitation_seconds=60)
    async with server.client() as client:
        credentials = {"email": workspace.owner.email, "password": PASSWORD}
        tokens = (await client.post("/api/v1/auth/login", json=credentials)).json()
        owner = Caller(client, tokens["access_token"], workspace_id=workspace.id)
        invited = (await register(client)).owner
        expired = (await invite(owner, workspace, invited.email, "viewer")).json()["token"]
        clock.advance(timedelta(seconds=60))
        withdrawn = (await invite(owner, workspace, invited.email, "viewer")).json()
        url = f"/api/v1/workspaces/{workspace.id}/invitations/{withdrawn['id']}"
        assert (await owner.delete(url)).status_code == 204
        assert (await owner.delete(url)).status_code == 404
        replaced = (await invite(owner, workspace, invited.email, "viewer")).json()["token"]
        await invite(owner, workspace, invited.email, "viewer")
        bad = [
            expired,
            withdrawn["token"],
            replaced,
            new_secret(SecretKind.INVITATION),
            "",
            "ansi_",
            "' OR 1=1",
        ]
        answers = [await invited.post(ACCEPT, json={"token": token}) for token in bad]
        assert {answer.status_code for answer in answers} == {422}
        assert len({answer.content for answer in answers}) == 1
        nulls = [await invited.post(ACCEPT, json=body) for body in ({}, {"token": None})]
        assert {answer.status_code for answer in nulls} == {422}
    assert await roles_of(workspace) == ["owner"]


async def test_invitations_reach_as_far_as_the_role(
    workspace: Workspace, editor: Caller, unique: str
) -> None:
    admin = await workspace.member("admin")
    assert (await invite(admin, workspace, f"{unique}@example.com", "owner")).status_code == 403
    assert (await invite(admin, workspace, f"{unique}@example.com", "admin")).status_code == 201
    assert (await invite(editor, workspace, f"{unique}@example.com", "viewer")).status_code == 403
    assert (await invite(admin, workspace, editor.email, "viewer")).status_code == 409


async def test_a_removed_members_open_invitations_end_with_them(workspace: Workspace) -> None:
    admin = await workspace.member("admin")
    invited = (await register(workspace.owner.client)).owner
    token = (await invite(admin, workspace, invited.email, "admin")).json()["token"]
    await workspace.owner.delete(members_url(workspace, admin))
    assert (await invited.post(ACCEPT, json={"token": token})).status_code == 422


async def test_invitations_are_listed_without_their_tokens(workspace: Workspace, unique: str) -> None:
    made = (await invite(workspace.owner, workspace, f"{unique}@example.com", "viewer")).json()
    listed = await workspace.owner.get(f"/api/v1/workspaces/{workspace.id}/invitations")
    assert [item["id"] for item in listed.json()["items"]] == [made["id"]]
    assert made["token"] not in listed.text


async def test_a_demoted_members_open_invitations_end_with_their_right_to_give_them(
    workspace: Workspace,
) -> None:
    admin = await workspace.member("admin")
    invited = (await register(workspace.owner.client)).owner
    token = (await invite(admin, workspace, invited.email, "viewer")).json()["token"]
    for role in ("editor", "admin"):  # coming back revives nothing
        changed = await workspace.owner.patch(members_url(workspace, admin), json={"role": role})
        assert changed.status_code == 200
    assert (await invited.post(ACCEPT, json={"token": token})).status_code == 422
    listed = await workspace.owner.get(f"/api/v1/workspaces/{workspace.id}/invitations")
    assert listed.json()["items"] == []


async def test_a_demotion_leaves_the_invitations_that_may_still_be_given(workspace: Workspace) -> None:
    second = await workspace.member("owner")
    strangers = [(await register(workspace.owner.client)).owner for _ in range(2)]
    tokens = [
        (await invite(second, workspace, invited.email, role)).json()["token"]
        for invited, role in zip(strangers, ("owner", "admin"), strict=True)
    ]
    await workspace.owner.patch(members_url(workspace, second), json={"role": "admin"})
    statuses = [
        (await invited.post(ACCEPT, json={"token": token})).status_code
        for invited, token in zip(strangers, tokens, strict=True)
    ]
    assert statuses == [422, 200]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE memberships SET role = 'editor' WHERE user_id = %s",
        "DELETE FROM memberships WHERE user_id = %s",
        "UPDATE invitations SET invited_by = NULL WHERE invited_by = %s",
    ],
    ids=["demoted", "removed", "gone"],
)
async def test_an_invitation_given_while_its_giver_lost_the_right_is_refused(
    workspace: Workspace, admin_url: str, change: str
) -> None:
    """It was written after the change had withdrawn the others."""
    admin = await workspace.member("admin")
    invited = (await register(workspace.owner.client)).owner
    token = (await invite(admin, workspace, invited.email, "admin")).json()["token"]
    with psycopg.connect(admin_url) as connection:
        connection.execute(change, [ids.decode("usr", admin.user_id)])
    assert (await invited.post(ACCEPT, json={"token": token})).status_code == 422
    assert invited.user_id not in (await workspace.owner.get(members_url(workspace))).text


@pytest.mark.parametrize("vanishing", ["workspace", "member"])
async def test_a_list_survives_what_vanishes_while_it_is_read(
    workspace: Workspace, runtime: Runtime, admin_url: str, vanishing: str
) -> None:
    member = await workspace.member("viewer")
    statement, key, url = {
        "workspace": ("DELETE FROM workspaces WHERE id = %s", workspace.id, "/api/v1/workspaces"),
        "member": ("DELETE FROM memberships WHERE user_id = %s", member.user_id, members_url(workspace)),
    }[vanishing]
    engine = runtime.database.engine.sync_engine
    seen: list[str] = []

    def vanish(_connection: object, _cursor: object, sent: str, *_rest: object) -> None:
        if "memberships.created_at DESC" in sent and not seen:
            seen.append(sent)
            with psycopg.connect(admin_url) as connection:
                connection.execute(statement, [ids.decode(key.partition("_")[0], key)])

    event.listen(engine, "after_cursor_execute", vanish)
    try:
        answer = await workspace.owner.get(url)
    finally:
        event.remove(engine, "after_cursor_execute", vanish)
    assert seen
    assert answer.status_code == 200
