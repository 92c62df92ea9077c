"""The metrics of a dbt project, resolved over each other and over its measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from answerable.data.interchange.dbt_reading import FORMAT, DbtTables, Table
from answerable.data.interchange.draft import Draft, DraftMetric, Said
from answerable.data.interchange.formulas import Formula, Term, both, divided, less
from answerable.data.interchange.matching import plain_name
from answerable.data.interchange.report import Inexpressible
from answerable.data.interchange.sql_reading import SqlReader, parsed
from answerable.data.interchange.written import Node
from answerable.data.semantics.filters import Filter
from answerable.data.semantics.model import SemanticModel

_CALL = re.compile(
    r"""\{\{\s*(Dimension|TimeDimension|Entity)\(\s*['"]([\w ]+)['"]\s*(?:,\s*['"](\w+)['"]\s*)?\)"""
    r"""(?:\.grain\(\s*['"](\w+)['"]\s*\))?\s*\}\}"""
)
_METRIC = frozenset(
    {"name", "type", "type_params", "filter", "description", "label", "config", "time_granularity"}
)
_SHIFTS = ("offset_window", "offset_to_grain")


@dataclass(frozen=True)
class _Resolved:
    """A metric's formula. `name` is the metric that computes just this, `minus` and `per` those that compute
    its parts, where there are such."""

    formula: Formula
    name: str | None = None
    non_additive: bool = False
    cumulative: bool = False
    minus: str | None = None
    per: str | None = None


def is_dbt(document: Node) -> bool:
    """Whether a document is of this format."""
    return document.has("semantic_models") or document.has("metrics")


def read_dbt(documents: Sequence[Node], model: SemanticModel, mapping: Mapping[str, str]) -> Draft:
    """The draft of a project's files. Raises UnknownTable for a mapping that does not fit."""
    draft = Draft(FORMAT)
    tables = DbtTables(model, mapping, draft)
    tables.read(documents)
    metrics = _DbtMetrics(tables, draft)
    metrics.read(documents)
    for document in documents:
        for other in document.others({"semantic_models", "metrics", "version"}):
            name = other.path.rpartition(".")[2]
            draft.report.leave_out(name, name, "is no semantic model and no metric", other.place)
    return draft


class _DbtMetrics:
    def __init__(self, tables: DbtTables, draft: Draft) -> None:
        self._tables = tables
        self._draft = draft
        self._nodes: dict[str, Node] = {}
        self._resolved: dict[str, _Resolved | str] = {}  # or why not
        self._waiting: list[str] = []

    def read(self, documents: Sequence[Node]) -> None:
        """All metrics, and those that measures are by themselves."""
        report = self._draft.report
        for document in documents:
            for node in document.each("metrics"):
                name = node.text("name")
                if name in self._nodes:
                    report.leave_out("metric", name, "the name occurs twice; the first is taken", node.place)
                else:
                    self._nodes[name] = node
        for name, measure in self._tables.measures.items():
            if measure.node.flag("create_metric") and name not in self._nodes:
                said = _said(measure.node)
                if measure.node.text("create_metric_display_name"):
                    said["label"] = measure.node.text("create_metric_display_name")
                said["non_additive"] = measure.non_additive
                place = measure.node.place
                self._draft.metrics.append(DraftMetric(plain_name(name), Formula(measure.term), said, place))
        for name, node in self._nodes.items():
            own = self._tables.unknown(node, "metric", name, _METRIC)
            try:
                found = self._of(name)
            except Inexpressible as error:
                report.leave_out("metric", name, str(error), node.place)
                continue
            if own.get("helper") is not True:
                said = {"non_additive": found.non_additive, "cumulative": found.cumulative, **_said(node)}
                kept = {k: own[k] for k in ("label", "unit", "synonyms", "status", "stock_of") if k in own}
                named = plain_name(name)
                drafted = DraftMetric(named, found.formula, said | kept, node.place, found.minus, found.per)
                self._draft.metrics.append(drafted)

    def _of(self, name: str) -> _Resolved:
        known = self._resolved.get(name)
        if isinstance(known, str):
            raise Inexpressible(known)
        if known is not None:
            return known
        node = self._nodes.get(name)
        if node is None:
            raise Inexpressible(f"there is no metric {name!r}")
        if name in self._waiting:
            raise Inexpressible(f"it is computed of itself ({' → '.join([*self._waiting, name])})")
        self._waiting.append(name)
        try:
            found = self._resolve(node)
        except Inexpressible as error:
            self._resolved[name] = f"{name}: {error}"
            raise
        finally:
            self._waiting.pop()
        self._resolved[name] = found
        return found

    def _resolve(self, node: Node) -> _Resolved:
        kind, parameters = node.text("type").casefold(), node.child("type_params")
        if kind in ("simple", "cumulative"):
            return self._simple(node, parameters, cumulative=kind == "cumulative")
        if kind == "ratio":
            above, below = (self._input(parameters.child(side)) for side in ("numerator", "denominator"))
            found = divided(above.formula, below.formula)
            return self._filtered(node, found, above, below)
        if kind == "derived":
            return self._derived(node, parameters)
        raise Inexpressible(f"metrics of the type {kind or 'none'!r} are not read")

    def _simple(self, node: Node, parameters: Node, *, cumulative: bool) -> _Resolved:
        given = parameters.child("measure")
        name = given.text("name") if isinstance(given.value, dict) else parameters.text("measure")
        measure = self._tables.measures.get(name)
        if measure is None:
            why = self._tables.left.get(name, "no semantic model has it")
            raise Inexpressible(f"the measure {name!r} is not there: {why}")
        if cumulative:
            self._require_all_time(parameters)
        if given.has("fill_nulls_with") and given.text("fill_nulls_with") != "0":
            raise Inexpressible("what is missing is shown as missing here, or as 0 where it adds up")
        term = measure.term.narrowed(self._where(given, measure.term)).narrowed(
            self._where(node, measure.term)
        )
        return _Resolved(Formula(term), non_additive=measure.non_additive, cumulative=cumulative)

    @staticmethod
    def _require_all_time(parameters: Node) -> None:
        of = parameters.child("cumulative_type_params")
        for key in ("window", "grain_to_date"):
            if parameters.has(key) or of.has(key):
                raise Inexpressible(f"its {key} is asked for in a question, not kept in a metric")

    def _derived(self, node: Node, parameters: Node) -> _Resolved:
        inputs: dict[str, _Resolved] = {}
        for each in parameters.each("metrics"):
            given = each.text("name") if isinstance(each.value, dict) else str(each.value)
            called = each.text("alias") or given
            inputs[called.casefold()] = self._input(each)
        tree = parsed(parameters.text("expr"))

        def formula(part: exp.Expr) -> _Resolved:
            if isinstance(part, exp.Column):
                found = inputs.get(part.name.casefold())
                if found is None:
                    raise Inexpressible(f"{part.name!r} is none of its metrics")
                return found
            if isinstance(part, exp.Sub):
                left, right = formula(part.left), formula(part.right)
                return self._filtered(node, less(left.formula, right.formula), left, minus=right)
            if isinstance(part, exp.Div):
                below = part.right.this if isinstance(part.right, exp.Nullif) else part.right
                left, right = formula(part.left), formula(below)
                return self._filtered(node, divided(left.formula, right.formula), left, right)
            raise Inexpressible(f"{part.sql()} is no difference and no quotient of metrics")

        found = formula(tree)
        if found.formula.plain:
            where = self._where(node, found.formula.whole)
            return _Resolved(found.formula.narrowed(where), non_additive=found.non_additive)
        return found

    def _input(self, given: Node) -> _Resolved:
        name = given.text("name") if isinstance(given.value, dict) else str(given.value or "")
        if any(given.has(shift) for shift in _SHIFTS):
            raise Inexpressible("a metric of another period is asked for in a question (last year, growth)")
        found = self._of(name)
        if found.cumulative:
            raise Inexpressible(f"{name} is cumulative, and nothing is computed of those")
        where = self._where(given, found.formula.whole)
        formula = found.formula.narrowed(where)
        if where is not None:
            return _Resolved(formula, non_additive=found.non_additive)
        return replace(found, name=plain_name(name))

    def _filtered(
        self,
        node: Node,
        formula: Formula,
        left: _Resolved,
        below: _Resolved | None = None,
        minus: _Resolved | None = None,
    ) -> _Resolved:
        """The formula under the metric's own filter, with the names of the metrics of its parts."""
        if left.non_additive or (below or minus or left).non_additive:
            raise Inexpressible("a stock counts by its last day; nothing is computed of those")
        where = self._where(node, formula.whole)
        if where is not None:
            return _Resolved(formula.narrowed(where))
        taken = minus.name if minus is not None else left.minus
        return _Resolved(formula, minus=taken, per=below.name if below is not None else None)

    def _where(self, node: Node, term: Term) -> Filter | None:
        given = node.child("filter")
        texts = [given.value] if isinstance(given.value, str) else [t.value for t in node.each("filter")]
        found: Filter | None = None
        for text in texts:
            found = both(found, self._filter(str(text), term, node))
        return found

    def _filter(self, text: str, term: Term, node: Node) -> Filter:
        references: list[tuple[str, str]] = []

        def replaced(call: re.Match[str]) -> str:
            kind, path, grain, other = call.groups()
            if (grain or other or "day").casefold() != "day":
                raise Inexpressible(f"it filters by {grain or other}; filters here compare days")
            references.append(self._reference(kind, path, term))
            return f'"ref {len(references) - 1}"'

        plain = _CALL.sub(replaced, text)
        if "{{" in plain or "{%" in plain:
            raise Inexpressible("its filter uses a template that is not read")
        reader = SqlReader(lambda column: _referenced(column, references))
        found = reader.filter(parsed(plain), term.dataset)
        if reader.compares_text:
            reason = "text is compared here without case and outer blanks"
            self._draft.report.note("metric", node.text("name"), reason, node.place)
        return found

    def _reference(self, kind: str, path: str, term: Term) -> tuple[str, str]:
        """(dataset, field) of `entity__dimension`, or of an entity itself."""
        *entities, name = path.split("__")
        tables = self._tables.tables.values()
        own = next(table for table in tables if table.dataset.name == term.dataset)
        if kind == "Entity" and name in own.entities:
            return own.dataset.name, own.entities[name][1]
        if not entities or entities[-1] == own.primary:
            owners = [own]
        else:
            owners = [table for table in tables if _is_key_of(table, entities[-1])]
        found = [(t.dataset.name, t.fields[name]) for t in owners if name in t.fields]
        if len(found) != 1:
            raise Inexpressible(
                f"its filter is over {path!r}, which {'is not there' if not found else 'is of several'}"
            )
        return found[0]


def _is_key_of(table: Table, entity: str) -> bool:
    return table.primary == entity or table.entities.get(entity, ("", ""))[0] in ("primary", "unique")


def _referenced(column: exp.Column, references: Sequence[tuple[str, str]]) -> tuple[str, str]:
    word, _, number = column.name.partition(" ")
    if word != "ref" or not number.isdigit():
        raise Inexpressible(f"its filter names the column {column.name!r}; use Dimension() or Entity()")
    return references[int(number)]


def _said(node: Node) -> Said:
    return {key: node.text(key) for key in ("label", "description") if node.text(key)}
