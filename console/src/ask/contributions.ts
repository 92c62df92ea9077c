/** The parts of a change as bars: pure arithmetic over what the server computed. */
import type { ExplainedValue, Unit } from "../api/schema";
import type { Formats } from "../i18n/messages";

export interface Bar {
  label: string;
  change: number;
  share: number | null;
  /** Where the bar begins and how wide it is, in percent of the place for bars; nothing is left of 0 or right of 100. */
  from: number;
  width: number;
}

/** The largest parts as bars, and what all others give together as the last. Bars that go up and down share one zero line and one
 * scale. */
export function barsOf(values: readonly ExplainedValue[], most: number, othersLabel: (count: number) => string): Bar[] {
  const shown = values.length > most ? values.slice(0, most - 1) : values;
  const others = values.slice(shown.length);
  const parts = shown.map(({ value, change, share }) => ({ label: value, change, share }));
  if (others.length > 0) {
    const share = others.some((each) => each.share === null) ? null : others.reduce((sum, each) => sum + (each.share ?? 0), 0);
    parts.push({ label: othersLabel(others.length), change: others.reduce((sum, each) => sum + each.change, 0), share });
  }
  const least = Math.min(0, ...parts.map((each) => each.change));
  const span = Math.max(0, ...parts.map((each) => each.change)) - least || 1;
  const at = (value: number) => ((value - least) / span) * 100;
  return parts.map((each) => ({ ...each, from: at(Math.min(0, each.change)), width: (Math.abs(each.change) / span) * 100 }));
}

/** A number of a change in its unit; with a sign where it is a difference. */
export function inUnit(value: number, unit: Unit | null, f: Formats, signed = false): string {
  const sign = signed ? ({ signDisplay: "exceptZero" } as const) : {};
  const scaled = value * (unit?.scale ?? 1);
  const maximumFractionDigits = Math.abs(scaled) >= 1000 ? 0 : 2;
  if (unit?.kind === "currency" && /^[A-Z]{3}$/.test(unit.symbol)) return f.number(scaled, { style: "currency", currency: unit.symbol, maximumFractionDigits, minimumFractionDigits: 0, ...sign });
  const suffix = unit === null || unit.kind === "count" ? "" : ` ${unit.symbol}`;
  return f.number(scaled, { maximumFractionDigits, ...sign }) + suffix;
}
