"""All SQL of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import cast, column, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert
from sqlalchemy.orm import aliased

from answerable.chat.asking.tables import RunDatasetRow, RunDocumentRow, RunRow
from answerable.kit.db import Session

_WHITE = " \t\r\n"


class RunRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, run: RunRow) -> None:
        """Store a new run."""
        self._session.add(run)
        await self._session.flush()

    async def find(self, run_id: str) -> RunRow | None:
        """The run, when the principal may see it."""
        return (await self._session.scalars(select(RunRow).where(RunRow.id == run_id))).one_or_none()

    async def latest(self, user_id: str, question: str, answer: str) -> str | None:
        """The latest run of a person who asked this and was told that; None: there is none."""
        statement = (
            select(RunRow.id)
            .where(
                RunRow.asked_by == user_id,
                func.md5(RunRow.question) == func.md5(question),
                RunRow.question == question,
                RunRow.status == "finished",
                func.btrim(RunRow.answer["text"].astext, _WHITE) == answer.strip(_WHITE),
            )
            .order_by(RunRow.created_at.desc())
            .limit(1)
        )
        return (await self._session.scalars(statement)).one_or_none()

    async def answers_before(self, run_id: str, limit: int) -> Sequence[dict[str, JsonValue]]:
        """What later questions may need of the answers of the run and of those that it followed in turn,
        newest first: everything but quotes, charts, and of queries the rows."""
        step = (
            select(RunRow.id, RunRow.follows_id, literal(0).label("back"))
            .where(RunRow.id == run_id)
            .cte("before", recursive=True)
        )
        earlier = aliased(RunRow)
        step = step.union_all(
            select(earlier.id, earlier.follows_id, step.c.back + 1)
            .join(step, earlier.id == step.c.follows_id)
            .where(step.c.back < limit - 1)
        )
        fields = ("id", "question", "text", "status", "carried_over", "ask_back")
        pairs = [part for name in fields for part in (name, RunRow.answer[name])]
        items = (
            func.jsonb_path_query(
                RunRow.answer,
                literal_column("'$.evidence[*] ? (@.kind != \"quote\")'::jsonpath"),
                type_=JSONB,
            )
            .table_valued(column("item", JSONB), with_ordinality="place")
            .render_derived()
        )
        bare = cast({"rows": [], "explanation": None}, JSONB)
        evidence = (
            select(func.jsonb_agg(aggregate_order_by(items.c.item.op("||")(bare), items.c.place)))
            .select_from(items)
            .scalar_subquery()
        )
        statement = (
            select(func.jsonb_build_object(*pairs, "evidence", func.coalesce(evidence, literal([], JSONB))))
            .join(step, step.c.id == RunRow.id)
            .where(RunRow.status == "finished")
            .order_by(step.c.back)
        )
        return list(await self._session.scalars(statement))

    async def show(self, run_id: str, events: Sequence[tuple[str, Mapping[str, JsonValue]]]) -> None:
        """Keep events that are given out before the end."""
        more = literal([list(event) for event in events], JSONB)
        await self._session.execute(
            update(RunRow)
            .where(RunRow.id == run_id)
            .values(shown=func.coalesce(RunRow.shown, literal([], JSONB)).op("||")(more))
        )

    async def finish(
        self,
        run_id: str,
        *,
        status: str,
        at: datetime,
        answer: Mapping[str, object] | None = None,
        error: object = None,
    ) -> bool:
        """End a running run. False when it has ended already: then nothing changes."""
        ended = await self._session.execute(
            update(RunRow)
            .where(RunRow.id == run_id, RunRow.status == "running")
            .values(
                status=status,
                answer=answer,
                error=error,
                finished_at=at,
                words=func.to_tsvector("simple", answer["text"]) if answer is not None else None,
            )
            .returning(RunRow.id)
        )
        return ended.first() is not None

    async def cite(self, run_id: str, *, documents: Iterable[str], datasets: Iterable[str]) -> None:
        """Tie the run to what its answer cites; what is tied already stays so."""
        workspace = {"run_id": run_id, "workspace_id": self._session.workspace_id}
        document_rows = [{**workspace, "document_id": document} for document in documents]
        dataset_rows = [{**workspace, "dataset_id": dataset} for dataset in datasets]
        if document_rows:
            await self._session.execute(insert(RunDocumentRow).values(document_rows).on_conflict_do_nothing())
        if dataset_rows:
            await self._session.execute(insert(RunDatasetRow).values(dataset_rows).on_conflict_do_nothing())
