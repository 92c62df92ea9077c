"""Reading and changing the semantic model of a workspace."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace

from answerable.data.semantics import repository
from answerable.data.semantics.errors import DataHidden, RevisionUnknown
from answerable.data.semantics.inference import InferredDataset
from answerable.data.semantics.joining import Revised, join, joined_revision, revisions_of
from answerable.data.semantics.merging import merge_dataset, remove_dataset
from answerable.data.semantics.model import Relationship, SemanticModel
from answerable.data.semantics.reach import Reach, Viewer, reach
from answerable.data.semantics.relationships import changed_ends, merge_relationships
from answerable.data.semantics.repository import EMPTY, WORKSPACE, Holder, StoredModel
from answerable.data.verified.checking import enqueue_check
from answerable.identity.members import service as members
from answerable.identity.scopes import Scope
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import NotFound
from answerable.kit.principal import Role

# Parsed models, newest use last. A revision is the hash of the content, so an entry never goes stale;
# and equal questions meet the same object, whose vocabulary is then built once.
_MOST_PARSED = 256
_NOTHING = Revised(EMPTY.revision, EMPTY)
_parsed: OrderedDict[tuple[str, str], SemanticModel] = OrderedDict()


async def current_model(session: Session) -> SemanticModel:
    """The workspace's model; one without datasets before the first is ready. Within a conversation that has
    tables of its own, joined with its."""
    workspace, holder = await _current(session, WORKSPACE), Holder.of(session)
    if holder == WORKSPACE:
        return workspace.model
    own = await _current(session, holder)
    if not own.model.datasets:
        return workspace.model
    key = (session.workspace_id, joined_revision(workspace, own))
    return _known(key) or _remember(key, join(workspace.model, own.model))


async def revision_within(session: Session) -> str | None:
    """By what `model_at` gives the joined model again; None where the workspace's stands alone, whose
    revision is its content's."""
    holder = Holder.of(session)
    own = _NOTHING if holder == WORKSPACE else await _current(session, holder)
    return joined_revision(await _current(session, WORKSPACE), own) if own.model.datasets else None


async def _current(session: Session, holder: Holder) -> Revised:
    revision = await repository.read_revision(session, holder)
    if revision is None:
        return _NOTHING
    if (known := _known((session.workspace_id, revision))) is not None:
        return Revised(revision, known)
    stored = await repository.read(session, holder)
    if stored is None:
        return _NOTHING
    key = (session.workspace_id, stored.revision)
    return Revised(stored.revision, _remember(key, stored.model))


def _known(key: tuple[str, str]) -> SemanticModel | None:
    if key in _parsed:
        _parsed.move_to_end(key)
    return _parsed.get(key)


def _remember(key: tuple[str, str], model: SemanticModel) -> SemanticModel:
    _parsed[key] = model
    while len(_parsed) > _MOST_PARSED:
        _parsed.popitem(last=False)
    return model


async def own_datasets(session: Session) -> frozenset[str]:
    """The names of the datasets in the model of the conversation within which the session acts, or in the
    workspace's."""
    current = await _current(session, Holder.of(session))
    return frozenset(dataset.name for dataset in current.model.datasets)


async def model_at(session: Session, revision: str) -> SemanticModel:
    """The model as it was at a revision, without long lists of values. Raises RevisionUnknown."""
    first, second = revisions_of(revision)
    holder = Holder.of(session)
    found = await _model_at(session, WORKSPACE, first)
    if found is not None and second is not None:
        own = None if holder == WORKSPACE else await _model_at(session, holder, second)
        found = None if own is None else join(found, own)
    if found is None:
        raise RevisionUnknown(f"There is no model revision {revision!r}. Leave it out to use today's model.")
    return found


async def _model_at(session: Session, holder: Holder, revision: str) -> SemanticModel | None:
    if revision == _NOTHING.revision:
        return EMPTY
    current = await _current(session, holder)
    if current.revision == revision:
        return current.model
    return await repository.read_at(session, revision, holder)


async def viewer_of(session: Session) -> Viewer | None:
    """Who looks at the session's workspace; None for the system at work, which sees everything. Whoever is no
    member has neither a role nor attributes."""
    principal = session.principal
    if principal.user_id is None:
        return None if principal.role is Role.OWNER else Viewer()
    found = await members.read_standing(session, principal.user_id)
    return Viewer() if found is None else Viewer(found.role, found.attributes)


async def reach_into(session: Session) -> Reach:
    """The workspace's model as the session's principal sees it."""
    model = await current_model(session)
    bound = bool(model.policies or model.hidden_fields)
    return reach(model, await viewer_of(session)) if bound else Reach(model)


async def require_all_of(session: Session, dataset_id: str) -> None:
    """Raises DataHidden where rows or fields of a dataset are kept back from the session's principal."""
    if not (await reach_into(session)).is_whole_of(dataset_id):
        raise DataHidden("Parts of this dataset are hidden from you. Ask an admin of the workspace.")


async def find_model(session: Session) -> StoredModel | None:
    """The workspace's model with its id; None before its first dataset is ready."""
    return await repository.read(session)


