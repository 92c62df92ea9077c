"""What `/encoder` and `/vector-store` carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from answerable.knowledge.indexing.choice import StoreState
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


class StoreChoice(BaseModel):
    """`store` is one of `offered`; null goes by the server's settings."""

    model_config = ConfigDict(extra="forbid")

    store: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None


class StoreStatus(BaseModel):
    """`active` finds the nearest vectors now, `building` is the one that the workspace goes over to (see
    `GET /encoder`), `chosen` what the workspace chose. `waiting` documents have changes that the store has
    still to be told, the first since `waiting_seconds`; searches know them already."""

    active: str
    building: str | None
    chosen: str | None
    offered: list[str]
    waiting: int = Field(ge=0)
    waiting_seconds: float = Field(ge=0)

    @classmethod
    def of(cls, state: StoreState) -> StoreStatus:
        """A workspace's stores as HTTP carries them."""
        building = state.used.building
        return cls(
            active=state.used.active.store,
            building=None if building is None else building.store,
            chosen=state.chosen,
            offered=list(state.offered),
            waiting=state.waiting,
            waiting_seconds=round(max(0.0, state.waiting_seconds), 1),
        )
