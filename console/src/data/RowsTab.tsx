/** The first rows of a table, of any version that is kept. */
import { Select, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import type { DatasetView } from "../api/schema";
import type { Cell } from "../ask/csv";
import { Failure } from "../design/Failure";
import { ResultTable } from "../design/ResultTable";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";

const PREVIEW_ROWS = 1000;

export function RowsTab({ dataset }: { dataset: DatasetView }) {
  const m = useMessages();
  const versions = (dataset.versions ?? []).filter((each) => each.status === "ready");
  // The one that somebody chose; else the newest, whichever that is by now.
  const [chosen, choose] = useState<number | null>(null);
  const version = versions.some((each) => each.version === chosen) ? chosen : dataset.version;
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
          onChange={(value) => choose(Number(value))}
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
