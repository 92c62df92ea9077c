"""Going over to another encoder or store: its vectors are made beside the old ones, then searched."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations

import numpy as np
import structlog

from answerable.jobs import JobContext, JobStatus, Subject, enqueue, get_job, periodic, task
from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, NotFound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import EncoderAway, Encoders, EncoderSpec, TextEncoder, configured
from answerable.knowledge.indexing import generations, repository
from answerable.knowledge.indexing.choice import FOLLOW_SETTINGS
from answerable.knowledge.indexing.generations import Generation
from answerable.knowledge.indexing.preparation import embed
from answerable.knowledge.stores import outbox
from answerable.knowledge.stores.following import carry_over
from answerable.knowledge.stores.registry import OpenStores, offered
from answerable.plugins.vector_stores import VectorStoreAway

REEMBED = "index.reembed"
_BATCH = 64
_COPIED = 1_000
_FEW_WAITING = 200
"""Documents that a store may still have to be told of when searches begin to ask it."""
_UNRELATED = (
    "The invoice is due within thirty days of delivery.",
    "Volcanic soil keeps moisture well and suits vines.",
    "Press both buttons for five seconds to reset the router.",
    "The orchestra rehearses on Tuesday evenings in the old town hall.",
    "Blood pressure should be measured after ten minutes of rest.",
    "Parliament adopted the fisheries treaty by a narrow majority.",
    "Whisk the eggs with sugar until the mixture turns pale.",
    "The compiler reports an error when a symbol is defined twice.",
)
"""Texts that have nothing to do with each other."""

log = structlog.get_logger(__name__)


class StoreNotReady(AnswerableError):
    """The store that a workspace goes over to could not be filled."""

    code, status, title = "vector_store_away", 503, "The vector store does not answer"


class EncoderNotHere(Exception):
    """The encoder that vectors are to be made with cannot be loaded on this machine."""


async def baseline_of(encoder: TextEncoder) -> tuple[int, float] | None:
    """The length of the encoder's vectors, and the mean cosine of unrelated texts; None without it. Raises
    EncoderAway."""
    vectors = await encoder.encode(_UNRELATED)
    if vectors is None:
        return None
    cosines = [float(vectors[one] @ vectors[other]) for one, other in combinations(range(len(vectors)), 2)]
    return vectors.shape[1], min(max(float(np.mean(cosines)), 0.0), 0.95)


async def follow_settings(runtime: Runtime) -> list[str]:
    """Let every workspace go over to the encoder that the settings name, and to the store that they name or
    that it chose, by a job each. The ids of the jobs that were begun. Raises EncoderAway."""
    spec, search = configured(runtime), runtime.settings.search
    if search.store not in offered(search):
        log.error("vector_store_not_set_up", store=search.store)
        return []
    generation = await _wanted(runtime, spec, search.store, by_default=True)
    if generation is None:
        return []
    async with runtime.database.begin(Principal.anonymous()) as session:
        choices = await generations.choices(session)
    by_store = {}
    for store in set(choices).intersection(offered(search)):
        number = await _wanted(runtime, spec, store, by_default=store == search.store)
        if number is not None:
            by_store[store] = number
    async with runtime.database.begin(Principal.anonymous()) as session:
        elsewhere = await generations.elsewhere(session, generation, by_store)
        await generations.drop_unused(session)
    begun = []
    for workspace_id, wanted in elsewhere:
        job_id = await _begin(runtime, workspace_id, wanted)
        begun += [] if job_id is None else [job_id]
    return begun


async def _begin(runtime: Runtime, workspace_id: str, generation: int) -> str | None:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        if await _is_on_its_way(session, generation):
            return None
        subject = Subject("encoder", workspace_id)
        job_id = await enqueue(session, REEMBED, subject=subject, generation=generation)
        await generations.begin(session, generation, job_id)
        return job_id


async def _wanted(runtime: Runtime, spec: EncoderSpec, store: str, *, by_default: bool) -> int | None:
    async with runtime.database.begin(Principal.anonymous()) as session:
        number = await generations.known(session, spec, store, by_default=by_default)
        measured = await generations.measured(session, spec)
    if number is not None:
        return number
    measured = measured or await baseline_of(runtime.get(Encoders).of(spec))
    if measured is None:
        log.warning("encoder_not_here", encoder=spec.name)
        return None
    dimensions, baseline = measured
    baseline = 0.0 if spec.kind == "default" else baseline
    async with runtime.database.begin(Principal.anonymous()) as session:
        return await generations.add(session, spec, store, dimensions, baseline, by_default=by_default)


async def _is_on_its_way(session: Session, generation: int) -> bool:
    present = (await generations.of_workspace(session)).building
    job_id = (await generations.state(session)).job_id
    if present is None or present.number != generation or job_id is None:
        return False
    try:
        job = await get_job(session, job_id)
    except NotFound:
        return False
    return job.status in (JobStatus.QUEUED, JobStatus.RUNNING)


@task(REEMBED, retries=10)
async def reembed(job: JobContext, *, generation: int) -> None:
    """Make the vectors that the workspace lacks of a generation, then search by it. What was made before the
    job was killed stays made."""
    async with job.begin() as session:
        building = (await generations.of_workspace(session)).building
    if building is None or building.number != generation:
        return  # the settings changed again
    encoder = job.runtime.get(Encoders).of(building.spec)
    await _copy_vectors(job, generation)
    while await _embed_missing(job, encoder, generation):
        pass
    await _fill_store(job, building)
    async with job.complete() as session:
        await generations.held_alone(session)
        if await repository.passages_without_vector(session, generation, 1):
            raise EncoderNotHere("Some passages were stored without vectors of the new encoder; once more.")
        await generations.switch(session, generation)


async def _copy_vectors(job: JobContext, generation: int) -> None:
    """Take the vectors that the same encoder made for another store."""
    async with job.begin() as session:
        others = await generations.siblings(session, generation)
        done, total = await repository.vector_counts(session, generation)
    for other in others:
        after: int | None = 0
        while after is not None:
            async with job.begin() as session:
                copied, after = await repository.copy_vectors(
                    session, other, generation, _COPIED, after=after
                )
                done += copied
                await generations.note(session, generation, done, total)
            await job.progress(done, max(done, total), "passages")


async def _fill_store(job: JobContext, building: Generation) -> None:
    """Let a store elsewhere know the vectors before it is asked. What comes in meanwhile, and the little that
    another process is just telling it, searches compare exactly until it is told."""
    try:
        if job.runtime.get(OpenStores).of(building.store).copies is None:
            return
        await carry_over(job.runtime, job.principal.workspace_id, building.number)
    except VectorStoreAway as away:
        raise StoreNotReady(away.detail) from away
    async with job.begin() as session:
        waiting, _ = await outbox.waiting(session, building.number)
    if waiting > _FEW_WAITING:
        raise StoreNotReady(f"The store has still to be told of {waiting} documents.")


async def _embed_missing(job: JobContext, encoder: TextEncoder, generation: int) -> bool:
    """Embed the passages that lack vectors, from the first to the last; whether there were any."""
    async with job.begin() as session:
        done, total = await repository.vector_counts(session, generation)
    after = 0
    while True:
        async with job.begin() as session:
            found = await repository.passages_without_vector(session, generation, _BATCH, after=after)
        if not found:
            return after > 0
        made = await embed(encoder, list(found.values()))
        if not made:
            raise EncoderNotHere(
                "The new encoder cannot be loaded on this machine. See the log, or the doctor."
            )
        done, total, after = done + len(made), max(total, done + len(made)), max(found)
        async with job.begin() as session:
            await repository.add_vectors(session, generation, dict(zip(found, made, strict=True)))
            await generations.note(session, generation, done, total)
        await job.advanced()
        await job.progress(done, total, "passages")


@periodic(FOLLOW_SETTINGS, "* * * * *")
async def follow_encoder(runtime: Runtime, _period: datetime) -> None:
    """Go over to the encoder and store that the settings name, or a workspace chose; drop what none uses any
    more."""
    try:
        await follow_settings(runtime)
    except EncoderAway as away:
        log.warning("encoder_away", detail=str(away))
