/** The tables, each with its state and how well it was read. */
import { Badge, Button, Group, SimpleGrid, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconPlus, IconTable } from "@tabler/icons-react";
import { api, read } from "../api/client";
import type { DatasetStatus, DatasetSummary } from "../api/schema";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { useFormats, useMessages } from "../i18n/messages";
import { useUploads } from "../uploads/Uploads";
import css from "./data.module.css";

export const DATASET_COLOURS: Record<DatasetStatus, string> = { ready: "pine", queued: "gray", processing: "blue", failed: "red", expired: "gray" };

export function DataPage() {
  const m = useMessages();
  const { mayEdit } = useSession();
  const uploads = useUploads();
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={uploads.choose}>
      {m.uploads.add}
    </Button>
  );
  return (
    <Page title={m.nav.data} lead={m.data.lead} actions={add}>
      <Pages
        queryKey={["datasets", "list"]}
        load={(cursor) => read(api.GET("/api/v1/datasets", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))}
        live={(items) => items.some((each) => each.status === "queued" || each.status === "processing")}
        empty={<Empty icon={IconTable} title={m.data.none} lead={m.data.noneLead} action={add} />}
      >
        {(datasets) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
            {datasets.map((dataset) => (
              <DatasetCard key={dataset.id} dataset={dataset} />
            ))}
          </SimpleGrid>
        )}
      </Pages>
    </Page>
  );
}

function DatasetCard({ dataset }: { dataset: DatasetSummary }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <Link to="/data/$datasetId" params={{ datasetId: dataset.id }} className={css.card}>
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs" wrap="nowrap" className={css.cardName}>
          <IconTable size={17} stroke={1.6} color="var(--ink-3)" aria-hidden />
          <Text fw={600} truncate>
            {dataset.label}
          </Text>
        </Group>
        {dataset.status !== "ready" && <Badge color={DATASET_COLOURS[dataset.status]}>{m.documents.status[dataset.status]}</Badge>}
      </Group>
      <Text size="sm" c="dimmed" lineClamp={2}>
        {dataset.error ? m.problem.told(dataset.error.code, dataset.error.detail) : [dataset.row_count === null ? "" : m.ask.rows(dataset.row_count), dataset.version === null ? "" : m.data.version(dataset.version), f.ago(dataset.created_at)].filter(Boolean).join(" · ")}
      </Text>
    </Link>
  );
}
