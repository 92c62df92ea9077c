/** The days of a period, as calls are counted by them: in UTC. */
import type { UsageGroup } from "../api/schema";

const DAY_MS = 86_400_000;

export interface Day {
  /** The day itself, as 2026-12-01. */
  day: string;
  calls: number;
  cost_usd: number;
}

/** The first day of a period of so many days that ends today. */
export function firstDay(days: number, now: Date): string {
  return isoDay(now.getTime() - (days - 1) * DAY_MS);
}

/** Every day from the first one to today; one without calls is a day with none. */
export function everyDay(items: readonly UsageGroup[], first: string, now: Date): Day[] {
  const known = new Map(items.map((item) => [item.group["day"], item]));
  const days: Day[] = [];
  for (let at = Date.parse(first); at <= now.getTime(); at += DAY_MS) {
    const day = isoDay(at);
    const { calls = 0, cost_usd = 0 } = known.get(day) ?? {};
    days.push({ day, calls, cost_usd });
  }
  return days;
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
