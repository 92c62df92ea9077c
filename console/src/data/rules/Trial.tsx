/** What rules would do to the first rows: each row that they touch, before and after, and what each rule found. */
import { Badge, Table, Text } from "@mantine/core";
import type { Trial, TrialRow } from "../../api/schema";
import { useFormats, useMessages } from "../../i18n/messages";
import { SEVERITY } from "../review/FindingRow";
import { findingText } from "../review/findings";
import versions from "../versions/versions.module.css";

export function TrialResult({ trial, label }: { trial: Trial; label: (column: string) => string }) {
  const m = useMessages();
  const f = useFormats();
  const columns = [...new Set(trial.rows.flatMap((row) => Object.keys(row.after ?? row.before)))];
  const touched = trial.rows.filter(isTouched);
  return (
    <section aria-label={m.rules.trial}>
      <Text size="sm" mb="xs" role="status">
        {m.rules.touched(touched.length, trial.rows.length)}
      </Text>
      {trial.findings.map((finding, place) => (
        <Text key={place} size="sm" mb={4}>
          <Badge size="sm" mr={6} color={SEVERITY[finding.severity]}>
            {m.data.severity[finding.severity]}
          </Badge>
          {findingText(finding, m, f)}
        </Text>
      ))}
      {touched.length > 0 && (
        <Table.ScrollContainer minWidth={Math.min(900, 130 * columns.length)} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {columns.map((name) => (
                  <Table.Th key={name}>{label(name)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {touched.map((row, place) => (
                <Table.Tr key={place}>
                  {columns.map((name, at) => (
                    <Cell key={name} row={row} name={name} first={at === 0} />
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

export function isTouched(row: TrialRow): boolean {
  const { before, after } = row;
  return after === null || Object.entries(after).some(([name, value]) => (before[name] ?? null) !== value);
}

function Cell({ row, name, first }: { row: TrialRow; name: string; first: boolean }) {
  const m = useMessages();
  const before = row.before[name] ?? null;
  if (row.after === null) {
    return (
      <Table.Td c="dimmed">
        {first && (
          <Badge color="red" mr={6}>
            {m.data.severity.dropped}
          </Badge>
        )}
        <del>{before ?? "–"}</del>
      </Table.Td>
    );
  }
  const after = row.after[name] ?? null;
  if (after === before) return <Table.Td>{before ?? "–"}</Table.Td>;
  return (
    <Table.Td className={versions.differs}>
      {name in row.before && (
        <del>
          <span className={versions.spoken}>{m.versions.was} </span>
          {before ?? "–"}
        </del>
      )}
      <span className={versions.spoken}> {m.versions.now} </span>
      {after ?? "–"}
    </Table.Td>
  );
}
