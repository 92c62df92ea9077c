/** What the system works on, and whether it is well. */
import { Badge, Button, Card, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconChecklist, IconHeartbeat } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { Health, JobStatus, JobView } from "../api/schema";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { Subject } from "./Subject";
import { useFormats, useMessages } from "../i18n/messages";

const COLOURS: Record<JobStatus, string> = { queued: "gray", running: "blue", succeeded: "pine", failed: "red", cancelled: "gray" };
const HEALTH_MS = 10_000;

export function OperationsPage() {
  const m = useMessages();
  const [status, setStatus] = useState<JobStatus | "all">("all");
  return (
    <Page title={m.nav.operations} lead={m.operations.lead}>
      <HealthCard />
      <SegmentedControl
        size="xs"
        my="md"
        value={status}
        onChange={(value) => setStatus(value as JobStatus | "all")}
        data={[{ value: "all", label: m.all }, ...(["running", "queued", "failed", "succeeded"] as const).map((each) => ({ value: each, label: m.operations.status[each] }))]}
      />
      <Pages
        queryKey={["jobs", status]}
        load={(cursor) => read(api.GET("/api/v1/jobs", { params: { query: { limit: 50, ...(cursor && { cursor }), ...(status !== "all" && { status }) } } }))}
        live={(items) => items.some((job) => job.status === "queued" || job.status === "running")}
        empty={<Empty icon={IconChecklist} title={m.operations.none} />}
      >
        {(jobs) => (
          <RowTable heads={[m.operations.job, m.documents.state, m.operations.progress, m.operations.started, m.operations.took]}>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </RowTable>
        )}
      </Pages>
    </Page>
  );
}

function HealthCard() {
  const m = useMessages();
  const health = useQuery({ queryKey: ["health"], queryFn: () => fetch("/health/ready").then((response) => response.json() as Promise<Health>), refetchInterval: HEALTH_MS });
  const setup = useQuery({ queryKey: ["setup"], queryFn: () => read(api.GET("/api/v1/auth/setup")) });
  const well = health.data?.status === "ok";
  return (
    <Card withBorder padding="md" radius="lg">
      <Group justify="space-between">
        <Group gap="sm">
          <IconHeartbeat size={20} color={well ? "var(--accent)" : "var(--danger)"} aria-hidden />
          <Text fw={550}>{well ? m.operations.well : m.operations.unwell}</Text>
        </Group>
        <Text size="sm" c="dimmed">
          {setup.data && m.operations.version(setup.data.version)}
        </Text>
      </Group>
      <Workers />
      {(health.data?.codes ?? []).map((code) => (
        <Text key={code} size="sm" mt={4}>
          {m.operations.missing[code]}
        </Text>
      ))}
    </Card>
  );
}

function Workers() {
  const m = useMessages();
  const f = useFormats();
  const workers = useQuery({ queryKey: ["workers"], queryFn: () => read(api.GET("/api/v1/jobs/workers")), refetchInterval: HEALTH_MS });
  if (workers.data === undefined) return null;
  const alive = workers.data.items.filter((worker) => worker.alive);
  const silent = workers.data.items.length - alive.length;
  const heard = alive.map((worker) => worker.last_heard_at).sort().at(-1);
  return (
    <Text size="sm" mt={4} c={heard === undefined ? "var(--danger)" : "dimmed"}>
      {heard === undefined ? m.operations.noWorkers : m.operations.workers(alive.length, f.ago(heard))}
      {silent > 0 && ` · ${m.operations.silent(silent)}`}
    </Text>
  );
}

function JobRow({ job }: { job: JobView }) {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => read(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const running = job.status === "queued" || job.status === "running";
  const took = job.started_at && job.finished_at ? f.duration(Date.parse(job.finished_at) - Date.parse(job.started_at)) : "";
  const name = m.jobs.kinds[job.kind] ?? job.kind;
  return (
    <Row>
      <RowCell maw={320}>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          <Subject job={job} />
        </Text>
        {job.error && (
          <Text size="xs" c="dimmed" lineClamp={2}>
            {m.problem.told(job.error.code, job.error.detail)}
          </Text>
        )}
      </RowCell>
      <RowCell head={m.documents.state}>
        <Badge color={COLOURS[job.status]}>{m.operations.status[job.status]}</Badge>
      </RowCell>
      <RowCell head={job.progress ? m.operations.progress : undefined}>{job.progress && m.jobs.counted(f.number(job.progress.done), job.progress.total === null ? null : f.number(job.progress.total), job.progress.unit)}</RowCell>
      <RowCell head={m.operations.started}>
        <Tooltip label={f.moment(job.created_at)}>
          <span>{f.ago(job.created_at)}</span>
        </Tooltip>
      </RowCell>
      <RowCell head={took ? m.operations.took : undefined}>
        {running && mayEdit ? (
          <Button size="compact-xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()} aria-label={`${m.cancel}: ${name} ${job.subject.name ?? job.id}`}>
            {m.cancel}
          </Button>
        ) : (
          took || null
        )}
      </RowCell>
    </Row>
  );
}
