"""From a query to a plan: every name exists, types fit, and no number could come out silently wrong."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.engines.compiler.accumulated import unsound
from answerable.data.engines.compiler.conditions import MAX_VALUES, check_filter
from answerable.data.engines.compiler.measures import plan_measures
from answerable.data.engines.compiler.names import (
    UnknownName,
    find_dataset,
    find_field,
    find_pointer,
    nearest,
)
from answerable.data.engines.compiler.plan import (
    ADDITIVE,
    CHANGE,
    CHANGE_PCT,
    MOVING,
    PERIOD,
    PREVIOUS,
    RUNNING,
    SHARE,
    ZERO_WHEN_EMPTY,
    FieldRef,
    Plan,
    PlannedGroup,
    PlannedMeasure,
    PlannedTime,
    Pointer,
    refined_name,
)
from answerable.data.engines.compiler.problems import Problems
from answerable.data.engines.compiler.timing import plan_time
from answerable.data.engines.compiler.values import BadValue, Typed, fit
from answerable.data.semantics.filters import (
    DatePart,
    Elapsed,
    Filter,
    Pointed,
)
from answerable.data.semantics.mixing import mixtures
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Dataset,
    FieldType,
    SemanticModel,
)
from answerable.data.semantics.query import GroupBy, Having, SemanticQuery, parts_of
from answerable.data.semantics.segments import expanded, segments_in, why_not

MAX_POINTED = 4
MAX_MEASURES, MAX_GROUPS, MAX_COLUMNS, MAX_ORDER, MAX_HAVING = 20, 4, 200, 10, 20


def plan_query(query: SemanticQuery, model: SemanticModel) -> Plan:
    """The query with its names resolved. Raises InvalidQuery with every problem found."""
    problems = Problems()
    try:
        dataset = find_dataset(model, query.dataset)
    except UnknownName as error:
        problems.add("dataset", str(error))
        problems.raise_any()
        raise
    query = expanded(query, model)
    for at, where in enumerate((query.where, *(m.where for m in parts_of(query.measures)))):
        for name in segments_in(where):
            place = "where.segment" if at == 0 else f"measures[{at - 1}].where.segment"
            problems.add(place, why_not(name, dataset.name, model))
    problems.raise_any()
    return _Planner(query, model, dataset, problems).plan()


class _Planner:
    def __init__(self, query: SemanticQuery, model: SemanticModel, dataset: Dataset, problems: Problems):
        self._query = query
        self._model = model
        self._dataset = dataset
        self._problems = problems
        self._fields: dict[str, FieldRef] = {}
        self._pointed: dict[Pointed, Pointer] = {}

    def plan(self) -> Plan:
        """Resolve every part, then raise what is wrong, then assemble."""
        query = self._query
        self._check_sizes()
        time = plan_time(query.time, self._model.calendar, self._resolve, self._problems)
        measures = plan_measures(
            query, self._model, self._dataset, self._resolve, self._problems, self._check_where
        )
        groups = self._groups()
        columns = self._columns()
        if query.where is not None:
            self._check_where(query.where)
        self._check_shape(measures, time)
        self._check_columns_of_result(measures, groups, time)
        self._problems.raise_any()
        return Plan(
            dataset=self._dataset,
            calendar=self._model.calendar,
            measures=measures,
            groups=groups,
            columns=columns,
            time=time,
            where=query.where,
            fields=self._fields,
            having=query.having,
            order=query.order,
            limit=query.limit,
            count_groups=query.count_groups,
            pointed=self._pointed,
        )

    def _check_where(self, where: Filter) -> None:
        check_filter(where, self._model.calendar, self._resolve, self._problems, self._point)

    def _point(self, node: Pointed, where: str) -> None:
        """Plan the rows that point here; they may not be chosen by what points at them in turn."""
        if len(self._pointed) >= MAX_POINTED:
            self._problems.add(where, f"give at most {MAX_POINTED} tables that point here")
            return
        try:
            pointing = find_dataset(self._model, node.pointed_at_by)
            link = find_pointer(self._model, self._dataset, pointing.name)
        except UnknownName as error:
            self._problems.add(f"{where}.pointed_at_by", str(error))
            return
        query = SemanticQuery(dataset=pointing.name, where=node.where)
        inner = _Planner(query, self._model, pointing, self._problems)
        if node.where is not None:
            check_filter(
                node.where, self._model.calendar, inner._resolve, self._problems, self._refuse_nested
            )
        plan = Plan(
            dataset=pointing,
            calendar=self._model.calendar,
            measures=(),
            groups=(),
            columns=(),
            time=None,
            where=node.where,
            fields=inner._fields,
            having=(),
            order=(),
            limit=None,
        )
        self._pointed[node] = Pointer(link, plan)

    def _refuse_nested(self, _node: Pointed, where: str) -> None:
        self._problems.add(where, "what points at rows that point here cannot be asked for")

    def _resolve(
        self, name: str, where: str, part: DatePart | None = None, elapsed: Elapsed | None = None
    ) -> FieldRef | None:
        refined = refined_name(name, part, elapsed)
        known = self._fields.get(refined)
        if known is not None and (known.part, known.since is None) == (part, elapsed is None):
            return known
        try:
            ref = find_field(self._model, self._dataset, name)
        except UnknownName as error:
            self._problems.add(where, str(error))
            return None
        if part is not None or elapsed is not None:
            found = self._refined(ref, where, part, elapsed)
            if found is None or known is not None:
                if known is not None:
                    self._problems.add(where, f"{refined} is the name of a field already")
                return None
            ref = found
        self._fields[ref.name] = ref
        return ref

    def _refined(
        self, ref: FieldRef, where: str, part: DatePart | None, elapsed: Elapsed | None
    ) -> FieldRef | None:
        """The field's recurring part, or its time since another; None where it has none."""
        refined = refined_name(ref.name, part, elapsed)
        if part is not None and elapsed is not None:
            self._problems.add(where, "give a part of the date or the time since another, not both")
            return None
        since = self._resolve(elapsed.since, where) if elapsed is not None else None
        if elapsed is not None and since is None:
            return None
        dates = [found for found in (ref, since) if found is not None]
        wrong = next((found for found in dates if found.type not in TEMPORAL_TYPES), None)
        if wrong is not None:
            self._problems.add(where, f"{wrong.name} is {wrong.type.value}, no date; choose a date")
            return None
        unit = part.value if part is not None else elapsed.unit if elapsed is not None else ""
        fine = part is DatePart.HOUR or unit in ("hours", "minutes")
        if fine and any(found.type is FieldType.DATE for found in dates):
            self._problems.add(where, f"a date has no {unit}; choose days or another field")
            return None
        return replace(ref, name=refined, part=part, since=since, span=elapsed.unit if elapsed else "")

    def _check_sizes(self) -> None:
        query = self._query
        for field, number, most in (
            ("measures", len(query.measures), MAX_MEASURES),
            ("group_by", len(query.group_by), MAX_GROUPS),
            ("columns", len(query.columns), MAX_COLUMNS),
            ("order", len(query.order), MAX_ORDER),
            ("having", len(query.having), MAX_HAVING),
        ):
            if number > most:
                self._problems.add(field, f"give at most {most}, not {number}")
        self._problems.raise_any()

    def _groups(self) -> tuple[PlannedGroup, ...]:
        groups: list[PlannedGroup] = []
        for index, group in enumerate(self._query.group_by):
            ref = self._resolve(group.field, f"group_by[{index}].field", group.part)
            if ref is None:
                continue
            if any(known.ref.name == ref.name for known in groups):
                self._problems.add(f"group_by[{index}].field", f"{ref.name} is named twice; once is enough")
                continue
            groups.append(PlannedGroup(ref, group.top, self._only(index, group, ref)))
        return tuple(groups)

    def _only(self, index: int, group: GroupBy, ref: FieldRef) -> tuple[Typed, ...]:
        if len(group.only) > MAX_VALUES:
            self._problems.add(f"group_by[{index}].only", f"give at most {MAX_VALUES} values")
            return ()
        values: list[Typed] = []
        for number, value in enumerate(group.only):
            try:
                values.append(fit(value, ref.type, self._model.calendar.time_zone))
            except BadValue as error:
                self._problems.add(
                    f"group_by[{index}].only[{number}]", f"{ref.name} is {ref.type.value}: {error}"
                )
        return tuple(values)

    def _columns(self) -> tuple[FieldRef, ...]:
        if self._aggregated:
            if self._query.columns:
                self._problems.add("columns", "leave them out, or leave out measures, group_by and grain")
            return ()
        names = self._query.columns or tuple(field.name for field in self._dataset.fields)
        refs = [self._resolve(name, f"columns[{index}]") for index, name in enumerate(names)]
        if len(set(names)) < len(names):
            self._problems.add("columns", "name each column once")
        return tuple(ref for ref in refs if ref is not None)

    @property
    def _aggregated(self) -> bool:
        query = self._query
        return bool(query.measures or query.group_by or (query.time and query.time.grain))

    def _check_shape(self, measures: tuple[PlannedMeasure, ...], time: PlannedTime | None) -> None:
        query, problems = self._query, self._problems
        if not self._aggregated:
            if query.having:
                problems.add("having", "a threshold needs measures; use where to choose rows")
            if query.time is not None and query.time.comparison is not None:
                problems.add("time.comparison", "a comparison needs measures; add one")
        elif not query.measures and query.time is not None:
            if query.time.grain is not None:
                problems.add("measures", "periods need a measure; add one, such as count")
            if query.time.comparison is not None:
                problems.add("time.comparison", "a comparison needs measures; add one")
        self._check_counted(measures, time)
        for index, measure in enumerate(measures):
            self._check_window(f"measures[{index}]", measure, time)
        for place, message in unsound(query, measures, time):
            problems.add(place, message)
        for mixed in mixtures(query, self._model):
            companion = mixed.companion.name
            remedy = f"filter to one {companion}" + ("" if mixed.ranked else f" or group by {companion}")
            self._problems.add(
                f"measures[{query.measures.index(mixed.measure)}]",
                f"{mixed.field.name} is in several units, which {companion} names; {remedy}",
            )

    def _check_counted(self, measures: tuple[PlannedMeasure, ...], time: PlannedTime | None) -> None:
        query = self._query
        if not query.count_groups:
            return
        if not query.group_by:
            self._problems.add("count_groups", "there are no groups to count; set group_by")
        over_time = time is not None and (time.grain is not None or time.comparison is not None)
        chosen = any(group.top is not None or group.only for group in query.group_by)
        derived = any(measure.share or measure.running for measure in measures)
        if over_time or chosen or derived or query.order or query.limit is not None:
            self._problems.add(
                "count_groups",
                "groups are counted as they are; leave out the grain, comparison, top, only, share, order "
                "and limit",
            )

    def _check_window(self, where: str, measure: PlannedMeasure, time: PlannedTime | None) -> None:
        if measure.running and (time is None or time.grain is None):
            self._problems.add(f"{where}.running_total", "a running total needs a grain; set time.grain")
        if measure.running and (measure.kind not in ADDITIVE or measure.last_of is not None):
            self._problems.add(
                f"{where}.running_total",
                f"only sums and counts add up over time, {measure.label} does not; leave it out",
            )
        if measure.moving is not None and (time is None or time.grain is None or not time.fill_gaps):
            self._problems.add(
                f"{where}.moving_average", "a moving average needs every period; set time.grain and fill_gaps"
            )
        if measure.moving is not None and measure.type not in NUMERIC_TYPES:
            self._problems.add(f"{where}.moving_average", f"{measure.label} is no number; leave it out")
        if measure.share and measure.kind not in ZERO_WHEN_EMPTY:
            self._problems.add(
                f"{where}.share_of_total",
                f"a share needs a sum or a count, not {measure.aggregation.value}; choose one of them",
            )
        compares = time is not None and time.comparison is not None
        if compares and measure.type not in NUMERIC_TYPES:
            self._problems.add(
                where, f"{measure.label} is no number, so it has no change; leave out the comparison"
            )

    def _check_columns_of_result(
        self,
        measures: tuple[PlannedMeasure, ...],
        groups: tuple[PlannedGroup, ...],
        time: PlannedTime | None,
    ) -> None:
        if not self._aggregated:
            self._check_order(set(), [ref.name for ref in self._fields.values()])
            return
        keys = [group.ref.name for group in groups]
        if time is not None and time.grain is not None:
            keys.append(PERIOD)
        derived: list[str] = []
        for measure in measures:
            derived += [measure.alias + suffix for suffix in _suffixes(measure, time)]
        numbers = [*(measure.alias for measure in measures), *derived]
        seen: set[str] = set()
        for name in [*keys, *numbers]:
            if name in seen:
                self._problems.add("measures", f"two columns would be named {name!r}; set another alias")
            seen.add(name)
        self._check_tops(groups, {m.alias for m in measures}, set(derived), time)
        for index, threshold in enumerate(self._query.having):
            if threshold.measure not in numbers:
                message = f"no measure has the alias {threshold.measure!r}"
                self._problems.add(f"having[{index}].measure", message + nearest(threshold.measure, numbers))
            self._check_threshold(index, threshold, measures)
        self._check_order(seen, [*keys, *numbers])

    def _check_threshold(self, index: int, threshold: Having, measures: tuple[PlannedMeasure, ...]) -> None:
        measure = next((m for m in measures if m.alias == threshold.measure), None)
        if measure is not None and measure.type not in NUMERIC_TYPES:
            self._problems.add(f"having[{index}].measure", f"{measure.label} is no number; use where")
        try:
            fit(threshold.value, FieldType.DECIMAL, self._model.calendar.time_zone)
        except BadValue as error:
            self._problems.add(f"having[{index}].value", str(error))

    def _check_order(self, known: set[str], names: list[str]) -> None:
        for index, order in enumerate(self._query.order):
            if known and order.by not in known:
                message = f"no column is named {order.by!r}{nearest(order.by, names)}"
                self._problems.add(f"order[{index}].by", message)
            elif not known:
                self._resolve(order.by, f"order[{index}].by")

    def _check_tops(
        self,
        groups: tuple[PlannedGroup, ...],
        aliases: set[str],
        derived: set[str],
        time: PlannedTime | None,
    ) -> None:
        self._check_within(groups, time)
        for index, group in enumerate(groups):
            if group.top is None or group.top.by in aliases:
                continue
            where = f"group_by[{index}].top"
            if group.top.by not in derived or group.top.each:
                message = f"no measure has the alias {group.top.by!r}"
                self._problems.add(f"{where}.by", message + nearest(group.top.by, sorted(aliases | derived)))
            elif len(groups) > 1 or group.top.others or (time is not None and time.grain is not None):
                self._problems.add(
                    f"{where}.by", "a ranking by a derived column needs one group, no grain and no others"
                )

    def _check_within(self, groups: tuple[PlannedGroup, ...], time: PlannedTime | None) -> None:
        """A top within each of the other groups needs another group, or periods as they are."""
        ranked = [index for index, group in enumerate(groups) if group.top is not None and group.top.each]
        if not ranked:
            return
        where = f"group_by[{ranked[0]}].top"
        grained = time is not None and time.grain is not None
        others = sum(group.top is not None for group in groups) > 1
        if len(groups) < 2 and not grained:
            self._problems.add(f"{where}.each", "there is nothing else to rank within; add a group")
        top = groups[ranked[0]].top
        if others or (top is not None and top.others):
            self._problems.add(f"{where}.each", "only one group can be ranked within each, without others")
        if time is not None and (time.comparison is not None or (grained and time.fill_gaps)):
            self._problems.add(f"{where}.each", "leave out the comparison and set fill_gaps to false")


def _suffixes(measure: PlannedMeasure, time: PlannedTime | None) -> list[str]:
    suffixes = [SHARE] if measure.share else []
    suffixes += [RUNNING] if measure.running else []
    suffixes += [MOVING] if measure.moving is not None else []
    if time is not None and time.comparison is not None:
        suffixes += [PREVIOUS, CHANGE, CHANGE_PCT]
    return suffixes
