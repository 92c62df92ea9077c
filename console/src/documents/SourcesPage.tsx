/** Where documents come from by themselves: each source's state, its next run, what its last runs did. */
import { ActionIcon, Badge, Button, Card, Collapse, Group, Menu, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconDots, IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { RunStatus, RunView, SourceView } from "../api/schema";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./documents.module.css";

const COLOURS: Record<RunStatus, string> = { queued: "gray", running: "blue", paused: "gray", succeeded: "pine", failed: "red", cancelled: "gray" };
const RUNNING: ReadonlySet<RunStatus> = new Set(["queued", "running"]);
const SHOWN_RUNS = 10;
const COUNTS = ["added", "changed", "deleted", "failed"] as const;

/** What people add comes from nowhere that could be asked again. */
const UPLOADS = "upload";

export function SourcesPage() {
  const m = useMessages();
  return (
    <Page title={m.nav.sources} lead={m.sources.lead}>
      <Pages
        queryKey={["sources", "list"]}
        load={(cursor) => read(api.GET("/api/v1/sources", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))}
        live={(items) => items.some((each) => each.status === "removing" || (each.run !== null && RUNNING.has(each.run.status)))}
        empty={<Empty icon={IconPlugConnected} title={m.sources.none} lead={m.sources.noneLead} />}
      >
        {(sources) => (
          <Stack>
            {sources.map((source) => (
              <SourceCard key={source.id} source={source} />
            ))}
          </Stack>
        )}
      </Pages>
    </Page>
  );
}

function SourceCard({ source }: { source: SourceView }) {
  const m = useMessages();
  const f = useFormats();
  const { mayAdminister } = useSession();
  const [history, { toggle }] = useDisclosure();
  const isUploads = source.kind === UPLOADS;
  const facts = [
    isUploads ? "" : source.kind,
    m.sources.documents(source.document_count),
    isUploads ? "" : source.synced_at === null ? m.sources.never : m.sources.synced(f.ago(source.synced_at)),
    source.next_sync_at === null ? "" : m.sources.next(f.ago(source.next_sync_at)),
  ];
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={source.name}>
      <Group justify="space-between" align="flex-start">
        <div className={css.about}>
          <Group gap="xs">
            <Text fw={600}>{source.name}</Text>
            {source.status !== "active" && <Badge color="gray">{m.sources.status[source.status]}</Badge>}
            {source.run && <Badge color={COLOURS[source.run.status]}>{m.sources.run[source.run.status]}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            {facts.filter(Boolean).join(" · ")}
          </Text>
        </div>
        {mayAdminister && source.status !== "removing" && <Actions source={source} />}
      </Group>
      {source.run && RUNNING.has(source.run.status) && <RunProgress run={source.run} />}
      {source.run?.error && (
        <Text size="sm" mt="xs">
          {m.sources.told(source.run.error.code, source.run.error.detail)}
        </Text>
      )}
      <Group mt="xs">
        <Button variant="subtle" color="gray" size="compact-xs" aria-expanded={history} onClick={toggle}>
          {m.sources.history}
        </Button>
      </Group>
      <Collapse expanded={history}>{history && <History source={source} />}</Collapse>
    </Card>
  );
}

function RunProgress({ run }: { run: RunView }) {
  const m = useMessages();
  const f = useFormats();
  const share = run.total ? Math.min(100, (run.counts.seen / run.total) * 100) : null;
  return (
    <div>
      <Progress mt="sm" value={share ?? 100} animated={share === null} aria-label={m.sources.run[run.status]} />
      <Text size="xs" c="dimmed" mt={4} role="status">
        {[run.total === null ? f.number(run.counts.seen) : m.documents.hit(run.counts.seen, run.total), run.remaining_seconds === null ? "" : m.sources.remaining(f.duration(run.remaining_seconds * 1000))].filter(Boolean).join(" · ")}
      </Text>
    </div>
  );
}

function Actions({ source }: { source: SourceView }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const params = { path: { source_id: source.id } };
  const again = () => queries.invalidateQueries({ queryKey: ["sources"] });
  const act = useMutation({
    mutationFn: async (action: "sync" | "pause" | "resume"): Promise<unknown> => {
      switch (action) {
        case "sync":
          return read(api.POST("/api/v1/sources/{source_id}/sync", { params }));
        case "pause":
          return read(api.POST("/api/v1/sources/{source_id}/pause", { params }));
        case "resume":
          return read(api.POST("/api/v1/sources/{source_id}/resume", { params }));
      }
    },
    onSettled: again,
  });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs" wrap="nowrap">
        {source.kind !== UPLOADS && <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} loading={act.isPending} onClick={() => act.mutate("sync")}>
          {m.sources.sync}
        </Button>}
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`${m.actions}: ${source.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {source.kind === UPLOADS ? null : source.status === "paused" ? (
              <Menu.Item leftSection={<IconPlayerPlay size={15} />} onClick={() => act.mutate("resume")}>
                {m.sources.resume}
              </Menu.Item>
            ) : (
              <Menu.Item leftSection={<IconPlayerPause size={15} />} onClick={() => act.mutate("pause")}>
                {m.sources.pause}
              </Menu.Item>
            )}
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setRemoving(true)}>
              {m.delete}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <FailureNote error={act.error} />
      {removing && (
        <Confirm
          title={m.data.deleteTitle(source.name)}
          lead={m.sources.deleteLead(source.document_count)}
          action={m.delete}
          name={source.name}
          act={async () => {
            await read(api.DELETE("/api/v1/sources/{source_id}", { params }));
            await again();
          }}
          close={() => setRemoving(false)}
        />
      )}
    </Stack>
  );
}

function History({ source }: { source: SourceView }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <Pages
      queryKey={["sources", source.id, "runs"]}
      load={(cursor) => read(api.GET("/api/v1/sources/{source_id}/runs", { params: { path: { source_id: source.id }, query: { limit: SHOWN_RUNS, ...(cursor && { cursor }) } } }))}
      empty={<Text size="sm">{m.sources.never}</Text>}
    >
      {(runs) => (
        <RowTable heads={[m.sources.begun, m.documents.state, ...COUNTS.map((each) => m.sources[each])]}>
          {runs.map((run) => (
            <Row key={run.id}>
              <RowCell>{f.moment(run.created_at)}</RowCell>
              <RowCell head={m.documents.state}>
                <Badge color={COLOURS[run.status]}>{m.sources.run[run.status]}</Badge>
              </RowCell>
              {COUNTS.map((each) => (
                <RowCell key={each} head={m.sources[each]}>
                  {f.number(run.counts[each])}
                </RowCell>
              ))}
            </Row>
          ))}
        </RowTable>
      )}
    </Pages>
  );
}
