/** Rows with typed columns: sorted by a press on a heading, however many, only those in sight are drawn. */
import { UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import type { Column } from "../api/schema";
import type { Cell } from "../ask/csv";
import { useFormats, useMessages } from "../i18n/messages";
import { heading, isNumeric, shown, type Grain } from "./cells";
import { named } from "./columns";
import css from "./table.module.css";

interface Props {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  label: string;
  grain?: Grain;
  maxHeight?: string;
}

const ROW_HEIGHT = 34;
const SAMPLE = 200;

export function ResultTable({ columns: given, rows, label, grain, maxHeight = "24rem" }: Props) {
  const m = useMessages();
  const f = useFormats();
  const columns = useMemo(() => named(given, m, f), [given, m, f]);
  const [order, setOrder] = useState<{ column: number; descending: boolean } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => (order === null ? rows : [...rows].sort(comparison(order.column, order.descending))), [rows, order]);
  const widths = useMemo(() => columns.map((column, place) => widthOf(column, place, rows, (cell) => shown(cell, column, f, m, grain))), [columns, rows, f, m, grain]);
  const virtual = useVirtualizer({ count: sorted.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 });
  const inSight = virtual.getVirtualItems();
  const above = inSight[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (inSight.at(-1)?.end ?? 0);

  const sortBy = (column: number) => {
    setOrder((now) => (now?.column !== column ? { column, descending: isNumeric(columns[column]!) } : now.descending === isNumeric(columns[column]!) ? { column, descending: !now.descending } : null));
  };

  return (
    <div ref={scroller} className={css.scroller} style={{ maxHeight }} tabIndex={0} role="region" aria-label={label}>
      <table className={css.table} aria-rowcount={rows.length + 1}>
        <colgroup>
          {widths.map((width, place) => (
            <col key={place} style={{ width: `${width}ch` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column, place) => (
              <th key={column.name} scope="col" data-number={isNumeric(column) || undefined} aria-sort={order?.column === place ? (order.descending ? "descending" : "ascending") : undefined}>
                <UnstyledButton className={css.heading} onClick={() => sortBy(place)} aria-label={m.ask.sortBy(column.label)}>
                  {heading(column)}
                  {order?.column === place && (order.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
                </UnstyledButton>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && (
            <tr aria-hidden>
              <td style={{ height: above }} colSpan={columns.length} />
            </tr>
          )}
          {inSight.map((item) => (
            <tr key={item.index} style={{ height: ROW_HEIGHT }} aria-rowindex={item.index + 2}>
              {columns.map((column, place) => (
                <td key={column.name} data-number={isNumeric(column) || undefined} title={String(sorted[item.index]?.[place] ?? "")}>
                  {shown(sorted[item.index]?.[place] ?? null, column, f, m, grain)}
                </td>
              ))}
            </tr>
          ))}
          {below > 0 && (
            <tr aria-hidden>
              <td style={{ height: below }} colSpan={columns.length} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Numbers by value, text by the language's order, what is missing last. */
export function comparison(column: number, descending: boolean) {
  const sign = descending ? -1 : 1;
  return (one: readonly Cell[], other: readonly Cell[]): number => {
    const a = one[column] ?? null;
    const b = other[column] ?? null;
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const [x, y] = [Number(a), Number(b)];
    const numbers = typeof a !== "boolean" && !Number.isNaN(x) && !Number.isNaN(y);
    return sign * (numbers ? x - y : String(a).localeCompare(String(b), undefined, { numeric: true }));
  };
}

function widthOf(column: Column, place: number, rows: readonly (readonly Cell[])[], show: (cell: Cell) => string): number {
  const lengths = rows.slice(0, SAMPLE).map((row) => show(row[place] ?? null).length);
  return Math.min(42, Math.max(heading(column).length + 4, ...lengths, 5) + 3);
}
