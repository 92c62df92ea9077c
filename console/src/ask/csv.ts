/** Tables as text for a spreadsheet, in which nothing can be a formula. */
import { saveBlob } from "../design/saving";

export type Cell = string | number | boolean | null;

/** RFC 4180, with a byte order mark so that spreadsheets read UTF-8. */
export function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [columns, ...rows].map((row) => row.map(field).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

/** Tab-separated, as the clipboard of a spreadsheet takes it. */
export function tabbed(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => row.map((cell) => harmless(cell).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}

function field(cell: Cell): string {
  const text = harmless(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Where semicolons separate, a text is cut at them, and each piece may begin a cell.
const PIECE = /(?<!^)([;\t\r\n][ \uFEFF]*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])/g;

/** Text that a spreadsheet would run gets an apostrophe; numbers stay numbers. */
function harmless(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const number = cell.trim() !== "" && Number.isFinite(Number(cell));
  if (number) return cell;
  const pieces = cell.replace(PIECE, "$1'");
  return /^(?:[\t\r\n]|[\s\uFEFF]*[=+\-@＝＋－＠﹦﹢﹣﹫])/.test(pieces) ? `'${pieces}` : pieces;
}

/** Offers text as a file. */
export function saveAs(name: string, text: string, type: string): void {
  saveBlob(name, new Blob([text], { type }));
}
