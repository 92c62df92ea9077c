/** Rules of alerts, as a form holds them. */
import type { ChangeRule, ThresholdRule, UsualRangeRule } from "../api/schema";

export type Rule = ThresholdRule | ChangeRule | UsualRangeRule;
export type Kind = Rule["kind"];

/** Where a form begins. */
export function freshRule(kind: Kind, column: string | null): Rule {
  if (kind === "threshold") return { kind, column, operator: "above", value: 0, partial: "skip", hysteresis: 2 };
  if (kind === "change") return { kind, column, direction: "either", percent: 10, partial: "skip", hysteresis: 10 };
  return { kind, column, k: 3.5, season: "auto", min_history: 8, hysteresis: 10 };
}

/** What a usual range can be of: only a series by periods has one. */
export function kindsFor(series: boolean): Kind[] {
  return series ? ["threshold", "change", "usual_range"] : ["threshold", "change"];
}
