/** A small picture of a column: how its values spread. */
import type { FieldType } from "../api/schema";
import type { Cell } from "../ask/csv";

export interface Bar {
  label: string;
  count: number;
}

const BINS = 16;
const TOP = 12;
const ORDERED: ReadonlySet<FieldType> = new Set(["integer", "decimal", "float", "date", "timestamp"]);

/** Equal bins for numbers and times, the most frequent values for the rest. Nothing for values that are all unlike. */
export function profile(cells: readonly Cell[], type: FieldType): Bar[] {
  const present = cells.filter((cell): cell is string | number | boolean => cell !== null);
  if (ORDERED.has(type)) return binned(present.map((cell) => (type === "date" || type === "timestamp" ? Date.parse(String(cell)) : Number(cell))).filter(Number.isFinite), type);
  const counts = new Map<string, number>();
  for (const cell of present) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  if (counts.size > present.length / 2 && counts.size > TOP) return [];
  return [...counts].sort((one, other) => other[1] - one[1]).slice(0, TOP).map(([label, count]) => ({ label, count }));
}

function binned(values: readonly number[], type: FieldType): Bar[] {
  if (values.length === 0) return [];
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const step = (most - least) / BINS || 1;
  const show = (value: number) => (type === "date" || type === "timestamp" ? new Date(value).toISOString().slice(0, 10) : String(Math.round(value * 100) / 100));
  const bars = Array.from({ length: most === least ? 1 : BINS }, (_, place) => ({ label: `${show(least + place * step)} – ${show(least + (place + 1) * step)}`, count: 0 }));
  for (const value of values) {
    const bar = bars[Math.min(bars.length - 1, Math.floor((value - least) / step))];
    if (bar !== undefined) bar.count += 1;
  }
  return bars;
}
