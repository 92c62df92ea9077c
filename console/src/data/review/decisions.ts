/** What people decide about how a table is read: taken together first, then sent at once. */
import type { Choice, FindingView, Review } from "../../api/schema";

export type Value = string | string[];

export interface Decision {
  setting: string;
  column: string | null;
  /** Null forgets an earlier choice. */
  value: Value | null;
}

export type Decisions = ReadonlyMap<string, Decision>;

export function keyOf(setting: string, column: string | null): string {
  return `${setting}:${column ?? ""}`;
}

export function same(one: Value | null | undefined, other: Value | null | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) return [...one].sort().join("\n") === [...other].sort().join("\n");
  return (one ?? null) === (other ?? null);
}

/** The decisions with one more; one that equals what is in force goes instead. */
export function decide(known: Decisions, decision: Decision, inForce: Value | null): Decisions {
  const next = new Map(known);
  const key = keyOf(decision.setting, decision.column);
  if (decision.value !== null && same(decision.value, inForce)) next.delete(key);
  else next.set(key, decision);
  return next;
}

/** An answer to a question holds even where it is what was assumed: it is no assumption then. */
export function answer(known: Decisions, decision: Decision): Decisions {
  return new Map(known).set(keyOf(decision.setting, decision.column), decision);
}

export function undecided(known: Decisions, setting: string, column: string | null): Decisions {
  const next = new Map(known);
  next.delete(keyOf(setting, column));
  return next;
}

/** The decisions that a review, of another version than they were made over, still leaves to decide. */
export function fitting(decisions: Decisions, review: Review): Decisions {
  const open = new Set([
    ...review.findings.flatMap(({ setting, column }) => (setting === null ? [] : [keyOf(setting, column)])),
    ...review.columns.map(({ name }) => keyOf("type", name)),
    ...remembered(review.choices).map(({ setting, column }) => keyOf(setting, column)),
  ]);
  const left = [...decisions].filter(([key]) => open.has(key));
  return left.length === decisions.size ? decisions : new Map(left);
}

/** What is remembered of a table, one a setting. */
export function remembered(choices: Review["choices"]): Decision[] {
  const columns = (choices["columns"] ?? {}) as Record<string, Record<string, Value>>;
  const ofTable = Object.entries(choices).filter(([setting]) => setting !== "columns");
  return [
    ...ofTable.map(([setting, value]) => ({ setting, column: null, value: value as Value })),
    ...Object.entries(columns).flatMap(([column, chosen]) => Object.entries(chosen).map(([setting, value]) => ({ setting, column, value }))),
  ];
}

export function sent(decisions: Decisions): Choice[] {
  return [...decisions.values()].map(({ setting, column, value }) => ({ setting, value, ...(column !== null && { column }) }));
}

/** The findings that a person should decide, those that offer another shape of the table, and all others. */
export function sorted(findings: readonly FindingView[]): { questions: FindingView[]; offers: FindingView[]; found: FindingView[] } {
  const isOffer = (each: FindingView) => !each.open && each.setting === "periods" && !each.chosen;
  return {
    questions: findings.filter((each) => each.open),
    offers: findings.filter(isOffer),
    found: findings.filter((each) => !each.open && !isOffer(each)),
  };
}
