"""What `/encoder` carries."""

from __future__ import annotations

from pydantic import BaseModel

from answerable.knowledge.indexing.generations import BuildingState, Generation, Generations


class EncoderView(BaseModel):
    """An encoder; `kind` is default, folder, tei or openai."""

    name: str
    kind: str
    dimensions: int

    @classmethod
    def of(cls, generation: Generation) -> EncoderView:
        """An encoder as HTTP carries it."""
        return cls(name=generation.spec.name, kind=generation.spec.kind, dimensions=generation.dimensions)


class BuildingView(BaseModel):
    """The encoder that a workspace goes over to: `done` of `total` passages, by the job `job_id`."""

    encoder: EncoderView
    done: int
    total: int
    job_id: str | None


class EncoderStatus(BaseModel):
    """`building` is null while no other encoder's vectors are made."""

    active: EncoderView
    building: BuildingView | None

    @classmethod
    def of(cls, used: Generations, state: BuildingState) -> EncoderStatus:
        """A workspace's encoders as HTTP carries them."""
        building = None
        if used.building is not None:
            building = BuildingView(
                encoder=EncoderView.of(used.building), done=state.done, total=state.total, job_id=state.job_id
            )
        return cls(active=EncoderView.of(used.active), building=building)
