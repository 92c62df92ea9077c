/** How far a job is, as it goes on. */
import { Group, Progress, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { followJob } from "../api/jobs";
import { asProblem, type Problem } from "../api/problems";
import type { JobView } from "../api/schema";
import { useFormats, useMessages } from "../i18n/messages";
import { FailureNote } from "./Failure";

interface Props {
  id: string;
  /** What the job does, in words. */
  label: string;
  /** Heard once, when it has ended well. */
  done: () => void;
  /** Heard once, when it has failed; without it the reason is shown here. */
  failed?: (problem: Problem) => void;
}

export function JobProgress({ id, label, done, failed }: Props) {
  const m = useMessages();
  const f = useFormats();
  const [job, setJob] = useState<JobView | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const left = new AbortController();
    followJob(id, setJob, left.signal).then(
      () => !left.signal.aborted && done(),
      (error: unknown) => {
        if (left.signal.aborted) return;
        if (failed === undefined) setProblem(asProblem(error));
        else failed(asProblem(error));
      },
    );
    return () => left.abort();
    // The callbacks belong to the render that started it.
  }, [id]);
  if (problem !== null) return <FailureNote error={problem} />;
  const progress = job?.progress ?? null;
  const share = progress?.total ? Math.min(100, (100 * progress.done) / progress.total) : null;
  const counted = progress === null ? "" : m.jobs.counted(f.number(progress.done), progress.total === null ? null : f.number(progress.total), progress.unit);
  return (
    <Stack gap={6} role="status">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{label}</Text>
        <Text size="xs" c="dimmed">
          {counted}
        </Text>
      </Group>
      <Progress value={share ?? 100} animated={share === null} striped={share === null} aria-label={label} />
    </Stack>
  );
}
