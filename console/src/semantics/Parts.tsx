/** What the model says of a table in parts of one kind: their heading with the way to another, and each one's end. */
import { Button, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface Props {
  words: { title: string; add: string };
  /** Beneath the heading: what they are, or that there are none. */
  lead: string | null;
  /** Null where the person may change nothing. */
  add: (() => void) | null;
  children: ReactNode;
}

export function Parts({ words, lead, add, children }: Props) {
  return (
    <section aria-label={words.title}>
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{words.title}</Text>
        {add !== null && (
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
            {words.add}
          </Button>
        )}
      </Group>
      {lead !== null && (
        <Text size="sm" c="dimmed" mb="xs">
          {lead}
        </Text>
      )}
      {children}
    </section>
  );
}

export function RemovePart({ label, remove }: { label: string; remove: () => void }) {
  return (
    <Group>
      <Button size="xs" variant="default" color="red" onClick={remove}>
        {label}
      </Button>
    </Group>
  );
}
