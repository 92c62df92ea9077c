/** The tables that a connection's role may read; those that are chosen become datasets. */
import { Anchor, Badge, Button, Checkbox, Group, Stack, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { ConnectionView } from "../api/schema";
import { Failure, FailureNote } from "../design/Failure";
import { JobProgress } from "../design/JobProgress";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";

const SHOWN = 200;

export function Tables({ connection }: { connection: ConnectionView }) {
  const m = useMessages();
  const f = useFormats();
  const queries = useQueryClient();
  const params = { path: { connection_id: connection.id } };
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [job, setJob] = useState<string | null>(null);
  const [imported, setImported] = useState(false);
  const tables = useQuery({
    queryKey: ["connections", connection.id, "tables"],
    queryFn: () => read(api.GET("/api/v1/connections/{connection_id}/tables", { params })),
    staleTime: 0,
  });
  const start = useMutation({
    mutationFn: () => read(api.POST("/api/v1/connections/{connection_id}/tables", { params, body: { tables: [...chosen] } })),
    onSuccess: (started) => {
      setImported(false);
      setJob(started.job.id);
    },
  });
  if (tables.isError) return <Failure error={tables.error} retry={() => void tables.refetch()} />;
  if (tables.isPending) return <Waiting lines={6} />;
  const found = tables.data.items.filter((each) => each.name.toLowerCase().includes(filter.trim().toLowerCase()));
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {m.connections.tablesLead}
      </Text>
      <TextInput data-autofocus leftSection={<IconSearch size={16} />} aria-label={m.search} placeholder={m.search} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
      {found.length === 0 ? (
        <Text size="sm">{m.connections.noTables}</Text>
      ) : (
        <Table.ScrollContainer minWidth={420} mah="45vh" scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{m.connections.table}</Table.Th>
                <Table.Th>{m.data.columns}</Table.Th>
                <Table.Th>{m.data.rows}</Table.Th>
                <Table.Th>{m.documents.state}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.slice(0, SHOWN).map((table) => (
                <Table.Tr key={table.name}>
                  <Table.Td>
                    <Checkbox
                      label={table.name}
                      checked={chosen.includes(table.name)}
                      onChange={(event) => {
                        const { checked } = event.currentTarget;
                        setChosen((now) => (checked ? [...now, table.name] : now.filter((each) => each !== table.name)));
                      }}
                    />
                  </Table.Td>
                  <Table.Td title={table.columns.map((each) => each.name).join(", ")}>{f.number(table.columns.length)}</Table.Td>
                  <Table.Td>{table.rows === null ? "–" : f.number(table.rows)}</Table.Td>
                  <Table.Td>
                    {table.dataset_id !== null ? (
                      <Anchor component={Link} to={`/data/${table.dataset_id}`} size="sm">
                        {m.connections.isDataset}
                      </Anchor>
                    ) : (
                      table.view && <Badge color="gray">{m.connections.view}</Badge>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {(tables.data.cut || found.length > SHOWN) && (
        <Text size="xs" c="dimmed">
          {m.connections.cut}
        </Text>
      )}
      <FailureNote error={start.error} />
      {job !== null && (
        <JobProgress
          key={job}
          id={job}
          label={m.connections.importing}
          done={() => {
            setJob(null);
            setImported(true);
            setChosen([]);
            ["connections", "datasets", "library", "semantics"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
          }}
        />
      )}
      <Group justify="space-between">
        <Text size="sm" role="status">
          {imported ? m.connections.imported : ""}
        </Text>
        <Button disabled={chosen.length === 0} loading={start.isPending} onClick={() => start.mutate()}>
          {m.connections.import(chosen.length)}
        </Button>
      </Group>
    </Stack>
  );
}
