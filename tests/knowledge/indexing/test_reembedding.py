"""Going over to another encoder: beside the old vectors, without a gap, and safe to kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from answerable.jobs import JobStatus, get_job
from answerable.jobs.worker import Worker
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import Encoders, EncoderSpec, TextEncoder, configured
from answerable.knowledge.embedding.encoders import document_encoder
from answerable.knowledge.indexing import (
    IndexedDocument,
    StaleVectors,
    generations,
    prepare_document,
    reembedding,
    store_document,
)
from answerable.knowledge.retrieval import SearchMode, search
from tests.factories.callers import Workspace
from tests.factories.waiting import eventually
from tests.knowledge.embedding.tiny_model import make_model
from tests.knowledge.library import OIL, OXYGEN, RETURNS, passages, put
from tests.knowledge.retrieval.test_search import found


class Choice:
    """Chooses the server's encoder as a restart with other settings does."""

    def __init__(self, runtime: Runtime, folder: Path) -> None:
        self._runtime = runtime
        self._folder = folder
        self._before = {kind: runtime._made.get(kind) for kind in (TextEncoder, Encoders)}
        self._given = runtime.settings.search.encoder

    def tiny(self, hidden: int) -> EncoderSpec:
        """A tiny model with vectors of this length."""
        folder = self._folder / f"tiny{hidden}"
        make_model(folder, hidden=hidden)
        self._use(self._given.model_copy(update={"folder": folder}))
        return configured(self._runtime)

    def default(self) -> None:
        """The encoder that the server had."""
        self._use(self._given)

    def _use(self, settings: object) -> None:
        object.__setattr__(self._runtime.settings.search, "encoder", settings)
        self._runtime._made[TextEncoder] = document_encoder(self._runtime)
        self._runtime._made[Encoders] = Encoders(self._runtime)

    def restore(self) -> None:
        """As it was before the test."""
        object.__setattr__(self._runtime.settings.search, "encoder", self._given)
        for kind, made in self._before.items():
            self._runtime._made.pop(kind, None)
            if made is not None:
                self._runtime._made[kind] = made


@pytest.fixture
def choice(runtime: Runtime, tmp_path: Path) -> Iterator[Choice]:
    chosen = Choice(runtime, tmp_path)
    yield chosen
    chosen.restore()


async def active(runtime: Runtime, workspace_id: str) -> generations.Generations:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        return await generations.of_workspace(session)


async def dense_titles(runtime: Runtime, workspace_id: str) -> set[str]:
    """What a search by meaning alone reaches."""
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        outcome = await search(session, runtime, "anything at all", mode=SearchMode.DENSE)
    assert outcome.mode is SearchMode.DENSE
    return {passage.candidate.title for passage in outcome.passages}


def vectors(admin_url: str, workspace_id: str) -> dict[int, int]:
    """How many vectors each generation has."""
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(
            "SELECT generation, count(*) FROM chunk_vectors WHERE workspace_id = %s GROUP BY 1",
            [ids.decode("ws", workspace_id)],
        ).fetchall()
    return dict(rows)


async def follow(runtime: Runtime, workspace_id: str) -> str:
    """Begin to follow the settings; the id of the workspace's job."""
    await reembedding.follow_settings(runtime)
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        job_id = (await generations.state(session)).job_id
    assert job_id is not None
    return job_id


async def ended(runtime: Runtime, workspace_id: str, job_id: str) -> None:
    async def has_ended() -> bool:
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            job = await get_job(session, job_id)
        assert job.status is not JobStatus.FAILED, job.error
        return job.status is JobStatus.SUCCEEDED

    await eventually(has_ended, seconds=60)


async def test_a_workspace_goes_over_to_an_encoder_of_another_length(
    runtime: Runtime, workspace: Workspace, admin_url: str, choice: Choice, worker: Worker
) -> None:
    await put(runtime, workspace.id, OIL, title="Oil")
    old = (await active(runtime, workspace.id)).active
    spec = choice.tiny(32)
    assert await dense_titles(runtime, workspace.id) == {"Oil"}
    job_id = await follow(runtime, workspace.id)
    # while it is built: searched by the old one, and what comes in is in both
    if (await active(runtime, workspace.id)).building is not None:
        await put(runtime, workspace.id, OXYGEN, title="Oxygen")
        assert "Oxygen" in await dense_titles(runtime, workspace.id)
    else:
        await put(runtime, workspace.id, OXYGEN, title="Oxygen")
    await ended(runtime, workspace.id, job_id)
    now = await active(runtime, workspace.id)
    assert (now.active.spec, now.active.dimensions, now.building) == (spec, 32, None)
    assert await dense_titles(runtime, workspace.id) == {"Oil", "Oxygen"}
    assert vectors(admin_url, workspace.id)[now.active.number] == 2
    await put(runtime, workspace.id, RETURNS, title="Returns")
    assert await dense_titles(runtime, workspace.id) == {"Oil", "Oxygen", "Returns"}
    status = (await workspace.owner.get("/api/v1/encoder")).json()
    assert (status["active"]["dimensions"], status["building"]) == (32, None)
    choice.default()
    await ended(runtime, workspace.id, await follow(runtime, workspace.id))
    assert (await active(runtime, workspace.id)).active == old
    assert (await found(workspace.owner, "Who discovered oxygen?", mode="dense"))[0]["title"] == "Oxygen"


async def test_a_document_prepared_for_the_encoder_before_is_prepared_anew(
    runtime: Runtime, workspace: Workspace, choice: Choice, worker: Worker
) -> None:
    await put(runtime, workspace.id, OIL, title="Oil")
    document = IndexedDocument(ids.new_id("doc"), "late")
    prepared = await prepare_document(runtime, workspace.id, document, passages(OXYGEN))
    choice.tiny(64)
    await ended(runtime, workspace.id, await follow(runtime, workspace.id))
    with pytest.raises(StaleVectors):
        async with runtime.database.begin(Principal.system(workspace.id)) as session:
            await store_document(session, prepared)
    choice.default()
    await ended(runtime, workspace.id, await follow(runtime, workspace.id))


async def test_the_encoders_table_can_neither_be_written_nor_dropped_by_the_app(app_url: str) -> None:
    for statement in (
        "INSERT INTO encoders (fingerprint, spec, dimensions, baseline) VALUES ('x', '{}', 3, 0)",
        "DELETE FROM encoders",
        "DROP TABLE chunk_vectors_1",
        "INSERT INTO chunk_vectors_1 VALUES (1, 1, gen_random_uuid(), gen_random_uuid(), '[1]', '')",
    ):
        with psycopg.connect(app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
