"""Reading and changing the semantic model of a workspace."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import replace

from answerable.data.semantics import repository
from answerable.data.semantics.errors import DataHidden, InvalidModel, RevisionUnknown, StaleModel
from answerable.data.semantics.inference import InferredDataset
from answerable.data.semantics.merging import merge_dataset, remove_dataset
from answerable.data.semantics.model import Relationship, SemanticModel
from answerable.data.semantics.reach import Reach, Viewer, reach
from answerable.data.semantics.relationships import merge_relationships, without_guesses
from answerable.data.semantics.repository import EMPTY, StoredModel
from answerable.data.semantics.validation import problems
from answerable.data.verified.checking import enqueue_check
from answerable.identity.members import service as members
from answerable.identity.scopes import Scope
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Forbidden, NotFound
from answerable.kit.principal import Role

# Parsed models, newest use last. A revision is the hash of the content, so an entry never goes stale;
# and equal questions meet the same object, whose vocabulary is then built once.
_MOST_PARSED = 256
_parsed: OrderedDict[tuple[str, str], SemanticModel] = OrderedDict()


async def current_model(session: Session) -> SemanticModel:
    """The workspace's model; one without datasets before the first is ready."""
    revision = await repository.read_revision(session)
    if revision is None:
        return EMPTY
    key = (session.workspace_id, revision)
    if (known := _parsed.get(key)) is not None:
        _parsed.move_to_end(key)
        return known
    stored = await repository.read(session)
    if stored is None:
        return EMPTY
    _parsed[(session.workspace_id, stored.revision)] = stored.model
    while len(_parsed) > _MOST_PARSED:
        _parsed.popitem(last=False)
    return stored.model


async def model_at(session: Session, revision: str) -> SemanticModel:
    """The model as it was at a revision, without long lists of values. Raises RevisionUnknown."""
    if await repository.read_revision(session) == revision:
        return await current_model(session)
    found = await repository.read_at(session, revision)
    if found is None:
        raise RevisionUnknown(f"There is no model revision {revision!r}. Leave it out to use today's model.")
    return found


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
    return _of_id(await repository.read(session), model_id)


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


async def replace_model(
    session: Session, model_id: str, wanted: SemanticModel, *, if_match: str | None
) -> StoredModel:
    """Replace the model. Raises NotFound, StaleModel when `if_match` is not the present revision,
    and InvalidModel with every mistake and its place."""
    if await repository.read(session) is None:
        raise NotFound
    stored = _of_id(await repository.lock(session), model_id)
    # Who leaves them out means the rest of the model: a policy is never dropped by an oversight.
    unsaid = {"policies", "hidden_fields"} - wanted.model_fields_set
    wanted = wanted.model_copy(update={name: getattr(stored.model, name) for name in unsaid})
    await _require_may_replace(session, stored.model, wanted)
    if if_match is not None and if_match != stored.revision:
        raise StaleModel(
            f"The model is at revision {stored.revision} now. Read it again and repeat your change."
        )
    # What the data has is what was last inferred: people may have hidden columns since.
    mistakes = problems(wanted, stored.base, stored.model)
    if mistakes:
        raise InvalidModel(f"The model has {len(mistakes)} mistakes; each is listed.", errors=mistakes)
    await _save(session, wanted)
    return await read_model(session, stored.id)


async def _require_may_replace(session: Session, model: SemanticModel, wanted: SemanticModel) -> None:
    """Who does not see all of a model would delete what they do not see."""
    if Scope.MEMBERS_WRITE in session.principal.scopes:
        return
    if (await reach_into(session)).key is not None:
        raise DataHidden("Parts of this model are hidden from you, so you cannot replace it. Ask an admin.")
    if (wanted.policies, wanted.hidden_fields) != (model.policies, model.hidden_fields):
        raise Forbidden(
            "Row policies and hidden fields are decided by admins. Leave 'policies' and 'hidden_fields' as "
            "they are."
        )


async def refresh_dataset(session: Session, guess: InferredDataset) -> SemanticModel:
    """Merge a dataset's new guess into the model; people's edits stay. Returns the model."""
    stored = await repository.lock(session)
    model, base = merge_dataset(stored.model, stored.base, guess)
    name = next((d.name for d in model.datasets if d.id == guess.dataset.id), guess.dataset.name)
    model, base = without_guesses(model, base, name)
    await _save(session, model, base)
    return model


async def refresh_relationships(
    session: Session, measured: SemanticModel, guessed: Sequence[Relationship], *, over: Collection[str]
) -> None:
    """Take over the relationships that the data proves; people's edits stay. `measured` is the model
    whose tables were measured: datasets that came or changed since are left to their own measuring, and so
    are relationships of datasets that are not among those measured, `over`."""
    stored = await repository.lock(session)
    guessed = [*guessed, *_outside(stored.base, over)]
    fields = {(d.name, d.id, f.name) for d in measured.datasets for f in d.fields}
    there = {
        (d.name, f.name) for d in stored.model.datasets for f in d.fields if (d.name, d.id, f.name) in fields
    }
    sound = [g for g in guessed if {(g.left, g.left_field), (g.right, g.right_field)} <= there]
    model, base = merge_relationships(stored.model, stored.base, sound)
    if (model, base) != (stored.model, stored.base):
        await _save(session, model, base)


async def declare_relationships(
    session: Session, declared: Sequence[Relationship], over: Collection[str]
) -> None:
    """Take over the relationships that a database's catalogue declares over some datasets; people's edits
    stay."""
    stored = await repository.lock(session)
    links = [*declared, *_outside(stored.base, over)]
    model, base = merge_relationships(stored.model, stored.base, links)
    if (model, base) != (stored.model, stored.base):
        await _save(session, model, base)


def _outside(base: SemanticModel, over: Collection[str]) -> list[Relationship]:
    return [link for link in base.relationships if not {link.left, link.right} <= set(over)]


async def forget_dataset(session: Session, dataset_id: str) -> None:
    """Take a dataset out of the model, with its metrics and relationships."""
    if await repository.read(session) is None:
        return
    stored = await repository.lock(session)
    await _save(session, remove_dataset(stored.model, dataset_id), remove_dataset(stored.base, dataset_id))
    await repository.forget_in_revisions(session, dataset_id)


async def _save(session: Session, model: SemanticModel, base: SemanticModel | None = None) -> None:
    await repository.save(session, model, base)
    await enqueue_check(session)


def _of_id(stored: StoredModel | None, model_id: str) -> StoredModel:
    if stored is None:
        raise NotFound
    own = ids.decode("sm", model_id) is not None and ids.decode("sm", model_id) == ids.decode("sm", stored.id)
    if not own and all(d.id != model_id for d in stored.model.datasets):
        raise NotFound
    return stored
