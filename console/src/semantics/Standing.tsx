/** How far a part of the model may be trusted: guessed, and how surely, or a person's word. */
import { Badge, Button, Group, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useFormats, useMessages } from "../i18n/messages";
import type { Metric } from "./model";

export type Status = NonNullable<Metric["status"]>;

export interface Stood {
  status?: Status;
  /** Of each guess, by what was guessed; of a metric or a relationship as a whole. */
  confidence?: Readonly<Record<string, number>> | number | null;
}

/** The least of its confidences; null where nothing is guessed. A guess that somebody vouched for is none any more. */
export function leastSure({ status, confidence }: Stood): number | null {
  if ((status ?? "inferred") !== "inferred" || confidence == null) return null;
  const all = typeof confidence === "number" ? [confidence] : Object.values(confidence);
  return all.length === 0 ? null : Math.min(...all);
}

/** A part as a person left it: what they change they have looked at. */
export function edited<Part extends Stood>(part: Part, change: Partial<Part>): Part {
  const status = change.status ?? (part.status === "inferred" ? "reviewed" : part.status);
  return { ...part, ...change, status };
}

export function StandingBadge({ part }: { part: Stood }) {
  const m = useMessages();
  const f = useFormats();
  const sure = leastSure(part);
  return (
    <>
      <Badge size="sm" color={(part.status ?? "inferred") === "inferred" ? "gray" : "pine"}>
        {m.semantics.status[part.status ?? "inferred"]}
      </Badge>
      {sure !== null && (
        <Text size="xs" c="dimmed">
          {m.semantics.standing.sure(f.number(sure, { style: "percent", maximumFractionDigits: 0 }))}
        </Text>
      )}
    </>
  );
}

/** Each guess with its confidence, and the way to confirm the part; null where the person may not. */
export function Standing({ part, confirm }: { part: Stood; confirm: (() => void) | null }) {
  const m = useMessages();
  const f = useFormats();
  const words = m.semantics.standing;
  const guesses = leastSure(part) === null || typeof part.confidence !== "object" ? [] : Object.entries(part.confidence ?? {});
  if (guesses.length === 0 && (confirm === null || part.status === "verified")) return null;
  return (
    <Group justify="space-between" gap="xs" role="group" aria-label={words.title}>
      <Text size="xs" c="dimmed">
        {guesses.map(([aspect, share]) => `${words.aspects[aspect] ?? aspect} ${f.number(share, { style: "percent", maximumFractionDigits: 0 })}`).join(" · ")}
      </Text>
      {confirm !== null && part.status !== "verified" && (
        <Button size="compact-xs" variant="default" leftSection={<IconCheck size={13} />} onClick={confirm}>
          {words.confirm}
        </Button>
      )}
    </Group>
  );
}
