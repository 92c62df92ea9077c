/** A table of few columns whose rows are cards where the window is narrow. The roles are said outright: what is laid out as a
 * card is no table to a browser otherwise. */
import { Table, type TableTdProps } from "@mantine/core";
import type { ReactNode } from "react";
import css from "./rows.module.css";

/** `heads` names the columns. */
export function RowTable({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <Table role="table" className={css.table}>
      <Table.Thead role="rowgroup">
        <Table.Tr role="row">
          {heads.map((head) => (
            <Table.Th key={head} role="columnheader">
              {head}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody role="rowgroup">{children}</Table.Tbody>
    </Table>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <Table.Tr role="row">{children}</Table.Tr>;
}

/** `head` stands before what is in it on a card; without one it takes the card's whole width. */
export function RowCell({ head, ...rest }: TableTdProps & { head?: string }) {
  return <Table.Td role="cell" data-head={head} {...rest} />;
}
