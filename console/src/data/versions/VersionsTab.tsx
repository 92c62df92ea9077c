/** The versions of a table: how each came about, what it changed, who made it; two beside each other. */
import { Badge, Button, Group, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useState } from "react";
import type { DatasetView } from "../../api/schema";
import { useNames } from "../../app/people";
import { useSession } from "../../app/session";
import { JobProgress } from "../../design/JobProgress";
import { useFormats, useMessages, type Messages } from "../../i18n/messages";
import { DATASET_COLOURS } from "../DataPage";
import { Comparison, type Compared } from "./Comparison";
import { Keeping } from "./Keeping";
import { NewVersion } from "./NewVersion";
import css from "./versions.module.css";

type Version = NonNullable<DatasetView["versions"]>[number];

export function VersionsTab({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const names = useNames();
  const [compared, setCompared] = useState<Compared | null>(null);
  const versions = dataset.versions ?? [];
  const isUploaded = versions.length > 0 && dataset.session_id === null && dataset.whole;
  const refresh = () => ["datasets", "library", "semantics"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
  const older = (version: Version) => versions.find((each) => each.version < version.version && each.status === "ready")?.version ?? null;
  return (
    <>
      {mayEdit && isUploaded && (
        <Group justify="flex-end" mb="sm">
          <Keeping dataset={dataset} changed={refresh} />
          <NewVersion dataset={dataset} made={refresh} />
        </Group>
      )}
      <div className={css.place}>
        {/* Laid out below each other where it is narrow, its rows stay rows for those who hear them. */}
        <Table role="table" className={css.versions}>
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              {[m.versions.version, m.versions.how, m.data.rows, m.versions.changes, m.actions].map((name) => (
                <Table.Th key={name} role="columnheader">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {versions.map((version) => (
              <Row key={version.version} version={version} who={names(version.created_by)} before={isUploaded ? older(version) : null} compare={setCompared} refresh={refresh} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {compared !== null && <Comparison dataset={dataset} compared={compared} choose={setCompared} />}
    </>
  );
}

interface RowProps {
  version: Version;
  who: string | null;
  before: number | null;
  compare: (compared: Compared) => void;
  refresh: () => void;
}

function Row({ version, who, before, compare, refresh }: RowProps) {
  const m = useMessages();
  const f = useFormats();
  const isOpen = version.status === "queued" || version.status === "processing";
  return (
    <Table.Tr role="row">
      <Table.Td role="cell" className={css.version}>
        <Text size="sm" fw={550}>
          {m.data.version(version.version)}
        </Text>
        {version.status !== "ready" && <Badge color={DATASET_COLOURS[version.status]}>{m.documents.status[version.status]}</Badge>}
      </Table.Td>
      <Table.Td role="cell" className={css.how}>
        <Text size="sm">{cameAbout(version, m)}</Text>
        <Text size="xs" c="dimmed">
          {[who === null ? f.moment(version.created_at) : m.versions.by(who, f.moment(version.created_at)), version.file_bytes === null ? "" : f.bytes(version.file_bytes)].filter(Boolean).join(" · ")}
        </Text>
        {version.error && (
          <Text size="sm" c="var(--danger)">
            {m.problem.told(version.error.code, version.error.detail)}
          </Text>
        )}
        {isOpen && version.job !== null && <JobProgress id={version.job.id} label={m.versions.reading} done={refresh} failed={refresh} />}
      </Table.Td>
      <Table.Td role="cell" className={css.rows} data-name={m.data.rows}>{version.row_count === null ? "–" : f.number(version.row_count)}</Table.Td>
      <Table.Td role="cell" className={css.changes}>
        <Changes changes={version.changes} />
      </Table.Td>
      <Table.Td role="cell" className={css.act}>
        {before !== null && version.status === "ready" && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconArrowsDiff size={14} />}
            aria-label={m.versions.compareWith(version.version, before)}
            onClick={() => compare({ version: version.version, since: before })}
          >
            {m.versions.compare}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** How a version was made, in words. */
function cameAbout(version: Version, m: Messages): string {
  const { came } = m.versions;
  if (version.origin === "review" && version.base !== null) return came.review(version.base);
  if (version.base === null) return came.first(version.file_name);
  if (version.mode === "upsert") return came.upsert(version.file_name, version.key.join(", "));
  return came[version.mode](version.file_name);
}

function Changes({ changes }: { changes: Version["changes"] }) {
  const m = useMessages();
  const f = useFormats();
  if (changes === null) return <Text size="sm">–</Text>;
  const columns = changes.columns;
  const touched = columns ? [columns.added, columns.dropped, columns.missing, columns.type_changed, columns.unit_changed].reduce((sum, each) => sum + (each?.length ?? 0), 0) : 0;
  return (
    <Group gap={4}>
      {changes.rows &&
        (["added", "changed", "removed"] as const).map((kind) => {
          const count = changes.rows?.[kind] ?? 0;
          return (
            count > 0 && (
              <Badge key={kind} color={{ added: "pine", changed: "blue", removed: "red" }[kind]}>
                {m.versions.rows[kind]} {f.number(count)}
              </Badge>
            )
          );
        })}
      {touched > 0 && (
        <Badge color="yellow">
          {m.versions.columns} {touched}
        </Badge>
      )}
    </Group>
  );
}
