/** The semantic model as YAML: edited in place, checked by the server, never over somebody else's change. */
import { Alert, Badge, Button, Group, Table, Tabs, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconCheck, IconSchema } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { SemanticModelView } from "../api/schema";
import { raw } from "../api/transport";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Failure, FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import css from "./data.module.css";

interface Loaded {
  id: string;
  etag: string;
  yaml: string;
  view: SemanticModelView;
}

const YAML = "application/yaml";

async function load(): Promise<Loaded | null> {
  const id = (await read(api.GET("/api/v1/semantic-models"))).items[0]?.id;
  if (id === undefined) return null;
  const path = `/api/v1/semantic-models/${id}`;
  const [text, view] = await Promise.all([raw(path, { headers: { Accept: YAML } }), raw(path, { headers: { Accept: "application/json" } })]);
  return { id, etag: text.headers.get("ETag") ?? "", yaml: await text.text(), view: (await view.json()) as SemanticModelView };
}

export function SemanticsPage() {
  const m = useMessages();
  const model = useQuery({ queryKey: ["semantics"], queryFn: load });
  return (
    <Page wide title={m.nav.semantics} lead={m.semantics.lead}>
      {model.isPending ? (
        <Waiting lines={12} />
      ) : model.isError ? (
        <Failure error={model.error} retry={() => void model.refetch()} />
      ) : model.data === null ? (
        <Empty icon={IconSchema} title={m.semantics.none} lead={m.semantics.noneLead} />
      ) : (
        <Tabs defaultValue="metrics" keepMounted>
          <Tabs.List mb="md">
            <Tabs.Tab value="metrics">{m.semantics.metrics}</Tabs.Tab>
            <Tabs.Tab value="yaml">YAML</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="metrics">
            <Metrics view={model.data.view} />
          </Tabs.Panel>
          <Tabs.Panel value="yaml">
            <Editor key={model.data.etag} loaded={model.data} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

function Metrics({ view }: { view: SemanticModelView }) {
  const m = useMessages();
  return (
    <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{m.semantics.metric}</Table.Th>
            <Table.Th>{m.palette.datasets}</Table.Th>
            <Table.Th>{m.semantics.computed}</Table.Th>
            <Table.Th>{m.data.synonyms}</Table.Th>
            <Table.Th>{m.documents.state}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {view.metrics.map((metric) => (
            <Table.Tr key={metric.name}>
              <Table.Td fw={550}>{metric.label}</Table.Td>
              <Table.Td>{metric.dataset}</Table.Td>
              <Table.Td>
                {metric.aggregation}
                {metric.field ? ` (${metric.field})` : ""}
              </Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed">
                  {(metric.synonyms ?? []).join(", ")}
                </Text>
              </Table.Td>
              <Table.Td>
                <Badge color={metric.status === "inferred" ? "gray" : "pine"}>{m.semantics.status[metric.status ?? "inferred"]}</Badge>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Editor({ loaded }: { loaded: Loaded }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const [yaml, setYaml] = useState(loaded.yaml);
  const save = useMutation({
    mutationFn: () => raw(`/api/v1/semantic-models/${loaded.id}`, { method: "PUT", headers: { "Content-Type": YAML, Accept: YAML, "If-Match": loaded.etag }, body: yaml }),
    onSuccess: () => ["semantics", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] })),
  });
  const stale = save.error !== null && asProblem(save.error).status === 412;
  const changed = yaml !== loaded.yaml;
  return (
    <>
      <Textarea className={css.yaml} aria-label="YAML" autosize minRows={16} maxRows={34} spellCheck={false} readOnly={!mayEdit} value={yaml} onChange={(event) => setYaml(event.currentTarget.value)} />
      <Group mt="sm" justify="space-between" align="flex-start">
        <div>
          <FailureNote error={save.error} />
          {stale && (
            <Button mt="xs" size="xs" variant="default" onClick={() => void queries.invalidateQueries({ queryKey: ["semantics"] })}>
              {m.problem.reload}
            </Button>
          )}
          {save.isSuccess && !changed && (
            <Alert color="pine" icon={<IconCheck size={16} />} p="xs">
              {m.semantics.saved}
            </Alert>
          )}
        </div>
        {mayEdit && (
          <Group gap="xs">
            <Button variant="default" disabled={!changed} onClick={() => setYaml(loaded.yaml)}>
              {m.semantics.discard}
            </Button>
            <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate()}>
              {m.save}
            </Button>
          </Group>
        )}
      </Group>
    </>
  );
}
