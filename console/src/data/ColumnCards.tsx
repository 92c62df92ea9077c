/** What each column holds, with a small picture of its values. */
import { Badge, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, read } from "../api/client";
import type { DatasetView, FieldView } from "../api/schema";
import type { Cell } from "../ask/csv";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./data.module.css";
import { profile, type Bar } from "./profile";

const SAMPLED = 1000;

export function ColumnCards({ dataset }: { dataset: DatasetView }) {
  const sample = useQuery({
    queryKey: ["datasets", dataset.id, "rows", dataset.version],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}/rows", { params: { path: { dataset_id: dataset.id }, query: { limit: SAMPLED, version: dataset.version, session_id: dataset.session_id } } })),
  });
  return (
    <div className={css.columns}>
      {(dataset.fields ?? []).map((field) => {
        const place = sample.data?.columns.findIndex((column) => column.name === field.name) ?? -1;
        const cells = place === -1 ? [] : (sample.data?.rows ?? []).map((row) => (row[place] ?? null) as Cell);
        return <ColumnCard key={field.name} field={field} cells={cells} rows={dataset.row_count ?? 0} />;
      })}
    </div>
  );
}

function ColumnCard({ field, cells, rows }: { field: FieldView; cells: readonly Cell[]; rows: number }) {
  const m = useMessages();
  const f = useFormats();
  const bars = useMemo(() => (field.personal ? [] : profile(cells, field.type)), [cells, field]);
  const missing = rows > 0 && field.null_count ? f.percent(field.null_count / rows) : null;
  const facts = [
    field.distinct_count == null ? "" : m.data.distinct(field.distinct_count),
    missing && m.data.missing(missing),
    field.minimum != null && field.maximum != null ? `${field.minimum} – ${field.maximum}` : "",
  ];
  return (
    <section className={css.column} aria-label={field.label}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} size="sm" truncate>
          {field.label}
        </Text>
        <Badge color="gray">{m.data.role[field.role]}</Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {[m.data.type[field.type], field.unit?.symbol, ...facts].filter(Boolean).join(" · ")}
      </Text>
      {field.personal && (
        <Text size="xs" c="dimmed">
          {m.data.personal}
        </Text>
      )}
      <Histogram bars={bars} label={m.data.histogram(field.label)} />
      {(field.synonyms ?? []).length > 0 && (
        <Text size="xs" c="dimmed">
          {m.data.synonyms}: {field.synonyms?.join(", ")}
        </Text>
      )}
    </section>
  );
}

const WIDTH = 240;
const HEIGHT = 44;

function Histogram({ bars, label }: { bars: readonly Bar[]; label: string }) {
  if (bars.length === 0) return null;
  const most = Math.max(...bars.map((bar) => bar.count));
  const width = WIDTH / bars.length;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={css.histogram} role="img" aria-label={label} preserveAspectRatio="none">
      {bars.map((bar, place) => {
        const height = Math.max(1, (bar.count / most) * HEIGHT);
        return (
          <rect key={place} x={place * width + 0.5} y={HEIGHT - height} width={Math.max(1, width - 1.5)} height={height} rx={1}>
            <title>{`${bar.label}: ${bar.count}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}
