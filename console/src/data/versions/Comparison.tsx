/** Two versions of a table beside each other: columns, how many rows, and some of the rows. */
import { Badge, Group, Select, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import type { DatasetView, RowDifference, VersionDifferences } from "../../api/schema";
import { Failure } from "../../design/Failure";
import { Waiting } from "../../design/Waiting";
import { useFormats, useMessages } from "../../i18n/messages";
import css from "./versions.module.css";

export interface Compared {
  version: number;
  since: number;
}

const SHOWN = 20;
const KINDS = ["added", "changed", "removed", "unchanged"] as const;
const COLOURS = { added: "pine", changed: "blue", removed: "red" } as const;

interface Props {
  dataset: DatasetView;
  compared: Compared;
  choose: (compared: Compared) => void;
}

export function Comparison({ dataset, compared, choose }: Props) {
  const m = useMessages();
  const found = useQuery({
    queryKey: ["datasets", dataset.id, "differences", compared],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}/differences", { params: { path: { dataset_id: dataset.id }, query: { ...compared, limit: SHOWN } } })),
    staleTime: Infinity,
  });
  const ready = (dataset.versions ?? []).filter((each) => each.status === "ready").map((each) => ({ value: String(each.version), label: m.data.version(each.version) }));
  return (
    <section className={css.comparison} aria-label={m.versions.comparison}>
      <Title order={2} size="h4">
        {m.versions.comparison}
      </Title>
      <Group gap="sm" my="sm" align="flex-end">
        <Select w={160} allowDeselect={false} label={m.versions.version} data={ready} value={String(compared.version)} onChange={(value) => choose({ ...compared, version: Number(value) })} />
        <Select w={160} allowDeselect={false} label={m.versions.since} data={ready} value={String(compared.since)} onChange={(value) => choose({ ...compared, since: Number(value) })} />
      </Group>
      {found.isError ? <Failure error={found.error} retry={() => void found.refetch()} /> : found.isPending ? <Waiting lines={5} /> : <Differences dataset={dataset} found={found.data} />}
    </section>
  );
}

function Differences({ dataset, found }: { dataset: DatasetView; found: VersionDifferences }) {
  const m = useMessages();
  const f = useFormats();
  const { columns, rows } = found;
  const label = (name: string) => (dataset.fields ?? []).find((each) => each.name === name)?.label ?? name;
  const unit = (text: string | null) => text ?? m.versions.noUnit;
  const types: Record<string, string> = m.data.type;
  const type = (name: string | null) => types[name ?? ""] ?? name ?? "";
  const told = [
    ...(columns.added ?? []).map((name) => m.versions.columnAdded(label(name))),
    ...(columns.dropped ?? []).map((name) => m.versions.columnDropped(label(name))),
    ...(columns.type_changed ?? []).map((each) => m.versions.columnChanged(label(each.column), type(each.before), type(each.after))),
    ...(columns.unit_changed ?? []).map((each) => m.versions.columnChanged(label(each.column), unit(each.before), unit(each.after))),
  ];
  const all = rows.added + rows.changed + rows.removed;
  return (
    <>
      <Text size="sm" mb="xs">
        {told.length === 0 ? m.versions.noColumns : told.join(" · ")}
      </Text>
      <dl className={css.counts}>
        {KINDS.map((kind) => (
          <div key={kind}>
            <dt>{m.versions.rows[kind]}</dt>
            <dd>{f.number(rows[kind])}</dd>
          </div>
        ))}
      </dl>
      <Text size="xs" c="dimmed" mb="sm">
        {all === 0 ? m.versions.noRows : (rows.key ?? []).length === 0 ? m.versions.unkeyed : m.versions.keyed((rows.key ?? []).map(label).join(", "))}
      </Text>
      {found.examples.length > 0 && (
        <>
          <Table.ScrollContainer minWidth={Math.min(900, 140 * (found.shown.length + 1))} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{m.versions.row}</Table.Th>
                  {found.shown.map((name) => (
                    <Table.Th key={name}>{label(name)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.examples.map((row, place) => (
                  <DifferentRow key={place} row={row} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          {all > found.examples.length && (
            <Text size="xs" c="dimmed">
              {m.versions.firstOf(found.examples.length, all)}
            </Text>
          )}
        </>
      )}
    </>
  );
}

function DifferentRow({ row }: { row: RowDifference }) {
  const m = useMessages();
  const cells = row.after ?? row.before ?? [];
  return (
    <Table.Tr>
      <Table.Td>
        <Badge color={COLOURS[row.kind]}>{m.versions.rows[row.kind]}</Badge>
      </Table.Td>
      {cells.map((cell, place) => {
        const before = row.before?.[place] ?? null;
        const differs = row.kind === "changed" && before !== cell;
        return (
          <Table.Td key={place} className={differs ? css.differs : undefined}>
            {differs && (
              <del>
                <span className={css.spoken}>{m.versions.was} </span>
                {before === null ? "–" : String(before)}
              </del>
            )}
            {differs && <span className={css.spoken}> {m.versions.now} </span>}
            {cell === null ? "–" : String(cell)}
          </Table.Td>
        );
      })}
    </Table.Tr>
  );
}
