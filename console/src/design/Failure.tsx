/** What went wrong, in words with the remedy. */
import { Alert, Button, Text } from "@mantine/core";
import { IconAlertTriangle, IconLock, IconMoodEmpty, IconPlugConnectedX } from "@tabler/icons-react";
import { asProblem, type Problem } from "../api/problems";
import { useMessages, type Messages } from "../i18n/messages";
import { Empty } from "./Empty";

/** The problem as one or two sentences. */
export function problemText(problem: Problem, m: Messages): string {
  if (problem.code === "offline") return m.problem.offlineAction;
  return m.problem.whole(problem) || m.problem.title;
}

/** A whole page's or panel's failure. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const m = useMessages();
  const problem = asProblem(error);
  const again = retry && (
    <Button variant="default" onClick={retry}>
      {m.retry}
    </Button>
  );
  switch (problem.status) {
    case 0:
      if (problem.code === "offline") {
        return <Empty icon={IconPlugConnectedX} title={m.problem.offlineTitle} lead={m.problem.offline} action={again} />;
      }
      break;
    case 403:
      return <Empty icon={IconLock} title={m.problem.forbidden} lead={m.problem.forbiddenDetail} />;
    case 404:
      return <Empty icon={IconMoodEmpty} title={m.problem.notFound} lead={m.problem.notFoundDetail} />;
  }
  return <Empty icon={IconAlertTriangle} title={m.problem.title} lead={problemText(problem, m)} action={again} />;
}

/** A failed action, beside the form or button that caused it. */
export function FailureNote({ error }: { error: unknown }) {
  const m = useMessages();
  if (error === null || error === undefined) return null;
  const problem = asProblem(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert" p="sm">
      <Text size="sm">{problemText(problem, m)}</Text>
      {problem.traceId && (
        <Text size="xs" c="dimmed">
          {m.problem.trace(problem.traceId)}
        </Text>
      )}
    </Alert>
  );
}
