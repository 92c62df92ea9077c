/** One number as it is looked at: large, with its change. */
import type { Column } from "../api/schema";
import type { Cell } from "../ask/csv";
import type { Formats, Messages } from "../i18n/messages";
import { shown } from "./cells";

export interface Figure {
  value: string;
  /** By how much it changed, with its sign; "" where nothing is compared. */
  change: string;
  /** What it was before; "" as well. */
  before: string;
}

/** The number of a result of one row and one measure; its share where that was asked for. Null for other results. */
export function figureOf(columns: readonly Column[], rows: readonly (readonly Cell[])[], f: Formats, m: Messages): Figure | null {
  const measures = columns.filter((column) => column.kind === "measure");
  const [measure] = measures;
  const [row] = rows;
  if (rows.length !== 1 || row === undefined || measures.length !== 1 || measure === undefined) return null;
  const cell = (column: Column | undefined) => (column === undefined ? null : (row[columns.indexOf(column)] ?? null));
  const derived = (kind: Column["derivation"]) => columns.find((column) => column.of === measure.name && column.derivation === kind);
  const share = derived("share");
  if (share !== undefined) return { value: shown(cell(share), share, f, m), change: "", before: "" };
  const by = [derived("change_pct"), derived("change")].find((column) => cell(column) !== null);
  const previous = derived("previous");
  return {
    value: inUnit(cell(measure), measure, f, m),
    change: by === undefined ? "" : signed(Number(cell(by)), shown(cell(by), by, f, m)),
    before: previous === undefined ? "" : inUnit(cell(previous), previous, f, m),
  };
}

/** Tables name such units in their heads; a number that stands alone has none. */
function inUnit(cell: Cell, column: Column, f: Formats, m: Messages): string {
  const text = shown(cell, column, f, m);
  const symbol = column.unit?.kind === "quantity" ? column.unit.symbol : "";
  return cell === null || symbol === "" ? text : `${text} ${symbol}`;
}

function signed(value: number, text: string): string {
  return value > 0 ? `+${text}` : text;
}
