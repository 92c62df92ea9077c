/** A filter of the model as lines of a form: one condition a line, all of them or any. What is deeper is kept as text. */
import type { Model } from "./model";

export type Filter = Model["segments"][number]["where"];
type Condition = Extract<Filter, { operator: string }>;
export type Operator = Condition["operator"];

export const OPERATORS: readonly Operator[] = ["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "between", "contains", "starts_with", "is_null", "not_null"];

export interface Line {
  id: number;
  field: string;
  operator: Operator;
  values: readonly string[];
}

export interface FilterForm {
  match: "all" | "any";
  lines: readonly Line[];
}

/** How many values an operator takes; null: as many as there are. */
export function arity(operator: Operator): number | null {
  if (operator === "is_null" || operator === "not_null") return 0;
  if (operator === "between") return 2;
  return operator === "in" || operator === "not_in" ? null : 1;
}

let made = 0;

export function line(field = "", operator: Operator = "eq", values: readonly string[] = []): Line {
  return { id: (made += 1), field, operator, values };
}

/** The lines of a filter; null where lines cannot say it. */
export function formOf(filter: Filter): FilterForm | null {
  const match = "any" in filter ? "any" : "all";
  const parts: readonly Filter[] = "all" in filter ? filter.all : "any" in filter ? filter.any : [filter];
  const lines: Line[] = [];
  for (const part of parts) {
    if (!("operator" in part) || part.part || part.elapsed || part.other) return null;
    lines.push(line(part.field, part.operator, (part.values ?? []).map(String)));
  }
  return { match, lines };
}

/** The filter that the lines say; values of numbers and of yes and no are no texts. */
export function filterOf(form: FilterForm, typeOf: (field: string) => string | undefined): Filter {
  const conditions = form.lines.map(({ field, operator, values }): Condition => {
    const most = arity(operator);
    const kept = most === null ? values : values.slice(0, most);
    return { field, operator, values: kept.map((value) => scalar(value, typeOf(field))) };
  });
  const only = conditions.length === 1 ? conditions[0] : undefined;
  if (only !== undefined) return only;
  return form.match === "all" ? { all: conditions } : { any: conditions };
}

function scalar(value: string, type: string | undefined): string | number | boolean {
  const text = value.trim();
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  const isNumber = type === "integer" || type === "decimal" || type === "float";
  return isNumber && text !== "" && Number.isFinite(Number(text)) ? Number(text) : value;
}

export interface FieldChoice {
  value: string;
  label: string;
  type: string;
}

/** The fields of a table, and those of the tables that its rows point at, as filters name them. */
export function fieldsFor(model: Model, dataset: string): FieldChoice[] {
  const tables = new Map(model.datasets.map((each) => [each.name, each]));
  const own = (tables.get(dataset)?.fields ?? []).map((field) => ({ value: field.name, label: field.label, type: field.type }));
  const seen = new Set<string>();
  const pointedAt = model.relationships.flatMap((each) => {
    const other = each.left === dataset ? tables.get(each.right) : undefined;
    if (other === undefined || seen.has(other.name)) return [];
    seen.add(other.name);
    return other.fields.map((field) => ({ value: `${other.name}__${field.name}`, label: `${other.label} · ${field.label}`, type: field.type }));
  });
  return [...own, ...pointedAt];
}

/** A name like the wish, in small letters, that is not taken yet. */
export function freeName(wish: string, taken: readonly string[]): string {
  const used = new Set(taken);
  for (let number = 1; ; number += 1) if (!used.has(`${wish}_${number}`)) return `${wish}_${number}`;
}

type Audience = NonNullable<Model["policies"][number]["except_for"]>;

/** The attributes of an audience as `name=value`. */
export function tagsOf(audience: Audience): string[] {
  return Object.entries(audience.attributes ?? {}).flatMap(([name, values]) => (values ?? []).map((value) => `${name}=${value}`));
}

/** The attributes that tags name; what has no `=` or no name is left out. */
export function attributesOf(tags: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const tag of tags) {
    const [, name, value] = /^\s*([a-z][a-z0-9_]*)\s*=\s*(.+?)\s*$/.exec(tag) ?? [];
    if (name !== undefined && value !== undefined) (found[name] ??= []).push(value);
  }
  return found;
}
