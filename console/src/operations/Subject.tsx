/** What a job works on: its name, which leads there, or why there is none. */
import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { JobView } from "../api/schema";
import { useMessages, type Messages } from "../i18n/messages";

/** Words in place of a name. What is cleared away was deleted; another table or document may be in a conversation,
 * which alone shows it. */
export function namelessText({ kind, subject }: Pick<JobView, "kind" | "subject">, m: Messages): string {
  if (!subject.missing) return m.jobs.subject(subject.type);
  const fromConversation = (subject.type === "dataset" || subject.type === "document") && !kind.endsWith(".discard");
  return fromConversation ? m.jobs.deletedOrInConversation(subject.type) : m.jobs.deleted(subject.type);
}

export function Subject({ job }: { job: JobView }) {
  const m = useMessages();
  const { type, name } = job.subject;
  if (name === null) return namelessText(job, m);
  const place = placeOf(job.subject);
  return (
    <>
      {m.jobs.subject(type)}{" "}
      {place === undefined ? (
        name
      ) : (
        <Anchor component={Link} to={place} size="xs" fw={500}>
          {name}
        </Anchor>
      )}
    </>
  );
}

/** Where a thing is shown; undefined for one without a page. */
function placeOf({ type, id }: JobView["subject"]): string | undefined {
  switch (type) {
    case "document":
      return `/documents/${id}`;
    case "dataset":
      return `/data/${id}`;
    case "dashboard":
      return `/dashboards/${id}`;
    case "source":
      return "/sources";
    case "connection":
      return "/connections";
    case "alert":
      return "/alerts";
    default:
      return undefined;
  }
}
