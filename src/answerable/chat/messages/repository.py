"""All SQL of messages. A member sees their own alone; the database enforces it besides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, and_, case, false, func, insert, literal, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from answerable.chat.asking.tables import RunRow
from answerable.chat.messages.tables import MessageRow
from answerable.chat.sessions.tables import ChatSessionRow
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor

_BATCH = 500
_SNIPPET = "StartSel='',StopSel='',MaxWords=24,MinWords=12"
"""Without marks. Not by fragments: those drop a number or a stop at the end even of a short message."""

Shown = tuple[MessageRow, RunRow | None]


def _own(session: Session) -> Select[MessageRow, RunRow]:
    """Messages of the caller with their runs; the run is None where there is none."""
    return (
        select(MessageRow, RunRow)
        .outerjoin(RunRow, RunRow.id == MessageRow.run_id)
        .where(MessageRow.owner_id == session.principal.user_id)
    )


async def add(session: Session, row: MessageRow) -> None:
    """Store a new message."""
    await add_all(session, [row])


async def add_all(session: Session, rows: Sequence[MessageRow]) -> None:
    """Store new messages, parents before their children."""
    if not rows:
        return
    columns = ("id", "workspace_id", "owner_id", "session_id", "parent_id", "depth", "role", "run_id")
    for start in range(0, len(rows), _BATCH):
        values = [
            {name: getattr(row, name) for name in (*columns, "parts", "created_at")}
            for row in rows[start : start + _BATCH]
        ]
        await session.execute(insert(MessageRow).values(values))
    own = [row.id for row in rows if row.parts is not None]
    texts = func.jsonb_path_query_array(MessageRow.parts, literal_column("'$[*].text'::jsonpath"))
    await session.execute(
        update(MessageRow)
        .where(MessageRow.id.in_(own))
        .values(words=func.to_tsvector("simple", texts))
        .execution_options(synchronize_session=False)
    )


async def find(session: Session, session_id: str, message_id: str) -> Shown | None:
    """A message of one of the caller's sessions, with its run."""
    statement = _own(session).where(MessageRow.id == message_id, MessageRow.session_id == session_id)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])


