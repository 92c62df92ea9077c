/** Lines of a lookup, of ranges or patterns: filled from left to right, one added at the end. */
import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMessages } from "../../i18n/messages";
import { line, type Line } from "./forms";

interface Props {
  lines: readonly Line[];
  change: (lines: Line[]) => void;
  /** Heads the first column; a range has a second one. */
  text: string;
  below?: string;
}

export function LinesEditor({ lines, change, text, below }: Props) {
  const m = useMessages();
  const put = (id: number, part: Partial<Line>) => change(lines.map((each) => (each.id === id ? { ...each, ...part } : each)));
  return (
    <Stack gap={6}>
      {lines.map((each, place) => (
        <Group key={each.id} gap={6} wrap="nowrap" align="flex-end">
          <TextInput flex={1} miw={0} size="xs" label={place === 0 ? text : undefined} aria-label={text} value={each.text} onChange={(event) => put(each.id, { text: event.currentTarget.value })} />
          {below !== undefined && (
            <TextInput flex={1} miw={0} size="xs" label={place === 0 ? below : undefined} aria-label={below} value={each.below} onChange={(event) => put(each.id, { below: event.currentTarget.value })} />
          )}
          <TextInput flex={1} miw={0} size="xs" label={place === 0 ? m.rules.value : undefined} aria-label={m.rules.value} value={each.value} onChange={(event) => put(each.id, { value: event.currentTarget.value })} />
          <ActionIcon variant="subtle" color="gray" size={30} aria-label={m.rules.removeLine(place + 1)} disabled={lines.length === 1} onClick={() => change(lines.filter((other) => other.id !== each.id))}>
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Button size="compact-xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => change([...lines, line()])}>
        {m.rules.addLine}
      </Button>
    </Stack>
  );
}
