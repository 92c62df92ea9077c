/** The models behind an alias, as a form has them: below each other, and back. */
import type { AliasOut, AliasPatch, StageSetting, TargetSetting } from "../api/schema";

export type Way = "order" | "cascade";

export interface Leg {
  /** Tells legs apart while they are moved. */
  key: number;
  model: string;
  /** Of a fallback: how many of the calls it takes, next to those it shares them with. */
  weight: number;
  /** Shares calls with the one before, instead of waiting until it fails. */
  together: boolean;
  /** Of a stage: how sure its answer has to be, from 0 to 1; null asks nothing. */
  min_confidence: number | null;
  checks: readonly string[];
}

let made = 0;

export function newLeg(part: Partial<Leg> = {}): Leg {
  made += 1;
  return { key: made, model: "", weight: 1, together: false, min_confidence: null, checks: [], ...part };
}

export function wayOf(alias: AliasOut | undefined): Way {
  return (alias?.cascade ?? []).length > 0 ? "cascade" : "order";
}

/** What an alias leads to: its stages, else its targets by the order they are tried in. */
export function legsOf(alias: AliasOut | undefined): Leg[] {
  const stages = alias?.cascade ?? [];
  if (stages.length > 0) return stages.map(({ model, checks = [], min_confidence = null }) => newLeg({ model, checks, min_confidence }));
  const targets = [...(alias?.targets ?? [])].sort((one, other) => (one.group ?? 0) - (other.group ?? 0));
  if (targets.length === 0) return [newLeg()];
  return targets.map(({ model, weight = 1, group = 0 }, place) => newLeg({ model, weight, together: place > 0 && (targets[place - 1]?.group ?? 0) === group }));
}

/** Targets in groups that are tried one after the other; those that share calls are one group. */
export function targetsOf(legs: readonly Leg[]): TargetSetting[] {
  let group = 0;
  return legs.map(({ model, weight, together }, place) => {
    if (place > 0 && !together) group += 1;
    return { model, weight, group };
  });
}

/** The stages of a cascade. The last one's answer is taken whatever it is worth, so nothing is asked of it. */
export function stagesOf(legs: readonly Leg[], hasTargets: boolean): StageSetting[] {
  return legs.map(({ model, min_confidence, checks }, place) =>
    place === legs.length - 1 && !hasTargets ? { model, checks: [] } : { model, checks: [...checks], min_confidence },
  );
}

/** What is to change for the legs to be what the alias leads to. Targets behind a cascade stay its last stage. */
export function patchOf(way: Way, legs: readonly Leg[], alias: AliasOut | undefined): Pick<AliasPatch, "targets" | "cascade"> {
  if (way === "order") return { targets: targetsOf(legs), cascade: [] };
  const kept = wayOf(alias) === "cascade" ? (alias?.targets ?? []) : [];
  return { targets: kept, cascade: stagesOf(legs, kept.length > 0) };
}