async def path(session: Session, session_id: str, end: str, limit: int) -> Sequence[Shown]:
    """The last `limit` messages of the path that ends with the message `end`, oldest first."""
    step = (
        select(MessageRow.id, MessageRow.parent_id, MessageRow.depth)
        .where(MessageRow.id == end, MessageRow.session_id == session_id)
        .cte("path", recursive=True)
    )
    before = aliased(MessageRow)
    last = select(MessageRow.depth).where(MessageRow.id == end).scalar_subquery()
    step = step.union_all(
        select(before.id, before.parent_id, before.depth)
        .join(step, before.id == step.c.parent_id)
        .where(before.depth > last - limit)
    )
    statement = _own(session).join(step, step.c.id == MessageRow.id).order_by(MessageRow.depth)
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def copied_turns(
    session: Session, session_id: str, end: str
) -> Sequence[tuple[MessageRow, MessageRow]]:
    """The questions and their replies on the path that ends with the message `end` whose replies have parts
    of their own, as those have that were put in; newest first."""
    step = (
        select(MessageRow.id, MessageRow.parent_id)
        .where(MessageRow.id == end, MessageRow.session_id == session_id)
        .cte("path", recursive=True)
    )
    before, question, reply = aliased(MessageRow), aliased(MessageRow), aliased(MessageRow)
    step = step.union_all(select(before.id, before.parent_id).join(step, before.id == step.c.parent_id))
    statement = (
        select(question, reply)
        .join(reply, reply.parent_id == question.id)
        .join(step, step.c.id == reply.id)
        .where(reply.role == "assistant", reply.run_id.is_(None), reply.parts.is_not(None))
        .where(reply.owner_id == session.principal.user_id)
        .order_by(reply.depth.desc())
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def tree(session: Session, session_id: str) -> Sequence[Shown]:
    """Every message of a session, a parent before its children."""
    statement = _own(session).where(MessageRow.session_id == session_id)
    statement = statement.order_by(MessageRow.depth, MessageRow.created_at, MessageRow.id)
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def siblings(session: Session, rows: Sequence[MessageRow]) -> Mapping[str | None, list[str]]:
    """For each parent of the messages, all of one session: its children, oldest first."""
    if not rows:
        return {}
    parents = {row.parent_id for row in rows}
    named = MessageRow.parent_id.in_([parent for parent in parents if parent is not None])
    statement = (
        select(MessageRow.parent_id, MessageRow.id)
        .where(
            MessageRow.session_id == rows[0].session_id,
            named | MessageRow.parent_id.is_(None) if None in parents else named,
        )
        .order_by(MessageRow.created_at, MessageRow.id)
    )
    children: dict[str | None, list[str]] = defaultdict(list)
    for parent_id, message_id in await session.execute(statement):
        children[parent_id].append(message_id)
    return children


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that has the words looked for, or whose session's title has them (`found_in`); `snippet` is
    the place in its text."""

    session_id: str
    title: str | None
    message_id: str
    role: str
    snippet: str
    found_in: str
    created_at: datetime


async def search(
    session: Session,
    tsquery: str,
    request: PageRequest,
    place: Literal["message", "title"] | None = None,
    session_ids: Sequence[str] = (),
) -> Sequence[Hit]:
    """The caller's messages that have all the words, and the last shown one of each session whose title has
    them, newest first, one more than the page holds; of one kind alone where `place` says so. Of sessions
    that are named the newest one each."""
    query = func.to_tsquery("simple", tsquery)
    text = func.coalesce(
        RunRow.answer["text"].astext,
        func.jsonb_path_query_first(MessageRow.parts, literal_column("'$[*].text'::jsonpath")).op("#>>")(
            literal_column("'{}'::text[]")
        ),
        "",
    )
    headline = func.ts_headline("simple", text, query, _SNIPPET)
    said = or_(MessageRow.words.bool_op("@@")(query), RunRow.words.bool_op("@@")(query))
    titled = and_(
        MessageRow.id == ChatSessionRow.active_message_id,
        func.to_tsvector("simple", func.coalesce(ChatSessionRow.title, "")).bool_op("@@")(query),
    )
    statement = (
        select(
            MessageRow.session_id,
            ChatSessionRow.title,
            MessageRow.id,
            MessageRow.role,
            headline,
            literal(place) if place else case((func.coalesce(said, false()), "message"), else_="title"),
            MessageRow.created_at,
        )
        .join(ChatSessionRow, ChatSessionRow.id == MessageRow.session_id)
        .outerjoin(RunRow, RunRow.id == MessageRow.run_id)
        .where(
            MessageRow.owner_id == session.principal.user_id,
            {"message": said, "title": titled, None: or_(said, titled)}[place],
        )
    )
    if session_ids:
        newest = statement.where(MessageRow.session_id.in_(session_ids))
        newest = newest.ext(distinct_on(MessageRow.session_id)).order_by(
            MessageRow.session_id, MessageRow.created_at.desc(), MessageRow.id.desc()
        )
        found = newest.with_only_columns(MessageRow.id).subquery()
        statement = statement.where(MessageRow.id.in_(select(found.c.id)))
    statement = after_cursor(statement, request, MessageRow.created_at, MessageRow.id)
    return [Hit(*row) for row in await session.execute(statement)]


async def runs_of(session: Session, message_ids: Sequence[str]) -> Sequence[RunRow]:
    """The runs whose answers some messages show."""
    statement = (
        select(RunRow).join(MessageRow, MessageRow.run_id == RunRow.id).where(MessageRow.id.in_(message_ids))
    )
    return (await session.scalars(statement)).all()


async def run_of_newest_reply(session: Session, question_id: str) -> RunRow | None:
    """The run of the newest answer to a question that has one."""
    statement = (
        select(RunRow)
        .join(MessageRow, MessageRow.run_id == RunRow.id)
        .where(MessageRow.parent_id == question_id, MessageRow.owner_id == session.principal.user_id)
        .order_by(MessageRow.created_at.desc(), MessageRow.id.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def newest_below(session: Session, message_id: str) -> str:
    """The end of the path from a message down its newest children."""
    step = (
        select(MessageRow.id, MessageRow.depth, MessageRow.created_at)
        .where(MessageRow.id == message_id)
        .cte("below", recursive=True)
    )
    child = aliased(MessageRow)
    step = step.union_all(
        select(child.id, child.depth, child.created_at).join(step, child.parent_id == step.c.id)
    )
    # Ids are made in the order of time, so the newest leaf is the last of those without children.
    parent = aliased(MessageRow)
    leaf = ~select(parent.id).where(parent.parent_id == step.c.id).exists()
    found = await session.scalar(
        select(step.c.id).where(leaf).order_by(step.c.created_at.desc(), step.c.id.desc()).limit(1)
    )
    return found or message_id
