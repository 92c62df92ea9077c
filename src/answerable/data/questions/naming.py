"""Keys of other tables' rows shown by the names that tell those rows apart: the course, not its id."""

from __future__ import annotations

from answerable.data.semantics.model import Dataset, FieldRole, FieldType, ModelField, SemanticModel
from answerable.data.semantics.paths import flaw, sole_paths
from answerable.data.semantics.query import GroupBy, SemanticQuery

_LONGEST_NAME = 63


def with_names(query: SemanticQuery, model: SemanticModel) -> SemanticQuery:
    """The query with each group that is a key of another table told by that table's only name, where no two
    rows have the same one. The groups stay the same, as each key has one name."""
    paths = sole_paths(model, query.dataset)
    renamed: dict[str, str] = {}
    for link in model.relationships:
        if (
            link.left != query.dataset
            or len(paths.get(link.right, ())) != 1
            or flaw((link,), model) is not None
            or query.columns
            or query.count_groups
        ):
            continue
        other = model.dataset(link.right)
        name = _name_of(other) if other is not None and other.primary_key == (link.right_field,) else None
        if name is not None and len(f"{link.right}__{name}") <= _LONGEST_NAME:
            renamed[link.left_field] = f"{link.right}__{name}"
    if not any(group.field in renamed for group in query.group_by):
        return query
    groups = tuple(_renamed(group, renamed) for group in query.group_by)
    if len({group.field for group in groups}) < len(groups):
        return query
    order = tuple(o.model_copy(update={"by": renamed.get(o.by, o.by)}) for o in query.order)
    return query.model_copy(update={"group_by": groups, "order": order})


def _renamed(group: GroupBy, renamed: dict[str, str]) -> GroupBy:
    known = renamed.get(group.field) if not group.only else None
    return group.model_copy(update={"field": known}) if known is not None else group


def _name_of(dataset: Dataset) -> str | None:
    """The one field whose values name the rows: without blanks, none twice, no data of persons."""
    key = dataset.field(dataset.primary_key[0])
    if key is None or key.distinct_count is None:
        return None
    names = [field.name for field in dataset.fields if _names_rows(field, key, dataset)]
    return names[0] if len(names) == 1 else None


def _names_rows(field: ModelField, key: ModelField, dataset: Dataset) -> bool:
    if field.name == key.name or field.type is not FieldType.STRING or field.personal or field.nullable:
        return False
    called = field.role is FieldRole.DIMENSION or field.name.endswith(("name", "title"))
    named = field.name.endswith(("name", "title")) or field.name == dataset.row_noun
    return called and named and field.distinct_count == key.distinct_count
