"""Going over to another encoder: its vectors are made beside the old ones, then searches use them."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations

import numpy as np
import structlog

from answerable.jobs import JobContext, JobStatus, Subject, enqueue, get_job, periodic, task
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import EncoderAway, Encoders, EncoderSpec, TextEncoder, configured
from answerable.knowledge.indexing import generations, repository
from answerable.knowledge.indexing.preparation import embed

REEMBED = "index.reembed"
_BATCH = 64
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
    """Let every workspace go over to the encoder that the settings name, by a job each. The ids of the jobs
    that were begun. Raises EncoderAway."""
    generation = await _wanted(runtime, configured(runtime))
    if generation is None:
        return []
    async with runtime.database.begin(Principal.anonymous()) as session:
        elsewhere = await generations.elsewhere(session, generation)
        await generations.drop_unused(session)
    begun = []
    for workspace_id in elsewhere:
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            if not await _is_on_its_way(session, generation):
                subject = Subject("encoder", workspace_id)
                job_id = await enqueue(session, REEMBED, subject=subject, generation=generation)
                await generations.begin(session, generation, job_id)
                begun.append(job_id)
    return begun


async def _wanted(runtime: Runtime, spec: EncoderSpec) -> int | None:
    async with runtime.database.begin(Principal.anonymous()) as session:
        number = await generations.known(session, spec)
    if number is not None:
        return number
    measured = await baseline_of(runtime.get(Encoders).of(spec))
    if measured is None:
        log.warning("encoder_not_here", encoder=spec.name)
        return None
    dimensions, baseline = measured
    async with runtime.database.begin(Principal.anonymous()) as session:
        return await generations.add(session, spec, dimensions, 0.0 if spec.kind == "default" else baseline)


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
    while await _embed_missing(job, encoder, generation):
        pass
    async with job.complete() as session:
        await generations.held_alone(session)
        if await repository.passages_without_vector(session, generation, 1):
            raise EncoderNotHere("Some passages were stored without vectors of the new encoder; once more.")
        await generations.switch(session, generation)


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
        await job.progress(done, total, "passages")


@periodic("index.follow_encoder", "* * * * *")
async def follow_encoder(runtime: Runtime, _period: datetime) -> None:
    """Go over to the encoder that the settings name, and drop what no workspace uses any more."""
    try:
        await follow_settings(runtime)
    except EncoderAway as away:
        log.warning("encoder_away", detail=str(away))