async def read_model(session: Session, model_id: str) -> StoredModel:
    """A model by its own id (`sm_…`) or that of one of its datasets (`ds_…`). NotFound."""
    return of_id(await repository.read(session), model_id)


async def find_seen(session: Session) -> StoredModel | None:
    """The workspace's model as the session's principal sees it; None before its first dataset."""
    stored = await repository.read(session)
    return None if stored is None else await _seen(session, stored)


async def read_seen(session: Session, model_id: str) -> StoredModel:
    """A model by an id, as the session's principal sees it. NotFound."""
    return await _seen(session, await read_model(session, model_id))


async def _seen(session: Session, stored: StoredModel) -> StoredModel:
    if Scope.MEMBERS_WRITE in session.principal.scopes:
        return stored  # whoever decides who sees what, else a policy could lock everybody out
    return replace(stored, model=(await reach_into(session)).model)


async def refresh_dataset(session: Session, guess: InferredDataset) -> SemanticModel:
    """Merge a dataset's new guess into the model that it belongs to; people's edits stay. Returns the
    model."""
    return await _refresh(session, Holder.of(session), guess)


async def give_to_workspace(session: Session, dataset_id: str) -> None:
    """Move a dataset of the conversation, with its metrics, from its model to the workspace's."""
    holder = Holder.of(session)
    stored = await repository.lock(session, holder)
    dataset = next((d for d in stored.base.datasets if d.id == dataset_id), None)
    if dataset is None:
        return
    metrics = tuple(m for m in stored.base.metrics if m.dataset == dataset.name)
    await _refresh(session, WORKSPACE, InferredDataset(dataset, metrics))
    left = remove_dataset(stored.model, dataset_id), remove_dataset(stored.base, dataset_id)
    await save(session, holder, *left)


async def _refresh(session: Session, holder: Holder, guess: InferredDataset) -> SemanticModel:
    stored = await repository.lock(session, holder)
    model, base = merge_dataset(stored.model, stored.base, guess)
    await save(session, holder, model, base)
    return model


async def refresh_relationships(
    session: Session, measured: SemanticModel, guessed: Sequence[Relationship], *, over: Collection[str]
) -> frozenset[str]:
    """Take over the relationships that the data proves; people's edits stay. `measured` is the model
    whose tables were measured: datasets that came or changed since are left to their own measuring, and so
    are relationships of datasets that are not among those measured, `over`.

    Returns the ids of the datasets whose rows lead elsewhere than before."""
    holder = Holder.of(session)
    stored = await repository.lock(session, holder)
    guessed = [*guessed, *_outside(stored.base, over)]
    fields = {(d.name, d.id, f.name) for d in measured.datasets for f in d.fields}
    now = stored.model
    if holder != WORKSPACE:
        now = join((await _current(session, WORKSPACE)).model, now)
    there = {(d.name, f.name) for d in now.datasets for f in d.fields if (d.name, d.id, f.name) in fields}
    sound = [g for g in guessed if {(g.left, g.left_field), (g.right, g.right_field)} <= there]
    model, base = merge_relationships(stored.model, stored.base, sound)
    if (model, base) != (stored.model, stored.base):
        await save(session, holder, model, base)
    names = changed_ends(stored.model.relationships, model.relationships)
    return frozenset(d.id for d in now.datasets if d.name in names)


async def declare_relationships(
    session: Session, declared: Sequence[Relationship], over: Collection[str]
) -> None:
    """Take over the relationships that a database's catalogue declares over some datasets; people's edits
    stay."""
    stored = await repository.lock(session, WORKSPACE)
    links = [*declared, *_outside(stored.base, over)]
    model, base = merge_relationships(stored.model, stored.base, links)
    if (model, base) != (stored.model, stored.base):
        await save(session, WORKSPACE, model, base)


def _outside(base: SemanticModel, over: Collection[str]) -> list[Relationship]:
    return [link for link in base.relationships if not {link.left, link.right} <= set(over)]


async def forget_dataset(session: Session, dataset_id: str) -> None:
    """Take a dataset out of the model that it belongs to, with its metrics and relationships."""
    holder = Holder.of(session)
    if await repository.read(session, holder) is None:
        return
    stored = await repository.lock(session, holder)
    left = remove_dataset(stored.model, dataset_id), remove_dataset(stored.base, dataset_id)
    await save(session, holder, *left)
    await repository.forget_in_revisions(session, holder, dataset_id)


async def save(
    session: Session, holder: Holder, model: SemanticModel, base: SemanticModel | None = None
) -> None:
    """Keep a model, locked before, and have its verified questions held against it."""
    await repository.save(session, holder, model, base)
    if holder == WORKSPACE:
        await enqueue_check(session)


def of_id(stored: StoredModel | None, model_id: str) -> StoredModel:
    """The stored model, if the id is its own or that of one of its datasets. Raises NotFound."""
    if stored is None:
        raise NotFound
    own = ids.decode("sm", model_id) is not None and ids.decode("sm", model_id) == ids.decode("sm", stored.id)
    if not own and all(d.id != model_id for d in stored.model.datasets):
        raise NotFound
    return stored
