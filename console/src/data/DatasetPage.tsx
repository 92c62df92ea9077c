/** One table: its rows, what its columns hold, how it was read, and its versions. */
import { ActionIcon, Anchor, Badge, Button, Select, Table, Tabs, Text, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { IconAlertTriangle, IconInfoCircle, IconMessageCircle, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { DatasetView, Finding, Severity } from "../api/schema";
import { useSession } from "../app/session";
import type { Cell } from "../ask/csv";
import { Confirm } from "../design/Confirm";
import { Failure, FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { ResultTable } from "../design/ResultTable";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import { ColumnCards } from "./ColumnCards";
import css from "./data.module.css";
import { DATASET_COLOURS } from "./DataPage";

const PREVIEW_ROWS = 1000;

export function DatasetPage() {
  const { datasetId } = useParams({ from: "/data/$datasetId" });
  const { session } = useSearch({ from: "/data/$datasetId" });
  const dataset = useQuery({
    queryKey: ["datasets", datasetId],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}", { params: { path: { dataset_id: datasetId }, query: { session_id: session } } })),
    refetchInterval: ({ state }) => (state.data?.status === "queued" || state.data?.status === "processing" ? 2000 : false),
  });
  if (dataset.isError) return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  if (dataset.isPending) return <div className={css.pad}><Waiting lines={10} /></div>;
  return <Dataset dataset={dataset.data} />;
}

function Dataset({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const isCommon = dataset.session_id === null;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const findings = dataset.quality?.findings ?? [];
  const doubtful = findings.filter((each) => each.severity === "doubtful" || each.severity === "dropped").length;
  const remove = async () => {
    await done(api.DELETE("/api/v1/datasets/{dataset_id}", { params: { path: { dataset_id: dataset.id } } }));
    ["datasets", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
    await navigate({ to: "/data" });
  };
  return (
    <Page
      wide
      title={dataset.label}
      above={
        <Anchor component={Link} to={dataset.session_id === null ? "/data" : `/c/${dataset.session_id}`} size="sm" c="dimmed">
          {dataset.session_id === null ? m.nav.data : m.files.back}
        </Anchor>
      }
      lead={[dataset.row_count === null ? "" : m.ask.rows(dataset.row_count), dataset.version === null ? "" : m.data.version(dataset.version), dataset.whole ? "" : m.data.part].filter(Boolean).join(" · ")}
      actions={
        <>
          {dataset.status !== "ready" && <Badge color={DATASET_COLOURS[dataset.status]}>{m.documents.status[dataset.status]}</Badge>}
          {isCommon && (
            <Button component={Link} to="/" variant="default" leftSection={<IconMessageCircle size={16} />}>
              {m.data.ask}
            </Button>
          )}
          {mayEdit && isCommon && dataset.whole && (
            <Tooltip label={m.delete}>
              <ActionIcon variant="default" size="lg" aria-label={`${m.delete}: ${dataset.label}`} onClick={() => setDeleting(true)}>
                <IconTrash size={17} />
              </ActionIcon>
            </Tooltip>
          )}
        </>
      }
    >
      {dataset.error && <FailureNote error={new Error(dataset.error.detail)} />}
      {dataset.version !== null && (
        <Tabs defaultValue="rows" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="rows">{m.data.rows}</Tabs.Tab>
            <Tabs.Tab value="columns">{m.data.columns}</Tabs.Tab>
            {dataset.whole && (
              <Tabs.Tab value="quality" rightSection={doubtful > 0 && <Badge size="xs" color="yellow">{doubtful}</Badge>}>
                {m.data.quality}
              </Tabs.Tab>
            )}
            <Tabs.Tab value="versions">{m.data.versions}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="rows">
            <Rows dataset={dataset} />
          </Tabs.Panel>
          <Tabs.Panel value="columns">
            <ColumnCards dataset={dataset} />
          </Tabs.Panel>
          <Tabs.Panel value="quality">
            <Quality findings={findings} read={dataset.quality?.rows_read ?? 0} kept={dataset.quality?.rows_kept ?? 0} />
          </Tabs.Panel>
          <Tabs.Panel value="versions">
            <Versions dataset={dataset} />
          </Tabs.Panel>
        </Tabs>
      )}
      {deleting && (
        <Confirm title={m.data.deleteTitle(dataset.label)} lead={m.data.deleteLead} action={m.delete} name={dataset.label} act={remove} close={() => setDeleting(false)} />
      )}
    </Page>
  );
}

function Rows({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const versions = (dataset.versions ?? []).filter((each) => each.status === "ready");
  const [version, setVersion] = useState(dataset.version);
  const rows = useQuery({
    queryKey: ["datasets", dataset.id, "rows", version],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}/rows", { params: { path: { dataset_id: dataset.id }, query: { limit: PREVIEW_ROWS, version, session_id: dataset.session_id } } })),
  });
  if (rows.isError) return <Failure error={rows.error} retry={() => void rows.refetch()} />;
  return (
    <>
      {versions.length > 1 && (
        <Select
          mb="sm"
          w={220}
          label={m.data.versionShown}
          allowDeselect={false}
          value={String(version)}
          onChange={(value) => setVersion(Number(value))}
          data={versions.map((each) => ({ value: String(each.version), label: m.data.version(each.version) }))}
        />
      )}
      {rows.isPending ? (
        <Waiting lines={10} />
      ) : (
        <>
          <ResultTable columns={rows.data.columns} rows={rows.data.rows as Cell[][]} label={dataset.label} maxHeight="min(42rem, 65vh)" />
          {rows.data.row_count > rows.data.rows.length && (
            <Text size="xs" c="dimmed" mt="xs">
              {m.ask.firstRows(rows.data.rows.length, rows.data.row_count)}
            </Text>
          )}
        </>
      )}
    </>
  );
}

const SEVERITY: Record<Severity, string> = { dropped: "red", doubtful: "yellow", changed: "blue", info: "gray" };

function Quality({ findings, read: all, kept }: { findings: readonly Finding[]; read: number; kept: number }) {
  const m = useMessages();
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {m.data.kept(kept, all)}
      </Text>
      {findings.length === 0 && <Text size="sm">{m.data.clean}</Text>}
      <ul className={css.findings}>
        {findings.map((finding, place) => (
          <li key={place}>
            {finding.severity === "info" || finding.severity === "changed" ? <IconInfoCircle size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
            <div>
              <Text size="sm">{finding.sentence}</Text>
              <Text size="xs" c="dimmed">
                {[finding.column, finding.example].filter(Boolean).join(" · ")}
              </Text>
            </div>
            <Badge color={SEVERITY[finding.severity]}>{m.data.severity[finding.severity]}</Badge>
          </li>
        ))}
      </ul>
    </>
  );
}

function Versions({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{m.ask.dataVersion}</Table.Th>
            <Table.Th>{m.data.file}</Table.Th>
            <Table.Th>{m.data.rows}</Table.Th>
            <Table.Th>{m.documents.state}</Table.Th>
            <Table.Th>{m.documents.added}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(dataset.versions ?? []).map((version) => (
            <Table.Tr key={version.version}>
              <Table.Td>{m.data.version(version.version)}</Table.Td>
              <Table.Td>
                {version.file_name} <Text span size="xs" c="dimmed">{f.bytes(version.file_bytes)}</Text>
              </Table.Td>
              <Table.Td>{version.row_count === null ? "–" : f.number(version.row_count)}</Table.Td>
              <Table.Td>
                <Badge color={DATASET_COLOURS[version.status]}>{m.documents.status[version.status]}</Badge>
              </Table.Td>
              <Table.Td>{f.moment(version.created_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
