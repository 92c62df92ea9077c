/** Cells of a result as the person writes numbers and dates; what is copied or saved stays as it came. */
import type { Column } from "../api/schema";
import type { Cell } from "../ask/csv";
import type { Formats, Messages } from "../i18n/messages";

export type Grain = "hour" | "day" | "week" | "month" | "quarter" | "year" | null | undefined;

const NUMBERS = new Set(["integer", "decimal", "float"]);

export function isNumeric(column: Pick<Column, "type">): boolean {
  return NUMBERS.has(column.type);
}

/** The column's name with its unit, where the cells do not carry it. */
export function heading(column: Column): string {
  const unit = column.unit;
  return unit && unit.kind === "quantity" && unit.symbol ? `${column.label} (${unit.symbol})` : column.label;
}

export function shown(cell: Cell, column: Column, f: Formats, m: Messages, grain?: Grain): string {
  if (cell === null) return "–";
  if (typeof cell === "boolean") return cell ? m.results.yes : m.results.no;
  if (column.rest && cell === column.rest) return m.results.rest;
  if (isNumeric(column)) return numberShown(Number(cell), column, f);
  const text = String(cell);
  if (column.kind === "period" || column.type === "date") return dateShown(text, f, column.kind === "period" ? grain : null);
  if (column.type === "timestamp") return Number.isNaN(Date.parse(text)) ? text : f.moment(text);
  return text;
}

function numberShown(value: number, column: Column, f: Formats): string {
  const { unit, type, derivation } = column;
  if (derivation === "change_pct" || derivation === "share") return f.number(value, { style: "percent", maximumFractionDigits: 1 });
  if (unit?.kind === "currency" && /^[A-Z]{3}$/.test(unit.symbol)) {
    return f.number(value, { style: "currency", currency: unit.symbol, maximumFractionDigits: 2 });
  }
  const suffix = unit?.kind === "percent" ? " %" : "";
  return f.number(value, { maximumFractionDigits: type === "integer" ? 0 : 2 }) + suffix;
}

const QUARTER_MONTHS = 3;

function dateShown(text: string, f: Formats, grain: Grain): string {
  const date = new Date(text.length === 10 ? `${text}T00:00:00` : text);
  if (Number.isNaN(date.getTime())) return text;
  switch (grain) {
    case "year":
      return String(date.getFullYear());
    case "quarter":
      return `Q${Math.floor(date.getMonth() / QUARTER_MONTHS) + 1} ${date.getFullYear()}`;
    case "month":
      return f.month(date);
    case "hour":
      return f.moment(date.toISOString());
    default:
      return f.day(date);
  }
}
