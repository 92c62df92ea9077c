/** Why an alert stands as it does, in the person's language. */
import type { ReadingView, Unit } from "../api/schema";
import type { Said } from "../i18n/alerts.en";
import type { Formats, Messages } from "../i18n/messages";

/** The reason in words. What went wrong is told in the server's own, as are readings of before there were codes. */
export function reasonText(reading: ReadingView, m: Messages, f: Formats): string {
  if (!reading.code) return reading.reason ?? "";
  if (reading.code === "failed") return m.alerts.unread(reading.reason ?? "");
  const number = (value: number | null | undefined) => (value === null || value === undefined ? "" : inUnit(value, reading.unit ?? null, f));
  const said: Said = {
    value: number(reading.value),
    compared: number(reading.compared),
    low: number(reading.low),
    high: number(reading.high),
    percent: f.number((reading.percent ?? 0) / 100, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }),
    hysteresis: f.number((reading.hysteresis ?? 0) / 100, { style: "percent", maximumFractionDigits: 1 }),
    history: f.number(reading.history ?? 0),
    needed: f.number(reading.needed ?? 0),
  };
  return [m.alerts.reasons[reading.code](said), periodText(reading, m, f)].filter(Boolean).join(" ");
}

function periodText(reading: ReadingView, m: Messages, f: Formats): string {
  if (reading.partial) return m.alerts.notOver;
  if (!reading.skipped || !reading.period) return "";
  return m.alerts.judged(f.date(reading.period), f.date(reading.skipped));
}

function inUnit(value: number, unit: Unit | null, f: Formats): string {
  const told = value * (unit?.scale ?? 1);
  if (unit?.kind === "currency" && /^[A-Z]{3}$/.test(unit.symbol)) {
    return f.number(told, { style: "currency", currency: unit.symbol, maximumFractionDigits: 2 });
  }
  const number = f.number(told, { maximumFractionDigits: 2 });
  return unit?.symbol ? `${number} ${unit.symbol}` : number;
}
